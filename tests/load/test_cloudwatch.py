"""The provider's side of a run, against moto's CloudWatch over HTTP: queries, the window's edges, the file, the picture."""

from __future__ import annotations

import csv
import json
import math
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any, Callable

import pytest
from common import REDUCED, ROOT
from load import window

if REDUCED:
    pytest.skip("runs none of the instrumented programs", allow_module_level=True)
boto3 = pytest.importorskip("boto3")
moto_models = pytest.importorskip("moto.cloudwatch.models")
moto_server = pytest.importorskip("moto.server")
from botocore.stub import Stubber
from load import cloudwatch

TOOLS = ROOT / "deploy" / "load"
REGION, FUNCTION = "eu-south-1", "tern-ner"
# Begins 37 s into a minute, ends 7 s into one: four minutes are touched, two of them in part.
START = datetime(2025, 8, 23, 10, 0, 37, 4000, tzinfo=timezone.utc)
END = datetime(2025, 8, 23, 10, 3, 7, 9000, tzinfo=timezone.utc)
MINUTES = [datetime(2025, 8, 23, 10, minute, tzinfo=timezone.utc) for minute in range(4)]

Put = Callable[..., None]


@pytest.fixture(scope="module")
def endpoint() -> Iterator[str]:
    server = moto_server.ThreadedMotoServer(ip_address="127.0.0.1", port=0)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture()
