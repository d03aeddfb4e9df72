"""What few programs take from spacy.util; tern_nlp.util has it too."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from .config import Config
from .displacy.markup import escape_html as escape_html
from .displacy.markup import minify_html as minify_html
from .tokenizer import DummyTokenizer as DummyTokenizer
from .util import ensure_path, filter_chain_spans, get_lang_class


def load_model(name: str | Path, **settings: Any) -> Any:
    """As tern_nlp.load."""
    from .loading import load

    return load(name, **settings)


def load_model_from_path(model_path: Path, *, meta: Any = None, **settings: Any) -> Any:
    return load_model(model_path, **settings)


def load_model_from_config(
    config: Mapping[str, Any], *, meta: Any = None, auto_fill: bool = False, validate: bool = True, **settings: Any
) -> Any:
    """A pipeline of the components that a configuration names, of its language's class."""
    if "nlp" not in config:
        raise ValueError("[E985] Can't load model from config file: no [nlp] section found.")
    return get_lang_class(config["nlp"]["lang"]).from_config(config, meta=meta, **settings)


def load_config(path: str | Path, overrides: Mapping[str, Any] | None = None, interpolate: bool = False) -> Config:
    path = ensure_path(path)
    if not path.is_file():
        raise OSError(f"[E053] Could not read config file from {path}")
    return Config().from_disk(path, interpolate=interpolate, overrides=overrides)


def load_config_from_str(text: str, overrides: Mapping[str, Any] | None = None, interpolate: bool = False) -> Config:
    return Config().from_str(text, interpolate=interpolate, overrides=overrides)


def load_meta(path: str | Path) -> dict[str, Any]:
    """A pipeline's meta.json."""
    path = ensure_path(path)
    if not path.is_file():
        raise OSError(f"[E053] Could not read meta.json from {path}")
    meta: dict[str, Any] = json.loads(path.read_text("utf-8"))
    for name in ("lang", "name", "version"):
        if not meta.get(name):
            raise ValueError(f"[E054] No valid '{name}' setting found in model meta.json.")
    return meta


def get_model_meta(path: str | Path) -> dict[str, Any]:
    return load_meta(ensure_path(path) / "meta.json")


def get_installed_models() -> list[str]:
    """Names that tern_nlp.load finds: of the package's own pipelines, and of wheels."""
    from importlib.metadata import distributions

    from .loading import MODELS

    own = [path.stem for path in Path(MODELS).glob("*.tern")]
    names = (dist.metadata["Name"] or "" for dist in distributions())
    wheels = (name.replace("-", "_") for name in names if name.replace("-", "_").startswith("tern_"))
    return sorted({*own, *(name[len("tern_") :] for name in wheels if name != "tern_nlp")})


def is_in_jupyter() -> bool:
    """Does a notebook run this?"""
    from .displacy import is_in_jupyter as ask

    return bool(ask())


def to_ternary_int(val: Any) -> int:
    """1 for True and 1, 0 for None and 0, -1 for False and all else."""
    if val is False:
        return -1
    if val is None or val == 0:
        return 0
    return 1 if val == 1 else -1


@contextmanager
def working_dir(path: str | Path) -> Iterator[Path]:
    """Another current folder, for a with statement."""
    before, now = Path.cwd(), Path(path).resolve()
    os.chdir(now)
    try:
        yield now
    finally:
        os.chdir(before)


def all_equal(values: Iterable[Any]) -> bool:
    """Are they? Of none, yes."""
    found = list(values)
    return all(value == found[0] for value in found)


def walk_dict(node: Mapping[str, Any], parent: list[str] | None = None) -> Iterator[tuple[list[str], Any]]:
    """(keys on the way, value) of everything within that is no dict."""
    for key, value in node.items():
        place = [*(parent or []), key]
        if isinstance(value, dict):
            yield from walk_dict(value, place)
        else:
            yield place, value


def dot_to_dict(values: Mapping[str, Any]) -> dict[str, Any]:
    """{"a.b": 1} -> {"a": {"b": 1}}"""
    found: dict[str, Any] = {}
    for key, value in values.items():
        *sections, last = key.lower().split(".")
        section = found
        for name in sections:
            section = section.setdefault(name, {})
        section[last] = value
    return found


def dict_to_dot(obj: Mapping[str, Any], *, for_overrides: bool = False) -> dict[str, Any]:
    """The other way."""
    return {".".join(place): value for place, value in walk_dict(obj)}


def from_dict(msg: Mapping[str, Any], setters: Mapping[str, Callable[[Any], Any]], exclude: Iterable[str]) -> Any:
    """Gives each setter, but those excluded, what is under its name."""
    left = set(exclude)
    for key, setter in setters.items():
        if key.split(".")[0] not in left and key in msg:
            setter(msg[key])
    return msg


def make_first_longest_spans_filter() -> Callable[..., Any]:
    return filter_chain_spans
