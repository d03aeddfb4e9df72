"""The components of a pipeline other than the named entity recogniser, and the section that lists all of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from spacy.parts_of_speech import NAMES as POS_NAMES
from spacy.pipeline import (
    AttributeRuler,
    DependencyParser,
    EditTreeLemmatizer,
    EntityRecognizer,
    Morphologizer,
    SentenceRecognizer,
    Sentencizer,
    Tagger,
    TextCategorizer,
    Tok2Vec,
)
from spacy.pipeline.textcat_multilabel import MultiLabel_TextCategorizer
from spacy.strings import get_string_id

from .config_check import COMPONENTS, TEXTCATS, Component, Plan
from .container import Section, tensor
from .edit_trees import edit_tree_sections
from .errors import ConvertError, at_fault
from .lemma_tables import lemmatizer_sections
from .network import (
    NetworkSections,
    check_greedy,
    encoder_sections,
    linear_section,
    ner_sections,
    own_encoder_sections,
    transition_sections,
)
from .ruler_tables import ruler_sections
from .strings import NO_STRING, StringTable
from .textcat_tables import textcat_sections

_CLASSES = {
    "tok2vec": Tok2Vec,
    "tagger": Tagger,
    "parser": DependencyParser,
    "senter": SentenceRecognizer,
    "attribute_ruler": AttributeRuler,
    "lemmatizer": None,
    "ner": EntityRecognizer,
    "morphologizer": Morphologizer,
    "trainable_lemmatizer": EditTreeLemmatizer,
    "sentencizer": Sentencizer,
    "textcat": TextCategorizer,
    "textcat_multilabel": MultiLabel_TextCategorizer,
}
"""Factory -> the only class that is supported; None: lemma_kinds.py tells."""

ARC_MOVES = {"S": 0, "D": 1, "L": 2, "R": 3, "B": 4}
"""Name of an arc-eager transition -> ARC_* (spacy/pipeline/_parser_internals/arc_eager.pyx)."""
PARSER_SLOTS = (8, 13)
"""Without and with extra_state_tokens (engine/model_bind.h)."""
DELIMITER = "||"  # of a projectivised label (nonproj.pyx)
SUBTOKEN = "subtok"
ROOT = "ROOT"

SENTER_CLASSES = 2


class ArcMove(NamedTuple):
    """action: ARC_*. head_label: Y of a label X||Y, which is stored as X: the arc's head is to be looked for; else None."""

    action: int
    label: str
    head_label: str | None


def check_class(pipe: Any, factory: str) -> None:
    """Refuses a component that a package's own code has given another behaviour."""
    expected = _CLASSES[factory]
    if expected is not None and type(pipe) is not expected:
        raise ConvertError(
            f"component {pipe.name}: {type(pipe).__module__}.{type(pipe).__qualname__} is not "
            f"supported, only {expected.__module__}.{expected.__qualname__}: train the component with that"
        )


def check_output(pipe: Any) -> None:
    """What the engine takes for granted of a linear layer: argmax of the plain scores.

    Probabilities (normalize) may round two scores to the same value, so that another class comes first.
    """
    if pipe.model.get_ref("softmax").attrs["softmax_normalize"]:
        raise ConvertError(
            f"component {pipe.name}: normalize = true is not supported: train it with false, or load the pipeline, "
            f"set nlp.get_pipe({pipe.name!r}).model.get_ref('softmax').attrs['softmax_normalize'] = False, "
            "and save it"
        )


def _tagger_network(factory: str, pipe: Any, classes: int) -> NetworkSections:
    """Own encoder and output layer of a Tagger's model (spacy/ml/models/tagger.py)."""
    check_output(pipe)
    tok2vec = pipe.model.get_ref("tok2vec")
    encoder = own_encoder_sections(factory, pipe, tok2vec)
    output = linear_section(pipe.model.get_ref("softmax"), classes, int(tok2vec.get_dim("nO")), factory)
    return NetworkSections([*encoder.network, output], encoder.embeddings)


def tok2vec_sections(pipe: Any, strings: StringTable) -> NetworkSections:
    """Everything under tok2vec/: the encoder that others listen to."""
    return encoder_sections("tok2vec", pipe.model, pipe.vocab.vectors)


def tagger_sections(pipe: Any, strings: StringTable) -> NetworkSections:
    """Everything under tagger/ of a Tagger. As nothing has set TAG before it, its setting overwrite changes nothing."""
    labels = [strings.label(label) for label in pipe.labels]
    network, embeddings = _tagger_network("tagger", pipe, len(labels))
    return NetworkSections([*network, tensor("tagger/labels", labels, "u4")], embeddings)


def _morphology(pipe: Any, label: str) -> tuple[str, str]:
    """MORPH and POS of a label, "" where it has none."""
    analysis = pipe.vocab.strings[pipe.vocab.morphology.add(pipe.cfg["labels_morph"][label])]
    pos = pipe.cfg["labels_pos"].get(label, 0)
    if pos not in POS_NAMES:
        raise ConvertError(
            f"component {pipe.name}: the label {label!r} has the part of speech {pos!r}, which spaCy lacks: train "
            "it with those of Universal Dependencies"
        )
    return "" if analysis == pipe.vocab.morphology.EMPTY_MORPH else analysis, POS_NAMES[pos]


def morphologizer_sections(pipe: Any, strings: StringTable) -> NetworkSections:
    """Everything under morphologizer/ of a Morphologizer. As nothing has set MORPH and POS before it, its settings overwrite
    and extend change nothing."""
    rows = [[strings.label(text) for text in _morphology(pipe, label)] for label in pipe.labels]
    network, embeddings = _tagger_network("morphologizer", pipe, len(rows))
    return NetworkSections([*network, tensor("morphologizer/labels", rows, "u4")], embeddings)


