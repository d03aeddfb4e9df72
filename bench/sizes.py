"""Bytes on disk: of the packages for Lambda, of the weights by component, of the programs."""

from __future__ import annotations

import importlib.metadata
import re
import subprocess
import zipfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from measured import Bench
from texts import ROOT

# Lambda's Python image brings these.
IN_THE_IMAGE = {"pip", "setuptools"}


def section_sizes(bench: Bench) -> dict[str, int]:
    """Bytes by the first part of the sections' names, the largest first, as `tern inspect` lists them."""
    command = [bench.build / "tern", "inspect", bench.model]
    listed = subprocess.run(command, stdout=subprocess.PIPE, check=True).stdout.decode().splitlines()
    begin = next(i for i, line in enumerate(listed) if line.split()[:2] == ["section", "kind"])
    rows = (line.split() for line in listed[begin + 1 :] if line.strip())
    sizes: Counter = Counter()
    for row in rows:
        if len(row) == 6:  # name, kind, dtype, shape, bytes, CRC
            sizes[row[0].split("/")[0]] += int(row[4])
    return dict(sizes.most_common())


def requirements(names: list[str]) -> list[importlib.metadata.Distribution]:
    """The installed distributions of these names and of all that they need (extras left out)."""
    found: dict[str, importlib.metadata.Distribution] = {}
    seen: set[str] = set()
    while names:
        name = re.sub(r"[-_.]+", "-", names.pop()).lower()
        if name in seen | IN_THE_IMAGE:
            continue
        seen.add(name)
        try:
            found[name] = importlib.metadata.distribution(name)
        except importlib.metadata.PackageNotFoundError:
            continue  # for another system or Python
        names += [re.match(r"[\w.-]+", line).group() for line in found[name].requires or () if "extra ==" not in line]
    return list(found.values())


class Counted:
    """A file that only counts."""

    def __init__(self) -> None:
        self.size = 0

    def write(self, data: bytes) -> int:
        self.size += len(data)
        return len(data)

    def flush(self) -> None:
        pass


def zipped(files: list[Path]) -> int:
    sink = Counted()
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED) as archive:  # type: ignore[arg-type]
        for path in files:
            archive.write(path, path.relative_to(path.anchor))
    return sink.size


def spacy_files(bench: Bench, compiled: bool = False) -> list[Path]:
    """What a deployment of the function must carry; compiled bytecode only if asked for."""
    files = [
        Path(distribution.locate_file(file)).resolve()
        for distribution in requirements([bench.package, "spacy", "awslambdaric"])
        for file in distribution.files or ()
    ]
    if Path(bench.package).is_dir():  # a pipeline that is not installed
        files += Path(bench.package).resolve().rglob("*")
    return sorted({path for path in files if path.is_file() and (compiled or path.suffix != ".pyc")})


def sizes(bench: Bench) -> Iterator[None]:
    spacy = spacy_files(bench)
    tern = [bench.bootstrap, bench.model]
    packages = sorted((ROOT / "build").glob("tern-lambda-*.zip"))
    made = packages[0].stat().st_size if packages else zipped(tern)
    bench.record(
        "sizes",
        "package, unpacked",
        "MB",
        {who: [sum(path.stat().st_size for path in files) / 1e6] for who, files in (("tern", tern), ("spaCy", spacy))},
    )
    bench.record(
        "sizes",
        "package, zipped",
        "MB",
        {"tern": [made / 1e6], "spaCy": [zipped(spacy) / 1e6]},
        tern_file=packages[0].name if packages else "bootstrap and model, deflated",
    )
    for name, size in section_sizes(bench).items():
        bench.record("sizes", f"weights: {name}", "kB", {"tern": [size / 1e3]})
    for name in ("tern", "bootstrap", "libtern.a"):
        bench.record("sizes", f"build/{name}", "kB", {"tern": [(bench.build / name).stat().st_size / 1e3]})
    yield
