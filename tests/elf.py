"""What readelf says of a program, as far as it keeps faults in memory from being used."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path


def read(path: Path, *options: str) -> str:
    return subprocess.run(
        ["readelf", "--wide", *options, str(path)], stdout=subprocess.PIPE, text=True, check=True
    ).stdout


def entries(dynamic: str, tag: str) -> list[str]:
    """The values of the dynamic section's entries of one kind, without what readelf writes around them."""
    found = re.findall(rf"\({tag}\)\s+(.*)$", dynamic, re.MULTILINE)
    return [re.sub(r"^[\w ]+: \[(.*)\]$", r"\1", value.strip()) for value in found]


def needed(path: Path) -> list[str]:
    """The shared libraries that it names."""
    return entries(read(path, "--dynamic"), "NEEDED")


def is_relative(folder: str) -> bool:
    """An empty element of a search path is the current directory."""
    return not folder.startswith("/")


def faults(path: Path) -> list[str]:
    """What a program lacks: position independence, addresses that are read-only before main begins, a stack without code; and what
    it should not have, libraries from the current directory."""
    dynamic, headers = read(path, "--dynamic"), read(path, "--file-header", "--program-headers")
    segments = re.findall(r"^ +([A-Z_]+)(?: +0x[0-9a-f]+){5} ([RWE ]{3}) ", headers, re.MULTILINE)
    flags = " ".join(entries(dynamic, "FLAGS") + entries(dynamic, "FLAGS_1")).split()
    paths = [folder for tag in ("RPATH", "RUNPATH") for value in entries(dynamic, tag) for folder in value.split(":")]
    assert segments, headers
    wanted = {
        "not position independent": bool(re.search(r"Type: +DYN", headers)) and "PIE" in flags,
        "not bound before main": bool({"BIND_NOW", "NOW"} & set(flags)),
        "addresses can be written to": any(name == "GNU_RELRO" for name, _ in segments),
        "relocations in its code": "TEXTREL" not in dynamic,
        "the stack can be run": [access for name, access in segments if name == "GNU_STACK"] == ["RW "],
        "data can be run": all(access != "RWE" for _, access in segments),
        f"searches {paths}": not any(map(is_relative, paths)),
    }
    return [fault for fault, is_right in wanted.items() if not is_right]


def calls(path: Path) -> set[str]:
    """Names that a program or a library of objects takes from elsewhere."""
    symbols = read(path, "--symbols")
    return {match.partition("@")[0] for match in re.findall(r" UND (\S+)", symbols)}
