"""The project's texts mean little if the model finds too little in them."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest

pytest.importorskip("spacy")

import oracle_inside
from comparison import spacy_alone
from corpus import project_texts

pytestmark = spacy_alone

# Rules for tags that the tagger does not know (6, 10, 24, 52, 54, 55), for VBP with the text 's (139), and for _SP where
# there is no white space (176).
UNREACHED_RULES = {6, 10, 24, 52, 54, 55, 139, 176}
# Labels of arcs that were trained a handful of times.
UNREACHED_CLASSES = {
    "L-prep||nsubj",
    "L-advmod||ccomp",
    "L-oprd",
    "R-prep||nsubj",
    "R-acl||nsubj",
    "R-meta",
    "R-csubj",
    "R-nsubjpass",
    "R-relcl||pobj",
    "R-prep||pobj",
}


@pytest.fixture(scope="module")
def documents(nlp_everything) -> list[Any]:
    return list(nlp_everything.pipe(project_texts()))


@pytest.fixture(scope="module")
def parser_classes(nlp_everything) -> dict[str, Counter]:
    """How often each class of the parser is chosen, by text."""
    names = oracle_inside.class_names(nlp_everything, "parser")
    docs = {text: nlp_everything.make_doc(text) for text in project_texts()}
    return {
        text: Counter(names[cls] for cls in oracle_inside.trace(nlp_everything, "parser", doc).chosen)
        for text, doc in docs.items()
        if len(doc)
    }


def test_every_entity_label_occurs(nlp_everything, documents) -> None:
    assert {ent.label_ for doc in documents for ent in doc.ents} == set(nlp_everything.get_pipe("ner").labels)


def test_every_tag_and_dependency_occurs(nlp_everything, documents) -> None:
    assert {token.tag_ for doc in documents for token in doc} == set(nlp_everything.get_pipe("tagger").labels)
    assert {token.dep_ for doc in documents for token in doc} == set(nlp_everything.get_pipe("parser").labels)


def test_every_common_class_of_the_parser_is_chosen(nlp_everything, parser_classes) -> None:
    chosen = set().union(*parser_classes.values())
    assert set(oracle_inside.class_names(nlp_everything, "parser")) - chosen == UNREACHED_CLASSES
    assert sum("||" in name for name in chosen) > 15


def test_tokens_are_put_back(nlp_everything, parser_classes) -> None:
    """A token is pushed once, and once again each time that it was put back (_state.pxd unshift)."""
    pushed = {
        text: sum(count for name, count in classes.items() if name == "S" or name.startswith("R-"))
        for text, classes in parser_classes.items()
    }
    put_back = [text for text, pushes in pushed.items() if pushes > len(nlp_everything.make_doc(text))]
    assert len(put_back) > 50


def test_every_rule_of_the_attribute_ruler_matches(nlp_everything) -> None:
    components = [nlp_everything.get_pipe(name) for name in ("tok2vec", "tagger", "parser")]
    ruler = nlp_everything.get_pipe("attribute_ruler")
    matched = set()
    for text in project_texts():
        doc = nlp_everything.make_doc(text)
        for component in components:
            doc = component(doc)
        matched.update(match[0] for match in ruler.match(doc))
    assert set(range(len(ruler.patterns))) - matched == UNREACHED_RULES
