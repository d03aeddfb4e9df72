#!/usr/bin/env python3
"""One environment of the function, asked again and again: does it answer each event, and does its memory stay?

    python bench/soak_lambda.py --invocations 200000

The events are those that the tests recorded (tests/runtime/events: every shape, unknown ones too), whole, cut short and with a byte
changed, and now and then a long text. Prints the resident memory after each tenth.
"""

from __future__ import annotations

import json
import random
import re
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import click
from local_lambda import functions
from local_lambda.environment import Environment
from texts import ROOT

LONG = json.dumps({"text": "Alan Turing met Angela Merkel in London on Monday. " * 2000}).encode()


def events(seed: int) -> Iterator[bytes]:
    """Without end."""
    chance = random.Random(seed)
    recorded = [path.read_bytes() for path in sorted((ROOT / "tests" / "runtime" / "events").rglob("*.json"))]
    while True:
        event = chance.choice(recorded)
        kind = chance.randrange(1000)
        if kind == 0:
            event = LONG
        elif kind < 100:
            event = event[: chance.randrange(1, len(event))]
        elif kind < 300:
            at = chance.randrange(len(event))
            event = event[:at] + bytes([chance.randrange(256)]) + event[at + 1 :]
        yield event


def resident_mb(pid: int) -> float:
    found = re.search(r"VmRSS:\s+(\d+) kB", Path(f"/proc/{pid}/status").read_text())
    return int(found[1]) / 1024 if found else 0.0


@click.command(help=__doc__)
@click.option("--invocations", default=200_000, show_default=True)
@click.option("--seed", default=1, show_default=True)
@click.option("--binary", type=click.Path(path_type=Path), default=ROOT / "build" / "bootstrap", show_default=True)
def main(invocations: int, seed: int, binary: Path) -> None:
    environment = Environment(functions.tern(binary, ROOT / "weights" / "en_core_web_sm.tern"), 512, throttle=False)
    outcomes: Counter[str] = Counter()
    environment.start()
    assert environment._process is not None
    begin = time.monotonic()
    try:
        for count, event in enumerate(events(seed), 1):
            outcomes[environment.invoke(event).error or "answered"] += 1
            if count % (invocations // 10) == 0:
                print(
                    f"{count:>8,} invocations, {time.monotonic() - begin:6.0f} s, {resident_mb(environment._process.pid):.1f} MB",
                    flush=True,
                )
            if count == invocations:
                break
    finally:
        environment.end()
    for outcome, count in outcomes.most_common():
        print(f"{count:>8,} {outcome}")


if __name__ == "__main__":
    main()
