"""French texts for comparisons: written for the project, and drawn from patterns of its own by a fixed stream.

python french_texts.py        # JSON Lines on standard output
"""

from __future__ import annotations

import json
import random
from typing import Callable

DRAWN = 450
SEED = 17

WRITTEN = r"""L'avion n'a pas décollé aujourd'hui, dit-il.
Les jeunes filles étaient parties à Paris avec M. Dupont.
Qu'est-ce que c'est que ça ? Je n'en sais rien, moi.
« Viens-tu ? » demanda-t-elle. « J'arrive ! » répondit-il aussitôt.
— Et toi, que fais-tu là ?\n— J'attends qu'on m'appelle.
Aujourd'hui, jusqu'à 18 h 30, l'entrée est gratuite pour les moins de 26 ans.
Presqu'île, presqu'un an, quelqu'un, quelqu'une, quelque chose, lorsqu'il, puisqu'elle, quoiqu'on.
Le Premier ministre s'est rendu à Aix-en-Provence, puis à L'Haÿ-les-Roses.
Il a acheté un porte-avions miniature, deux tire-bouchons et un va-et-vient.
La S.N.C.F. annonce 1 234,56 € de bénéfices par agent, soit +3,4 % sur un an.
J.-C. Martin, né le 1er mai 1968 av. J.-C. (sic), habite au n° 12 bis, rue de l'Église.
Mme Lefèvre et MM. Durand et Petit ont signé le contrat devant Me Rousseau.
Ouf ! Enfin… on y est. Ou presque !!!
Rendez-vous à 14h, 14 h, 14 h 05 ou 14:05, peu importe.
L’été dernier, l’équipe d’Émile s’est entraînée à l’ombre, près de l’étang d’Or.
Ils l'ont vue qui s'en allait, l'air de n'avoir rien entendu.
Donne-le-moi, va-t'en, allons-y, parlons-en, dites-le-leur, souviens-t'en !
A-t-on jamais vu pareille chose ? Y a-t-il quelqu'un ? Peut-être n'y a-t-il personne.
N'est-ce pas ? Si, c'est-à-dire que non, enfin, tout à l'heure.
Le chef-d'œuvre du musée, un œuf en or, a coûté 3 M€ à l'État.
Les œuvres complètes de Zoé Ây et de Loïc Pÿ paraîtront chez Gallimard en 2027.
ATTENTION : TRAVAUX D'ÉTÉ, DÉVIATION PAR L'AVENUE DE L'OPÉRA
PARIS, 3 mars (AFP) - L'Assemblée nationale a adopté mardi le projet de loi.
Bruxelles veut que l'Union européenne réduise ses émissions de 55 % d'ici à 2030.
Le CAC 40 a perdu 0,8 %, à 7 512,03 points, dans le sillage de Wall Street.
Total, Airbus et BNP Paribas ont tiré l'indice vers le bas ; L'Oréal, elle, a gagné 2,1 %.
Lundi, Marie Curie reçut un prix Nobel ; mardi, elle retourna à son laboratoire de la rue Cuvier.
Victor Hugo écrivit « Les Misérables » en exil, à Guernesey.
L'Organisation mondiale de la santé a tenu sa réunion à Genève, en Suisse.
La Belgique, le Québec, la Côte d'Ivoire et l'île Maurice étaient représentés.
Kylian M. joue au Real, son frère au Paris Saint-Germain, leur cousin à l'OM.
Le Tour de France 2024 est parti de Florence, en Italie.
C'est à Saint-Denis-de-la-Réunion qu'elle a vu le jour.
Jean-Paul et Anne-Sophie se sont mariés à l'hôtel de ville du XIVe arrondissement.
Au XIXe siècle, sous Napoléon III, le baron Haussmann transforma la capitale.
L'arrêté n° 2019-1422 du 20 déc. 2019 est abrogé (art. 5, al. 2).
cf. p. 12-15, chap. III, etc.
Voir https://www.exemple.fr/page?id=3&l=fr ou écrire à jean.dupont@exemple.fr.
Tél. : 01 23 45 67 89 - fax : +33 (0)1 23 45 67 90
12, bd de la République, 75011 Paris Cedex
Faites fondre 100 g de beurre, ajoutez 3 œufs, 20 cl de lait et une pincée de sel.
Préchauffez le four à 180 °C (th. 6) ; enfournez 25-30 min.
Température : -5°C le matin, 12 °C l'après-midi, vent de N.-O. à 40 km/h.
jsp mdr t'es ou ??? jtm 😂😂
Trop bien le concert hier soir !! @lesinsus #live #Lyon 🎸
RT @lemonde_test : L'info du jour => http://t.co/AbC123
c pas grave, tkt, on s'capte dem1
Bjr, svp qqn sait si le RER B marche auj. ? Merci d'av
Pfff… 2h d'attente à la CAF, j'en peux plus :(
« Rien », dit-elle, « rien du tout. »
"Bof", fit-il en haussant les épaules.
“Pas mal”, pensa-t-elle – mais elle n’en dit rien.
Il répondit : ‘Non’, puis s'en fut.
Entr'ouvrir, s'entr'aider, grand'mère, grand'rue, prud'homme, main-d'œuvre.
Un aujourd'hui qui n'en finit pas ; un jusqu'au-boutiste ; un je-ne-sais-quoi.
Ceux-ci, celle-là, celui-ci, moi-même, eux-mêmes, vous-même, là-bas, ci-joint, ci-dessus.
Micro-onde, anti-inflammatoire, ex-ministre, vice-président, sous-préfet, non-dit, quasi-totalité.
Le Franco-Allemand travaille à la Banque centrale européenne (BCE).
Quatre-vingt-dix-neuf, soixante et onze, vingt et un mille trois cents.
Le 14 juillet 1789, la Bastille tomba.
Elle naquit le 29/02/2000, à 23h59, à l'hôpital de la Pitié-Salpêtrière.
En l'an 2000, on s'attendait à tout; en 2001, à rien.
Il faut que tu saches que nous n'eussions jamais cru qu'il pût venir.
Fussé-je riche, je n'achèterais point ce château.
Puissiez-vous réussir là où nous échouâmes !
Que d'eau, que d'eau !
Les chevaux des généraux sont égaux aux journaux locaux.
Des bijoux, des cailloux, des choux, des genoux, des hiboux, des joujoux, des poux.
Elles sont belles, folles, neuves, actives, premières et heureuses.
Je suis, tu es, il est, nous sommes, vous êtes, ils sont ; j'ai été, j'étais, je fus, je serai.
J'ai mangé les pommes que tu as cueillies et celles qu'il avait achetées.
Il pleuvait. Il neigeait. Puis le soleil revint.
Personne ne bougea.
Silence.
Oui.
Non !
Ah bon ?
Euh… ben… voilà, quoi.
Et alors?Rien.
Fin de phrase.Début d'une autre.Et ainsi de suite.
un texte sans majuscule ni point
UN TEXTE TOUT EN MAJUSCULES, AVEC L'APOSTROPHE ET L’AUTRE APOSTROPHE
Le mot  avec  deux  espaces   et plus.
 Commence par une espace.
Finit par une espace.
Une ligne\nune autre ligne\n\nun paragraphe\tune tabulation
’ commence par une apostrophe
'Tit Louis a dit qu'y viendrait.
L'
d'
l'l'l'
qu'qu'il
N'importe qui, n'importe où, n'importe comment.
M'sieur, j'peux sortir ? J'sais pas c'que j'vais faire.
T'as vu l'heure ? Faut qu'j'y aille, y'a plus d'métro après.
À l'insu de son plein gré, l'athlète s'est dopé.
Ça, ç'a été, ç'aurait pu, c'eût été, c'en est trop.
D'après l'INSEE, 8,9 millions de personnes vivent sous le seuil de pauvreté en France.
Le PIB s'est contracté de 0,1 % au 4e trimestre, contre + 0,3 % au 3ème.
La température moyenne a augmenté de 1,1 °C par rapport à l'ère préindustrielle.
1 000 000, 1.000.000, 1'000'000, 1000000 : quatre façons d'écrire un million.
50€, 50 €, €50, 50,00 EUR, 12$, 3£, 100¥ et 5 CHF
3m², 25 km², 10 000 hab./km², 5 kWh, 220V, 2,4GHz, 16Go
2×3=6, 10/2=5, 7-4=3, x²+y²=z²
a/b, et/ou, km/h, TCP/IP, 24h/24, 7j/7
(entre parenthèses) [entre crochets] {entre accolades} <entre chevrons>
(Voir l'annexe (page 3), le tableau [A], et la note².)
*gras* _italique_ ~barré~ `code`
Le directeur général de la Société générale, Slawomir K., a démissionné.
Air France-KLM, la RATP, l'UNESCO, l'O.N.U. et Médecins sans frontières ont réagi.
La Cour de cassation a cassé l'arrêt de la cour d'appel d'Amiens.
L'accusé, Me Dupond-Moretti à ses côtés, n'a pas bronché.
Le professeur d'histoire-géo n'était pas là ; les élèves s'en réjouirent.
Ma grand-tante habitait Fort-de-France, en Martinique, jusqu'en 1975.
Le Mont-Saint-Michel, le mont Blanc et la Loire-Atlantique.
Elle lit Le Monde, Libération et Le Figaro tous les matins.
À bientôt, grosses bises, Léa xxx
Cher Monsieur,\n\nVeuillez trouver ci-joint mon C.V.\n\nCordialement,\nP. Nguyen
Objet : demande d'acte de naissance n°451/B
Art. 1er. - Tout citoyen a droit à l'éducation.
1) Ouvrir le capot. 2) Vérifier le niveau d'huile. 3) Refermer.
- pain\n- lait d'amande\n- pommes de terre (2 kg)\n- jus d'orange
I. Introduction\nII. Développement\n  a. thèse\n  b. antithèse\nIII. Conclusion
Le chat dort ; le chien aboie ; la caravane passe.
S'il te plaît, dessine-moi un dragon.
La nuit, tous les chats sont gris, sauf le mien, qui est roux.
Mieux vaut tard que jamais, comme on dit par ici.
On n'est jamais si bien servi que par soi-même.
Après la pluie, le beau temps !
Chez nous, on mange à midi pile.
Le train de 8 h 12 à destination de Lille-Flandres partira voie 7.
Mesdames et messieurs, nous vous prions de bien vouloir nous excuser pour ce retard.
Son père, ingénieur chez Renault, l'emmenait à Boulogne-Billancourt.
L'opération « Mains propres » a commencé à Milan en 1992.
Le Sénégalais Ousmane S. a remporté la course devant l'Éthiopien B. Tesfaye.
De Gaulle, Mitterrand, Chirac : trois présidents de la Ve République.
Rosa Luxemburg parlait polonais, allemand, russe et français.
Google rachète une start-up lyonnaise pour 25 millions d'euros.
Apple cherche à acheter une start-up anglaise pour 1 milliard de dollars
Les voitures autonomes déplacent la responsabilité de l'assurance vers les constructeurs
San Francisco envisage d'interdire les robots coursiers sur les trottoirs
Londres est une grande ville du Royaume-Uni
Bonjour 东京, привет Париж, γεια σου Μασσαλία !
Ａｂｃ ﬁn ŒUVRE œuvre Æquo æquo İstanbul ıssız
Soft­hyphen, zéro​largeur, insécable fine : « ok » !
👨‍👩‍👧 vive la famille 🇫🇷🇨🇦 !
Hein?!... Quoi?? Non!!!!!
:-) ;) XD <3 :'( ^^
\u00a0\u00a0Insécables\u00a0!
« »
...
—
?
"""

