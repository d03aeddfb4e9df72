"""Prints how many lines of each source file the fuzzers reach: the committed corpora, and a run of each target (make
fuzz-coverage).
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from fuzz_targets import KERNELS, TARGETS, corpus, run, short_run

ROOT = Path(__file__).resolve().parents[2]
BUILD = ROOT / "build-fuzz-coverage"
FOLDERS = ("engine", "runtime")


def tool(name: str) -> str:
    """The one that belongs to this clang."""
    return subprocess.run(
        ["clang", f"-print-prog-name={name}"], stdout=subprocess.PIPE, text=True, check=True
    ).stdout.strip()


def reach(folder: Path) -> list[Path]:
    """Runs everything; the profiles."""
    kernels = [("model", name) for name in (*KERNELS, "openblas")]
    for target, name in [(target, "native") for target in TARGETS] + kernels:
        done = run(BUILD, target, *map(str, corpus(target)), kernels=name, profile=folder / f"{target}-{name}.profraw")
        print(f"{target} ({name}): corpus, exit code {done.returncode}", file=sys.stderr)
    for target in TARGETS:
        work = folder / target
        shutil.copytree(corpus(target)[0].parent, work)
        done = run(
            BUILD,
            target,
            *short_run(target),
            f"-artifact_prefix={folder}/",
            str(work),
            profile=folder / f"{target}.profraw",
        )
        print(f"{target}: run, exit code {done.returncode}", file=sys.stderr)
    return sorted(folder.glob("*.profraw"))


def lines_of(profiles: list[Path], merged: Path) -> dict[str, Any]:
    """Path -> {"count": ..., "covered": ...}, of the sources that some target has."""
    subprocess.run([tool("llvm-profdata"), "merge", "-o", str(merged), *map(str, profiles)], check=True)
    programs = [argument for target in TARGETS for argument in ("-object", str(BUILD / "fuzz" / f"fuzz_{target}"))]
    report = subprocess.run(
        [tool("llvm-cov"), "export", "-summary-only", f"-instr-profile={merged}", *programs[1:]],
        stdout=subprocess.PIPE,
        check=True,
    ).stdout
    files = {Path(file["filename"]): file["summary"]["lines"] for file in json.loads(report)["data"][0]["files"]}
    return {str(path.relative_to(ROOT)): lines for path, lines in files.items() if path.parent.name in FOLDERS}


def row(name: str, files: list[dict[str, int]]) -> str:
    count, covered = (sum(file[key] for file in files) for key in ("count", "covered"))
    return f"{name:34} {count:6} {count - covered:7} {100 * covered / max(count, 1):7.1f}"


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        lines = lines_of(reach(Path(folder)), Path(folder) / "merged.profdata")
    print(f"{'file':34} {'lines':>6} {'missed':>7} {'%':>7}")
    for name, file in sorted(lines.items()):
        if file["count"]:
            print(row(name, [file]))
    for part in FOLDERS:
        print(row(f"all of {part}/", [file for name, file in lines.items() if name.startswith(part)]))
        missing = sorted(path.name for path in (ROOT / part).glob("*.c") if str(path.relative_to(ROOT)) not in lines)
        if missing:
            print(f"  in no target: {', '.join(missing)}")


if __name__ == "__main__":
    main()
