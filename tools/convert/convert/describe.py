"""What a file says about itself: the meta section, and the manifest that lies beside a file in a repository."""

from __future__ import annotations

import hashlib
import json
import platform
import unicodedata
from collections.abc import Mapping, Sequence
from typing import Any

import numpy
import spacy
import thinc

from . import __version__
from .config_check import Plan
from .no_tokenizer import PART
from .source import Source


def versions() -> dict[str, str]:
    """Everything whose version may change the tables."""
    return {
        "convert": __version__,
        "numpy": numpy.__version__,
        "python": platform.python_version(),
        "spacy": spacy.__version__,
        "thinc": thinc.__version__,
        "unicode": unicodedata.unidata_version,
    }


def meta_json(
    meta: Mapping[str, Any],
    source: Source,
    files: Mapping[str, str],
    plan: Plan,
    labels: Mapping[str, Sequence[str]],
    given_words: bool = False,
) -> str:
    """JSON with sorted keys; nothing in it depends on the machine or the time. labels: by component, if it has some."""
    components: dict[str, dict[str, Any]] = {}
    for component in plan.components:
        components[component.name] = {"name": component.name, "enabled": component.enabled}
        if component.name != component.factory:
            components[component.name]["factory"] = component.factory
        if component.name in labels:
            components[component.name]["labels"] = list(labels[component.name])
    description = {
        "model": {key: meta.get(key) for key in ("lang", "name", "version", "license", "author", "url", "description")},
        "source": {"package": source.package, "distribution": source.distribution, "files": dict(files)},
        "components": components,
        # nothing else: a pipeline with a component that cannot be carried is refused
        "left_out": [PART] if given_words else [],
        "versions": versions(),
    }
    vectors = meta.get("vectors") or {}
    if vectors.get("vectors"):
        description["vectors"] = {key: vectors.get(key) for key in ("width", "vectors", "keys", "name", "mode")}
    return json.dumps(description, sort_keys=True, ensure_ascii=False, separators=(",", ":"))


def manifest_json(meta: Mapping[str, Any], source: Source, file_name: str, data: bytes, command: str | None) -> str:
    """Manifest of a converted file: where it comes from, how it is made again, and its SHA-256."""
    manifest = {
        "file": file_name,
        "size": len(data),
        "sha256": hashlib.sha256(data).hexdigest(),
        "model": {key: meta.get(key) for key in ("lang", "name", "version", "license", "author", "url")},
        "source": {"package": source.package, "distribution": source.distribution, "version": meta.get("version")},
        "versions": versions(),
        "command": command,
    }
    return json.dumps(manifest, sort_keys=True, ensure_ascii=False, indent=2) + "\n"
