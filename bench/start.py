"""How long the command `tern` takes to start: from exec to its end, for work that is nothing or a sentence."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from measured import Bench, Program
from texts import SENTENCE

# A small Python starts them: one that has loaded more takes longer to start others. Milliseconds of each, in turns.
SPAWNS = """
import json, os, sys, time
commands, times = json.loads(sys.argv[1]), int(sys.argv[2])
nothing = [(os.POSIX_SPAWN_OPEN, 1, "/dev/null", os.O_WRONLY, 0)]
found = [[] for _ in commands]
for i in range(times + 3):
    for command, one in zip(commands, found):
        begin = time.perf_counter()
        pid = os.posix_spawn(command[0], command, os.environ, file_actions=nothing)
        status = os.waitpid(pid, 0)[1]
        if status:
            sys.exit(f"{command} ended with {status}")
        if i >= 3:
            one.append(1e3 * (time.perf_counter() - begin))
print(json.dumps(found))
"""


def commands(program: Program) -> dict[str, list[str]]:
    tern = str(program.build / "tern")
    return {
        "tern --version": [tern, "--version"],
        "tern ner, NER alone": [tern, "ner", "--only", "ner", "-m", str(program.model), SENTENCE],
        "tern ner, whole pipeline": [tern, "ner", "-m", str(program.model), SENTENCE],
    }


def spawned(lines: Sequence[Sequence[str]], times: int) -> list[list[float]]:
    command = [sys.executable, "-S", "-E", "-c", SPAWNS, json.dumps(lines), str(times)]
    return json.loads(subprocess.run(command, stdout=subprocess.PIPE, check=True).stdout)


def shared_libraries(program: Path) -> int:
    """How many the loader finds for it."""
    done = subprocess.run(["ldd", program], stdout=subprocess.PIPE, check=True)
    return sum(b"=>" in line for line in done.stdout.splitlines())


def start(bench: Bench) -> Iterator[None]:
    of_each = [commands(program) for program in bench.programs]
    for name in of_each[0]:
        found = spawned([of_one[name] for of_one in of_each], bench.few(100, 10))
        columns = {program.name: times for program, times in zip(bench.programs, found)}
        bench.record("start", f"`{name}`", "ms", columns, paired=True)
        yield
    counts = {program.name: [float(shared_libraries(program.build / "tern"))] for program in bench.programs}
    bench.record("start", "shared libraries of `tern`", "files", counts, None)
