"""The example of the C API's accessors (annotate.c) against spaCy: tokens with every field, and sentences."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from common import Run

TEXTS = [
    "Alan Turing was born on June 23, 1912, in London, England. He'd never liked it\u2014had he?",
    "Zo\u00eb \U0001f469\u200d\U0001f680 saw \u6771\u4eac  and the mice's \0 leaves. They left!",
    "Hello",
]


def utf16(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2


def token_line(token: Any) -> str:
    text = token.doc.text
    start, end = token.idx, token.idx + len(token)
    fields: list[Any] = [
        start,
        end,
        len(text[:start].encode()),
        len(text[:end].encode()),
        utf16(text[:start]),
        utf16(text[:end]),
    ]
    fields += [token.text, len(token.whitespace_), {True: 1, False: -1, None: 0}[token.is_sent_start]]
    fields += [token.tag_, token.pos_, str(token.morph), token.lemma_, token.dep_, token.head.i, token.norm_]
    return "\t".join(map(str, fields))


@pytest.mark.parametrize("index", range(len(TEXTS)))
def test_every_field(run: Run, model_file: Path, nlp_full, index: int) -> None:
    doc = nlp_full(TEXTS[index])
    done = run("tests/annotate", model_file, input=TEXTS[index].encode())
    assert (done.returncode, done.stderr) == (0, b"")
    sentences = [f"sentence\t{s.start}\t{s.end}\t{s.text}" for s in doc.sents]
    assert done.stdout.decode().split("\n")[:-1] == sentences + [token_line(token) for token in doc]


def test_errors_are_sentences(run: Run, model_file: Path) -> None:
    done = run("tests/annotate", model_file, input=b"\xff")
    assert (done.returncode, done.stdout) == (1, b"") and b"UTF-8" in done.stderr
    done = run("tests/annotate", "/nothing")
    assert (done.returncode, done.stdout) == (1, b"") and b"/nothing" in done.stderr
