"""Lemmatizers on tables that are drawn from texts, so that every path is taken, below a morphologizer with random weights."""

from __future__ import annotations

import random
from typing import Any

import small_pipelines as small
import spacy
from spacy.lookups import Lookups
from spacy.tokenizer import Tokenizer

SEED = 11
ENDINGS = ["s", "es", "ing", "ed", "er", "e", "é", "ly", "tion", "y", "σ", "ς", ".", "", "the"]
POS = [
    "noun",
    "verb",
    "adj",
    "adp",
    "adv",
    "aux",
    "cconj",
    "det",
    "pron",
    "punct",
    "sconj",
    "propn",
    "num",
    "x",
    "space",
]


# ---- tables ----------------------------------------------------------------------------------------------------------


def words_of(texts: list[str]) -> list[str]:
    """Lower-cased and other words, in a fixed order; short texts of letters mostly."""
    words = {word for text in texts for word in text.split() if 0 < len(word) < 12 and "\0" not in word}
    return sorted(words | {word.lower().strip(".,") for word in words} - {""})


def forms_of(word: str, draw: random.Random) -> list[str]:
    return [
        draw.choice([word, word[:-1] or "o", word + "er", word.upper(), "", "é" + word])
        for _ in range(draw.randint(1, 3))
    ]


ITALIAN_WORDS = [
    "l'",
    "lo",
    "la",
    "i",
    "gli",
    "le",
    "li",
    "un'",
    "un",
    "una",
    "d'",
    "alcun",
    "qualcun",
    "L'",
    "Un",
    "UNA",
]
PREFIXES = ["nie", "naj", "nienaj", "najnie", "NIE", "Naj"]


def pos_tables(texts: list[str], lang: str) -> Lookups:
    """As random_tables, a look-up table for each part of speech, with lower-cased and other words, some lemmas empty."""
    draw = random.Random(SEED)
    words = words_of(texts) + ITALIAN_WORDS + ["", "naj"]
    lookups = Lookups()
    names = {f"lemma_lookup_{pos}" for pos in [*POS, "num", "aux", "part", ""] if pos not in ("punct", "propn")}
    names |= {"lemma_lookup_other", "lemma_lookup"} if lang == "it" else set()
    for name in sorted(names):
        lemmas = {
            word: draw.choice(["alcun", "qualcun", *forms_of(word, draw)]) for word in words if draw.random() < 0.4
        }
        lookups.add_table(name, lemmas)
    return lookups


def random_tables(texts: list[str], texts_as_lemmas: bool) -> Lookups:
    """lemma_rules, lemma_index, lemma_exc and lemma_lookup. texts_as_lemmas: half of lemma_lookup are texts, not lists."""
    draw = random.Random(SEED)
    words = words_of(texts)
    parts = [pos for pos in POS if pos not in ("propn", "det", "x")]
    lookup: dict[str, Any] = {word: forms_of(word, draw) for word in words if draw.random() < 0.4}
    for word in lookup:
        if texts_as_lemmas and draw.random() < 0.5:
            lookup[word] = "".join(lookup[word]) or "é"
    tables: dict[str, dict[str, Any]] = {
        "lemma_rules": {pos: [[draw.choice(ENDINGS), draw.choice(ENDINGS)] for _ in range(12)] for pos in parts},
        "lemma_index": {pos: ["", *(word for word in words if draw.random() < 0.1)] for pos in parts if pos != "adv"},
        "lemma_exc": {
            pos: {word: forms_of(word, draw)[draw.randint(0, 1) :] for word in words if draw.random() < 0.1}
            for pos in parts
            if pos != "adj"
        },
        "lemma_lookup": lookup,
    }
    for table in tables["lemma_exc"].values():  # Persian's are not in lists
        table.update((word, "".join(forms)) for word, forms in table.items() if draw.random() < 0.1)
    lookups = Lookups()
    for name, table in tables.items():
        lookups.add_table(name, table)
    return lookups


def dutch_tables(texts: list[str]) -> Lookups:
    """As random_tables, with what Dutch needs: lemmas that are texts, exceptions with a form; and forms of rules,
    which compete with
    lemmas, are in the index."""
    draw = random.Random(SEED)
    lookups = random_tables(texts, texts_as_lemmas=True)
    words, lemmas = words_of(texts), lookups.get_table("lemma_lookup")
    index, rules = lookups.get_table("lemma_index"), lookups.get_table("lemma_rules")
    for key, listed in index.items():
        listed += [
            word[: len(word) - len(old)] + new
            for old, new in rules[key]
            for word in words
            if word.endswith(old) and draw.random() < 0.2
        ]
    listed = sorted({word for of_pos in index.values() for word in of_pos})
    for key, lemma in list(lemmas.items()):
        lemmas[key] = draw.choice(listed) if draw.random() < 0.5 else lemma if isinstance(lemma, str) else lemma[0]
    for table in lookups.get_table("lemma_exc").values():
        table.update((word, forms or ["x"]) for word, forms in table.items())
    return lookups


