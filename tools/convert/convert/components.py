"""The components of a pipeline other than the named entity recogniser, and the section that lists all of them."""
from __future__ import annotations

from typing import Any, Dict, List, NamedTuple, Optional, Tuple

from spacy.lang.en.lemmatizer import EnglishLemmatizer
from spacy.pipeline import AttributeRuler, DependencyParser, EntityRecognizer, SentenceRecognizer, Tagger, Tok2Vec

from .config_check import COMPONENTS, Plan
from .container import Section, tensor
from .errors import ConvertError
from .lemma_tables import lemmatizer_sections
from .network import NetworkSections, check_greedy, linear_section, ner_sections, tower_sections, transition_sections
from .ruler_tables import ruler_sections
from .strings import NO_STRING, StringTable

_CLASSES = {"tok2vec": Tok2Vec, "tagger": Tagger, "parser": DependencyParser, "senter": SentenceRecognizer,
            "attribute_ruler": AttributeRuler, "lemmatizer": EnglishLemmatizer, "ner": EntityRecognizer}

ARC_MOVES = {"S": 0, "D": 1, "L": 2, "R": 3, "B": 4}
"""Name of an arc-eager transition -> ARC_* (spacy/pipeline/_parser_internals/arc_eager.pyx)."""
PARSER_SLOTS = 8
DELIMITER = "||"  # of a projectivised label (nonproj.pyx)
SUBTOKEN = "subtok"
ROOT = "ROOT"

SENTER_CLASSES = 2


class ArcMove(NamedTuple):
    """action: ARC_*. head_label: Y of a label X||Y, which is stored as X: the arc's head is to be looked for; else None."""

    action: int
    label: str
    head_label: Optional[str]


def check_class(pipe: Any, factory: str) -> None:
    """Refuses a component that a package's own code has given another behaviour."""
    expected = _CLASSES[factory]
    if type(pipe) is not expected:
        mode = f" (language {pipe.vocab.lang!r}, mode {pipe.mode!r})" if factory == "lemmatizer" else ""
        raise ConvertError(f"component {pipe.name}: {type(pipe).__module__}.{type(pipe).__qualname__}{mode} is not "
                           f"supported, only {expected.__module__}.{expected.__qualname__}")


def check_output(pipe: Any) -> None:
    """What the engine takes for granted of a linear layer: argmax of the plain scores, nothing overwritten.

    Probabilities (normalize) may round two scores to the same value, so that another class comes first.
    """
    if pipe.cfg["overwrite"]:
        raise ConvertError(f"component {pipe.name}: overwrite = true is not supported")
    if pipe.model.get_ref("softmax").attrs["softmax_normalize"]:
        raise ConvertError(f"component {pipe.name}: normalize = true is not supported")


def _output(prefix: str, pipe: Any, classes: int) -> Section:
    return linear_section(pipe.model.get_ref("softmax"), classes, int(pipe.model.get_ref("tok2vec").get_dim("nO")), prefix)


def tok2vec_sections(pipe: Any, strings: StringTable) -> NetworkSections:
    """Everything under tok2vec/: the tower that tagger and parser listen to."""
    return tower_sections("tok2vec", pipe.model, pipe.vocab.vectors)


def tagger_sections(pipe: Any, strings: StringTable) -> NetworkSections:
    """Everything under tagger/ of a Tagger."""
    check_output(pipe)
    labels = [strings.number(label) for label in pipe.labels]
    return NetworkSections([_output("tagger", pipe, len(labels)), tensor("tagger/labels", labels, "u4")], [])


def senter_sections(pipe: Any, strings: StringTable) -> NetworkSections:
    """Everything under senter/ of a SentenceRecognizer, which has a tower of its own."""
    check_output(pipe)
    tower = tower_sections("senter/tok2vec", pipe.model.get_ref("tok2vec"), pipe.vocab.vectors)
    return NetworkSections([*tower.network, _output("senter", pipe, SENTER_CLASSES)], tower.embeddings)


def read_arc_moves(moves: Any) -> List[ArcMove]:
    """Every class of the parser in the order of the upper layer's rows."""
    table = []
    for number in range(moves.n_moves):
        name = moves.get_class_name(number)
        action, _, label = name.partition("-")
        if action not in ARC_MOVES or label == SUBTOKEN:
            raise ConvertError(f"transition {name!r} of the parser is not supported")
        label, decorated, head_label = label.partition(DELIMITER)
        table.append(ArcMove(ARC_MOVES[action], label, head_label if decorated else None))
    return table


def parser_sections(pipe: Any, strings: StringTable) -> NetworkSections:
    """Everything under parser/ of a DependencyParser that listens to the shared tower."""
    check_greedy(pipe)
    if pipe.cfg.get("learn_tokens"):
        raise ConvertError(f"component {pipe.name}: learn_tokens = true is not supported")
    moves = read_arc_moves(pipe.moves)
    width = int(pipe.model.get_ref("tok2vec").layers[0].get_dim("nO"))
    rows = [(move.action, strings.number(move.label),
             NO_STRING if move.head_label is None else strings.number(move.head_label)) for move in moves]
    layers = transition_sections("parser", pipe.model, width, PARSER_SLOTS, len(moves))
    tables = [tensor("parser/moves", rows, "u4"), tensor("parser/root", [strings.number(ROOT)], "u4")]
    return NetworkSections([*layers, *tables], [])


def _ruler(pipe: Any, strings: StringTable) -> NetworkSections:
    return NetworkSections(ruler_sections(pipe, strings), [])


def _lemmatizer(pipe: Any, strings: StringTable) -> NetworkSections:
    return NetworkSections(lemmatizer_sections(pipe, strings), [])


_SECTIONS = {"tok2vec": tok2vec_sections, "parser": parser_sections, "ner": ner_sections, "tagger": tagger_sections,
             "attribute_ruler": _ruler, "lemmatizer": _lemmatizer, "senter": senter_sections}
"""What a run for entities reads lies together: entities do not cross the parser's sentence starts."""


def component_sections(nlp: Any, plan: Plan, strings: StringTable) -> Dict[str, NetworkSections]:
    """Factory -> sections, in the order in which a file has them: _SECTIONS'."""
    found: Dict[str, NetworkSections] = {}
    for component in sorted(plan.components, key=lambda component: list(_SECTIONS).index(component.factory)):
        pipe = nlp.get_pipe(component.name)
        check_class(pipe, component.factory)
        found[component.factory] = _SECTIONS[component.factory](pipe, strings)
    return found


def pipeline_section(plan: Plan) -> Section:
    """pipeline: COMPONENT_* and 1 if it runs by default, in spaCy's order."""
    return tensor("pipeline", [(COMPONENTS[item.factory], int(item.enabled)) for item in plan.components], "u4")


def labels_of(nlp: Any, plan: Plan) -> Dict[str, Tuple[str, ...]]:
    """Factory -> sorted labels, of the components that have some which mean something to people."""
    pipes = {component.factory: nlp.get_pipe(component.name) for component in plan.components}
    return {factory: tuple(sorted(pipes[factory].labels)) for factory in ("tagger", "parser", "ner") if factory in pipes}
