"""Components that cannot be converted are refused by name, with a reason and what to do."""

from __future__ import annotations

from typing import Any

import pytest
import spacy
from convert.config_check import plan_conversion
from convert.errors import ConvertError
from convert.factories import FACTORIES
from convert.unsupported import REASONS
from spacy.language import Language
from spacy.tokens import Doc

REFUSED = {"entity_linker": "knowledge base"}
"""What spaCy itself brings -> words of the reason."""


def refusal(config: dict[str, Any]) -> str:
    with pytest.raises(ConvertError) as raised:
        plan_conversion(config)
    return str(raised.value)


@pytest.mark.parametrize("factory", REFUSED)
def test_a_factory_of_spacy(factory: str) -> None:
    nlp = spacy.blank("en")
    nlp.add_pipe(factory, name="mine")
    message = refusal(nlp.config.interpolate())
    assert message.startswith(f"component mine (factory {factory}) is not supported: ")
    assert REFUSED[factory] in message and message.endswith("nothing of the pipeline would be left but the tokenizer")


@pytest.mark.parametrize(
    "factory, words",
    [
        ("transformer", "convolutional networks only"),
        ("curated_transformer", "sm, md or lg"),
        ("experimental_coref", "mentions"),
        ("some_package.thing", "no code of a package's own"),
    ],
)
def test_a_factory_of_a_package_that_is_not_installed(factory: str, words: str) -> None:
    """The configuration alone is enough: spaCy is not asked to load it."""
    config = spacy.blank("en").config.interpolate()
    config["nlp"]["pipeline"].append("mine")
    config["components"]["mine"] = {"factory": factory}
    assert words in refusal(config)


@Language.component("tern_test_nothing")
def nothing(doc: Doc) -> Doc:
    return doc


def test_a_component_that_is_a_function() -> None:
    nlp = spacy.blank("en")
    nlp.add_pipe("tern_test_nothing")
    message = refusal(nlp.config.interpolate())
    assert (
        "component tern_test_nothing (factory tern_test_nothing) is not supported: tern knows tok2vec, tagger"
        in message
    )


def test_no_reason_is_left_of_what_converts() -> None:
    assert set(REASONS) & set(FACTORIES) == set()
