"""A .tern file as a wheel, which tern_nlp.load finds by the pipeline's name: a package tern_NAME with one file
(packaging.python.org, "Binary distribution format")."""

from __future__ import annotations

import base64
import hashlib
import io
import re
import zipfile
from collections.abc import Mapping
from typing import Any

MADE = (1980, 1, 1, 0, 0, 0)
"""Of every file: the same pipeline gives the same wheel."""


def _metadata(distribution: str, version: str, meta: Mapping[str, Any]) -> str:
    lines = ["Metadata-Version: 2.1", f"Name: {distribution}", f"Version: {version}", "Requires-Dist: tern-nlp"]
    for field, key in (("Summary", "description"), ("License", "license"), ("Author", "author"), ("Home-page", "url")):
        if meta.get(key):
            lines.append(f"{field}: {' '.join(str(meta[key]).split())}")
    return "\n".join(lines) + "\n"


def _row(name: str, data: bytes) -> str:
    digest = base64.urlsafe_b64encode(hashlib.sha256(data).digest()).decode().rstrip("=")
    return f"{name},sha256={digest},{len(data)}\n"


def wheel(meta: Mapping[str, Any], data: bytes) -> tuple[str, bytes]:
    """(file's name, contents). meta: of the pipeline's meta.json; data: the .tern file."""
    pipeline = re.sub(r"\W", "_", f"{meta['lang']}_{meta['name']}")
    package = f"tern_{pipeline}"
    version = str(meta.get("version") or "0.0.0")
    info = f"{package}-{version}.dist-info"
    files = {
        f"{package}/__init__.py": f'"""{pipeline} for tern_nlp: tern_nlp.load({pipeline!r})."""\n'.encode(),
        f"{package}/{pipeline}.tern": data,
        f"{info}/METADATA": _metadata(package.replace("_", "-"), version, meta).encode(),
        f"{info}/WHEEL": b"Wheel-Version: 1.0\nGenerator: tern\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    files[f"{info}/RECORD"] = ("".join(map(_row, files, files.values())) + f"{info}/RECORD,,\n").encode()
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            item = zipfile.ZipInfo(name, MADE)
            item.external_attr = 0o644 << 16
            item.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(item, content)
    return f"{package}-{version}-py3-none-any.whl", out.getvalue()
