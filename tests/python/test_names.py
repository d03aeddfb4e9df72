"""What spaCy's classes and modules show, tern_nlp shows too, or says where it is: nothing is forgotten in silence."""

from __future__ import annotations

import importlib
import pkgutil
import warnings
from typing import Any

import pytest

spacy = pytest.importorskip("spacy")

CLASSES = """language.Language tokens.Doc tokens.Token tokens.Span tokens.SpanGroup tokens.DocBin tokens.MorphAnalysis vocab.Vocab
    lexeme.Lexeme strings.StringStore vectors.Vectors morphology.Morphology tokenizer.Tokenizer matcher.Matcher
    matcher.PhraseMatcher matcher.DependencyMatcher lookups.Lookups lookups.Table pipeline.EntityRuler pipeline.SpanRuler
    pipeline.Sentencizer pipeline.AttributeRuler tokens._dict_proxies.SpanGroups tokens.underscore.Underscore
    training.Example training.Alignment scorer.Scorer scorer.PRFScore""".split()
NOT_OURS: dict[str, set[str]] = {
    "Doc": {"mem"},  # cymem's pool
    "Language": {"default_config"},  # of training
    "Vocab": {"length"},  # of cymem's map
    "Vectors": {"to_ops", "vectors_length"},  # for a GPU; BaseVectors alone has the second
}
"""Names of classes that have no meaning without spaCy's memory and thinc."""
INTERNALS: dict[str, set[str]] = {
    "errors": {"ErrorsWithCodes", "filter_warning", "setup_default_warnings"},
    "morphology": {"unpickle_morphology"},
    "parts_of_speech": {"univ_pos_t"},
    "pipe_analysis": {"get_attr_info", "validate_attrs"},
    "pipeline.attributeruler": {"make_attribute_ruler_scorer"},
    "pipeline.entityruler": {"entity_ruler_score", "make_entity_ruler_scorer"},
    "pipeline.pipe": {"deserialize_config"},
    "pipeline.span_ruler": {"make_overlapping_labeled_spans_scorer"},
    "registrations": {"populate_registry"},
    "scorer": {"trapezoid"},
    "symbols": {"sort_nums"},
    "tokens.doc": {"fix_attributes", "get_entity_info", "pickle_doc", "remove_label_if_necessary", "unpickle_doc"},
    "training.example": {"annotations_to_doc"},
    "vectors": {"unpickle_vectors"},
    "vocab": {"pickle_vocab", "unpickle_vocab"},
}
"""Functions by which spaCy's modules do their work, and which nobody outside calls."""


def instance_of(package: Any, name: str) -> Any:
    """One of tern_nlp, as attributes may be of instances; None where the class tells all."""
    nlp = package.blank("en")
    doc = nlp("Some words here.")
    ruler = importlib.import_module("tern_nlp.pipeline")
    matcher = importlib.import_module("tern_nlp.matcher")
    found = {
        "Language": nlp,
        "Doc": doc,
        "Token": doc[0],
        "Span": doc[0:1],
        "Vocab": nlp.vocab,
        "Lexeme": nlp.vocab["x"],
        "Tokenizer": nlp.tokenizer,
        "Vectors": nlp.vocab.vectors,
        "Morphology": nlp.vocab.morphology,
        "SpanGroup": importlib.import_module("tern_nlp.tokens").SpanGroup(doc),
        "Sentencizer": ruler.Sentencizer(),
        "AttributeRuler": ruler.AttributeRuler(nlp.vocab),
        "EntityRuler": ruler.EntityRuler(nlp),
        "SpanRuler": ruler.SpanRuler(nlp),
        "Example": importlib.import_module("tern_nlp.training").Example(doc, doc),
        "Alignment": importlib.import_module("tern_nlp.training").Alignment.from_strings(["a"], ["a"]),
    }
    for kind in ("Matcher", "PhraseMatcher", "DependencyMatcher"):
        found[kind] = getattr(matcher, kind)(nlp.vocab)
    return found.get(name)


@pytest.mark.parametrize("path", CLASSES)
def test_classes(package: Any, path: str) -> None:
    module, _, name = path.rpartition(".")
    want = getattr(importlib.import_module(f"spacy.{module}"), name)
    got = getattr(importlib.import_module(f"tern_nlp.{module}"), name)
    one = instance_of(package, name)
    missing = {
        attribute
        for attribute in dir(want)
        if not attribute.startswith("_")
        and not hasattr(got, attribute)
        and not (one is not None and hasattr(one, attribute))
    }
    assert missing == NOT_OURS.get(name, set())


def modules() -> list[str]:
    """Of spaCy, without its tests, its languages, its command line and its networks."""
    left_out = ("spacy.tests", "spacy.lang.", "spacy.cli.", "spacy.ml", "spacy.kb", "spacy.tern_")
    return [info.name for info in pkgutil.walk_packages(spacy.__path__, "spacy.") if not info.name.startswith(left_out)]


@pytest.mark.parametrize("name", modules())
def test_modules(package: Any, name: str) -> None:
    """Each is there, or importing it says that it is spaCy's; so is each of its functions and classes."""
    try:
        got = importlib.import_module(f"tern_nlp{name[len('spacy') :]}")
    except NotImplementedError as error:
        assert "tern_nlp.spacy" in str(error)
        return
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        want = importlib.import_module(name)
    forgotten = {
        attribute
        for attribute in dir(want)
        if not attribute.startswith("_") and is_of(want, attribute) and not hasattr_or_told(got, attribute)
    }
    assert forgotten == INTERNALS.get(name.partition(".")[2], set())


def is_of(module: Any, name: str) -> bool:
    value = getattr(module, name, None)
    return callable(value) and getattr(value, "__module__", None) == module.__name__


def hasattr_or_told(module: Any, name: str) -> bool:
    try:
        getattr(module, name)
    except AttributeError:
        return False
    except NotImplementedError as error:
        return "tern_nlp.spacy" in str(error)
    return True
