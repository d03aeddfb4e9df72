"""Command line: python -m train_sentiment TRAIN.jsonl -o FOLDER."""

from __future__ import annotations

import json
import time
from pathlib import Path

import click
from thinc.api import Config

from . import __version__, card, data, lexicon
from .evaluate import evaluate
from .fit import fit, fold, teach

HERE = Path(__file__).parent


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.argument("train", type=click.Path(exists=True, dir_okay=False, path_type=Path), metavar="TRAIN.jsonl")
@click.option("-o", "--output", required=True, type=click.Path(path_type=Path), help="Folder of the pipeline to write.")
@click.option("--pipeline", default="en_core_web_sm", show_default=True, help="Gives tokenizer, word norms and senter.")
@click.option(
    "--vectors", default="en_core_web_md", show_default=True, help="Gives the word vectors: package or folder."
)
@click.option("--lexicon", "lexicon_file", type=click.Path(exists=True, path_type=Path), help="vader_lexicon.txt.")
@click.option(
    "--config", default=HERE / "config.cfg", type=click.Path(exists=True, path_type=Path), help="Model and training."
)
@click.option("--seed", default=0, show_default=True)
@click.option("--share", default=0.15, show_default=True, help="Of each domain's documents, for development.")
@click.option("--baselines/--no-baselines", default=True, help="Compare with VADER and TF-IDF (needs scikit-learn).")
@click.version_option(__version__, prog_name="train_sentiment")
def main(
    train: Path, output: Path, pipeline: str, vectors: str, lexicon_file: Path | None, config: Path, seed: int, share: float,
    baselines: bool,
) -> None:  # fmt: skip
    """Train the sentiment pipeline: once without the development split, which is measured and calibrates; then with all texts.

    Both times with what teachers that did not see the development split either say of more texts.

    Writes the spaCy pipeline, MODEL_CARD.md and metrics.json into the folder.
    """
    start = time.perf_counter()
    settings, valences, rows = Config().from_disk(config), lexicon.read(lexicon_file), data.read(train)
    learned, held = data.split(rows, share)
    click.echo(f"{len(rows)} texts: {len(learned)} to learn, {len(held)} of other documents to develop on")
    sources = (pipeline, vectors)
    lesson = teach(sources, valences, learned, settings, seed)
    nlp = fit(sources, valences, learned, settings, seed, "without development", lesson)
    metrics = evaluate(nlp, learned, held, lesson.held_out, baselines)
    click.echo(card.summary(metrics))
    nlp = fit(sources, valences, rows, settings, seed, "all texts", lesson)
    fold(nlp, metrics["calibration"])
    nlp.to_disk(output)
    metrics["origin"] = card.origin(nlp, seed, config.read_text(encoding="utf-8"), train)
    metrics["seconds"] = round(time.perf_counter() - start)
    (output / "metrics.json").write_text(json.dumps(metrics, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    (output / "MODEL_CARD.md").write_text(card.text(metrics), encoding="utf-8")
    click.echo(f"{output}: pipeline, MODEL_CARD.md, metrics.json; {metrics['seconds']} s")


if __name__ == "__main__":
    main(prog_name="python -m train_sentiment")
