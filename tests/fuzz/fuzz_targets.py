"""The libFuzzer targets: what each takes, and how to run one."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path
from typing import NamedTuple

FOLDER = Path(__file__).parent
SECONDS = int(os.environ.get("TERN_FUZZ_SECONDS", "10"))
SEED = int(os.environ.get("TERN_FUZZ_SEED", "1"))
LIMITS = ["-timeout=10", "-rss_limit_mb=2048"]
KERNELS = ["portable", "avx2"]
"""Sets of arithmetic that the target of models runs with besides the native one (AVX-512 where there is that), as
far as this CPU has them.
"""
NOT_HERE = 1, "cannot run here"
"""How a target ends for another set, and what it says."""


class Target(NamedTuple):
    """Bytes of an input; more options."""

    longest: int
    options: list[str] = []


TARGETS: dict[str, Target] = {
    "model": Target(4096),
    "json": Target(4096),
    "tokenizer": Target(2048),
    "formats": Target(1024),
    "gzip": Target(4096),
    "http": Target(2048),
    "lambda": Target(4096),
    "sqs": Target(2048),
    "settings": Target(1024),
    "command": Target(2048, ["-close_fd_mask=2"]),
    "corpus": Target(2048),
    "comprehend": Target(2048),
    "pii": Target(512),
}


def corpus(target: str) -> list[Path]:
    return sorted((FOLDER / "corpus" / target).iterdir())


def run(
    build: Path,
    target: str,
    *arguments: str,
    kernels: str = "native",
    profile: Path | None = None,
    seconds: int = SECONDS,
) -> subprocess.CompletedProcess[bytes]:
    """profile: where the build for coverage writes what was reached."""
    environment = {**os.environ, "TERN_GEMM": kernels, **({"LLVM_PROFILE_FILE": str(profile)} if profile else {})}
    command = [str(build / "fuzz" / f"fuzz_{target}"), *LIMITS, *TARGETS[target].options, *arguments]
    return subprocess.run(command, capture_output=True, timeout=seconds + 300, env=environment, check=False)


def short_run(target: str, seconds: int = SECONDS) -> list[str]:
    """Options of a run by chance, the same on every machine but for its end. A corpus that may grow comes behind."""
    return [
        f"-max_total_time={seconds}",
        f"-seed={SEED}",
        f"-max_len={TARGETS[target].longest}",
        "-print_final_stats=1",
    ]
