"""Command line: python -m convert PACKAGE_OR_PATH -o FILE [--manifest FILE] [--exclude NAME] [--code FILE], --wheel FOLDER, or
--check."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import click

from . import __version__, container, describe, source
from .build import convert
from .check import check
from .errors import ConvertError
from .no_tokenizer import FLAG
from .report import print_summary, progress_bar
from .vectors import TABLE
from .wheel import wheel


def write_file(path: Path, data: bytes) -> None:
    """Writes all or nothing: a reader never maps half a file."""
    partial = path.with_name(f"{path.name}.{os.getpid()}.partial")  # another process may be at the same file
    try:
        partial.write_bytes(data)
        os.replace(partial, path)
    except OSError as error:
        partial.unlink(missing_ok=True)
        raise ConvertError(f"{path} cannot be written: {error.strerror}; give another path") from error


@dataclass(frozen=True)
class Options:
    """Of the command: what a conversion shall do besides."""

    half: bool
    no_tokenizer: bool
    exclude: Sequence[str]
    code: Sequence[str]
    vectors: bool
    temperature: float | None

    def flags(self) -> str:
        """As they are written after the files' names."""
        given = ["--half"] * self.half + [FLAG] * self.no_tokenizer
        given += ["--vectors"] * self.vectors
        given += [f"--temperature {self.temperature:g}"] if self.temperature is not None else []
        given += [f"--exclude {name}" for name in self.exclude] + [f"--code {path}" for path in self.code]
        return "".join(f" {flag}" for flag in given)


def _run(pipeline: str, output: str | None, manifest: str | None, folder: str | None, options: Options) -> None:
    with progress_bar() as progress:
        conversion = convert(
            pipeline,
            progress,
            options.exclude,
            options.code,
            options.no_tokenizer,
            options.vectors,
            options.temperature,
        )
        progress("write")
        groups = [_as_wanted(group, options.half) for group in conversion.groups]
        data = container.write([group.sections for group in groups], conversion.required)
        container.read(data)
    origin = source.find(pipeline)
    if output is not None:
        write_file(Path(output), data)
    if folder is not None:
        name, content = wheel(source.meta_of(origin), data)
        Path(folder).mkdir(parents=True, exist_ok=True)
        write_file(Path(folder, name), content)
        click.echo(f"wrote {Path(folder, name)}")
    if manifest is not None and output is not None:
        command = f"python -m convert {pipeline} -o {output} --manifest {manifest}{options.flags()}"
        text = describe.manifest_json(source.meta_of(origin), origin, Path(output).name, data, command)
        write_file(Path(manifest), text.encode("utf-8"))
    if output is not None:
        print_summary(output, groups, len(data))
    for warning in conversion.warnings:
        click.echo(f"convert: warning: {warning}", err=True)


def _as_wanted(group: container.Group, half: bool) -> container.Group:
    return container.halved(group) if half and group.title != TABLE else group


def _check(pipeline: str, no_tokenizer: bool, exclude: Sequence[str], code: Sequence[str], as_json: bool) -> bool:
    """Says what would convert; whether that is all."""
    with progress_bar() as progress:
        report = check(pipeline, progress, exclude, code, no_tokenizer)
    if as_json:
        click.echo(json.dumps(report.as_json(), ensure_ascii=False, indent=2))
        return not report.reasons
    for reason in report.reasons:
        click.echo(f"convert: {reason}", err=True)
    for warning in report.warnings:
        click.echo(f"convert: warning: {warning}", err=True)
    what = ", ".join(report.components) or "the tokenizer"
    click.echo(f"{pipeline} converts: {what}" if not report.reasons else f"{pipeline} does not convert as it is")
    return not report.reasons


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.argument("pipeline", metavar="PACKAGE_OR_PATH")
@click.option("-o", "--output", metavar="FILE", help="The .tern file to write.")
@click.option(
    "--wheel",
    "folder",
    metavar="FOLDER",
    help="Write a wheel that has it into this folder: for pip install and tern_nlp.load.",
)
@click.option("--manifest", metavar="FILE", help="Also write a manifest: source, versions, checksum, command.")
@click.option("--half", is_flag=True, help="Weights of half precision: half the size, not quite spaCy's results.")
@click.option("--vectors", is_flag=True, help="Keep the table of word vectors too, for similarity in Python.")
@click.option(
    "--temperature",
    type=float,
    metavar="X",
    help="Divide NER's scores by this before they become probabilities of entities; measured ones are known.",
)
@click.option("--exclude", multiple=True, metavar="NAME", help="Leave this component out; may be given again.")
@click.option(
    "-c",
    "--code",
    multiple=True,
    metavar="FILE",
    help="Import this Python file first, for the functions that it registers; may be given again.",
)
@click.option(
    FLAG, "no_tokenizer", is_flag=True, help="Leave the tokenizer out: the file takes words that are cut already."
)
@click.option(
    "--check",
    "only_check",
    is_flag=True,
    help="Write nothing, say what would convert: of a config.cfg, too, before any training. Exit code 1: not all.",
)
@click.option("--json", "as_json", is_flag=True, help="With --check: what would convert as JSON, on standard output.")
@click.version_option(__version__, prog_name="convert")
def main(
    pipeline: str,
    output: str | None,
    folder: str | None,
    manifest: str | None,
    half: bool,
    vectors: bool,
    temperature: float | None,
    no_tokenizer: bool,
    exclude: tuple[str, ...],
    code: tuple[str, ...],
    only_check: bool,
    as_json: bool,
) -> None:
    """Convert an installed spaCy pipeline, or the pipeline in a folder, to a .tern file."""
    if output is None and folder is None and not only_check:
        raise click.UsageError("say where to write the file, with -o FILE or --wheel FOLDER, or --check to write none")
    if manifest is not None and output is None:
        raise click.UsageError("--manifest belongs to -o FILE, which it describes")
    if as_json and not only_check:
        raise click.UsageError("--json belongs to --check")
    try:
        if only_check:
            sys.exit(0 if _check(pipeline, no_tokenizer, exclude, code, as_json) else 1)
        _run(pipeline, output, manifest, folder, Options(half, no_tokenizer, exclude, code, vectors, temperature))
    except ConvertError as error:
        click.echo(f"convert: {error}", err=True)
        sys.exit(2)


if __name__ == "__main__":
    main(prog_name="python -m convert")
