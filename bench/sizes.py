"""Bytes on disk: of the weights by component, of spaCy's package, of the programs."""
from __future__ import annotations

import subprocess
from collections import Counter
from pathlib import Path
from typing import Dict, Iterator

from measured import Bench


def section_sizes(bench: Bench) -> Dict[str, int]:
    """Bytes by the first part of the sections' names, the largest first, as `tern inspect` lists them."""
    command = [bench.build / "tern", "inspect", bench.model]
    listed = subprocess.run(command, stdout=subprocess.PIPE, check=True).stdout.decode().splitlines()
    begin = next(i for i, line in enumerate(listed) if line.split()[:2] == ["section", "kind"])
    rows = (line.split() for line in listed[begin + 1:] if line.strip())
    sizes: Counter = Counter()
    for row in rows:
        if len(row) == 6:   # name, kind, dtype, shape, bytes, CRC
            sizes[row[0].split("/")[0]] += int(row[4])
    return dict(sizes.most_common())


def sizes(bench: Bench) -> Iterator[None]:
    package = Path(bench.whole.nlp.path)
    installed = sum(path.stat().st_size for path in package.rglob("*") if path.is_file())
    bench.record("weights / package", "MB", [bench.model.stat().st_size / 1e6], [installed / 1e6])
    for name, size in section_sizes(bench).items():
        bench.record(f"weights: {name}", "kB", [size / 1e3])
    for name in ("tern", "bootstrap", "libtern.a"):
        bench.record(f"size of {name}", "kB", [(bench.build / name).stat().st_size / 1e3])
    yield
