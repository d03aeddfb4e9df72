"""Requests a second that `tern serve` answers as Amazon Comprehend does, on one core: `python bench/comprehend.py [--seconds N]`.

One connection sends requests one after the other. The rate is requests by the seconds of processor time that the server took for
them (all of its threads), so that a busy machine, the client and the network do not count: what one core that is the server's own
would do. Texts are of bench/texts.py.
"""

from __future__ import annotations

import argparse
import http.client
import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import texts

ROOT = Path(__file__).resolve().parent.parent
TARGET = "Comprehend_20171127."
ROUNDS = 5
TICKS = os.sysconf("SC_CLK_TCK")


def server() -> tuple[subprocess.Popen[str], str]:
    models = [
        f"{name}={ROOT / 'weights' / file}"
        for name, file in (("en", "en_core_web_sm.tern"), ("mood", "sentiment.tern"))
    ]
    command = [str(ROOT / "build" / "tern"), "serve", "--port", "0", "--threads", "1", "-m", models[0], "-m", models[1]]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert process.stdout
    return process, process.stdout.readline().split("//")[1].strip()


def processor_seconds(process: subprocess.Popen[str]) -> float:
    fields = Path(f"/proc/{process.pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def asker(address: str, operation: str, body: dict[str, object]) -> Callable[[], None]:
    connection = http.client.HTTPConnection(address)
    data = json.dumps(body).encode()
    headers = {"X-Amz-Target": TARGET + operation, "Content-Type": "application/x-amz-json-1.1"}

    def ask() -> None:
        connection.request("POST", "/", data, headers)
        answer = connection.getresponse()
        answer.read()
        assert answer.status == 200

    return ask


def rate(process: subprocess.Popen[str], ask: Callable[[], None], seconds: float) -> float:
    """Requests by processor seconds."""
    count, before, end = 0, processor_seconds(process), time.monotonic() + seconds
    while time.monotonic() < end:
        ask()
        count += 1
    return count / (processor_seconds(process) - before)


def cases() -> list[tuple[str, str, int, dict[str, object]]]:
    """What it is called, the operation, texts in a request, the body."""
    sentence, opinion = texts.SENTENCE, texts.SENTENCE_SENTIMENT
    page = " ".join([sentence] * (5000 // (len(sentence) + 1)))
    batch = {"TextList": [sentence] * 25}
    found = [
        ("a sentence of 15 tokens", name, 1, {"Text": sentence})
        for name in ("DetectEntities", "DetectKeyPhrases", "DetectSyntax")
    ]
    found.append(("a sentence of 15 tokens", "DetectSentiment", 1, {"Text": opinion}))
    found.append(("5,000 bytes", "DetectEntities", 1, {"Text": page}))
    found += [("25 sentences", f"BatchDetect{what}", 25, batch) for what in ("Entities", "KeyPhrases", "Syntax")]
    found.append(("25 sentences", "BatchDetectSentiment", 25, {"TextList": [opinion] * 25}))
    return [(text, name, count, {**body, "LanguageCode": "en"}) for text, name, count, body in found]


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=1.0, help="of each of the %d rounds of a row" % ROUNDS)
    given = parser.parse_args(arguments)
    process, address = server()
    lines = ["| operation | a request | requests a second | texts a second |", "|---|---|---|---|"]
    try:
        for text, operation, count, body in cases():
            ask = asker(address, operation, body)
            rate(process, ask, 0.2)
            requests = statistics.median(rate(process, ask, given.seconds) for _ in range(ROUNDS))
            lines.append(f"| `{operation}` | {text} | {requests:,.0f} | {requests * count:,.0f} |")
    finally:
        process.terminate()
        process.wait()
    sys.stdout.write("\n".join(lines) + f"\n\nload average {os.getloadavg()[0]:.1f}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
