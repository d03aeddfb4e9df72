"""The dependency parser (spacy/pipeline/dep_parser.pyx)."""

from __future__ import annotations

from typing import Any, NamedTuple

from .constants import NO_STRING, PARSER_EXTRA_SLOTS, PARSER_SLOTS, ArcAction
from .container import tensor
from .errors import ConvertError
from .network import NetworkSections
from .strings import StringTable
from .transition import check_decisions, transition_sections

MOVES = {"S": ArcAction.SHIFT, "D": ArcAction.REDUCE, "L": ArcAction.LEFT, "R": ArcAction.RIGHT, "B": ArcAction.BREAK}
"""Name of an arc-eager transition -> ARC_* (spacy/pipeline/_parser_internals/arc_eager.pyx)."""
DELIMITER = "||"  # of a projectivised label (nonproj.pyx)
SUBTOKEN = "subtok"
ROOT = "ROOT"


class ArcMove(NamedTuple):
    """action: ARC_*. head_label: Y of a label X||Y, which is stored as X: the arc's head is to be looked for; else None."""

    action: int
    label: str
    head_label: str | None


def read_arc_moves(moves: Any) -> list[ArcMove]:
    """Every class of the parser in the order of the upper layer's rows."""
    table = []
    for number in range(moves.n_moves):
        name = moves.get_class_name(number)
        action, _, label = name.partition("-")
        if action not in MOVES or label == SUBTOKEN:
            raise ConvertError(
                f"transition {name!r} of the parser is not supported, only those of spaCy's arc-eager system: train "
                "the parser without learn_tokens and without transitions of your own"
            )
        label, decorated, head_label = label.partition(DELIMITER)
        table.append(ArcMove(MOVES[action], label, head_label if decorated else None))
    return table


def check_parser(pipe: Any) -> None:
    check_decisions(pipe)
    if pipe.cfg.get("learn_tokens"):
        raise ConvertError(f"component {pipe.name}: learn_tokens = true is not supported: train it with false")


def parser_sections(pipe: Any, strings: StringTable) -> NetworkSections:
    """Everything under parser/ of a DependencyParser."""
    check_parser(pipe)
    moves = read_arc_moves(pipe.moves)
    rows = [
        (
            move.action,
            strings.label(move.label),
            NO_STRING if move.head_label is None else strings.label(move.head_label),
        )
        for move in moves
    ]
    network, embeddings = transition_sections("parser", pipe, (PARSER_SLOTS, PARSER_EXTRA_SLOTS), len(moves))
    tables = [tensor("parser/moves", rows, "u4"), tensor("parser/root", [strings.number(ROOT)], "u4")]
    return NetworkSections([*network, *tables], embeddings)
