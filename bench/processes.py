"""Whole processes: time from exec to the first answer, and peak memory."""
from __future__ import annotations

import http.server
import json
import re
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any, Dict, Iterator, List, Tuple

from measured import Bench, Pipeline

SENTENCE = "Alan Turing was born on June 23, 1912, in London, England."
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


class RuntimeApi:
    """Just enough of Lambda's Runtime API: hands out one event, and notes when its answer arrives."""

    def __init__(self, event: bytes) -> None:
        api = self
        self.answered = threading.Event()
        self.at = 0.0
        self.body = b""
        pending = [event]

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                if not pending:
                    api.closing.wait()
                    return
                self.send_response(200)
                self.send_header("Lambda-Runtime-Aws-Request-Id", "1")
                self.send_header("Lambda-Runtime-Deadline-Ms", str(int(time.time() * 1000) + 60_000))
                self._finish(pending.pop())

            def do_POST(self) -> None:
                api.body = self.rfile.read(int(self.headers["Content-Length"]))
                api.at = time.perf_counter()
                self.send_response(202)
                self._finish(b"")
                api.answered.set()

            def _finish(self, body: bytes) -> None:
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, format: str, *args: Any) -> None:
                pass

        self.closing = threading.Event()
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.server.handle_error = lambda request, address: None   # the runtime is killed while it waits
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.server.server_address[1]}"

    def close(self) -> None:
        self.closing.set()
        self.server.shutdown()
        self.server.server_close()


def peak_of(pid: int) -> float:
    """Peak resident set in MB (VmHWM), shared pages and mapped file included."""
    status = Path(f"/proc/{pid}/status").read_text()
    return int(re.search(r"VmHWM:\s+(\d+) kB", status).group(1)) / 1024


def tern_ner_once(bench: Bench, pipeline: Pipeline) -> Tuple[float, float]:
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


def bootstrap_once(bench: Bench, pipeline: Pipeline) -> Tuple[float, float]:
    """(milliseconds from exec to the posted answer, peak MB) of the Lambda runtime."""
    api = RuntimeApi(json.dumps({"body": json.dumps({"text": SENTENCE})}).encode())
    environment = {**pipeline.environment, "AWS_LAMBDA_RUNTIME_API": api.address, "TERN_MODEL": str(bench.model)}
    begin = time.perf_counter()
    process = subprocess.Popen([bench.build / "bootstrap"], env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    try:
        if not api.answered.wait(60):
            raise RuntimeError(f"no answer from bootstrap: {process.communicate(timeout=5)}")
        assert b"Alan Turing" in api.body, api.body
        return 1e3 * (api.at - begin), peak_of(process.pid)
    finally:
        process.kill()
        process.communicate()
        api.close()


def spacy_once(bench: Bench, pipeline: Pipeline) -> Tuple[float, float]:
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


def cold_starts(bench: Bench) -> Iterator[None]:
    for pipeline in (bench.whole, bench.ner):
        found: Dict[str, List[Tuple[float, float]]] = {"tern ner": [], "bootstrap": [], "spacy": []}
        for _ in range(bench.rounds):
            found["tern ner"].extend(tern_ner_once(bench, pipeline) for _ in range(4))
            found["bootstrap"].extend(bootstrap_once(bench, pipeline) for _ in range(4))
            found["spacy"].append(spacy_once(bench, pipeline))
            yield
        for name in ("tern ner", "bootstrap"):
            for i, (what, unit) in enumerate((("first answer", "ms"), ("peak memory", "MB"))):
                tern, spacy = ([sample[i] for sample in found[key]] for key in (name, "spacy"))
                bench.record(f"{pipeline.name}: {what} of {name}", unit, tern, spacy)
