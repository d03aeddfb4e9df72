"""A pipeline of spaCy, loaded; where spaCy cannot, what is wrong with which part of the folder."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import spacy
from spacy.util import get_model_meta, is_compatible_version, load_model_from_config
from thinc.api import Config

from .config_check import Plan
from .errors import ConvertError
from .no_tokenizer import unread
from .reasons import reason, unreadable
from .source import Source, meta_of
from .user_code import place


def _lfs_pointer(folder: Path) -> Path | None:
    """A file that Git LFS has not fetched."""

    def is_pointer(path: Path) -> bool:
        with path.open("rb") as file:
            return file.read(40).startswith(b"version https://git-lfs.github.com/")

    return next((path for path in sorted(folder.rglob("*")) if path.is_file() and is_pointer(path)), None)


def _made_for(meta: Mapping[str, Any]) -> str:
    wanted = str(meta.get("spacy_version", ""))
    fits = not wanted or is_compatible_version(spacy.__version__, wanted)
    return "" if fits else f"; the pipeline was made for spaCy {wanted}, and this is {spacy.__version__}"


def _cannot_load(source: Source, why: str, remedy: str, component: str | None = None) -> ConvertError:
    error = ConvertError(
        f"spaCy cannot load {source.package or source.folder}: {why}{_made_for(meta_of(source))}: {remedy}"
    )
    error.component = component
    return error


def _parts(nlp: Any, exclude: Sequence[str]) -> list[str]:
    return [name for name in ("meta", "vocab", "tokenizer", *nlp.component_names) if name not in exclude]


def _damaged(nlp: Any, source: Source, exclude: Sequence[str]) -> tuple[str | None, str]:
    """The first part of the folder that cannot be read, and why."""
    parts = _parts(nlp, exclude)
    for part in parts:
        try:
            nlp.from_disk(source.folder, exclude=[*exclude, "config", *(other for other in parts if other != part)])
        except Exception as error:
            return part, unreadable(source.folder / part, error)
    return None, "its parts do not fit together"


def _read_data(nlp: Any, source: Source, exclude: Sequence[str]) -> Any:
    try:
        return nlp.from_disk(source.folder, exclude=list(exclude))
    except Exception as error:
        pointer = _lfs_pointer(source.folder)
        if pointer is not None:
            raise _cannot_load(
                source, f"{pointer} is a pointer of Git LFS, not the file itself", "run `git lfs pull`"
            ) from error
        part, why = _damaged(nlp, source, exclude)
        raise _cannot_load(
            source,
            why,
            "copy the whole folder again, or save the trained pipeline again with nlp.to_disk",
            part if part in nlp.component_names else None,
        ) from error


def _checked_meta(source: Source) -> Any:
    """meta.json, with what spaCy wants to find in it."""
    meta = meta_of(source)
    if not meta.get("lang", 0) and meta.get("name") and meta.get("version"):  # of Language() without a language
        return {**meta, "lang": "xx"}
    try:
        return get_model_meta(source.folder)
    except Exception as error:
        raise _cannot_load(
            source, reason(error), "correct meta.json, or save the pipeline again with nlp.to_disk"
        ) from error


def uncreated(config: Config, exclude: Sequence[str]) -> str | None:
    """The component without which spaCy creates the pipeline, or None."""
    for name in config["nlp"]["pipeline"]:
        try:
            if name not in exclude and load_model_from_config(config, exclude=[*exclude, name]):
                return str(name)
        except Exception:
            continue
    return None


def _remedy(error: Exception) -> str:
    if isinstance(error, ImportError):
        return "install what it asks for"
    return "correct it" if place(error) else "correct config.cfg, or save the pipeline again with nlp.to_disk"


def _create(config: Config, source: Source, exclude: Sequence[str]) -> Any:
    meta = _checked_meta(source)
    try:
        return load_model_from_config(config, meta=meta, exclude=list(exclude))
    except Exception as error:
        raise _cannot_load(source, reason(error, config), _remedy(error), uncreated(config, exclude)) from error


def load(source: Source, config: Config, plan: Plan, exclude: Sequence[str] = (), given_words: bool = False) -> Any:
    """The loaded pipeline, with those of its components that do not run by default, without those to exclude; as
    spacy/util.py load_model_from_path, but by the given configuration. plan: its components. given_words: the tokenizer's part of
    the folder is not read."""
    nlp = _create(config, source, exclude)
    check_unchanged(nlp, plan)
    return _read_data(nlp, source, unread(exclude) if given_words else exclude)


def check_unchanged(nlp: Any, plan: Plan) -> None:
    """Refuses a pipeline of which a callback has made another one than its configuration says."""
    expected = [(component.name, component.enabled) for component in plan.components]
    found = [(name, name in nlp.pipe_names) for name in nlp.component_names]
    if found != expected:
        raise ConvertError(
            f"a callback in [nlp] has changed the pipeline from {_shown(expected)} to {_shown(found)}: save what "
            "spaCy loads with nlp.to_disk, take the callback out of the new config.cfg, and convert that"
        )


def _shown(components: Sequence[tuple[str, bool]]) -> str:
    return ", ".join(name + " (disabled)" * (not enabled) for name, enabled in components) or "nothing"
