"""Runs a scenario, and fetches the provider's metrics for it: python -m load --help."""

from __future__ import annotations

import importlib.util
import re
import subprocess
import sys
from pathlib import Path

NEEDED = ("locust", "click", "boto3", "matplotlib")  # requirements.txt
MISSING = [name for name in NEEDED if importlib.util.find_spec(name) is None]
if MISSING:
    sys.exit(
        f"load: this Python ({sys.executable}) has no {', '.join(MISSING)}. In deploy/load: python3 -m venv .venv && "
        ". .venv/bin/activate && pip install -r requirements.txt"
    )

import click

from load import header as one_header
from load import payloads, window
from load.scenarios import SCENARIOS, WARM_UP, WARM_UP_SPAWN_RATE, main_seconds, schedule

LOCUSTFILE = Path(__file__).resolve().parent.parent / "locustfile.py"
RECORD = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def main() -> None:
    """Load scenarios for POST /ner, and the provider's metrics beside them."""


@main.command()
def scenarios() -> None:
    """Show the six scenarios."""
    warm_up = f"{WARM_UP.seconds:g} s at {WARM_UP.users} users ({WARM_UP_SPAWN_RATE}/s)"
    click.echo(f"Each begins with a warm-up of {warm_up}; then the statistics are reset. Below: phase, users, seconds.")
    for name, scenario in SCENARIOS.items():
        low, high = scenario.think_seconds
        steps = ", ".join(f"{step.phase} {step.users} ({step.seconds:g} s)" for step in scenario.steps)
        click.echo(
            f"\n{name}  {scenario.title}: {main_seconds(scenario):g} s, think time {low:g} to {high:g} s\n  {steps}"
        )


def check_scale(_context: click.Context, _option: click.Parameter, value: float) -> float:
    try:
        schedule(SCENARIOS["A-light"], value)
    except ValueError as problem:
        raise click.BadParameter(str(problem)) from problem
    return value


def check_host(_context: click.Context, _option: click.Parameter, value: str) -> str:
    if not re.match(r"https?://[^/]", value):
        raise click.BadParameter(f"{value!r}: must begin with http:// or https://")
    return value.rstrip("/")


def check_headers(_context: click.Context, _option: click.Parameter, values: tuple[str, ...]) -> tuple[str, ...]:
    try:
        for value in values:
            one_header.parse(value)
    except ValueError as problem:
        raise click.BadParameter(str(problem)) from problem
    return values


@main.command()
@click.argument("scenario", type=click.Choice(list(SCENARIOS)))
@click.option(
    "--host", required=True, callback=check_host, help="The API's URL without /ner, as http://127.0.0.1:8080."
)
@click.option("--path", default="/ner", show_default=True, help="Where to post.")
@click.option(
    "--header",
    "headers",
    multiple=True,
    callback=check_headers,
    metavar="'NAME: VALUE'",
    help="One more header of each request, as 'apikey: …' for Kong; again for another.",
)
@click.option("--out", required=True, type=click.Path(file_okay=False, path_type=Path), help="Folder for the reports.")
@click.option("--label", default="", help="Added to the reports' names and titles, as 512MB.")
@click.option(
    "--time-scale",
    default=1.0,
    show_default=True,
    callback=check_scale,
    help="Multiply the length of warm-up and steps (think times stay).",
)
@click.option(
    "--align", is_flag=True, help="Wait until the main window will begin with a full minute, as CloudWatch's points do."
)
def run(
    scenario: str, host: str, path: str, headers: tuple[str, ...], out: Path, label: str, time_scale: float, align: bool
) -> None:
    """Run SCENARIO and write its reports; the exit code is 1 if a request failed."""
    name = scenario + (f"-{label}" if label else "")
    prefix = out / name
    if Path(f"{prefix}{window.SUFFIX}").exists():
        raise click.UsageError(f"{prefix}{window.SUFFIX} exists: choose another --out or --label")
    out.mkdir(parents=True, exist_ok=True)
    command = [
        sys.executable,
        "-m",
        "locust",
        "-f",
        str(LOCUSTFILE),
        "--headless",
        "--only-summary",
        "--host",
        host,
        "--scenario",
        scenario,
        f"--label={label}",
        "--path",
        path,
        "--time-scale",
        str(time_scale),
        "--csv",
        str(prefix),
        "--csv-full-history",
        "--html",
        f"{prefix}.html",
    ]
    status = call(command + [f"--header={header}" for header in headers] + ["--align"] * align)
    record = Path(f"{prefix}{window.SUFFIX}")
    if record.exists():
        click.echo(f"Reports: {prefix}.html, {prefix}_*.csv, {record}")
    sys.exit(status)


def call(command: list[str]) -> int:
    """Runs it; on Ctrl-C, which it gets too, waits for it to write its reports."""
    with subprocess.Popen(command) as process:
        while True:
            try:
                return process.wait()
            except KeyboardInterrupt:
                continue


@main.command()
@click.argument("record", type=RECORD)
@click.option("--function", required=True, help="The Lambda function's name.")
@click.option("--region", default="us-east-1", show_default=True)
@click.option("--alias", help="Count only what this alias or version served.")
@click.option("--profile", help="Profile of the AWS credentials file.")
def cloudwatch(record: Path, function: str, region: str, alias: str | None, profile: str | None) -> None:
    """Fetch the function's metrics for the main window of the run whose *_run.json is RECORD; write and draw them."""
    from botocore.exceptions import BotoCoreError, ClientError

    from load import cloudwatch as provider

    finished = read_run(record)
    try:
        rows = provider.fetch(provider.client(region, profile), function, alias, finished)
    except (BotoCoreError, ClientError, provider.NoMetrics) as problem:
        raise click.ClickException(str(problem)) from problem
    click.echo(f"Wrote {provider.write(rows, finished)}")
    for gap in provider.gaps(rows):
        click.echo(f"Note: {gap}", err=True)
    draw([finished], "png")


@main.command()
@click.argument("records", type=RECORD, nargs=-1, required=True, metavar="RECORD...")
@click.option("--format", "kind", type=click.Choice(["png", "svg", "pdf"]), default="png", show_default=True)
def plot(records: tuple[Path, ...], kind: str) -> None:
    """Draw the run whose *_run.json is RECORD: Locust's curves, and the provider's under them if they were fetched. Several are
    drawn beside each other with the same scales, as one at 512 MB and one at 1024."""
    draw([read_run(record) for record in records], kind)


def read_run(record: Path) -> window.Run:
    try:
        return window.read(record)
    except ValueError as problem:
        raise click.ClickException(str(problem)) from problem


def draw(runs: list[window.Run], kind: str) -> None:
    from load import plot as drawing

    try:
        click.echo(f"Wrote {drawing.save(runs, kind)}")
    except (OSError, ValueError) as problem:
        raise click.ClickException(str(problem)) from problem


@main.command()
@click.option("--package", default=payloads.PACKAGE, show_default=True, help="spaCy's package.")
def record(package: str) -> None:
    """Record anew which entities spaCy finds in the payloads (needs spaCy)."""
    try:
        click.echo(f"Recorded {payloads.record(package)} texts in {payloads.FILE}")
    except ValueError as problem:
        raise click.ClickException(str(problem)) from problem


if __name__ == "__main__":
    main(prog_name="python -m load")
