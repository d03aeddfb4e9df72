"""tern_nlp.spacy.load: a pipeline of spaCy's, with tern in the place of the components that convert."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import spacy
from spacy.language import Language
from spacy.util import is_package

from .conversion import Converted, converted
from .original import Original

NAME = "tern"


def load(
    name: str | Path | Language,
    *,
    vocab: Any = True,
    disable: str | Iterable[str] = (),
    exclude: str | Iterable[str] = (),
    keep: str | Iterable[str] = (),
    config: Any = None,
) -> Language:
    """A pipeline whose components tern runs: a package, a folder, or a Language, which is changed and returned.

    disable: names of components that do not run; exclude: that are not there; keep: that stay spaCy's own. The first time it is
    converted, which takes a while; the file is kept in the user's cache directory.
    """
    disable, exclude, keep = (_names(given) for given in (disable, exclude, keep))
    if isinstance(name, Language):
        return _replace_components(name, disable, exclude, keep)
    if config or not (is_package(str(name)) or Path(name).exists()):  # without one, spaCy raises its error
        return _replace_components(spacy.load(name, vocab=vocab, config=config or {}), disable, exclude, keep)
    found = converted(str(name), exclude, keep)
    left_out = [*exclude, *found.taken]
    nlp = spacy.load(name, vocab=vocab, exclude=left_out, disable=_those_left(disable, found))
    return _add(nlp, found, disable, {"original": str(name)})


def _names(given: str | Iterable[str]) -> list[str]:
    return [given] if isinstance(given, str) else list(given)


def _those_left(names: Iterable[str], found: Converted) -> list[str]:
    return [name for name in names if name not in found.taken]


def _replace_components(nlp: Language, disable: list[str], exclude: list[str], keep: list[str]) -> Language:
    with tempfile.TemporaryDirectory() as folder:
        nlp.to_disk(folder)
        found = converted(folder, exclude, keep)
    removed = dict(nlp.remove_pipe(name) for name in [*exclude, *found.taken])
    for name in _those_left(disable, found):
        nlp.disable_pipe(name)
    nlp = _add(nlp, found, disable, {})
    nlp.get_pipe(NAME).original = Original(nlp.vocab, None, removed)
    return nlp


def _add(nlp: Language, found: Converted, disable: list[str], settings: dict[str, Any]) -> Language:
    """The component, in the place of those that it stands for."""
    running = [name for name in found.enabled if name not in disable]
    settings = {"model": str(found.file), "components": running, **settings}
    before = next((name for name in nlp.component_names if name in found.behind), None)
    nlp.add_pipe("tern", name=NAME, config=settings, before=before)
    return nlp
