"""Cold starts in local environments: from exec to the first answer, with the files in the page cache and without."""

from __future__ import annotations

import json
import os
import sysconfig
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from local_lambda.environment import Ended, Environment, InitFailed, Spec, Usage
from local_lambda.front import event_of
from local_lambda.share import MEBIBYTE
from local_lambda.wire import Message
from measured import Bench
from sizes import spacy_files
from texts import SENTENCE

MEMORIES = (512, 1024, 1769, 256, 128)  # a run that is cut short has had the first ones
UNLIMITED_MB = 10240  # what an environment without limits believes to have
TIMEOUT = 120.0


class Start(NamedTuple):
    ready_ms: float  # from exec to the request for the first event
    answer_ms: float  # from exec to the first answer
    usage: Usage
    answer: bytes


def request_event(text: str, path: str = "/ner") -> bytes:
    body = json.dumps({"text": text}).encode()
    headers = {"content-type": "application/json", "content-length": str(len(body))}
    return event_of(Message(f"POST {path} HTTP/1.1", headers, body))


def start_once(
    spec: Spec, memory_mb: int | None, text: str = SENTENCE, path: str = "/ner", holds: bytes = b"Alan Turing"
) -> Start:
    """memory_mb None: no limits. holds: what a right answer to the text has. Raises Ended and InitFailed."""
    environment = Environment(spec, memory_mb or UNLIMITED_MB, throttle=memory_mb is not None, timeout=TIMEOUT)
    try:
        ready = environment.start()
        answer = environment.invoke(request_event(text, path))
        if answer.error or holds not in answer.body:
            raise Ended(answer.error or "Unknown", answer.body.decode("utf-8", "replace"))
        answer_ms = 1e3 * (environment.answered_at - environment.exec_at)
        return Start(1e3 * ready, answer_ms, environment.usage(), answer.body)
    finally:
        environment.end()


def files_of(bench: Bench, spec: Spec) -> list[Path]:
    """What a start of the function may read."""
    if spec.name == "tern":
        return [bench.bootstrap, bench.model]
    library = Path(sysconfig.get_path("stdlib"))
    folders = [folder for folder in library.iterdir() if folder.name not in ("site-packages", "test")]
    found = [path for folder in folders for path in (folder.rglob("*") if folder.is_dir() else [folder])]
    return spacy_files(bench, compiled=True) + [path for path in found if path.is_file()]


def drop(files: list[Path]) -> None:
    """Takes files out of the page cache, except what other processes have mapped."""
    for path in files:
        descriptor = os.open(path, os.O_RDONLY)
        os.posix_fadvise(descriptor, 0, 0, os.POSIX_FADV_DONTNEED)
        os.close(descriptor)


def cold(bench: Bench) -> Iterator[None]:
    limited = MEMORIES if bench.throttle else ()
    memories: list[int | None] = [*limited[:1], None, *limited[1:]]
    if bench.quick:
        memories = [memory for memory in memories if memory in (512, None)]
    os.sync()  # what is not on the disk yet cannot be dropped
    files = {spec.name: files_of(bench, spec) for spec in bench.specs}
    for memory in memories:
        for cached in (True, False):
            found: dict[str, list[Start]] = {spec.name: [] for spec in bench.specs}
            failed: dict[str, str] = {}
            for turn in range(rounds(bench, memory, cached) + cached):
                for spec in bench.specs:
                    for _ in range(bench.few(5, 3) if spec.name == "tern" else 1):
                        if not cached:
                            drop(files[spec.name])
                        try:
                            start = start_once(spec, memory)
                        except (Ended, InitFailed) as problem:
                            failed[spec.name] = str(problem)
                            continue
                        if turn >= cached:  # the first ones fill the page cache
                            found[spec.name].append(start)
                yield
            name = f"{f'{memory} MB' if memory else 'no limits'}, files {'' if cached else 'not '}in the page cache"
            record(bench, name, found, failed)


def rounds(bench: Bench, memory: int | None, cached: bool) -> int:
    """spaCy takes 15 s to start in the smallest environments."""
    if bench.quick or (memory or UNLIMITED_MB) < 512:
        return 1
    return 5 if cached else 2


def record(bench: Bench, name: str, found: dict[str, list[Start]], failed: dict[str, str] | None = None) -> None:
    for what, unit, value in (
        ("exec to first answer", "ms", lambda start: start.answer_ms),
        ("exec to the first /next", "ms", lambda start: start.ready_ms),
        ("peak memory after one request", "MB", lambda start: start.usage.peak_mb),
        ("page faults without a disk", "times", lambda start: start.usage.minor_faults),
        ("page faults that wait for a disk", "times", lambda start: start.usage.major_faults),
        ("read from the disk", "MiB", lambda start: start.usage.read_bytes / MEBIBYTE),
    ):
        samples = {who: [value(start) for start in starts] for who, starts in found.items()}
        bench.record("cold", f"{name}: {what}", unit, samples, **({"failed": failed} if failed else {}))
