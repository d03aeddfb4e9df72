"""Which components tern can run, and the file that they are converted to: on first use, then out of the cache.

The file's name in the cache is made of the contents of everything that it depends on, so that nothing in it is ever out of date.
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import importlib
import json
import logging
import os
import stat
import sys
import tempfile
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Callable

from .. import __version__

logger = logging.getLogger("tern_nlp")

FORMAT = 1
"""Of what is in the cache."""
OWN_TOKENIZER = "spacy.Tokenizer.v1"
SHARED_ENCODER = "tok2vec"


@dataclass(frozen=True)
class Converted:
    """taken: names of the components in the file. enabled: of those that run by default. behind: of the pipeline's other
    components that follow them."""

    file: Path
    taken: list[str]
    enabled: list[str]
    behind: list[str]


def cache_folder() -> Path:
    """$XDG_CACHE_HOME/tern_nlp, else ~/.cache/tern_nlp."""
    home = os.environ.get("XDG_CACHE_HOME", "")
    return (Path(home) if Path(home).is_absolute() else Path.home() / ".cache") / "tern_nlp"


def _converter(module: str) -> Any:
    return importlib.import_module(f"..convert.{module}", __package__)


# ---- which components ------------------------------------------------------------------------------------------------


def _refused(config: Any, names: Sequence[str]) -> dict[str, str]:
    """Components that the converter refuses, by their settings, and those that cannot do without them; why."""
    check, errors = _converter("config_check"), _converter("errors")
    refused: dict[str, str] = {}
    while True:
        left_out = [name for name in config["nlp"]["pipeline"] if name not in names or name in refused]
        try:
            plan = check.plan_of(config, left_out)
        except errors.ConvertError as error:
            if error.component is None:
                raise
            refused[error.component] = str(error)
            continue
        deaf = [component.name for component in plan.components if check.reads_zeros(plan, component)]
        if not deaf or not any(config["components"][name].get("factory") == SHARED_ENCODER for name in left_out):
            return refused
        refused.update(dict.fromkeys(deaf, "its tok2vec is not there"))


def _segment(config: Any, names: Sequence[str], left: Iterable[str]) -> list[str]:
    """The longest row of components without one that is left to spaCy; the first of the longest."""
    rows: list[list[str]] = [[]]
    for name in names:
        if name in left:
            rows.append([])
        else:
            rows[-1].append(name)
    return max(rows, key=len)


def _take(config: Any, exclude: Sequence[str], keep: Sequence[str]) -> list[str]:
    """Names of the components that tern runs: they follow each other, and each converts. What converts depends on what else is
    there, so it is asked again of what is left."""
    names = [name for name in config["nlp"]["pipeline"] if name not in exclude]
    left = set(keep)
    while True:
        row = _segment(config, names, left)
        refused = _refused(config, row)
        if not refused:
            return row
        left |= set(refused)
        for name, why in refused.items():
            logger.info("%s stays spaCy's: %s", name, why)


# ---- the cache -------------------------------------------------------------------------------------------------------


def _add_file(digest: Any, name: str, path: Path) -> None:
    digest.update(f"\0{name}\0{path.stat().st_size}\0".encode())
    with path.open("rb") as file:
        for block in iter(lambda: file.read(1 << 20), b""):
            digest.update(block)


def _content(folder: Path, described: Any) -> str:
    """Of a pipeline's files, of the converter, and of what else decides what a file has in it."""
    digest = hashlib.sha256(json.dumps(described, sort_keys=True).encode())
    converter = Path(_converter("build").__file__).parent
    for root in (folder, converter):
        for path in sorted(root.rglob("*")):
            if path.is_file() and "__pycache__" not in path.parts:
                _add_file(digest, path.relative_to(root).as_posix(), path)
    return digest.hexdigest()


def _write(file: Path, data: bytes) -> None:
    """All or nothing, whoever else is at it: processes that convert the same at once write the same."""
    file.parent.mkdir(parents=True, exist_ok=True)
    number, name = tempfile.mkstemp(suffix=".partial", dir=file.parent)
    try:
        with open(number, "wb") as out:
            out.write(data)
        os.replace(name, file)
    except OSError:
        os.unlink(name)
        raise


