"""Python code that belongs to a pipeline: the files of --code, as spaCy's own commands have it, and a package's own module."""

from __future__ import annotations

import importlib
import importlib.util
import sys
import traceback
from collections.abc import Sequence
from pathlib import Path

from .errors import ConvertError

_MODULE = "code_of_pipeline_"
"""Beginning of the names that the files have as modules: none of them hides another module."""


def place(error: BaseException) -> str:
    """ "FILE, line N: " of the last line of the user's files that an error came through, or ""."""
    found = ""
    for frame, line in traceback.walk_tb(error.__traceback__):
        if str(frame.f_globals.get("__name__")).startswith(_MODULE):
            found = f"{frame.f_code.co_filename}, line {line}: "
    return found


def _sentence(error: BaseException, name: str) -> str:
    where = place(error) or f"{name}: "
    if isinstance(error, SyntaxError):
        where = f"{error.filename or name}, line {error.lineno or 1}: "
    remedy = (
        "install it, or run the command where it can be imported" if isinstance(error, ImportError) else "correct it"
    )
    return f"{where}{type(error).__name__}: {' '.join(str(error).split())}: {remedy}"


def _import_file(number: int, path: str) -> None:
    spec = importlib.util.spec_from_file_location(f"{_MODULE}{number}", path)
    if spec is None or spec.loader is None:
        raise ConvertError(f"--code {path} is not a Python file: its name must end in .py")
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)


def import_files(paths: Sequence[str]) -> None:
    """Runs the files in their order, so that the functions that they register are known."""
    for number, path in enumerate(paths):
        if not Path(path).is_file():
            raise ConvertError(f"--code {path}: there is no such file; give the path of a Python file")
        try:
            _import_file(number, path)
        except ConvertError:
            raise
        except (Exception, SystemExit) as error:
            raise ConvertError(f"--code {path} cannot be imported: {_sentence(error, path)}") from error


def import_package(package: str) -> None:
    """Imports an installed pipeline's module, as spacy.load does: `spacy package --code` puts its functions there."""
    try:
        importlib.import_module(package)
    except (Exception, SystemExit) as error:
        raise ConvertError(f"the package {package} cannot be imported: {_sentence(error, package)}") from error
