"""Command line: python -m convert.halve IN.tern OUT.tern: the weights of a file in half precision, as `--half` writes them; a table
of word vectors too."""

from __future__ import annotations

import sys
from pathlib import Path

from . import container


def halve(data: bytes) -> bytes:
    """A file's bytes -> another's. Sections lie in the order of their names."""
    sections = list(container.read(data).values())
    return container.write([container.halved(container.Group("all", sections)).sections], container.features(data))


def main(source: str, output: str) -> None:
    Path(output).write_bytes(halve(Path(source).read_bytes()))


if __name__ == "__main__":
    main(*sys.argv[1:])