def aws(endpoint: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """AWS for this process and those it starts is moto, emptied."""
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_ENDPOINT_URL", endpoint)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "testing")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "testing")
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_CONFIG_FILE", os.devnull)
    monkeypatch.setattr(moto_models.Statistics, "get_statistics_for_type", statistic_with_percentiles)
    moto_models.cloudwatch_backends.reset()


_moto_statistic = moto_models.Statistics.get_statistics_for_type


def statistic_with_percentiles(self: Any, stat: str) -> float | None:
    """moto knows no percentiles (it answers 500): nearest rank, of the single values."""
    if not stat.startswith("p"):
        return _moto_statistic(self, stat)
    ordered = sorted(self.metric_single_values_list)
    return ordered[math.ceil(float(stat[1:]) / 100 * len(ordered)) - 1]


@pytest.fixture()
def put(aws: None) -> Put:
    """put(metric, moment, *values): data points as Lambda writes them."""
    client = cloudwatch.client(REGION)

    def call(
        metric: str, moment: datetime, *values: float, function: str = FUNCTION, resource: str | None = None
    ) -> None:
        dimensions = [{"Name": "FunctionName", "Value": function}]
        if resource:
            dimensions.append({"Name": "Resource", "Value": resource})
        points = [
            {"MetricName": metric, "Dimensions": dimensions, "Timestamp": moment, "Value": value} for value in values
        ]
        client.put_metric_data(Namespace="AWS/Lambda", MetricData=points)

    return call


@pytest.fixture()
def run(tmp_path: Path) -> window.Run:
    return write_run(tmp_path, START, END)


def write_run(folder: Path, start: datetime, end: datetime, label: str = "") -> window.Run:
    """A run's record and Locust's history of it: 30 requests a second, 10 users."""
    host = "https://example.execute-api.eu-south-1.amazonaws.com"
    record = window.RunRecord("C-heavy", label, host, "/ner", 1.0, "2.47.0", start)
    for phase, users, after in (("RU", 2, 0), ("S", 10, 30), ("RD", 2, 130)):
        record.enter(phase, users, start + timedelta(seconds=after))
    record.finish(end, completed=True)
    run = window.read(record.write(str(folder / f"C-heavy{label}")))
    with run.history.open("w", newline="") as file:
        writer = csv.writer(file)
        percentiles = ["50%", "95%", "99%", "100%"]
        writer.writerow(["Timestamp", "User Count", "Name", *percentiles, "Total Request Count", "Total Failure Count"])
        for row in range(1, int((end - start).total_seconds())):
            response_times = [0, 0, 0, 0] if row == 1 else [180, 400, 900, 950]
            writer.writerow([int(start.timestamp()) + row, 10, "Aggregated", *response_times, 30 * row, 0])
    return run


def fetch(run: window.Run, alias: str | None = None, function: str = FUNCTION) -> list[cloudwatch.Minute]:
    return cloudwatch.fetch(cloudwatch.client(REGION), function, alias, run)


def values(rows: Sequence[cloudwatch.Minute], column: str) -> list[float | None]:
    return [row.values.get(column) for row in rows]


# ---- the window ---------------------------------------------------------------------------------------------------------


def test_minutes_of_a_window_within_minutes() -> None:
    rows = cloudwatch.minutes(START, END)
    assert [row.begin for row in rows] == MINUTES
    assert [row.seconds_in_window for row in rows] == [23, 60, 60, 7]


def test_minutes_of_a_window_of_whole_minutes() -> None:
    # As --align makes it: some milliseconds late at both ends.
    late = timedelta(milliseconds=4)
    assert [row.seconds_in_window for row in cloudwatch.minutes(MINUTES[0] + late, MINUTES[3] + late)] == [60, 60, 60]
    assert [row.begin for row in cloudwatch.minutes(MINUTES[0] - late, MINUTES[3] - late)] == MINUTES[:3]


def test_minutes_of_a_window_within_one_minute() -> None:
    rows = cloudwatch.minutes(START, START + timedelta(seconds=5))
    assert [(row.begin, row.seconds_in_window) for row in rows] == [(MINUTES[0], 5)]


@pytest.mark.parametrize("text", ["2025-08-23T10:00:37.004Z", "2025-12-31T23:59:59.999Z"])
def test_moments_as_text(text: str) -> None:
    assert window.to_text(window.from_text(text)) == text


# ---- against moto -------------------------------------------------------------------------------------------------------


def test_edges_are_exact(put: Put, run: window.Run) -> None:
    second = timedelta(seconds=1)
    put("Invocations", MINUTES[0] - second, 1000)
    put("Invocations", MINUTES[0], 1)
    put("Invocations", MINUTES[1] - second, 2)
    put("Invocations", MINUTES[1], 4)
    put("Invocations", MINUTES[3] + timedelta(seconds=59), 8)
    put("Invocations", MINUTES[3] + timedelta(seconds=60), 2000)
    assert values(fetch(run), "invocations") == [3, 4, None, 8]


def test_every_column_and_its_statistic(put: Put, run: window.Run) -> None:
    put("Duration", MINUTES[1], *range(1, 101))  # 1 to 100 ms
    put("Invocations", MINUTES[1], 60, 40)
    put("ConcurrentExecutions", MINUTES[1], 3, 9, 7)
    put("Errors", MINUTES[1], 1, 2)
    put("Throttles", MINUTES[1], 0)
    rows = fetch(run)
    assert rows[1].values == {
        "duration_p50_ms": 50,
        "duration_p95_ms": 95,
        "duration_p99_ms": 99,
        "duration_average_ms": 50.5,
        "invocations": 100,
        "concurrent_executions": 9,
        "errors": 3,
        "throttles": 0,
    }
    assert [row.values for row in (rows[0], rows[2], rows[3])] == [{}, {}, {}]


def test_other_functions_do_not_count(put: Put, run: window.Run) -> None:
    put("Invocations", MINUTES[1], 5)
    put("Invocations", MINUTES[1], 7, function="another")
    put("Invocations", MINUTES[1], 3, resource=f"{FUNCTION}:live")
    assert values(fetch(run), "invocations")[1] == 5
    assert values(fetch(run, alias="live"), "invocations")[1] == 3


def test_no_points_is_an_error(put: Put, run: window.Run) -> None:
    put("Invocations", MINUTES[0] - timedelta(seconds=1), 1)
    where = f"{FUNCTION}:live in {REGION} from 2025-08-23T10:00:00.000Z to 2025-08-23T10:04:00.000Z"
    with pytest.raises(cloudwatch.NoMetrics, match=where):
        fetch(run, alias="live")


def test_file_keeps_what_was_fetched(put: Put, run: window.Run) -> None:
    put("Duration", MINUTES[0], 3.14159, 2.5)
    put("Errors", MINUTES[2], 0)
    rows = fetch(run)
    path = cloudwatch.write(rows, run)
    assert cloudwatch.read(path) == rows
    lines = path.read_text(encoding="utf-8").splitlines()
    assert lines[0] == "minute,seconds_in_window," + ",".join(cloudwatch.METRICS)
    assert lines[2] == "2025-08-23T10:01:00.000Z,60,,,,,,,,"  # no points: empty, not 0
    assert lines[3] == "2025-08-23T10:02:00.000Z,60,,,,,,,0,"


def command(run: window.Run, *options: str) -> subprocess.CompletedProcess[str]:
    arguments = [f"{run.prefix}{window.SUFFIX}", "--function", FUNCTION, *options]
    return subprocess.run(
        [sys.executable, "-m", "load", "cloudwatch", *arguments],
        cwd=TOOLS,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def test_command_writes_file_and_picture(put: Put, run: window.Run) -> None:
    pytest.importorskip("matplotlib")
    for minute, moment in enumerate(MINUTES):
        put("Invocations", moment, 100 + minute)
    done = command(run, "--region", REGION)
    assert done.returncode == 0, done.stderr
    rows = cloudwatch.read(Path(run.prefix + cloudwatch.SUFFIX))
    assert values(rows, "invocations") == [100, 101, 102, 103]
    assert Path(f"{run.prefix}_plot.png").read_bytes().startswith(b"\x89PNG\r\n\x1a\n")
    assert "10:00:00.000Z: only 23 s" in done.stderr and "10:03:00.000Z: only 7 s" in done.stderr


def test_command_in_the_wrong_region(put: Put, run: window.Run) -> None:
    put("Invocations", MINUTES[0], 1)
    done = command(run, "--region", "us-east-1")
    assert done.returncode == 1 and "no points" in done.stderr and "Traceback" not in done.stderr


def test_command_without_credentials(aws: None, run: window.Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", os.devnull)
    done = command(run, "--region", REGION)
    assert done.returncode == 1 and "credentials" in done.stderr and "Traceback" not in done.stderr


@pytest.mark.parametrize(
    "content",
    ["", "[]", "{}", '{"main_window": {"start": null, "end": null}}', '{"main_window": {"start": "x", "end": "y"}}'],
)
def test_command_with_a_damaged_record(content: str, aws: None, run: window.Run) -> None:
    Path(run.prefix + window.SUFFIX).write_text(content)
    done = command(run)
    assert done.returncode == 1 and "not the record of a finished run" in done.stderr and "Traceback" not in done.stderr


# ---- what moto does not do: pages and refusals ---------------------------------------------------------------------------


@pytest.fixture()
def stubbed(aws: None) -> Iterator[Any]:
    client = cloudwatch.client(REGION)
    with Stubber(client) as stub:
        stub.client = client
        yield stub


def request(token: str | None = None) -> dict[str, Any]:
    asked = {
        "MetricDataQueries": cloudwatch.queries(FUNCTION, None),
        "StartTime": MINUTES[0],
        "EndTime": MINUTES[3] + timedelta(seconds=60),
        "ScanBy": "TimestampAscending",
    }
    return {**asked, "NextToken": token} if token else asked


def page(
    moments: Sequence[datetime], numbers: Sequence[float], status: str, token: str | None = None
) -> dict[str, Any]:
    result = {
        "Id": "invocations",
        "Label": "i",
        "Timestamps": list(moments),
        "Values": list(numbers),
        "StatusCode": status,
    }
    return {"MetricDataResults": [result], **({"NextToken": token} if token else {})}


def test_all_pages_are_read(stubbed: Any, run: window.Run) -> None:
    stubbed.add_response("get_metric_data", page(MINUTES[:2], [1, 2], "PartialData", "more"), request())
    stubbed.add_response("get_metric_data", page(MINUTES[2:], [3, 4], "Complete"), request("more"))
    rows = cloudwatch.fetch(stubbed.client, FUNCTION, None, run)
    assert values(rows, "invocations") == [1, 2, 3, 4]
    stubbed.assert_no_pending_responses()


def test_refused_metric_is_an_error(stubbed: Any, run: window.Run) -> None:
    answer = page([], [], "Forbidden")
    answer["MetricDataResults"][0]["Messages"] = [{"Code": "Forbidden", "Value": "not yours"}]
    stubbed.add_response("get_metric_data", answer, request())
    with pytest.raises(cloudwatch.NoMetrics, match="invocations: Forbidden not yours"):
        cloudwatch.fetch(stubbed.client, FUNCTION, None, run)


# ---- the picture --------------------------------------------------------------------------------------------------------


@pytest.fixture()
def panels(put: Put, run: window.Run) -> dict[str, Any]:
    pytest.importorskip("matplotlib")
    from load import plot

    for minute, moment in enumerate(MINUTES[:3]):
        put("Invocations", moment, 1500 + minute)
        put("Duration", moment, 5, 6, 7)
    cloudwatch.write(fetch(run), run)
    return {axes.get_label(): axes for axes in plot.draw([run]).axes}


def test_panels_share_the_window_as_their_axis(panels: dict[str, Any]) -> None:
    from matplotlib.dates import date2num

    assert list(panels) == [
        "Locust: requests",
        "Locust: response time, last 10 s",
        "Locust: users",
        "Lambda: Duration",
        "Lambda: Invocations",
        "Lambda: ConcurrentExecutions",
        "Lambda: Errors, Throttles",
    ]
    for axes in panels.values():
        assert axes.get_xlim() == pytest.approx((date2num(START), date2num(END)), abs=1e-9)


def test_curves_are_the_files_numbers(panels: dict[str, Any]) -> None:
    requests, failures = panels["Locust: requests"].get_lines()[:2]
    assert requests.get_ydata() == pytest.approx(30.0) and failures.get_ydata() == pytest.approx(0.0)
    median = panels["Locust: response time, last 10 s"].get_lines()[0].get_ydata()
    assert math.isnan(median[0]) and set(median[1:]) == {180.0}
    stairs = next(
        patch for patch in panels["Lambda: Invocations"].patches if patch.get_label() == "invocations"
    ).get_data()
    assert list(stairs.values[:3]) == [1500, 1501, 1502] and math.isnan(stairs.values[3])
    assert (stairs.edges[1:] - stairs.edges[:-1]) * 86400 == pytest.approx(60.0, abs=1e-3)


def test_picture_without_the_providers_file(run: window.Run) -> None:
    pytest.importorskip("matplotlib")
    from load import plot

    assert [axes.get_label().split(":")[0] for axes in plot.draw([run]).axes] == ["Locust"] * 3


def test_two_runs_beside_each_other(run: window.Run, tmp_path: Path, put: Put) -> None:
    """Seed 000's 512 beside 1024 MB: a column each with its title and time, one scale a row; only one has CloudWatch's."""
    pytest.importorskip("matplotlib")
    from load import plot

    other = write_run(tmp_path, START + timedelta(hours=1), END + timedelta(hours=1), "1024MB")
    put("Invocations", MINUTES[0], 1500)
    cloudwatch.write(fetch(run), run)
    figure = plot.draw([run, other])
    panels = figure.axes
    assert len(panels) == 14
    for left, right in zip(panels[::2], panels[1::2]):
        assert left.get_label() == right.get_label() and left.get_ylim() == right.get_ylim()
        assert right.get_xlim()[0] - left.get_xlim()[0] == pytest.approx(1 / 24)
        assert [panel.get_legend() is None for panel in (left, right)] == [True, False]
    titles = [
        text.get_text().splitlines()[0] for panel in panels[:2] for text in panel.texts if "requests" in text.get_text()
    ]
    assert titles == [
        "C-heavy (Spike, heavy): 0 requests, 0 failures",
        "C-heavy 1024MB (Spike, heavy): 0 requests, 0 failures",
    ]
    saved = plot.save([run, other], "svg")
    assert saved == tmp_path / "C-heavy_beside_C-heavy1024MB_plot.svg" and saved.read_text().endswith("</svg>\n")


def test_record_without_a_label(run: window.Run) -> None:
    """As earlier versions wrote them."""
    pytest.importorskip("matplotlib")
    from load import plot

    del run.document["label"]
    assert plot.title(run, []).startswith("C-heavy (Spike, heavy): ")


def test_neighbouring_steps_of_a_phase_are_one(run: window.Run) -> None:
    document = json.loads(json.dumps(run.document))
    document["steps"].insert(1, {"phase": "RU", "users": 5, "start": "2025-08-23T10:00:50.000Z"})
    joined = window.Run(run.prefix, document, run.start, run.end).steps
    assert [phase for phase, _, _ in joined] == ["RU", "S", "RD"]
    assert joined[0][1:] == (START, joined[1][1]) and joined[-1][2] == END
