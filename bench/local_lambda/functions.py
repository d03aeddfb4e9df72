"""The functions that are compared."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from local_lambda.environment import Spec

BENCH = Path(__file__).resolve().parent.parent
# Lambda's own images do not say so, but a function of less than a vCPU only loses by numpy's threads.
ONE_THREAD = {f"{name}_NUM_THREADS": "1" for name in ("OPENBLAS", "OMP", "MKL", "BLIS")}


def tern(bootstrap: Path, model: Path | Mapping[str, Path], components: Sequence[str] | None = None) -> Spec:
    """model: a file, or several by name."""
    several = model.items() if isinstance(model, Mapping) else ()
    environment: dict[str, str] = {"TERN_MODEL": ",".join(f"{name}={path}" for name, path in several) or str(model)}
    if components:
        environment["TERN_COMPONENTS"] = ",".join(components)
    return Spec("tern", [str(bootstrap)], environment)


def spacy(package: str) -> Spec:
    """bench/spacy_function under AWS's Python runtime, with this Python and its packages."""
    return _python("handler.lambda_handler", {"NER_PACKAGE": package})


def tern_in_python(package: Path) -> Spec:
    """deploy/python/src under AWS's Python runtime. package: a folder with tern_nlp."""
    return Spec(
        "tern in Python",
        [sys.executable, "-m", "awslambdaric", "handler.lambda_handler"],
        {"PYTHONPATH": str(package)},
        "handler.lambda_handler",
        BENCH.parent / "deploy" / "python" / "src",
    )


def spacy_sentiment(package: str, entities: str | None = None) -> Spec:
    """The same that answers POST /sentiment. entities: a package for POST /ner, if it is to be loaded, too."""
    return _python(
        "sentiment_handler.lambda_handler",
        {"SENTIMENT_PACKAGE": package, **({"NER_PACKAGE": entities} if entities else {})},
    )


def _python(handler: str, environment: Mapping[str, str]) -> Spec:
    return Spec(
        "spaCy",
        [sys.executable, "-m", "awslambdaric", handler],
        {**environment, **ONE_THREAD},
        handler,
        BENCH / "spacy_function",
    )
