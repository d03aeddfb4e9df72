"""A control group with a memory limit and a share of the CPU, for one process and its children: cgroup v1 or v2."""

from __future__ import annotations

import os
import re
import time
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from local_lambda.share import PERIOD_US, memory_bytes, quota_us

MOUNTS = Path("/proc/self/mounts")
PREFIX = "tern-local-lambda"
CONTROLLERS = ("cpu", "memory")


class NoCgroups(Exception):
    """This machine does not let us limit processes; the text says why, and what would help."""


class Hierarchies(NamedTuple):
    """Where the controllers are: the same folder twice for cgroup v2."""

    version: int
    folders: Mapping[str, Path]


def find(mounts: Path = MOUNTS) -> Hierarchies:
    """A v2 hierarchy that has both controllers, else v1's."""
    v1: dict[str, Path] = {}
    v2: Path | None = None
    for line in mounts.read_text().splitlines():
        _, folder, kind, options = line.split()[:4]
        if kind == "cgroup2":
            v2 = Path(folder.replace("\\040", " "))
        elif kind == "cgroup":
            v1.update({name: Path(folder) for name in CONTROLLERS if name in options.split(",")})
    if v2 and set(CONTROLLERS) <= set(_read(v2 / "cgroup.controllers").split()):
        return Hierarchies(2, dict.fromkeys(CONTROLLERS, v2))
    if set(CONTROLLERS) <= set(v1):
        return Hierarchies(1, v1)
    raise NoCgroups("no cgroup hierarchy with the controllers cpu and memory is mounted here")


def limits(version: int, memory_mb: int, all_cpus: bool = False) -> dict[str, dict[str, str]]:
    """What to write into which file: {controller: {file: text}}."""
    quota, size = quota_us(memory_mb), memory_bytes(memory_mb)
    if all_cpus:
        return {"memory": {"memory.max" if version == 2 else "memory.limit_in_bytes": str(size)}}
    if version == 2:
        return {"cpu": {"cpu.max": f"{quota} {PERIOD_US}"}, "memory": {"memory.max": str(size)}}
    return {
        "cpu": {"cpu.cfs_period_us": str(PERIOD_US), "cpu.cfs_quota_us": str(quota)},
        "memory": {"memory.limit_in_bytes": str(size)},
    }


class Cgroup:
    """Made on construction; remove() when its processes have ended."""

    _made = 0

    def __init__(self, memory_mb: int, hierarchies: Hierarchies | None = None, all_cpus: bool = False) -> None:
        """all_cpus: limits the memory alone."""
        found = hierarchies or find()
        Cgroup._made += 1
        name = f"{PREFIX}-{os.getpid()}-{Cgroup._made}"
        self.version = found.version
        self.folders = {controller: root / name for controller, root in found.folders.items()}
        try:
            if self.version == 2:
                _delegate(found.folders["cpu"])
            for folder in self.folders.values():
                folder.mkdir(exist_ok=True)  # v2: twice the same
            for controller, files in limits(self.version, memory_mb, all_cpus).items():
                for file, text in files.items():
                    (self.folders[controller] / file).write_text(text)
        except OSError as problem:
            self.remove()
            raise NoCgroups(
                f"may not make a control group: {problem}. It takes root (or a delegated hierarchy), "
                f"and a container must be privileged"
            ) from problem
        self._entrances = [str(folder / "cgroup.procs") for folder in dict.fromkeys(self.folders.values())]

    def enter(self) -> None:
        """Moves the calling process in: between fork and exec, so it does as little as possible."""
        for path in self._entrances:
            descriptor = os.open(path, os.O_WRONLY)
            os.write(descriptor, b"0")
            os.close(descriptor)

    @property
    def out_of_memory(self) -> bool:
        """Has the kernel ended a process because of the limit?"""
        file = "memory.events" if self.version == 2 else "memory.oom_control"
        found = re.search(r"^oom_kill (\d+)$", _read(self.folders["memory"] / file), re.MULTILINE)
        return bool(found and int(found.group(1)))

    def processes(self) -> list[int]:
        return [int(pid) for pid in _read(self.folders["cpu"] / "cgroup.procs").split()]

    def remove(self) -> None:
        for folder in dict.fromkeys(self.folders.values()):
            for _ in range(100):  # the kernel needs a moment after the last process has ended
                try:
                    folder.rmdir()
                    break
                except FileNotFoundError:
                    break
                except OSError:
                    time.sleep(0.01)


def _delegate(root: Path) -> None:
    """Lets the groups below the root have the controllers."""
    if not set(CONTROLLERS) <= set(_read(root / "cgroup.subtree_control").split()):
        (root / "cgroup.subtree_control").write_text(" ".join(f"+{name}" for name in CONTROLLERS))


def _read(path: Path) -> str:
    try:
        return path.read_text()
    except OSError:
        return ""


def why_not() -> str | None:
    """None if processes can be limited here, else the reason."""
    try:
        Cgroup(128).remove()
    except NoCgroups as problem:
        return str(problem)
    return None
