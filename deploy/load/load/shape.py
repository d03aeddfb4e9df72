"""A scenario as a Locust shape: warm-up, reset of the statistics, then the scenario's steps."""

from __future__ import annotations

import gevent
import locust

from load.scenarios import MAIN_SPAWN_RATE, SCENARIOS, WARM_UP_SPAWN_RATE, Step, schedule
from load.window import RunRecord, utc_now

TICK_SECONDS = 1.0  # how often Locust asks a shape


class ScenarioShape(locust.LoadTestShape):
    """The scenario that --scenario names, at --time-scale. Restarts with every run (the web interface may start several)."""

    def __init__(self) -> None:
        super().__init__()
        self.steps: list[Step] = []  # the warm-up is the first
        self.current = 0
        self.entered = 0.0  # when the current step began, in seconds of the run
        self.record: RunRecord | None = None

    def reset_time(self) -> None:
        """Locust calls this when a run starts."""
        super().reset_time()
        options = self.runner.environment.parsed_options
        self.steps = schedule(SCENARIOS[options.scenario], options.time_scale)
        self.current, self.entered = 0, 0.0
        self.record = RunRecord(
            options.scenario, options.label, options.host, options.path, options.time_scale, locust.__version__
        )
        self.record.warm_up_start = utc_now()

    def tick(self) -> tuple[int, float] | None:
        """(users, users a second on the way there), or None at the end."""
        remaining = self.entered + self.steps[self.current].seconds - self.get_run_time()
        if remaining < TICK_SECONDS:
            # The step ends before Locust asks again: wait for it here. So no step is too short, and none much too long.
            gevent.sleep(max(remaining, 0.0))
            if not self._next_step():
                return None
        return self.steps[self.current].users, WARM_UP_SPAWN_RATE if self.current == 0 else MAIN_SPAWN_RATE

    def _next_step(self) -> bool:
        """False at the end of the last one."""
        self.current += 1
        self.entered = self.get_run_time()
        if self.current == len(self.steps):
            self.record.finish(utc_now(), completed=True)
            return False
        if self.current == 1:
            self._reset_statistics()
        step = self.steps[self.current]
        self.record.enter(step.phase, step.users, utc_now())
        return True

    def _reset_statistics(self) -> None:
        """As the web interface's reset button does. A request in flight counts when it ends: after the reset."""
        self.runner.environment.events.reset_stats.fire()
        self.runner.stats.reset_all()
        self.runner.exceptions = {}
