"""A pipeline as a folder, as bytes, and out of its configuration.

A pipeline of components that are not trained is what spaCy writes, and reads: config.cfg, meta.json, tokenizer, vocab, a file or
folder for each component. One that runs a .tern file has that file beside them, and tern.cfg for config.cfg, as spaCy cannot run
it.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from . import util
from .config import Config
from .engine import EngineComponent

if TYPE_CHECKING:
    from .language import Language

MODEL, CONFIG, CONFIG_OF_MODEL = "model.tern", "config.cfg", "tern.cfg"
OF_MODEL = "component_of_model"
"""A setting in tern.cfg: what the file calls a component that runs in the engine."""


def _saved(nlp: Language, method: str, exclude: Iterable[str]) -> dict[str, Any]:
    """Name -> the method of a component, for those that have it."""
    left_out = set(exclude)
    methods = {name: getattr(proc, method, None) for name, proc in nlp.components if name not in left_out}
    return {name: found for name, found in methods.items() if found is not None}


def _vocab_exclude(nlp: Language, exclude: Iterable[str]) -> list[str]:
    """The file's vectors stay in it, unless somebody has asked for them, and may have changed them."""
    is_unread = nlp.vocab._vectors is None and nlp.vocab._vectors_from is not None
    return [*exclude, "vectors"] if is_unread else list(exclude)


def to_disk(nlp: Language, path: str | Path, exclude: Iterable[str]) -> None:
    exclude = list(exclude)
    file = nlp._path if nlp._engine is not None else None
    writers: dict[str, Callable[[Path], Any]] = {}
    if hasattr(nlp.tokenizer, "to_disk"):
        writers["tokenizer"] = lambda at: nlp.tokenizer.to_disk(at, exclude=["vocab"])
    writers["meta.json"] = lambda at: at.write_text(
        json.dumps(nlp.meta, ensure_ascii=False, indent=2), encoding="utf-8"
    )
    config = nlp.config
    for name, proc in nlp.components:
        if isinstance(proc, EngineComponent):
            config["components"][name][OF_MODEL] = proc.name
    writers[CONFIG if file is None else CONFIG_OF_MODEL] = config.to_disk
    if file is not None:
        writers[MODEL] = lambda at: None if at.exists() and at.samefile(file) else shutil.copyfile(file, at)
    for name, method in _saved(nlp, "to_disk", exclude).items():
        writers[name] = partial(method, exclude=["vocab"])
    writers["vocab"] = lambda at: nlp.vocab.to_disk(at, exclude=_vocab_exclude(nlp, exclude))
    util.to_disk(path, writers, exclude)


def from_disk(nlp: Language, path: str | Path, exclude: Iterable[str]) -> Language:
    folder, exclude = Path(path), list(exclude)
    readers: dict[str, Callable[[Path], Any]] = {
        "meta.json": lambda at: nlp._meta.update(json.loads(at.read_text("utf-8"))),
        "vocab": lambda at: nlp.vocab.from_disk(at, exclude=exclude),
    }
    # The rules of a model's file are in that.
    if (nlp._engine is None or (folder / "tokenizer").exists()) and hasattr(nlp.tokenizer, "from_disk"):
        readers["tokenizer"] = lambda at: nlp.tokenizer.from_disk(at, exclude=["vocab"])
    for name, method in _saved(nlp, "from_disk", exclude).items():
        readers[name] = partial(method, exclude=["vocab"])
    optional = [name for name in ("meta.json", "vocab") if not (folder / name).exists()]
    util.from_disk(folder, readers, [*exclude, *(name.partition(".")[0] for name in optional)])
    nlp._path = str(folder) if nlp._engine is None else nlp._path
    return nlp


def to_bytes(nlp: Language, exclude: Iterable[str]) -> bytes:
    exclude = list(exclude)
    getters: dict[str, Callable[[], Any]] = {"vocab": lambda: nlp.vocab.to_bytes(exclude=_vocab_exclude(nlp, exclude))}
    if hasattr(nlp.tokenizer, "to_bytes"):
        getters["tokenizer"] = lambda: nlp.tokenizer.to_bytes(exclude=["vocab"])
    getters["meta.json"] = lambda: json.dumps(nlp.meta, ensure_ascii=False, separators=(",", ":")).encode("utf-8")
    getters["config.cfg"] = lambda: nlp.config.to_bytes()
    for name, method in _saved(nlp, "to_bytes", exclude).items():
        getters[name] = partial(method, exclude=["vocab"])
    return util.to_bytes(getters, exclude)


