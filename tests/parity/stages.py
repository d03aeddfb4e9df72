"""tern's side of the parity tests: runs the C program stages."""

from __future__ import annotations

import json
import subprocess
import threading
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any


class Stages:
    """One running stages program: Stages(program, model, "--trace").answers(lines)."""

    def __init__(self, program: Path, model: Path, *flags: str) -> None:
        self.command = [str(program), str(model), *flags]

    def answers(self, lines: Iterable[Mapping[str, Any]], timeout: float = 600.0) -> Iterator[dict[str, Any]]:
        """One answer a line. A program that dies, hangs or leaves lines out is an AssertionError with what it said."""
        process = subprocess.Popen(self.command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        errors: list[bytes] = []
        sent = [0]

        def feed() -> None:
            try:
                for line in lines:
                    process.stdin.write(json.dumps(line).encode() + b"\n")
                    sent[0] += 1
                process.stdin.close()
            except BrokenPipeError:
                pass

        workers = [threading.Thread(target=feed), threading.Thread(target=lambda: errors.append(process.stderr.read()))]
        watchdog = threading.Timer(timeout, process.kill)
        for thread in [*workers, watchdog]:
            thread.start()
        received = 0
        at_end = False
        try:
            for output in process.stdout:
                received += 1
                yield json.loads(output)
            at_end = True
        finally:
            if not at_end:  # the caller wants no more
                process.kill()
            process.wait()
            watchdog.cancel()
            for thread in workers:
                thread.join()
            process.stdout.close()
            process.stderr.close()
        said = b"".join(errors).decode("utf-8", "replace")
        assert process.returncode == 0, f"stages ended with {process.returncode}: {said}"
        assert received == sent[0], f"stages answered {received} of {sent[0]} lines: {said}"

    def texts(self, texts: Iterable[str], timeout: float = 600.0) -> Iterator[dict[str, Any]]:
        return self.answers(({"text": text} for text in texts), timeout)


def marks(sent_starts: Iterable[int]) -> str:
    """Preset sentence starts as stages.c reads them."""
    return "".join("-0+"[value + 1] for value in sent_starts)
