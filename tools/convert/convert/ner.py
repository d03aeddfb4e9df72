"""The named entity recogniser (spacy/pipeline/ner.pyx)."""

from __future__ import annotations

from typing import Any

from .constants import NER_EXTRA_SLOTS, NER_SLOTS, NerAction
from .container import tensor
from .errors import ConvertError
from .network import NetworkSections
from .strings import StringTable
from .transition import check_decisions, transition_sections

MOVES = {"B": NerAction.BEGIN, "I": NerAction.IN, "L": NerAction.LAST, "U": NerAction.UNIT, "O": NerAction.OUT}
"""First letter of a transition's name -> NER_* (spacy/pipeline/_parser_internals/ner.pyx)."""


def read_ner_moves(moves: Any) -> list[tuple[int, str]]:
    """(NER_* action, label) of every class, in the order of the upper layer's rows; O has the empty label."""
    table = []
    for number in range(moves.n_moves):
        name = moves.get_class_name(number)
        action, _, label = name.partition("-")
        if action not in MOVES:
            raise ConvertError(
                f"transition {name!r} of the named entity recogniser is not supported, only those of "
                "spaCy's BILUO system: train it without transitions of your own"
            )
        table.append((MOVES[action], label))
    return table


def ner_sections(pipe: Any, strings: StringTable) -> NetworkSections:
    """Everything under ner/ of an EntityRecognizer."""
    check_decisions(pipe)
    moves = read_ner_moves(pipe.moves)
    rows = [(action, strings.label(label)) for action, label in moves]
    network, embeddings = transition_sections("ner", pipe, (NER_SLOTS, NER_EXTRA_SLOTS), len(moves))
    return NetworkSections([*network, tensor("ner/moves", rows, "u4")], embeddings)
