"""The functions that are compared."""
from __future__ import annotations

import sys
from pathlib import Path
from typing import Dict, Optional, Sequence

from local_lambda.environment import Spec

BENCH = Path(__file__).resolve().parent.parent
# Lambda's own images do not say so, but a function of less than a vCPU only loses by numpy's threads.
ONE_THREAD = {f"{name}_NUM_THREADS": "1" for name in ("OPENBLAS", "OMP", "MKL", "BLIS")}


def tern(bootstrap: Path, model: Path, components: Optional[Sequence[str]] = None) -> Spec:
    environment: Dict[str, str] = {"TERN_MODEL": str(model)}
    if components:
        environment["TERN_COMPONENTS"] = ",".join(components)
    return Spec("tern", [str(bootstrap)], environment)


def spacy(package: str) -> Spec:
    """bench/spacy_function under AWS's Python runtime, with this Python and its packages."""
    return Spec("spaCy", [sys.executable, "-m", "awslambdaric", "handler.lambda_handler"],
                {"NER_PACKAGE": package, **ONE_THREAD}, "handler.lambda_handler", BENCH / "spacy_function")