def trainable_lemmatizer_sections(pipe: Any, strings: StringTable) -> NetworkSections:
    """Everything under trainable_lemmatizer/ of an EditTreeLemmatizer. As nothing has set LEMMA before it, its setting
    overwrite changes nothing."""
    network, embeddings = _tagger_network("trainable_lemmatizer", pipe, len(pipe.labels))
    return NetworkSections([*network, *edit_tree_sections(pipe, strings)], embeddings)


def senter_sections(pipe: Any, strings: StringTable) -> NetworkSections:
    """Everything under senter/ of a SentenceRecognizer."""
    network, embeddings = _tagger_network("senter", pipe, SENTER_CLASSES)
    settings = [tensor("senter/settings", [1], "u4")] if pipe.cfg["overwrite"] else []
    return NetworkSections([*network, *settings], embeddings)


def read_arc_moves(moves: Any) -> list[ArcMove]:
    """Every class of the parser in the order of the upper layer's rows."""
    table = []
    for number in range(moves.n_moves):
        name = moves.get_class_name(number)
        action, _, label = name.partition("-")
        if action not in ARC_MOVES or label == SUBTOKEN:
            raise ConvertError(
                f"transition {name!r} of the parser is not supported, only those of spaCy's arc-eager system: train "
                "the parser without learn_tokens and without transitions of your own"
            )
        label, decorated, head_label = label.partition(DELIMITER)
        table.append(ArcMove(ARC_MOVES[action], label, head_label if decorated else None))
    return table


def parser_sections(pipe: Any, strings: StringTable) -> NetworkSections:
    """Everything under parser/ of a DependencyParser."""
    check_greedy(pipe)
    if pipe.cfg.get("learn_tokens"):
        raise ConvertError(f"component {pipe.name}: learn_tokens = true is not supported: train it with false")
    moves = read_arc_moves(pipe.moves)
    rows = [
        (
            move.action,
            strings.label(move.label),
            NO_STRING if move.head_label is None else strings.label(move.head_label),
        )
        for move in moves
    ]
    network, embeddings = transition_sections("parser", pipe, PARSER_SLOTS, len(moves))
    tables = [tensor("parser/moves", rows, "u4"), tensor("parser/root", [strings.number(ROOT)], "u4")]
    return NetworkSections([*network, *tables], embeddings)


def sentencizer_sections(pipe: Any, strings: StringTable) -> NetworkSections:
    """Everything under sentencizer/ of a Sentencizer."""
    if not pipe.punct_chars or not all(isinstance(mark, str) for mark in pipe.punct_chars):
        raise ConvertError(f"component {pipe.name}: punct_chars are not a set of texts, or there are none: name some")
    marks = np.array(sorted(get_string_id(mark) for mark in pipe.punct_chars), dtype="<u8")
    settings = tensor("sentencizer/settings", [int(pipe.overwrite)], "u4")
    return NetworkSections([settings, Section("sentencizer/marks", marks)], [])


def _ruler(pipe: Any, strings: StringTable) -> NetworkSections:
    return NetworkSections(ruler_sections(pipe, strings), [])


def _lemmatizer(pipe: Any, strings: StringTable) -> NetworkSections:
    return NetworkSections(lemmatizer_sections(pipe, strings), [])


_SECTIONS = {
    "tok2vec": tok2vec_sections,
    "parser": parser_sections,
    "ner": ner_sections,
    "tagger": tagger_sections,
    "morphologizer": morphologizer_sections,
    "trainable_lemmatizer": trainable_lemmatizer_sections,
    "attribute_ruler": _ruler,
    "lemmatizer": _lemmatizer,
    "senter": senter_sections,
    "sentencizer": sentencizer_sections,
}
_ORDER = (*_SECTIONS, *TEXTCATS)
"""What a run for entities reads lies together: entities do not cross the parser's sentence starts."""


def _labels_before(nlp: Any, plan: Plan, classifier: Component) -> Sequence[str]:
    """Labels of the other text classifier, if that is earlier in the pipeline."""
    before = plan.components[: plan.components.index(classifier)]
    return next((nlp.get_pipe(component.name).labels for component in before if component.factory in TEXTCATS), ())


def _sections_of(nlp: Any, plan: Plan, component: Component, strings: StringTable) -> NetworkSections:
    pipe = nlp.get_pipe(component.name)
    check_class(pipe, component.factory)
    if component.factory in TEXTCATS:
        return textcat_sections(component.factory, pipe, strings, _labels_before(nlp, plan, component))
    return _SECTIONS[component.factory](pipe, strings)


def component_sections(nlp: Any, plan: Plan, strings: StringTable) -> dict[str, NetworkSections]:
    """Factory -> sections, in the order in which a file has them."""
    found: dict[str, NetworkSections] = {}
    for component in sorted(plan.components, key=lambda component: _ORDER.index(component.factory)):
        with at_fault(component.name):
            found[component.factory] = _sections_of(nlp, plan, component, strings)
    return found


def pipeline_section(plan: Plan) -> Section:
    """pipeline: COMPONENT_* and 1 if it runs by default, in spaCy's order; no row for a tokenizer alone."""
    rows = [(COMPONENTS[item.factory], int(item.enabled)) for item in plan.components]
    return Section("pipeline", tensor("pipeline", rows, "u4").array.reshape(-1, 2))


def labels_of(nlp: Any, plan: Plan) -> dict[str, tuple[str, ...]]:
    """Factory -> sorted labels, of the components that have some which mean something to people."""
    pipes = {component.factory: nlp.get_pipe(component.name) for component in plan.components}
    return {
        factory: tuple(sorted(pipes[factory].labels))
        for factory in ("tagger", "parser", "ner", *TEXTCATS)
        if factory in pipes
    }
