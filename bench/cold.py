#!/usr/bin/env python3
"""Cold starts of the Lambda package's bootstrap with its model in and out of the page cache, for deploy/terraform/README.md.

    tools/package && .venv/bin/python bench/cold.py        # Markdown

Each run is a new process against a Runtime API of this program: from exec to the request for the first event (the start, which
runs one sentence), and from exec to the posted answer to a sentence; and what the process read from the disk until then.
"""
from __future__ import annotations

import argparse
import json
import os
import platform
import statistics
import subprocess
import sys
import time
from pathlib import Path
from typing import Dict, List, NamedTuple, Sequence

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tests" / "runtime"))

from mock_runtime_api import Invocation, MockRuntimeApi, start_bootstrap  # noqa: E402

EVENT = json.dumps({"text": "Alan Turing was born on June 23, 1912, in London, England."}).encode()
MEBIBYTE = 2**20


class Start(NamedTuple):
    ready_ms: float
    answer_ms: float
    read_bytes: int


class TimedApi(MockRuntimeApi):
    """Notes when the first event was asked for, and when the first answer came."""

    def __init__(self) -> None:
        super().__init__([Invocation(EVENT)])
        self.times: Dict[str, float] = {}

    def _send_next(self, connection) -> bool:
        self.times.setdefault("ready", time.perf_counter())
        return super()._send_next(connection)

    def _send_reply(self, connection) -> bool:
        self.times.setdefault("answer", time.perf_counter())
        return super()._send_reply(connection)


def bytes_read(process: "subprocess.Popen[bytes]") -> int:
    """Disk reads of a process that has ended and has not been waited for."""
    for line in Path(f"/proc/{process.pid}/io").read_text().splitlines():
        if line.startswith("read_bytes:"):
            return int(line.split()[1])
    return 0


def start_once(bootstrap: Path, model: Path) -> Start:
    with TimedApi() as api:
        began = time.perf_counter()
        process = start_bootstrap(bootstrap, api.address, model)
        os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)   # it ends after its answer, as the script of events ends
        read = bytes_read(process)
        process.communicate()
    if "answer" not in api.times:
        raise SystemExit(f"{bootstrap} gave no answer")
    return Start(1e3 * (api.times["ready"] - began), 1e3 * (api.times["answer"] - began), read)


def drop(files: Sequence[Path]) -> None:
    """Takes files out of the page cache."""
    for path in files:
        descriptor = os.open(path, os.O_RDONLY)
        os.fsync(descriptor)
        os.posix_fadvise(descriptor, 0, 0, os.POSIX_FADV_DONTNEED)
        os.close(descriptor)


def main() -> None:
    arch = "arm64" if platform.machine() == "aarch64" else platform.machine()
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bootstrap", type=Path, default=ROOT / "build-package" / arch / "bootstrap")
    parser.add_argument("--model", type=Path, default=ROOT / "weights" / "en_core_web_sm.tern")
    parser.add_argument("--runs", type=int, default=30)
    options = parser.parse_args()
    dropped: Dict[str, List[Path]] = {
        "both in the page cache": [],
        "model not in the page cache": [options.model],
        "neither": [options.model, options.bootstrap],
    }
    start_once(options.bootstrap, options.model)
    sizes = [path.stat().st_size / MEBIBYTE for path in (options.bootstrap, options.model)]
    print(f"bootstrap {sizes[0]:.1f} MiB, model {sizes[1]:.1f} MiB; "
          f"{options.runs} starts each, medians; load {os.getloadavg()[0]:.1f}\n")
    print("| | exec to first `/next` | exec to first answer | fastest answer | read from disk |\n|---|---|---|---|---|")
    for name, files in dropped.items():
        starts: List[Start] = []
        for _ in range(options.runs):
            drop(files)
            starts.append(start_once(options.bootstrap, options.model))
        ready, answer = (statistics.median(values) for values in ([s.ready_ms for s in starts], [s.answer_ms for s in starts]))
        print(f"| {name} | {ready:.1f} ms | {answer:.1f} ms | {min(s.answer_ms for s in starts):.1f} ms "
              f"| {statistics.median(s.read_bytes for s in starts) / MEBIBYTE:.1f} MiB |")


if __name__ == "__main__":
    main()
