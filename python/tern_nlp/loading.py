"""tern_nlp.load: a pipeline out of a .tern file."""

from __future__ import annotations

import json
import os

from . import _tern, util
from .components import disable_as_asked, names_in
from .engine import Engine, EngineTokenizer
from .language import Language, word_source
from .vocab import Vocab

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any

MODELS = os.path.join(os.path.dirname(__file__), "weights")
"""Those that come with the package."""


def model_file(name: str | os.PathLike[str]) -> str:
    """Of a path, a folder, a model of this package, or a package that has one. OSError, spaCy's E050, if there is none."""
    path = os.fspath(name)
    places = [path, os.path.join(path, "model.tern")]
    if not os.path.dirname(path) and not path.endswith(".tern"):
        places += [os.path.join(MODELS, f"{path}.tern"), f"{path}.tern"]
    for place in places:
        if os.path.isfile(place):
            return place
    for place in _package_files(path):
        if os.path.isfile(place):
            return place
    raise OSError(
        f"[E050] Can't find model '{name}'. It doesn't seem to be a Python package or a valid path to a .tern file. "
        f"`python -m tern_nlp.convert {name} --wheel .` makes a wheel of spaCy's package, for pip install."
    )


def _package_files(name: str) -> list[str]:
    """Of a wheel that `python -m convert --wheel` made."""
    if not name.isidentifier():
        return []
    from importlib.util import find_spec

    spec = find_spec(f"tern_{name}")
    folders = list(spec.submodule_search_locations or ()) if spec else []
    return [os.path.join(folder, f"{name}.tern") for folder in folders]


def load(
    name: str | os.PathLike[str],
    *,
    vocab: Vocab | bool = True,
    disable: str | Iterable[str] = (),
    enable: str | Iterable[str] = (),
    exclude: str | Iterable[str] = (),
    config: Any = None,
    scores: bool = False,
) -> Language:
    """A pipeline by its name or its file. disable: components that do not run; enable: the only ones that do; exclude: those
    that are not there. scores: entities get scores."""
    folder = os.fspath(name)
    if os.path.isfile(os.path.join(folder, "config.cfg")) and not os.path.isfile(os.path.join(folder, "model.tern")):
        if scores:
            raise ValueError("scores are of a pipeline with a .tern file, and this one has none")
        return _of_folder(folder, vocab=vocab, disable=disable, enable=enable, exclude=exclude)
    file = os.path.abspath(model_file(name))
    model = _tern.Model(file)
    facts = dict(json.loads(model.meta).get("model", {}))
    code = facts.get("lang", "")
    nlp = _class_of(code)(vocab, create_tokenizer=lambda nlp: None)
    engine = Engine(file, nlp.vocab, model)
    engine.scores = scores
    if not isinstance(vocab, Vocab) and nlp.lang is None:
        nlp.vocab._use_language(code, word_source(code, engine))
    _offer_vectors(nlp.vocab, engine)
    nlp._engine, nlp._path, nlp._meta = engine, file, facts
    nlp.tokenizer = EngineTokenizer(engine)
    left_out, on = set(names_in(exclude)), names_in(enable)
    for component in engine.components:
        if component.name in left_out:
            continue
        nlp._components.append((component.name, component))
        nlp._factories[component.name] = component.factory
        nlp._configs[component.name] = {}
        if component not in engine.enabled:
            nlp._disabled.add(component.name)
    if os.path.isfile(os.path.join(folder, "tern.cfg")):
        _complete(nlp, folder, left_out)
    disable_as_asked(nlp, names_in(disable), on)
    return nlp


def _of_folder(folder: str, **settings: Any) -> Language:
    from pathlib import Path

    from .language_saving import of_folder

    return of_folder(Path(folder), **settings)


def _complete(nlp: Language, folder: str, exclude: Iterable[str]) -> None:
    from pathlib import Path

    from .language_saving import complete

    complete(nlp, Path(folder), exclude)


def _offer_vectors(vocab: Vocab, engine: Engine) -> None:
    facts = engine.description.get("vectors", {})
    if not facts.get("vectors"):
        return
    from .file_vectors import VectorsOfFile

    vocab._vectors, vocab._vectors_from = None, VectorsOfFile(engine.path, facts)


def _class_of(code: str) -> type[Language]:
    """The language's own; Language itself in a package that was built without it."""
    try:
        found: type[Language] = util.get_lang_class(code)
    except ImportError:
        found = Language
    return found
