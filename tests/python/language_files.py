"""The files of languages that tests of the package take, in the build tree."""

from __future__ import annotations

from pathlib import Path

from common import BUILD
from convert.__main__ import write_file
from convert.language_data import BASE, data_of
from convert.languages import is_there, write_language

FOLDER = BUILD / "python" / "languages"


def language_file(code: str) -> Path:
    """A language's file; made anew when the converter has changed."""
    path = FOLDER / f"{code}.tern"
    FOLDER.mkdir(parents=True, exist_ok=True)
    if not is_there(FOLDER / f"{BASE}.json"):
        write_file(FOLDER / f"{BASE}.json", data_of(BASE))
    if not is_there(path):
        write_language(code, FOLDER)
    return path
