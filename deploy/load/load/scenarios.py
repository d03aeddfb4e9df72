"""The six scenarios as one table of data: users, seconds and think times, and nothing else.

Source: R. Pitzanti, F. Iannini, "Serverless Named Entity Recognition on AWS Lambda", 2025, sections 5.3 and 5.4. The paper
leaves two things open, which are settled here:
* B heavy has a "faster" ramp-up without numbers. Its request statistics (figure 9) show 14637 requests at 24.39 a second, so
  600 s in all: 240 s steady and, as in B light, 120 s ramp-down leave 240 s: four steps of 60 s up to 10 users.
* B light's last step up (8 users, 60 s) and its steady phase (8 users, 240 s) are two steps, as the text lists them.
"""

from __future__ import annotations

from dataclasses import dataclass, replace


@dataclass(frozen=True)
class Step:
    """A constant number of users for a time."""

    phase: str  # WU warm-up, RU ramp-up, S steady, RD ramp-down
    users: int
    seconds: float


@dataclass(frozen=True)
class Scenario:
    """What happens after the warm-up."""

    title: str
    think_seconds: tuple[float, float]  # a user's pause between two requests: uniform in this range
    steps: tuple[Step, ...]


WARM_UP = Step("WU", 2, 60)
WARM_UP_SPAWN_RATE = 2  # users a second
# The paper gives no rate for the main window; its spikes and plateaus are flat from the first second. So: everybody at once.
MAIN_SPAWN_RATE = 10

LONG_THINK, SHORT_THINK, HARDLY_ANY_THINK = (5.0, 10.0), (0.2, 1.0), (0.0, 0.1)
RAMP_DOWN = (Step("RD", 4, 60), Step("RD", 1, 60))

SCENARIOS: dict[str, Scenario] = {
    "A-light": Scenario("Bursty, light", LONG_THINK, (Step("S", 5, 300),)),
    "A-heavy": Scenario("Bursty, heavy", HARDLY_ANY_THINK, (Step("S", 10, 360),)),
    "B-light": Scenario(
        "Ramp, steady, ramp-down, light",
        SHORT_THINK,
        (
            Step("RU", 1, 60),
            Step("RU", 3, 60),
            Step("RU", 5, 60),
            Step("RU", 6, 60),
            Step("RU", 7, 60),
            Step("RU", 8, 60),
            Step("S", 8, 240),
            *RAMP_DOWN,
        ),
    ),
    "B-heavy": Scenario(
        "Ramp, steady, ramp-down, heavy",
        HARDLY_ANY_THINK,
        (Step("RU", 2, 60), Step("RU", 5, 60), Step("RU", 8, 60), Step("RU", 10, 60), Step("S", 10, 240), *RAMP_DOWN),
    ),
    "C-light": Scenario("Spike, light", SHORT_THINK, (Step("RU", 1, 30), Step("S", 8, 240), Step("RD", 2, 60))),
    "C-heavy": Scenario("Spike, heavy", HARDLY_ANY_THINK, (Step("RU", 2, 30), Step("S", 10, 240), Step("RD", 2, 60))),
}

# Locust looks at a shape once a second: no step may become shorter.
SHORTEST_STEP_SECONDS = 1.0
MIN_TIME_SCALE = SHORTEST_STEP_SECONDS / min(step.seconds for s in SCENARIOS.values() for step in s.steps)
MAX_TIME_SCALE = 10.0


def schedule(scenario: Scenario, time_scale: float = 1.0) -> list[Step]:
    """The warm-up, then the scenario's steps; each lasts time_scale times its seconds (think times stay as they are)."""
    if not MIN_TIME_SCALE <= time_scale <= MAX_TIME_SCALE:
        raise ValueError(
            f"time scale {time_scale:g}: must be from {MIN_TIME_SCALE:.3g} (the shortest step then lasts one second) "
            f"to {MAX_TIME_SCALE:g}"
        )
    return [replace(step, seconds=step.seconds * time_scale) for step in (WARM_UP, *scenario.steps)]


def main_seconds(scenario: Scenario) -> float:
    """Length of the main window: everything after the warm-up."""
    return sum(step.seconds for step in scenario.steps)


def heading(name: str, label: str) -> str:
    """What reports call a run: B-heavy 512MB (Ramp, steady, ramp-down, heavy)."""
    return f"{name} {label}".strip() + f" ({SCENARIOS[name].title})"
