"""Warm requests in local environments by length of text and amount of memory, and what a million of them costs."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence

import cost
from cold import MEMORIES, TIMEOUT, UNLIMITED_MB, request_event
from local_lambda.function import Function, Invocation
from local_lambda.share import PERIOD_US
from measured import Bench
from texts import of_length

# Tokens: requests of tern, and of spaCy, which takes over a minute for the longest text in the smallest environment.
REQUESTS = {15: (200, 100), 60: (100, 60), 150: (100, 40), 1500: (30, 8), 15000: (6, 2)}
QUICK_REQUESTS = {15: (30, 20), 1500: (6, 2)}
TURNS = 2  # times that the two alternate
WARM_UP = 3  # requests that are not counted
# Between two requests, so that each finds its slice of the CPU whole, as in an environment that does not work without pause.
PAUSE = 1.5 * PERIOD_US / 1e6


def warm(bench: Bench) -> Iterator[None]:
    requests = QUICK_REQUESTS if bench.quick else REQUESTS
    texts = {
        tokens: [
            request_event(text) for text in of_length(bench.texts, tokens, bench.few(10, 3) if tokens < 15000 else 2)
        ]
        for tokens in requests
    }
    memories = [512, 1024] if bench.quick else MEMORIES
    for memory in memories if bench.throttle else [UNLIMITED_MB]:
        one, other = (Function(spec, memory, 1, bench.throttle, TIMEOUT) for spec in bench.specs)
        with one, other:
            for tokens, counts in requests.items():
                record(bench, memory, tokens, *alternately((one, other), texts[tokens], counts))
                yield


def alternately(
    functions: Sequence[Function], events: list[bytes], counts: Sequence[int]
) -> tuple[dict[str, list[float]], dict[str, str]]:
    """({name: seconds of so many requests}, {name: why it failed}) of functions that take turns."""
    found: dict[str, list[float]] = {function.spec.name: [] for function in functions}
    failed: dict[str, str] = {}
    for _ in range(TURNS):
        for function, count in zip(functions, counts):
            if function.spec.name not in failed:
                for done in in_turn(function, events, count // TURNS):
                    if done.answer.error:
                        failed[function.spec.name] = done.answer.body.decode("utf-8", "replace")[:200]
                    else:
                        found[function.spec.name].append(done.answer.seconds)
    return found, failed


def in_turn(function: Function, events: list[bytes], count: int) -> list[Invocation]:
    """Of the texts one after the other, after some of them uncounted; only the errors of those count."""
    done = [call(function, events[i % len(events)]) for i in range(WARM_UP if len(events) > 2 else 1)]
    failed = [one for one in done if one.answer.error]
    return failed or [call(function, events[i % len(events)]) for i in range(count)]


def call(function: Function, event: bytes) -> Invocation:
    time.sleep(PAUSE)
    return function.invoke(event)


def record(bench: Bench, memory: int, tokens: int, found: dict[str, list[float]], failed: dict[str, str]) -> None:
    name = f"{memory} MB, {tokens} tokens" if bench.throttle else f"no limits, {tokens} tokens"
    also = {"memory_mb": memory, "tokens": tokens, **({"failed": failed} if failed else {})}
    bench.record("warm", name, "ms", {who: [1e3 * s for s in seconds] for who, seconds in found.items()}, **also)
    bench.record(
        "cost",
        name,
        f"$ per million requests ({cost.PRICES_OF})",
        {who: [cost.per_million(memory, seconds)] for who, seconds in found.items() if seconds},
        **also,
    )
