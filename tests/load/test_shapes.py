"""The scenarios' tables and Locust shapes, second by second, against the paper's numbers; the payloads against spaCy."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from load import header, payloads, scenarios
from load.answer import problem_with

pytest.importorskip("locust")
from load import shape as shape_module

# Section 5.4 of the paper, written down again: (users, seconds) of the main window, then the think time's range.
# B-heavy's ramp-up is not in the paper (see load/scenarios.py); its length, 240 s steady phase and 10 users are.
PAPER: dict[str, tuple[list[tuple[int, int]], tuple[float, float]]] = {
    "A-light": ([(5, 300)], (5, 10)),
    "A-heavy": ([(10, 360)], (0, 0.1)),
    "B-light": ([(1, 60), (3, 60), (5, 60), (6, 60), (7, 60), (8, 60), (8, 240), (4, 60), (1, 60)], (0.2, 1.0)),
    "B-heavy": ([(2, 60), (5, 60), (8, 60), (10, 60), (10, 240), (4, 60), (1, 60)], (0, 0.1)),
    "C-light": ([(1, 30), (8, 240), (2, 60)], (0.2, 1.0)),
    "C-heavy": ([(2, 30), (10, 240), (2, 60)], (0, 0.1)),
}
WARM_UP_USERS, WARM_UP_SECONDS, WARM_UP_SPAWN_RATE = 2, 60, 2


class Clock:
    """Stands in for time: moves only when someone sleeps, or by advance."""

    def __init__(self) -> None:
        self.now = 0.0

    def advance(self, seconds: float) -> None:
        self.now += seconds


class Statistics:
    def __init__(self, clock: Clock) -> None:
        self.clock, self.resets = clock, []

    def reset_all(self) -> None:
        self.resets.append(self.clock.now)


@pytest.fixture()
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    made = Clock()
    monkeypatch.setattr(shape_module.ScenarioShape, "get_run_time", lambda _: made.now)
    monkeypatch.setattr(shape_module.gevent, "sleep", made.advance)
    return made


def started(clock: Clock, scenario: str, time_scale: float = 1.0) -> shape_module.ScenarioShape:
    """A shape as Locust has it when a run starts."""
    fired: list[float] = []
    shape = shape_module.ScenarioShape()
    shape.runner = SimpleNamespace(
        stats=Statistics(clock),
        exceptions={"of the warm-up": 1},
        environment=SimpleNamespace(
            parsed_options=SimpleNamespace(
                scenario=scenario, label="x", time_scale=time_scale, host="http://host", path="/ner"
            ),
            events=SimpleNamespace(reset_stats=SimpleNamespace(fire=lambda: fired.append(clock.now))),
        ),
    )
    shape.fired = fired
    shape.reset_time()
    return shape


def drive(clock: Clock, shape: shape_module.ScenarioShape) -> list[tuple[float, int, float]]:
    """Asks as Locust does, once a second: (when, users, rate) of each change, and (when, 0, 0) at the end."""
    changes: list[tuple[float, int, float]] = []
    while True:
        asked = clock.now
        answer = shape.tick()
        if answer is None:
            return [*changes, (clock.now, 0, 0)]
        if not changes or changes[-1][1:] != answer:
            changes.append((clock.now, *answer))
        clock.advance(max(1 - (clock.now - asked), 0))


def users_each_second(changes: list[tuple[float, int, float]]) -> list[int]:
    seconds = int(round(changes[-1][0]))
    return [[users for when, users, _ in changes if when <= second + 1e-6][-1] for second in range(seconds)]


def test_all_six() -> None:
    assert list(scenarios.SCENARIOS) == list(PAPER)


@pytest.mark.parametrize("name", PAPER)
def test_users_at_every_second(name: str, clock: Clock) -> None:
    changes = drive(clock, started(clock, name))
    expected = [WARM_UP_USERS] * WARM_UP_SECONDS
    for users, seconds in PAPER[name][0]:
        expected += [users] * seconds
    assert users_each_second(changes) == expected
    assert changes[0] == (0, WARM_UP_USERS, WARM_UP_SPAWN_RATE)


@pytest.mark.parametrize("name", PAPER)
def test_think_time(name: str) -> None:
    assert scenarios.SCENARIOS[name].think_seconds == PAPER[name][1]


@pytest.mark.parametrize("name", PAPER)
def test_everybody_comes_within_the_first_second_of_a_step(name: str, clock: Clock) -> None:
    changes = drive(clock, started(clock, name))
    assert all(rate >= abs(users - before) for (_, before, _), (_, users, rate) in zip(changes, changes[1:-1]))


def test_b_heavy_takes_as_long_as_the_papers_statistics_say() -> None:
    assert scenarios.main_seconds(scenarios.SCENARIOS["B-heavy"]) == pytest.approx(14637 / 24.39, abs=0.5)


@pytest.mark.parametrize("name", PAPER)
def test_statistics_are_reset_once_when_the_warm_up_ends(name: str, clock: Clock) -> None:
    shape = started(clock, name)
    drive(clock, shape)
    assert shape.runner.stats.resets == [pytest.approx(WARM_UP_SECONDS)]
    assert shape.fired == shape.runner.stats.resets
    assert shape.runner.exceptions == {}


def test_record_has_the_main_windows_steps(clock: Clock) -> None:
    shape = started(clock, "C-light")
    drive(clock, shape)
    assert [(step["phase"], step["users"]) for step in shape.record.steps] == [("RU", 1), ("S", 8), ("RD", 2)]
    assert shape.record.completed
    assert shape.record.warm_up_start <= shape.record.start <= shape.record.end


def test_interrupted_run_is_not_complete(clock: Clock) -> None:
    shape = started(clock, "A-heavy")
    while clock.now < WARM_UP_SECONDS + 5:
        shape.tick()
        clock.advance(1)
    shape.record.finish(shape_module.utc_now(), completed=False)
    assert shape.record.end is not None and not shape.record.completed


def test_interrupted_warm_up_has_no_window(clock: Clock) -> None:
    shape = started(clock, "A-heavy")
    shape.tick()
    shape.record.finish(shape_module.utc_now(), completed=False)
    assert shape.record.start is None and shape.record.end is None


def test_second_run_starts_anew(clock: Clock) -> None:
    shape = started(clock, "C-heavy")
    drive(clock, shape)
    first = shape.record
    clock.now = 0.0
    shape.reset_time()
    assert shape.tick() == (WARM_UP_USERS, WARM_UP_SPAWN_RATE)
    assert shape.record is not first and shape.record.start is None


@pytest.mark.parametrize("name", PAPER)
@pytest.mark.parametrize("time_scale", [0.04, 0.5, 2.0])
def test_time_scale_multiplies_every_step(name: str, time_scale: float, clock: Clock) -> None:
    changes = drive(clock, started(clock, name, time_scale))
    expected = [(0.0, WARM_UP_USERS)]
    when = WARM_UP_SECONDS * time_scale
    for users, seconds in PAPER[name][0]:
        expected.append((when, users))
        when += seconds * time_scale
    expected.append((when, 0))
    # A step with the users of the one before it is no change (but the warm-up's rate is its own).
    seen = [expected[0]] + [
        now for i, (before, now) in enumerate(zip(expected, expected[1:])) if i == 0 or before[1] != now[1]
    ]
    assert [(w, users) for w, users, _ in changes] == [(pytest.approx(w), users) for w, users in seen]


@pytest.mark.parametrize("time_scale", [0.0, -1.0, 0.03, 11.0, float("nan"), float("inf")])
def test_time_scale_out_of_range(time_scale: float) -> None:
    with pytest.raises(ValueError, match="time scale"):
        scenarios.schedule(scenarios.SCENARIOS["A-light"], time_scale)


# ---- payloads and answers -----------------------------------------------------------------------------------------------


def all_payloads() -> list[payloads.Payload]:
    return [payload for of_kind in payloads.read().values() for payload in of_kind]


def test_payloads_are_short_and_long_with_what_the_paper_names() -> None:
    kinds = payloads.read()
    assert len(kinds["short"]) >= 10 and len(kinds["long"]) >= 10
    assert max(len(p.text.split()) for p in kinds["short"]) < 15 < 30 < min(len(p.text.split()) for p in kinds["long"])
    labels = {entity["label"] for payload in all_payloads() for entity in payload.entities}
    assert {"PERSON", "ORG", "GPE", "DATE"} <= labels


@pytest.mark.parametrize("mode", ["nlp_full", "nlp_ner"])
def test_recorded_entities_are_spacys(mode: str, request: pytest.FixtureRequest) -> None:
    nlp = request.getfixturevalue(mode)
    for payload in all_payloads():
        assert payloads.entities(nlp, payload.text) == payload.entities, payload.text


ENTITIES = [{"text": "London", "label": "GPE", "start": 0, "end": 6}]
RIGHT = b'{"entities": [{"text": "London", "label": "GPE", "start": 0, "end": 6}]}'


def test_right_answer_in_spacys_format() -> None:
    """As the service behind Kong gives it, where the README deploys it so."""
    body = RIGHT.replace(b"start", b"start_char").replace(b"end", b"end_char")
    assert problem_with(200, "application/json", body, ENTITIES, "short 1") is None
    assert problem_with(200, "application/json", body.replace(b"6", b"7"), ENTITIES, "short 1") is not None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("apikey: secret", ("apikey", "secret")),
        ("x-api-key:a b\t", ("x-api-key", "a b")),
        ("Authorization: Bearer a:b==", ("Authorization", "Bearer a:b==")),
    ],
)
def test_header(text: str, expected: tuple[str, str]) -> None:
    assert header.parse(text) == expected


@pytest.mark.parametrize(
    "text", ["", "apikey", "apikey:", "apikey: ", ": x", "api key: x", "a: b\r\nc: d", "a: b\x00", "a: b\u2026"]
)
def test_what_is_no_header(text: str) -> None:
    with pytest.raises(ValueError, match="'NAME: VALUE'") as problem:
        header.parse(text)
    assert not text or text not in str(problem.value)  # which may be a secret


@pytest.mark.parametrize("content_type", ["application/json", "application/json; charset=utf-8", "Application/JSON"])
def test_right_answer(content_type: str) -> None:
    assert problem_with(200, content_type, RIGHT, ENTITIES, "short 1") is None


@pytest.mark.parametrize(
    ("status", "content_type", "body", "words"),
    [
        (500, "application/json", b'{"message":"Internal Server Error"}', 'status 500: {"message"'),
        (503, "text/html", b"\xff" * 500, "status 503"),
        (200, "text/html", RIGHT, "content type 'text/html'"),
        (200, None, RIGHT, "content type None"),
        (200, "application/json", b"{", "not JSON"),
        (200, "application/json", b"\xff", "not JSON"),
        (200, "application/json", b"[]", "short 1: no array"),
        (200, "application/json", b'{"entities": {}}', "short 1: no array"),
        (200, "application/json", b'{"entities": []}', "short 1: entities differ"),
        (200, "application/json", RIGHT.replace(b"GPE", b"ORG"), "short 1: entities differ"),
        (200, "application/json", RIGHT.replace(b"6", b"7"), "short 1: entities differ"),
        (200, "application/json", RIGHT.replace(b"]", b", 1]"), "short 1: entities differ"),
    ],
)
def test_wrong_answer(status: int, content_type: str, body: bytes, words: str) -> None:
    problem = problem_with(status, content_type, body, ENTITIES, "short 1")
    assert problem is not None and problem.startswith(words) and len(problem) < 200
