"""A function: up to N environments, which start on demand and are used again, the latest first."""

from __future__ import annotations

import threading
import time
from pathlib import Path
from typing import Any, NamedTuple

from local_lambda.environment import Answer, Ended, Environment, InitFailed, Spec


class Throttled(Exception):
    """All environments are busy."""


class Invocation(NamedTuple):
    answer: Answer
    cold: bool
    init_seconds: float  # of a cold one, from exec to the request for the first event
    seconds: float  # as its caller saw it, the start of an environment included


class Function:
    """Use as a context manager. invoke() may be called from any number of threads."""

    def __init__(
        self,
        spec: Spec,
        memory_mb: int,
        environments: int = 1,
        throttle: bool = True,
        timeout: float = 15.0,
        log: Path | None = None,
    ) -> None:
        self.spec, self.memory_mb, self.limit = spec, memory_mb, environments
        self._made = {"throttle": throttle, "timeout": timeout, "log": log}
        self._lock = threading.Lock()
        self._idle: list[Environment] = []
        self._count = 0
        self._generation = 0  # recycle() raises it: environments of an earlier one are ended when they come back
        self._born: dict[Environment, int] = {}
        self.history: list[Invocation] = []

    def __enter__(self) -> Function:
        return self

    def __exit__(self, *_: object) -> None:
        self.recycle()

    def invoke(self, event: bytes) -> Invocation:
        """A failed start, an end of the process or a time-out is an answer with an error, as on Lambda. Raises Throttled."""
        begin = time.monotonic()
        environment = self._take()
        cold = environment is None
        try:
            if environment is None:
                environment = self._start()
            answer = environment.invoke(event)
            init_seconds = environment.init_seconds if cold else 0.0
            self._give_back(environment)
        except (Ended, InitFailed) as problem:
            if environment is not None:
                self._drop(environment)
            answer, init_seconds = Answer(str(problem).encode(), problem.kind, 0.0), 0.0
        done = Invocation(answer, cold, init_seconds, time.monotonic() - begin)
        with self._lock:
            self.history.append(done)
        return done

    def recycle(self) -> None:
        """Ends all environments: the idle ones now, the busy ones after their answer."""
        with self._lock:
            self._generation += 1
            idle, self._idle = self._idle, []
        for environment in idle:
            self._drop(environment)

    @property
    def environments(self) -> int:
        return self._count

    def idle(self) -> list[Environment]:
        with self._lock:
            return list(self._idle)

    def summary(self) -> dict[str, Any]:
        """What Lambda's log and metrics would say so far."""
        with self._lock:
            done = list(self.history)
        return {
            "invocations": len(done),
            "errors": sum(d.answer.error is not None for d in done),
            "init_ms": [1e3 * d.init_seconds for d in done if d.cold and d.answer.error is None],
            "duration_ms": [1e3 * d.answer.seconds for d in done if d.answer.error is None],
        }

    def _take(self) -> Environment | None:
        """An idle environment, or None and the right to start one."""
        with self._lock:
            if self._idle:
                return self._idle.pop()
            if self._count >= self.limit:
                raise Throttled(f"all {self.limit} environments are busy")
            self._count += 1
            return None

    def _start(self) -> Environment:
        with self._lock:
            generation = self._generation
        try:
            environment = Environment(self.spec, self.memory_mb, **self._made)
        except BaseException:
            with self._lock:
                self._count -= 1
            raise
        self._born[environment] = generation
        try:
            environment.start()
        except BaseException:
            self._drop(environment)
            raise
        return environment

    def _give_back(self, environment: Environment) -> None:
        with self._lock:
            fresh = self._born[environment] == self._generation
            if fresh:
                self._idle.append(environment)
        if not fresh:
            self._drop(environment)

    def _drop(self, environment: Environment) -> None:
        environment.end()
        with self._lock:
            self._count -= 1
            self._born.pop(environment, None)