FEATURES = ["Number=Plur", "PronType=Prs", "VerbForm=Fin", "Case=Acc,Dat", "Person=3"]


def spanish_tables(texts: list[str]) -> Lookups:
    """As random_tables, for the Spanish algorithm, whose lists of rules have names and whose groups test features."""
    draw = random.Random(SEED)
    words = words_of(texts)
    whole = [[word, draw.choice(words)] for word in draw.sample(words, 200)]
    endings = [[old, draw.choice(ENDINGS)] for old in ENDINGS if old != "."] + [
        [old, ""] for old in ENDINGS if old.isalpha()
    ]
    lists = {
        "adverbs": whole[:50],
        "det": whole[50:90],
        "pron": whole[90:120],
        "det_and_pron_fixed": whole[120:160],
        "num": whole[160:],
        "det_and_pron_general": [["as", "o"], ["s", ""], ["e", "e"], ["he", "x"]],
        "voc_alt_1": [["e", "i"], ["a", "o"], ["ou", "u"]],
        "voc_alt_2": [["ea", "a"], ["ou", "o"], ["i", "ii"]],
        "accents": [["e", "\u00e9"], ["\u00e9", "e"], ["n", "nn"], ["o", ""]],
        **{f"list{number}": draw.sample(endings, 12) for number in range(6)},
    }
    variants = [
        (word[:-1] + draw.choice(ENDINGS)).replace(*draw.choice([("e", "i"), ("a", "o"), ("ea", "a"), ("e", "\u00e9")]))
        for word in words
        for _ in range(3)
    ]
    index = [word for word in words + variants if draw.random() < 0.1]
    asked = ["Number=Plur", "PronType=Prs", "VerbForm=Fin", "Case=Dat", "Person=3", "Person"]
    groups = [[f"list{number}", draw.sample(asked, draw.randint(0, 2))] for number in range(7)]
    tables: dict[str, dict[str, Any]] = {
        "lemma_rules": lists,
        "lemma_rules_groups": {"verb": groups[:4], "noun": groups[2:5], "adj": groups[4:]},
        "lemma_index": {
            pos: ["", *draw.sample(index, len(index) // 2)] for pos in ("noun", "adj", "verb", "pron", "det")
        },
        "lemma_exc": {
            pos: {word: [draw.choice([*words, ""]), "x"] for word in draw.sample(words, 60)}
            for pos in ("noun", "aux", "verb", "pron", "num")
        },
    }
    tables["lemma_exc"]["pron"]["los"] = ["el"]
    lookups = Lookups()
    for name, table in tables.items():
        lookups.add_table(name, table)
    return lookups


# ---- pipelines -------------------------------------------------------------------------------------------------------


def blank(lang: str, tokenizer: str = "en") -> Any:
    """A language with the English tokenizer: its own is compared elsewhere. tokenizer: the language of another one."""
    nlp = spacy.blank(lang)
    other = spacy.blank(tokenizer).tokenizer
    nlp.tokenizer = Tokenizer(
        nlp.vocab,
        rules=other.rules,
        prefix_search=other.prefix_search,
        suffix_search=other.suffix_search,
        infix_finditer=other.infix_finditer,
        url_match=other.url_match,
    )
    nlp.add_pipe("tok2vec", config={"model": small.encoder()})
    nlp.add_pipe("morphologizer", config=small.labeller(overwrite=True))
    return nlp


def mix_features(token: Any) -> None:
    """Gives a token features that the Spanish groups ask for, each in half of the cases."""
    draw = random.Random(token.i * 1000 + len(token.text))
    token.set_morph("|".join(sorted(feature for feature in FEATURES if draw.random() < 0.5)))


def pipeline(lang: str, mode: str, lookups: Lookups, overwrite: bool = False) -> Any:
    nlp = blank(lang, "it" if lang == "it" else "en")  # Italian's leaves l' whole
    small.randomise(nlp, small.gold_docs(mix_features if lang == "es" else None, 80))
    nlp.add_pipe("lemmatizer", config={"mode": mode, "overwrite": overwrite}).initialize(lookups=lookups)
    return nlp
