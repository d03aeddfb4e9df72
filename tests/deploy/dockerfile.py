"""What the tests need of a Dockerfile: its instructions, by stage."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import NamedTuple


class Instruction(NamedTuple):
    name: str
    value: str

    @property
    def words(self) -> list[str]:
        """The exec form's words, or what a shell-less split gives."""
        return json.loads(self.value) if self.value.startswith("[") else self.value.split()


class Stage(NamedTuple):
    image: str
    name: str
    instructions: list[Instruction]

    def values(self, name: str) -> list[str]:
        return [instruction.value for instruction in self.instructions if instruction.name == name]

    def last(self, name: str) -> Instruction:
        return [instruction for instruction in self.instructions if instruction.name == name][-1]


# The instructions of the Dockerfile reference that are not deprecated.
KNOWN = {
    "ADD",
    "ARG",
    "CMD",
    "COPY",
    "ENTRYPOINT",
    "ENV",
    "EXPOSE",
    "FROM",
    "HEALTHCHECK",
    "LABEL",
    "ONBUILD",
    "RUN",
    "SHELL",
    "STOPSIGNAL",
    "USER",
    "VOLUME",
    "WORKDIR",
}


def read_stages(path: Path) -> list[Stage]:
    lines = [line for line in path.read_text().splitlines() if line.strip() and not line.lstrip().startswith("#")]
    stages: list[Stage] = []
    for logical in re.sub(r"\\\n\s*", " ", "\n".join(lines)).splitlines():
        name, _, value = logical.partition(" ")
        assert name in KNOWN, f"{path}: {logical!r} is no instruction"
        if name == "FROM":
            match = re.fullmatch(r"(\S+)(?: AS (\S+))?", value)
            assert match, f"{path}: {logical!r}"
            stages.append(Stage(match[1], match[2] or "", []))
        else:
            stages[-1].instructions.append(Instruction(name, value.strip()))
    return stages
