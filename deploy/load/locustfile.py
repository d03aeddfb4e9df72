"""The scenarios for Locust's own command line and web interface:

    locust -f locustfile.py --scenario A-heavy --host URL --headless --csv PREFIX --csv-full-history --html PREFIX.html

The run's record goes to PREFIX_run.json, and the history keeps the main window only. README.md has the rest.
"""

from __future__ import annotations

import atexit
import csv
import html
import logging
import sys
import time
from datetime import timedelta
from pathlib import Path
from typing import Any

from load import header
from load.scenarios import MIN_TIME_SCALE, SCENARIOS, WARM_UP, heading, schedule
from load.shape import ScenarioShape
from load.user import REQUEST_TIMEOUT_SECONDS, NerUser  # noqa: F401 - Locust looks for it here
from load.window import HISTORY_SUFFIX, keep_main_window, utc_now
from locust import events
from locust.runners import LocalRunner
from locust.stats import PERCENTILES_TO_REPORT, StatsCSV

log = logging.getLogger("load")


@events.init_command_line_parser.add_listener
def add_options(parser: Any, **_: Any) -> None:
    # Not in a group of their own: those are left out of the web interface's form.
    parser.add_argument("--scenario", choices=list(SCENARIOS), default="A-light", help="default: A-light")
    parser.add_argument(
        "--time-scale",
        type=float,
        default=1.0,
        metavar="FACTOR",
        help=f"multiply the length of warm-up and steps, from {MIN_TIME_SCALE:.3g}; think times stay as they are (default: 1)",
    )
    parser.add_argument("--path", default="/ner", help="where to post (default: /ner)")
    parser.add_argument(
        "--label", default="", help="what the reports' titles call the run besides its scenario, as 512MB"
    )
    parser.add_argument(
        "--header",
        action="append",
        default=[],
        metavar="'NAME: VALUE'",
        include_in_web_ui=False,  # it may be a key
        help="one more header of each request, as 'apikey: …' for Kong; again for another",
    )
    parser.add_argument(
        "--align",
        action="store_true",
        include_in_web_ui=False,
        help="wait until the main window will begin with a full minute, as CloudWatch's points do",
    )


@events.init.add_listener
def prepare(environment: Any, runner: Any, **_: Any) -> None:
    options = environment.parsed_options
    if not isinstance(runner, LocalRunner):
        sys.exit("load: the scenarios are for a single Locust process: leave --master, --worker and --processes out")
    if options.reset_stats:
        sys.exit(
            "load: leave --reset-stats out: it would reset at every step; the shape resets once, after the warm-up"
        )
    try:
        schedule(SCENARIOS[options.scenario], options.time_scale)
        for text in options.header:
            header.parse(text)
    except ValueError as problem:
        sys.exit(f"load: {problem}")
    # Users that a step takes away, and those at the end, finish their request first: nothing is cut off, nothing uncounted.
    environment.stop_timeout = environment.stop_timeout or REQUEST_TIMEOUT_SECONDS
    if options.csv_prefix:
        atexit.register(complete_reports, environment)
    if options.align and options.headless:
        wait_for_minute(WARM_UP.seconds * options.time_scale)


def wait_for_minute(warm_up_seconds: float) -> None:
    """Returns warm_up_seconds before the next possible full minute."""
    earliest = utc_now() + timedelta(seconds=warm_up_seconds)
    minute = earliest.replace(second=0, microsecond=0) + timedelta(minutes=1)
    log.info("Waiting: the main window begins at %s", minute.isoformat())
    time.sleep((minute - earliest).total_seconds())


@events.test_stop.add_listener
def write_record(environment: Any, **_: Any) -> None:
    shape: ScenarioShape = environment.shape_class
    record, prefix = shape.record, environment.parsed_options.csv_prefix
    if record is None:
        return
    record.finish(utc_now(), completed=False)
    environment.profile = heading(record.scenario, record.label)  # the title of Locust's report in the browser
    record.requests, record.failures = environment.stats.total.num_requests, environment.stats.total.num_failures
    if not prefix:
        log.warning("No --csv: the run's times are not recorded, so its CloudWatch metrics cannot be aligned")
        return
    log.info("Wrote %s", record.write(prefix))


def complete_reports(environment: Any) -> None:
    """When the process ends and Locust has closed its files: it writes them once a second, so the last second is missing."""
    shape: ScenarioShape = environment.shape_class
    options = environment.parsed_options
    record, prefix = shape.record, options.csv_prefix
    tables = StatsCSV(environment, PERCENTILES_TO_REPORT)
    for suffix, write in (("_stats.csv", tables.requests_csv), ("_failures.csv", tables.failures_csv)):
        with open(prefix + suffix, "w", newline="", encoding="utf-8") as file:
            write(csv.writer(file))
    if environment.parsed_options.html_file:
        name_report(Path(options.html_file), heading(options.scenario, options.label))
    if record is not None and record.start is not None and record.end is not None:
        keep_main_window(Path(prefix + HISTORY_SUFFIX), record.start, record.end)


def name_report(path: Path, name: str) -> None:
    """Puts it above Locust's report, which has it in the window's title only."""
    head, body, rest = path.read_text(encoding="utf-8").rpartition(
        "<body>"
    )  # the script before may have one in a string
    above = (
        f'<h1 style="font: 600 1.4rem system-ui, sans-serif; margin: 1rem 1.5rem">{html.escape(name)}</h1>'
        if body
        else ""
    )
    path.write_text(head + body + above + rest, encoding="utf-8")