PEOPLE = [
    "Claire Moreau",
    "Karim Benali",
    "Jean-Luc Petit",
    "Élodie N'Diaye",
    "M. Garnier",
    "Mme d'Ormesson",
    "Hervé Le Goff",
    "Thi Mai Nguyen",
    "le docteur Roche",
    "Zoé",
    "François de La Tour",
    "Ibrahima Diallo",
    "Mlle Bernard",
    "Aïcha O. Khelifi",
]
PLACES = [
    "Paris",
    "Aix-les-Bains",
    "la Côte d'Azur",
    "L'Isle-Adam",
    "Saint-Étienne",
    "Bruxelles",
    "Montréal",
    "l'Algérie",
    "Dakar",
    "la Seine-Saint-Denis",
    "Nîmes",
    "le Val-d'Oise",
    "Genève",
    "les États-Unis",
    "Marseille",
]
FIRMS = [
    "Renault",
    "la SNCF",
    "l'Élysée",
    "EDF",
    "l'Union européenne",
    "le Stade rennais",
    "Hermès",
    "la Croix-Rouge",
    "l'OTAN",
    "Orange S.A.",
    "le ministère de l'Intérieur",
    "l'AFP",
    "Michelin",
    "la mairie de Lille",
]
THINGS = [
    "l'arc-en-ciel",
    "un porte-monnaie",
    "les œufs",
    "l'ordinateur",
    "sa voiture neuve",
    "une lettre d'adieu",
    "le rapport annuel",
    "des pommes de terre",
    "l'histoire",
    "ce chef-d'œuvre",
    "la clef des champs",
    "trois bouteilles d'eau",
    "le compte-rendu",
    "leurs anciens amis",
    "quelques idées",
    "d'innombrables étoiles",
    "la plupart des journaux",
    "aucun des deux projets",
]
VERBS = [
    "a vu",
    "n'a pas trouvé",
    "cherchait",
    "perdra",
    "aurait voulu",
    "s'est acheté",
    "vend",
    "regardait",
    "vient d'obtenir",
    "avait oublié",
    "n'aime guère",
    "a fini par rendre",
    "ne veut plus",
    "apporta",
    "fait construire",
    "nous prêterait",
]
SAID = ["dit", "demanda", "répondit", "ajouta", "s'exclama", "murmura", "expliqua", "fit", "cria", "affirme", "pense"]
ADVERBS = [
    "hier soir",
    "aujourd'hui",
    "d'abord",
    "tout à coup",
    "à l'aube",
    "depuis lors",
    "l'an dernier",
    "peut-être",
    "quelquefois",
    "sans doute",
    "là-bas",
    "d'ici peu",
    "à peu près",
    "en fin de compte",
    "tant bien que mal",
    "il y a dix ans",
]
ADJECTIVES = [
    "heureux",
    "inquiète",
    "prêts",
    "grande",
    "vieille",
    "nouvel",
    "bel",
    "anti-européen",
    "tout-puissant",
    "bienvenus",
    "déçue",
    "ex-champion",
    "quasi nul",
    "fou",
    "beaux",
    "entières",
]
MONTHS = [
    "janvier",
    "févr.",
    "mars",
    "avril",
    "mai",
    "juin",
    "juil.",
    "août",
    "septembre",
    "oct.",
    "novembre",
    "décembre",
]
TAGS = [
    "#France",
    "#JO2024",
    "@lequipe_test",
    "😂",
    "https://t.co/Zx9",
    "mdr",
    "ptdr",
    "stp",
    "cc",
    ":)",
    "❤️",
    "#c'estlavie",
]
PRONOUNS = ["il", "elle", "on", "je", "tu", "nous", "ils"]


