"""Commands as a person starts them: time from exec to the first answer, and peak memory. cold.py does it for Lambda."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator

from measured import Bench, Pipeline
from texts import SENTENCE

SPACY_CHILD = """
import json, sys, spacy
nlp = spacy.load({package!r}, exclude={excluded!r})
print(json.dumps([[e.text, e.label_] for e in nlp(sys.argv[1]).ents]), flush=True)
print(next(line for line in open("/proc/self/status") if line.startswith("VmHWM")), flush=True)
"""

# Linux counts a process's memory before exec too: so `tern` is started from a small Python, not from this one.
PEAK_OF_COMMAND = """
import os, sys
pid = os.spawnv(os.P_NOWAIT, sys.argv[1], sys.argv[1:])
print(os.wait4(pid, 0)[2].ru_maxrss)
"""


def tern_ner_once(bench: Bench, pipeline: Pipeline) -> tuple[float, float]:
    """(milliseconds from exec to the whole answer, peak MB) of `tern ner`."""
    command = [str(bench.build / "tern"), "ner", "--json", *pipeline.options, "-m", str(bench.model), SENTENCE]
    begin = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.PIPE)
    answer = process.stdout.read()
    elapsed = time.perf_counter() - begin
    process.stdout.close()
    assert process.wait() == 0 and b"Alan Turing" in answer, answer
    peak = [sys.executable, "-S", "-E", "-c", PEAK_OF_COMMAND]
    memory = subprocess.run([*peak, *command], stdout=subprocess.PIPE, check=True)
    return 1e3 * elapsed, int(memory.stdout.split()[-1]) / 1024


def spacy_once(bench: Bench, pipeline: Pipeline) -> tuple[float, float]:
    """(milliseconds from exec to the answer, peak MB) of python, spacy.load, one text."""
    script = SPACY_CHILD.format(package=bench.package, excluded=list(pipeline.excluded))
    begin = time.perf_counter()
    process = subprocess.Popen([sys.executable, "-c", script, SENTENCE], stdout=subprocess.PIPE)
    answer = process.stdout.readline()
    elapsed = time.perf_counter() - begin
    status = process.stdout.read().decode()
    process.stdout.close()
    assert process.wait() == 0 and b"Alan Turing" in answer, answer
    return 1e3 * elapsed, int(status.split()[1]) / 1024


def processes(bench: Bench) -> Iterator[None]:
    for pipeline in (bench.whole, bench.ner):
        found: dict[str, list[tuple[float, float]]] = {"tern": [], "spaCy": []}
        try:
            for _ in range(bench.rounds):
                found["tern"].extend(tern_ner_once(bench, pipeline) for _ in range(4))
                found["spaCy"].append(spacy_once(bench, pipeline))
                yield
        finally:
            for i, (what, unit) in enumerate((("first answer", "ms"), ("peak memory", "MB"))):
                columns = {who: [sample[i] for sample in samples] for who, samples in found.items()}
                bench.record("processes", f"{pipeline.name}: {what} of `tern ner` / `python`", unit, columns)
