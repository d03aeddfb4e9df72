"""`python -m tern_nlp pipe` for Parquet and Arrow files: a corpus in, the same with annotations out."""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .corpus_output import Pieces


class CorpusError(Exception):
    """What is wrong with files or options, as a sentence."""


def options_of(arguments: Sequence[str]) -> argparse.Namespace:
    """The command line of `tern pipe`, read."""
    parser = argparse.ArgumentParser(
        "tern pipe",
        description="Annotates the texts of Parquet and Arrow files. Formats may differ between in and out: .parquet, .arrow or "
        ".feather, .jsonl, .jsonl.gz.",
        allow_abbrev=False,
    )
    names: Any = {"type": _names, "metavar": "A,B"}
    parser.add_argument(
        "inputs", nargs="+", metavar="IN", help='files, patterns ("part-*.parquet"), or s3://… and the like'
    )
    parser.add_argument("-o", "--output", required=True, metavar="OUT", help="the file to write")
    parser.add_argument(
        "-m", "--model", help="the model: a name or a .tern file (default: TERN_MODEL, else en_core_web_sm)"
    )
    parser.add_argument("-j", "--threads", type=int, default=0, metavar="N", help="threads (default: all cores)")
    parser.add_argument("--text", default="text", metavar="COLUMN", help="the column of the texts (default: text)")
    parser.add_argument("--fields", **names, help="annotations to write (default: all that the model has)")
    parser.add_argument("--keep", **names, help="other columns that stay (default: all)")
    parser.add_argument("--errors", metavar="FILE", help="lists texts that could not be annotated, as JSON Lines")
    parser.add_argument("--resume", action="store_true", help="goes on where a run that was stopped had got to")
    parser.add_argument("--only", **names, help="components that run")
    parser.add_argument("--exclude", **names, help="components that do not run")
    return parser.parse_args(arguments)


def _names(value: str) -> list[str]:
    return [name for name in value.split(",") if name]


# ---- what runs -------------------------------------------------------------------------------------------------------


def load(options: argparse.Namespace) -> Any:
    """The pipeline, with the components that are wanted."""
    from .loading import load as load_model

    try:
        nlp = load_model(_model(options))
    except (OSError, ValueError) as error:
        raise CorpusError(str(error)) from None
    if options.only is not None and options.exclude is not None:
        raise CorpusError("--only and --exclude exclude each other")
    only, exclude = _components(nlp, options.only or ()), _components(nlp, options.exclude or ())
    for name in nlp.component_names:
        if options.only is not None and name in only:
            nlp.enable_pipe(name)
        elif options.only is not None or name in exclude:
            nlp.disable_pipe(name)
    return nlp


def _components(nlp: Any, names: Sequence[str]) -> set[str]:
    """By their names, or by spaCy's factories for all that come from one."""
    found: set[str] = set()
    for name in names:
        made = {one for one in nlp.component_names if one == name or nlp.get_pipe_meta(one).factory == name}
        if not made:
            raise CorpusError(f"the model has no component {name!r}; it has: {', '.join(nlp.component_names)}")
        found |= made
    return found


class Progress:
    """A line on a terminal that counts; nothing elsewhere."""

    def __init__(self) -> None:
        self.start = self.shown = time.monotonic()
        self.first: int | None = None
        self.on = sys.stderr.isatty()

    def __call__(self, rows: int) -> None:
        now = time.monotonic()
        self.first = rows if self.first is None else self.first
        if self.on and now - self.shown >= 0.5:
            speed = (rows - self.first) / (now - self.start)
            sys.stderr.write(f"\r{rows:,} texts, {speed:,.0f} per second\033[K")
            sys.stderr.flush()
            self.shown = now

    def end(self, line: str) -> None:
        """The last line."""
        sys.stderr.write(("\r\033[K" if self.on else "") + line + "\n")


# ---- the command -----------------------------------------------------------------------------------------------------


def run(options: argparse.Namespace) -> int:
    """Annotates; returns the exit code. CorpusError for what is wrong with files or options."""
    from .corpus_input import Corpus
    from .corpus_output import Pieces, kind_of

    kind = kind_of(options.output)
    nlp = load(options)
    corpus = Corpus(options.inputs, options.text, options.keep)
    annotator = _annotator(kind, nlp, corpus, options)
    pieces = Pieces(options.output, kind, annotator.schema)
    pieces.begin({"inputs": corpus.identity, **_settings(nlp, options)}, options.resume)
    progress = Progress()
    _write(annotator, pieces, progress)
    pieces.join()
    _write_errors(options.errors, pieces)
    bad = len(pieces.errors)
    wrong = f", {bad:,} of them with errors" if bad else ""
    progress.end(
        f"tern pipe: {pieces.rows:,} texts{wrong}, in {time.monotonic() - progress.start:.1f} s: {options.output}"
    )
    return 1 if bad else 0


def _annotator(kind: str, nlp: Any, corpus: Any, options: argparse.Namespace) -> Any:
    from .corpus_annotation import Documents, Tables
    from .workers import count

    make = Documents if kind == "jsonl" else Tables
    try:
        return make(nlp, corpus, options.fields, count(options.threads))
    except ValueError as error:
        raise CorpusError(str(error)) from None


def _settings(nlp: Any, options: argparse.Namespace) -> dict[str, Any]:
    """What a run that is resumed has to have in common with the one that was stopped."""
    from .about import __version__

    return {
        "version": __version__,
        "model": _model_identity(options),
        "components": list(nlp.pipe_names),
        "text": options.text,
        "fields": options.fields,
        "keep": options.keep,
    }


def _model(options: argparse.Namespace) -> str:
    return options.model or os.environ.get("TERN_MODEL") or "en_core_web_sm"


def _model_identity(options: argparse.Namespace) -> list[Any]:
    """Its name or, of a file, whether it has changed."""
    from .loading import model_file

    try:
        info = os.stat(model_file(_model(options)))
    except OSError:  # a folder with a pipeline of rules
        return [_model(options)]
    return [info.st_size, info.st_mtime_ns]


def _write(annotator: Any, pieces: Pieces, progress: Progress) -> None:
    progress(pieces.rows)
    for part in annotator.parts(pieces.place, pieces.rows):
        pieces.add(part)
        progress(pieces.rows)
    pieces.end()


def _write_errors(path: str | None, pieces: Pieces) -> None:
    if path is None:
        return
    import json

    from .corpus_output import replaced

    with replaced(path) as file:
        for error in pieces.errors:
            file.write(json.dumps(error, ensure_ascii=False).encode() + b"\n")


def main(arguments: Sequence[str]) -> int:
    """`tern pipe …`: the exit code, 1 if a text or a file was wrong, 2 for a wrong command line."""
    options = options_of(arguments)
    try:
        import pyarrow
    except ImportError:
        return _fail("Parquet and Arrow files need pyarrow: pip install 'tern-nlp[arrow]'")
    try:
        return run(options)
    except CorpusError as error:
        return _fail(str(error))
    except (OSError, pyarrow.ArrowException) as error:
        return _fail(f"{error}; --resume goes on with what is finished" if _begun(options) else str(error))
    except KeyboardInterrupt:
        _fail("stopped; --resume goes on")
        return 130


def _begun(options: argparse.Namespace) -> bool:
    from .corpus_output import folder_of

    return os.path.isdir(folder_of(options.output))


def _fail(why: str) -> int:
    sys.stderr.write(f"tern pipe: {why}\n")
    return 1