def _own_folder() -> Path:
    """In the directory for temporary files, for a home that cannot be written. Nobody else's: a file there is trusted."""
    folder = Path(tempfile.gettempdir()) / f"tern_nlp-{os.getuid()}"
    folder.mkdir(mode=0o700, exist_ok=True)
    found = folder.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.getuid() or found.st_mode & 0o022:
        raise OSError(errno.EPERM, "the folder is another user's", str(folder))
    return folder


def _keep(name: str, make: Callable[[], bytes]) -> Path:
    """The file of that name, out of the cache or made; in the cache if that can be written."""
    files = [cache_folder() / name]
    with contextlib.suppress(OSError):
        files.append(_own_folder() / name)
    for file in files:
        if file.is_file():
            return file
    data = make()
    for file in files:
        try:
            _write(file, data)
            return file
        except OSError as error:
            failed = error
    raise OSError(
        f"{files[0]} cannot be written: {failed.strerror}; set XDG_CACHE_HOME to a directory that can"
    ) from failed


def _say(sentence: str) -> None:
    """What takes seconds is told whoever looks on. Nothing is wrong, so it is no warning."""
    logger.info("%s", sentence)
    if not logger.isEnabledFor(logging.INFO) and sys.stderr is not None and sys.stderr.isatty():
        print(f"tern_nlp: {sentence}", file=sys.stderr)


def _convert(name: str, left_out: Sequence[str], given_words: bool) -> bytes:
    build, container = _converter("build"), _converter("container")
    _say(f"converting {name} for tern, once: the file is kept in {cache_folder()}")
    conversion = build.convert(name, lambda what: None, left_out, (), given_words)
    for warning in conversion.warnings:
        logger.warning("%s", warning)
    return container.write([group.sections for group in conversion.groups], conversion.required)


def _describe(origin: Any, left_out: Sequence[str], given_words: bool) -> dict[str, Any]:
    return {
        "format": FORMAT,
        "tern": __version__,
        "left out": sorted(left_out),
        "given words": given_words,
        "unicode": unicodedata.unidata_version,
        "python": sys.version_info[:2],
        "package": origin.package,
    }


def converted(name: str, exclude: Sequence[str] = (), keep: Sequence[str] = ()) -> Converted:
    """name: a package or a folder. exclude: components that are not there; keep: that stay spaCy's. Raises ValueError with the
    converter's sentence."""
    try:
        return _converted(name, exclude, keep)
    except _converter("errors").ConvertError as error:
        raise ValueError(str(error)) from error


def _converted(name: str, exclude: Sequence[str], keep: Sequence[str]) -> Converted:
    source, errors = _converter("source"), _converter("errors")
    origin = source.find(name)
    config = source.config_of(origin)
    pipeline, disabled = config["nlp"]["pipeline"], config["nlp"].get("disabled") or []
    given_words = config["nlp"].get("tokenizer", {}).get("@tokenizers") != OWN_TOKENIZER
    if given_words:
        config = _converter("no_tokenizer").without_tokenizer(config)
    left = list(keep)
    while True:
        taken = _take(config, exclude, left)
        if not taken:
            raise ValueError(f"tern can run no component of {name}: it has {', '.join(pipeline) or 'none'}")
        left_out = [component for component in pipeline if component not in taken]
        content = f"{_content(origin.folder, _describe(origin, left_out, given_words))}.tern"
        try:
            file = _keep(content, partial(_convert, name, left_out, given_words))
        except errors.ConvertError as error:  # what only the trained pipeline shows
            if error.component is None:
                raise
            logger.info("%s stays spaCy's: %s", error.component, error)
            left.append(error.component)
            continue
        behind = pipeline[pipeline.index(taken[-1]) + 1 :]
        return Converted(file, taken, [part for part in taken if part not in disabled], behind)
