"""Libraries that build on spaCy, with tern inside: the same results as with spaCy alone. Skipped where they are not installed."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from typing import Any

import pytest

pytest.importorskip("spacy")

from common import ROOT, SPACY_PACKAGE
from corpus import project_texts
from spacy.language import Language

TEXTS = project_texts()[:60]
ABOUT_PEOPLE = (
    "My name is David Johnson and I live in Seattle. Call me at 212-555-5555 or write to david@example.org.",
    "Mr. Smith's credit card is 4095-2609-9393-4932; it was issued in Paris on May 3, 2019.",
    "simple text",
)

# ---- Presidio --------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def presidio() -> Any:
    return pytest.importorskip(
        "presidio_analyzer", reason="presidio-analyzer is not installed: pip install presidio-analyzer"
    )


def engine_on(nlp: Language, presidio: Any) -> Any:
    from presidio_analyzer.nlp_engine import SpacyNlpEngine

    engine = SpacyNlpEngine(models=[{"lang_code": "en", "model_name": SPACY_PACKAGE}])
    engine.nlp = {"en": nlp}
    return engine


def artifacts(found: Any) -> tuple[Any, ...]:
    return (
        [token.text for token in found.tokens],
        list(found.tokens_indices),
        list(found.lemmas),
        [(entity.start_char, entity.end_char, entity.label_) for entity in found.entities],
        list(found.scores),
        set(found.keywords),
    )


def test_presidio_artifacts(nlp_full: Language, nlp_tern: Language, presidio: Any) -> None:
    want, got = engine_on(nlp_full, presidio), engine_on(nlp_tern, presidio)
    for text in (*ABOUT_PEOPLE, *TEXTS):
        assert artifacts(got.process_text(text, "en")) == artifacts(want.process_text(text, "en"))


def test_presidio_batches(nlp_full: Language, nlp_tern: Language, presidio: Any) -> None:
    """With batch_size and as_tuples, as its batch engine calls it."""
    given = [(text, {"number": i}) for i, text in enumerate(TEXTS[:20])]

    def batches(nlp: Language) -> Iterator[Any]:
        for text, found, context in engine_on(nlp, presidio).process_batch(given, "en", batch_size=4, as_tuples=True):
            yield text, artifacts(found), context
        for text, found in engine_on(nlp, presidio).process_batch(["simple text"] * 2, "en"):
            yield text, artifacts(found)

    assert list(batches(nlp_tern)) == list(batches(nlp_full))


def test_presidio_words(nlp_full: Language, nlp_tern: Language, presidio: Any) -> None:
    want, got = engine_on(nlp_full, presidio), engine_on(nlp_tern, presidio)
    for word in ("the", "The", "person", ",", "!", "n't", "x"):
        assert got.is_stopword(word, "en") == want.is_stopword(word, "en")
        assert got.is_punct(word, "en") == want.is_punct(word, "en")


def test_presidio_analyzer(nlp_full: Language, nlp_tern: Language, presidio: Any) -> None:
    def findings(nlp: Language) -> list[Any]:
        analyzer = presidio.AnalyzerEngine(nlp_engine=engine_on(nlp, presidio), supported_languages=["en"])
        return [sorted(map(str, analyzer.analyze(text, language="en"))) for text in ABOUT_PEOPLE]

    found = findings(nlp_tern)
    assert found == findings(nlp_full)
    assert any("PERSON" in line for line in found[0]) and any("PHONE_NUMBER" in line for line in found[0])


def test_presidio_as_the_document_says(package: Any, presidio: Any, capsys: pytest.CaptureFixture[str]) -> None:
    text = (ROOT / "docs" / "python.md").read_text("utf-8")
    block = re.search(r"^```py\n(from presidio_analyzer.*?)^```$", text, re.S | re.M)
    assert block is not None
    exec(block[1].replace("en_core_web_sm", SPACY_PACKAGE), {})
    assert "David Johnson PERSON" in capsys.readouterr().out


# ---- textacy ---------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def textacy(tmp_path_factory: pytest.TempPathFactory) -> Any:
    os.environ.setdefault("TEXTACY_DATA_DIR", str(tmp_path_factory.mktemp("textacy")))
    return pytest.importorskip("textacy", reason="textacy is not installed: pip install textacy")


def test_textacy(nlp_full: Language, nlp_tern: Language, textacy: Any) -> None:
    """What it makes of tokens, parses, entities and its own extensions of Doc."""
    import textacy.extract
    import textacy.representations
    import textacy.text_stats

    def extracted(nlp: Language, text: str) -> list[Any]:
        doc = textacy.make_spacy_doc(text, lang=nlp)
        extract = textacy.extract
        return [
            [span.text for span in extract.entities(doc, drop_determiners=True)],
            [span.text for span in extract.noun_chunks(doc)],
            [span.text for span in extract.ngrams(doc, 2, filter_stops=True)],
            [
                [[token.text for token in part] for part in triple]
                for triple in extract.subject_verb_object_triples(doc)
            ],
            extract.keyterms.textrank(doc, normalize="lemma", topn=5),
            textacy.text_stats.basics.n_sents(doc),
            doc._.preview,
        ]

    text = " ".join(TEXTS[:12])
    assert extracted(nlp_tern, text) == extracted(nlp_full, text)


def test_textacy_corpus(nlp_full: Language, nlp_tern: Language, textacy: Any) -> None:
    def counts(nlp: Language) -> Any:
        corpus = textacy.Corpus(nlp, data=TEXTS)
        return corpus.n_docs, corpus.n_sents, corpus.n_tokens, corpus.word_counts(by="lemma")

    assert counts(nlp_tern) == counts(nlp_full)