class _Drawer:
    """Texts from patterns; the same for the same seed."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.patterns: list[Callable[[], str]] = [
            self._news,
            self._news,
            self._dialogue,
            self._dialogue,
            self._figures,
            self._question,
            self._letter,
            self._tweet,
            self._list,
            self._subordinate,
            self._subordinate,
            self._address,
            self._headline,
        ]

    def _of(self, words: list[str]) -> str:
        return self.random.choice(words)

    def _date(self) -> str:
        day = self.random.randint(1, 31)
        return self._of(
            [
                f"le {day} {self._of(MONTHS)} {self.random.randint(1515, 2030)}",
                f"le {day}/{self.random.randint(1, 12):02}/24",
                "le 1er mai",
                f"en {self.random.randint(1900, 2030)}",
                f"mardi {day}",
                "au XVIe siècle",
            ]
        )

    def _number(self) -> str:
        n = self.random.randint(1, 10 ** self.random.randint(1, 7))
        spaced = f"{n:,}".replace(",", self._of([" ", "\u202f", "\u00a0", "."]))
        return self._of(
            [
                str(n),
                spaced,
                f"{n},{self.random.randint(0, 99)}",
                f"{n % 100} %",
                f"{spaced} €",
                f"{n % 1000} millions d'euros",
                f"{n % 24} h {n % 60:02}",
                f"{n % 90}°",
                f"n°{n % 999}",
                f"{n % 300}km/h",
                f"{n % 30}e",
            ]
        )

    def _clause(self) -> str:
        return f"{self._of(PEOPLE + FIRMS)} {self._of(VERBS)} {self._of(THINGS)}"

    def _news(self) -> str:
        return self._of(
            [
                f"{self._clause()}, {self._date()}, à {self._of(PLACES)}.",
                f"Selon {self._of(FIRMS)}, {self._number()} personnes vivaient à {self._of(PLACES)} {self._date()} ; c'est moins qu'ailleurs.",  # noqa: E501
                f"{self._of(ADVERBS).capitalize()}, {self._clause()}, mais {self._of(PEOPLE)} n'en savait rien.",
                f"Né {self._date()} à {self._of(PLACES)}, {self._of(PEOPLE)} travaille chez {self._of(FIRMS)} depuis {self._number()} jours.",  # noqa: E501
                f"{self._of(FIRMS)} et {self._of(FIRMS)} (dont {self._of(PEOPLE)}) se sont mis d'accord sur {self._number()}, "
                f"a-t-on appris {self._date()}.",
            ]
        )

    def _dialogue(self) -> str:
        said, subject = self._of(SAID), self._of(["il", "elle", "on", "Zoé", "le vieux"])
        link = " " if subject in ("Zoé", "le vieux") else "-t-" if said[-1] in "ae" else "-"
        tail = said + link + subject
        opening, closing = self._of(
            [("« ", " »"), ("«\u00a0", "\u00a0»"), ('"', '"'), ("“", "”"), ("— ", ""), ("- ", ""), ("«", "»")]
        )
        inside = self._of(
            [
                self._clause(),
                self._question(),
                f"Je n'ai que {self._number()}",
                f"Qu'{self._of(['il', 'elle'])} vienne",
                f"Va-t'en, {self._of(PEOPLE)}",
                f"C'est {self._of(ADJECTIVES)}",
                "J'y suis, j'y reste",
            ]
        )
        return (
            f"{opening}{inside}{self._of(['', ',', ' !', '!', ' ?', '…', '...'])}{closing}{self._of([', ', ' '])}{tail}"
            f"{self._of(['.', '', f' {self._of(ADVERBS)}.'])}"
        )

    def _figures(self) -> str:
        than = self._of(["en 2012", "hier", "à " + self._of(PLACES)])
        return f"{self._of(THINGS).capitalize()} : {self._number()}, soit {self._number()} de plus qu'{than}."

    def _question(self) -> str:
        pronoun = self._of(PRONOUNS)
        that = "qu'" if pronoun[0] in "aeiou" else "que "
        return self._of(
            [
                f"Où est-ce {that}{pronoun} {self._of(VERBS)} {self._of(THINGS)}{self._of([' ?', '?'])}",
                f"Pourquoi n'a-t-{self._of(['il', 'elle', 'on'])} pas vu {self._of(THINGS)} à {self._of(PLACES)} ?",
                f"Y a-t-il {self._of(THINGS)} {self._of(ADVERBS)} ?",
                f"Quel âge a donc {self._of(PEOPLE)} ?",
                f"{self._of(PEOPLE)} {self._of(VERBS)}-{self._of(['t-il', 't-elle', 'il', 'elle'])} {self._of(THINGS)} ?",
            ]
        )

    def _letter(self) -> str:
        return (
            f"{self._of(['Bonjour', 'Cher Monsieur', 'Madame, Monsieur', 'Salut'])},\n\n{self._news()} {self._question()}\n"
            f"{self._of(['Cordialement', 'Bien à vous', 'Bises', 'Dans l’attente de vous lire'])},\n{self._of(PEOPLE)}"
        )

    def _tweet(self) -> str:
        words = [
            self._of(
                [
                    self._of(TAGS),
                    self._of(PEOPLE),
                    "trop",
                    self._of(ADJECTIVES),
                    "j'avoue",
                    "g",
                    "pas",
                    self._of(ADVERBS),
                    "c'est",
                    "qd",
                    "y'a",
                    "l'autre",
                    "!!",
                    "…",
                    self._number(),
                ]
            )
            for _ in range(self.random.randint(2, 14))
        ]
        return " ".join(words)

    def _list(self) -> str:
        items = [self._of(THINGS + PLACES) for _ in range(self.random.randint(2, 6))]
        return self._of([", ", " ; ", "\n- ", " et ", "/"]).join(items) + self._of(["", ".", ", etc.", "…"])

    def _subordinate(self) -> str:
        return self._of(
            [
                f"Bien que {self._of(PEOPLE)} fût {self._of(ADJECTIVES)}, {self._clause()}.",
                f"{self._of(PEOPLE)}, dont {self._of(FIRMS)} {self._of(VERBS)} {self._of(THINGS)}, est {self._of(ADJECTIVES)} "
                f"et {self._of(ADJECTIVES)}.",
                f"Si l'on en croit {self._of(FIRMS)}, c'est à {self._of(PLACES)} qu'{self._of(['il', 'elle'])} "
                f"{self._of(VERBS)} {self._of(THINGS)} ; {self._clause()}.",
                f"Lorsqu'{self._of(['il', 'elle', 'on'])} {self._of(VERBS)} {self._of(THINGS)}, {self._of(PEOPLE)} "
                f"s'en est allé {self._of(ADVERBS)}.",
            ]
        )

    def _address(self) -> str:
        return (
            f"{self._of(PEOPLE)}, {self.random.randint(1, 300)}{self._of([' bis', '', ' ter'])}, {self._of(['rue', 'av.', 'bd', 'place'])} "  # noqa: E501
            f"{self._of(['de l’Église', 'Victor-Hugo', 'du 8-Mai-1945', 'd’Italie'])}, {self.random.randint(1000, 98000):05} "
            f"{self._of(PLACES)}{self._of(['', ' Cedex ' + str(self.random.randint(1, 19)), ', France'])}"
        )

    def _headline(self) -> str:
        return (
            f"{self._of(PLACES)} : {self._clause()}".upper()
            if self.random.random() < 0.4
            else f"{self._of(PLACES)}. {self._clause()}"
        )

    def text(self) -> str:
        """One to four patterns; now and then with typographic apostrophes, in capitals, without accents on blanks."""
        text = self._of([" ", " ", "\n", "  "]).join(
            self._of(self.patterns)() for _ in range(self._of([1, 1, 1, 1, 2, 3, 4]))
        )
        draw = self.random.random()
        if draw < 0.3:
            return text.replace("'", "’")
        if draw < 0.36:
            return text.upper()
        if draw < 0.42:
            return text.lower()
        return text.replace(" ?", "\u202f?").replace(" ;", "\u00a0;") if draw < 0.5 else text


def _unescaped(line: str) -> str:
    return line.replace("\\n", "\n").replace("\\t", "\t").replace("\\u00a0", "\u00a0")


def french_texts() -> list[str]:
    """All of them, in a fixed order, each once."""
    drawer = _Drawer(SEED)
    texts: dict[str, None] = dict.fromkeys(_unescaped(line) for line in WRITTEN.split("\n")[:-1])
    written = len(texts)
    while len(texts) < written + DRAWN:
        texts[drawer.text()] = None
    return list(texts)


def main() -> None:
    for text in french_texts():
        print(json.dumps({"text": text}, ensure_ascii=False))


if __name__ == "__main__":
    main()
