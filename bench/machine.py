"""On what, and of what, the figures are."""

from __future__ import annotations

import datetime
import os
import platform
import re
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any

from texts import ROOT


def cpu_name() -> str:
    found = re.search(r"^model name\s*:\s*(.+)$", Path("/proc/cpuinfo").read_text(), re.MULTILINE)
    return found.group(1) if found else platform.machine()


def git(*command: str) -> str:
    return subprocess.run(["git", "-C", ROOT, *command], stdout=subprocess.PIPE, check=True).stdout.decode().strip()


def commit() -> str:
    changed = bool(git("status", "--porcelain", "--untracked-files=no"))
    return git("rev-parse", "--short", "HEAD") + ("+changes" if changed else "")


def without_folder(argument: str) -> str:
    """Where a file lies says something about one machine only."""
    option, sign, path = argument.rpartition("=")
    return option + sign + (Path(path).name if path.startswith("/") else path)


def description() -> dict[str, Any]:
    import spacy
    import thinc

    return {
        "commit": commit(),
        "time": datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="seconds"),
        "command": shlex.join(["python", os.path.relpath(sys.argv[0], ROOT), *map(without_folder, sys.argv[1:])]),
        "cpu": cpu_name(),
        "cpus": os.cpu_count(),
        "machine": f"{platform.system()} {platform.machine()}",
        "load_at_start": os.getloadavg(),
        "versions": {"python": platform.python_version(), "spacy": spacy.__version__, "thinc": thinc.__version__},
    }


def file_name(about: dict[str, Any]) -> str:
    """<commit>-<CPU>, of letters that every file system takes."""
    return re.sub(r"[^A-Za-z0-9]+", "-", f"{about['commit']}-{about['cpu']}").strip("-")
