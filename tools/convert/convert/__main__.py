"""Command line: python -m convert PACKAGE_OR_PATH -o FILE [--manifest FILE] [--exclude NAME] [--code FILE]."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import click

from . import __version__, container, describe, source
from .build import convert
from .errors import ConvertError
from .no_tokenizer import FLAG
from .report import print_summary, progress_bar


def write_file(path: Path, data: bytes) -> None:
    """Writes all or nothing: a reader never maps half a file."""
    partial = path.with_name(path.name + ".partial")
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

    def flags(self) -> str:
        """As they are written after the files' names."""
        given = ["--half"] * self.half + [FLAG] * self.no_tokenizer
        given += [f"--exclude {name}" for name in self.exclude] + [f"--code {path}" for path in self.code]
        return "".join(f" {flag}" for flag in given)


def _run(pipeline: str, output: str, manifest: str | None, options: Options) -> None:
    with progress_bar() as progress:
        conversion = convert(pipeline, progress, options.exclude, options.code, options.no_tokenizer)
        progress("write")
        groups = [container.halved(group) for group in conversion.groups] if options.half else conversion.groups
        data = container.write([group.sections for group in groups], conversion.required)
        container.read(data)
    write_file(Path(output), data)
    if manifest is not None:
        origin = source.find(pipeline)
        command = f"python -m convert {pipeline} -o {output} --manifest {manifest}{options.flags()}"
        content = describe.manifest_json(source.meta_of(origin), origin, Path(output).name, data, command)
        write_file(Path(manifest), content.encode("utf-8"))
    print_summary(output, groups, len(data))
    for warning in conversion.warnings:
        click.echo(f"convert: warning: {warning}", err=True)


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.argument("pipeline", metavar="PACKAGE_OR_PATH")
@click.option("-o", "--output", required=True, metavar="FILE", help="The .tern file to write.")
@click.option("--manifest", metavar="FILE", help="Also write a manifest: source, versions, checksum, command.")
@click.option("--half", is_flag=True, help="Weights of half precision: half the size, not quite spaCy's results.")
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
@click.version_option(__version__, prog_name="convert")
def main(
    pipeline: str,
    output: str,
    manifest: str | None,
    half: bool,
    no_tokenizer: bool,
    exclude: tuple[str, ...],
    code: tuple[str, ...],
) -> None:
    """Convert an installed spaCy pipeline, or the pipeline in a folder, to a .tern file."""
    try:
        _run(pipeline, output, manifest, Options(half, no_tokenizer, exclude, code))
    except ConvertError as error:
        click.echo(f"convert: {error}", err=True)
        sys.exit(2)


if __name__ == "__main__":
    main(prog_name="python -m convert")