def from_bytes(nlp: Language, data: bytes, exclude: Iterable[str]) -> Language:
    exclude = list(exclude)
    setters: dict[str, Callable[[Any], Any]] = {
        "meta.json": lambda item: nlp._meta.update(json.loads(item)),
        "vocab": lambda item: nlp.vocab.from_bytes(item, exclude=exclude),
    }
    if hasattr(nlp.tokenizer, "from_bytes"):
        setters["tokenizer"] = lambda item: nlp.tokenizer.from_bytes(item, exclude=["vocab"])
    for name, method in _saved(nlp, "from_bytes", exclude).items():
        setters[name] = partial(method, exclude=["vocab"])
    util.from_bytes(data, setters, exclude)
    return nlp


# ---- out of a configuration -------------------------------------------------------------------------------------------


def of_config(
    cls: type[Language],
    config: Mapping[str, Any],
    vocab: Any,
    disable: Iterable[str],
    enable: Iterable[str],
    exclude: Iterable[str],
    meta: Mapping[str, Any] | None,
) -> Language:
    """A pipeline with the components that a configuration names."""
    parts = config.get("nlp", {})
    lang = parts.get("lang")
    if lang is not None and cls.lang is not None and lang != cls.lang:
        raise ValueError(
            f"[E958] Language code defined in config ({lang}) does not match language code of the class ({cls.lang}): use "
            "util.load_model_from_config"
        )
    _refuse_tokenizers(cls, parts)
    nlp = cls(vocab, meta=dict(meta or {}))
    if isinstance(parts.get("batch_size"), int):
        nlp.batch_size = parts["batch_size"]
    left_out = set(exclude)
    for name in parts.get("pipeline", ()):
        if name not in left_out:
            add_configured(nlp, name, config.get("components", {}))
    from .components import disable_as_asked

    disable_as_asked(nlp, [*parts.get("disabled", ()), *disable], list(enable))
    return nlp


def _refuse_tokenizers(cls: type[Language], parts: Mapping[str, Any]) -> None:
    name = parts.get("tokenizer", {}).get("@tokenizers", "spacy.Tokenizer.v1")
    if (
        name != "spacy.Tokenizer.v1"
        and not util.registry.has("tokenizers", name)
        and not name.startswith(f"spacy.{cls.lang}.")
    ):
        raise NotImplementedError(
            f"tern_nlp has no tokenizer {name!r}: set nlp.tokenizer to a function of a text that makes a Doc, or use tern_nlp.spacy"
        )


def add_configured(nlp: Language, name: str, components: Mapping[str, Any]) -> None:
    if name not in components:
        raise ValueError(
            f"[E956] Can't find component '{name}' in [components] block in the config. Available components: {list(components)}"
        )
    settings = dict(components[name])
    if "factory" not in settings:
        raise ValueError(f"[E984] Invalid component config for '{name}': component block needs a key `factory`.")
    nlp.add_pipe(settings.pop("factory"), name=name, config=settings)


def of_folder(folder: Path, **settings: Any) -> Language:
    """A pipeline of Python's components that Language.to_disk wrote. settings: load's."""
    config = Config().from_disk(folder / CONFIG)
    cls = util.get_lang_class(config["nlp"]["lang"])
    meta = json.loads((folder / "meta.json").read_text("utf-8")) if (folder / "meta.json").is_file() else {}
    return from_disk(cls.from_config(config, meta=meta, **settings), folder, settings.get("exclude", ()))


def complete(nlp: Language, folder: Path, exclude: Iterable[str]) -> None:
    """Gives a pipeline out of the file of such a folder its other components, in their order."""
    config = Config().from_disk(folder / CONFIG_OF_MODEL)
    of_file = dict(nlp._components)
    nlp._components, nlp._disabled = [], set()
    left_out = set(exclude)
    for name in config["nlp"]["pipeline"]:
        settings = dict(config["components"][name])
        known = settings.pop(OF_MODEL, None)
        if name in left_out:
            continue
        if known is None:
            add_configured(nlp, name, config["components"])
            continue
        nlp._components.append((name, of_file[known]))
        nlp._factories[name], nlp._configs[name] = settings.pop("factory"), settings
    nlp._disabled = {name for name in config["nlp"]["disabled"] if name in nlp.component_names}
    nlp.batch_size = config["nlp"]["batch_size"]
    from_disk(nlp, folder, left_out)
