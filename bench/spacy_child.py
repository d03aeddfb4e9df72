"""spaCy in a process of its own, for sets.py: how fast it may be is decided by its environment, before numpy is loaded.

    spacy_child.py PACKAGE TEXTS.jsonl      # a line of what multiplies, then an answer to each line of standard input

Asked {"only": ["ner"] or null, "products": "blis" or "openblas"} it runs nlp.pipe over the texts and answers
{"seconds": ..., "tokens": ...}.
"""

from __future__ import annotations

import ctypes
import json
import sys
import time
from pathlib import Path
from typing import Any


def openblas_kernels() -> str:
    """Of the OpenBLAS inside numpy's wheel, as it names them."""
    import numpy

    for library in sorted((Path(numpy.__file__).parent.parent / "numpy.libs").glob("*openblas*")):
        loaded = ctypes.CDLL(str(library))
        for name in ("scipy_openblas_get_corename64_", "scipy_openblas_get_corename", "openblas_get_corename"):
            if hasattr(loaded, name):
                ask = getattr(loaded, name)
                ask.restype = ctypes.c_char_p
                return ask().decode()
    return "unknown"


def blis_kernels() -> str:
    """Of the BLIS inside thinc's wheel. It heeds no variable: that of BLIS_ARCH_TYPE is newer than it."""
    import blis.cy

    loaded = ctypes.CDLL(blis.cy.__file__)
    if not hasattr(loaded, "bli_arch_query_id"):
        return "unknown"
    loaded.bli_arch_string.restype = ctypes.c_char_p
    return loaded.bli_arch_string(loaded.bli_arch_query_id()).decode()


def numpy_features() -> list[str]:
    """What numpy's own loops are chosen by, without what it always needs."""
    from numpy._core import _multiarray_umath as umath  # no public name gives it

    return [name for name in umath.__cpu_dispatch__ if umath.__cpu_features__.get(name)]


def multiply_with(nlp: Any, products: str) -> None:
    """thinc's two ways for a product in Python; its compiled loops (the parser's hidden layers) always call BLIS."""
    for _, component in nlp.pipeline:
        for node in component.model.walk() if getattr(component, "model", None) else ():
            node.ops.use_blis = products == "blis"


def load(package: str, only: list[str] | None) -> Any:
    import spacy

    names = spacy.load(package).component_names
    return spacy.load(package, exclude=[name for name in names if only and name not in only])


def run(nlp: Any, texts: list[str]) -> dict[str, Any]:
    begin = time.perf_counter()
    docs = list(nlp.pipe(texts))
    return {"seconds": time.perf_counter() - begin, "tokens": sum(map(len, docs))}


def main(package: str, file: str) -> None:
    texts = [json.loads(line)["text"] for line in Path(file).read_text("utf-8").splitlines()]
    loaded: dict[str, Any] = {}
    print(json.dumps({"BLIS": blis_kernels(), "OpenBLAS": openblas_kernels(), "numpy": numpy_features()}), flush=True)
    for line in sys.stdin:
        asked = json.loads(line)
        key = json.dumps(asked["only"])
        if key not in loaded:
            loaded[key] = load(package, asked["only"])
            run(loaded[key], texts)  # its caches are warm from now on
        multiply_with(loaded[key], asked["products"])
        print(json.dumps(run(loaded[key], texts)), flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
