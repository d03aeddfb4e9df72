"""The texts in which a regular expression is found, where there are finitely many of them.

The attribute ruler's expressions, such as ^n'?t$, stand for a handful of words: the file has the words. Python's own parser
gives the tree, and Python's own matcher has the last word on every text.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable
from typing import Any, NamedTuple

from .errors import ConvertError
from .regex_syntax import sre_parse

MAX_TEXTS = 1000
MAX_REPEATS = 64


class _Path(NamedTuple):
    """A way through the expression. begins, ends: did it pass an anchor to the beginning, to the end of the text."""

    text: str = ""
    begins: bool = False
    ends: bool = False

    def then(self, other: _Path) -> _Path:
        return _Path(self.text + other.text, self.begins or other.begins, self.ends or other.ends)


_ANCHORS = {
    sre_parse.AT_BEGINNING: _Path(begins=True),
    sre_parse.AT_BEGINNING_STRING: _Path(begins=True),
    sre_parse.AT_END: _Path(ends=True),
    sre_parse.AT_END_STRING: _Path(ends=True),
}


def _limited(paths: Iterable[_Path]) -> list[_Path]:
    found = list(dict.fromkeys(itertools.islice(paths, MAX_TEXTS + 1)))
    if len(found) > MAX_TEXTS:
        raise ConvertError(f"it matches more than {MAX_TEXTS} texts")
    return found


def _joined(parts: Iterable[list[_Path]]) -> list[_Path]:
    paths = [_Path()]
    for part in parts:
        paths = _limited(a.then(b) for a, b in itertools.product(paths, part))
    return paths


def _characters(items: Any) -> list[_Path]:
    """A class of characters, as listed ones and ranges."""
    codes: list[int] = []
    for code, value in items:
        if code is sre_parse.LITERAL:
            codes.append(value)
        elif code is sre_parse.RANGE:
            codes.extend(range(value[0], min(value[1], value[0] + MAX_TEXTS) + 1))
        else:
            raise ConvertError("it has a class of characters that is not a list of them")
    return _limited(_Path(chr(code)) for code in codes)


def _repeated(least: int, most: Any, body: Any) -> list[_Path]:
    if most is sre_parse.MAXREPEAT or most > MAX_REPEATS:
        raise ConvertError("it has a repetition without a small limit")
    once = _paths(body)
    return _limited(itertools.chain.from_iterable(_joined([once] * count) for count in range(least, most + 1)))


def _group(add_flags: int, del_flags: int, body: Any) -> list[_Path]:
    if add_flags or del_flags:
        raise ConvertError("it has flags")
    return _paths(body)


def _step(code: Any, value: Any) -> list[_Path]:
    if code is sre_parse.LITERAL:
        return [_Path(chr(value))]
    if code is sre_parse.IN:
        return _characters(value)
    if code is sre_parse.AT and value in _ANCHORS:
        return [_ANCHORS[value]]
    if code is sre_parse.BRANCH:
        return _limited(itertools.chain.from_iterable(_paths(branch) for branch in value[1]))
    if code is sre_parse.SUBPATTERN:
        return _group(value[1], value[2], value[3])
    if code in (sre_parse.MAX_REPEAT, sre_parse.MIN_REPEAT):
        return _repeated(*value)
    raise ConvertError(f"it uses {str(code).lower()}")


def _paths(items: Any) -> list[_Path]:
    return _joined(_step(code, value) for code, value in items)


def matching_texts(pattern: str) -> list[str]:
    """All texts in which re.search finds pattern, sorted. ConvertError says why there is no such list."""
    try:
        tree, expression = sre_parse.parse(pattern), re.compile(pattern)
    except (re.error, OverflowError, RecursionError) as error:
        raise ConvertError(f"Python cannot compile it: {error}") from error
    if expression.flags != re.UNICODE:
        raise ConvertError("it has flags")
    paths = _paths(tree)
    if not all(path.begins and path.ends for path in paths):
        raise ConvertError("it is not anchored at both ends, with ^ and $, so that it matches infinitely many texts")
    candidates = {
        text for path in paths for text in (path.text, path.text + "\n")
    }  # $ also matches before a last newline
    return sorted(text for text in candidates if expression.search(text))
