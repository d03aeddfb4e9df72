"""docs/limits.md gives the numbers that the sources have."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from common import ROOT

# In the page, and where the sources say it.
NUMBERS = [
    ("1,000,000 code points", "engine/tern.h", "TERN_MAX_CHARS"),
    ("| number of `texts` | 1,000 |", "runtime/answer/request.h", "REQUEST_MAX_TEXTS"),
    ("| 100,000 bytes,", "runtime/comprehend/operations.h", "OPERATION_MAX_LONG_TEXT"),
    ("bytes, or 5,000,", "runtime/comprehend/operations.h", "OPERATION_MAX_TEXT"),
    ("says; 25 texts", "runtime/comprehend/operations.h", "OPERATION_MAX_TEXTS"),
    ("6,291,456 bytes", "runtime/answer/request.h", "REQUEST_MAX_BODY"),
    ("200 levels", "runtime/base/json_in.h", "JSON_MAX_DEPTH"),
    ("250,000 values", "runtime/base/json_in.h", "JSON_MAX_VALUES"),
    ("33,554,432 bytes", "runtime/server/http_server.h", "HTTP_MAX_ANSWER"),
    ("6,291,556 bytes", "runtime/lambda/rapi.h", "RAPI_MAX_RESPONSE"),
    ("SQS result 1,048,576", "runtime/lambda/sqs_output.h", "SQS_BATCH_BYTES"),
    ("16,777,216 bytes", "runtime/corpus/corpus_record.h", "CORPUS_MAX_RECORD"),
    ("32,768 bytes", "runtime/server/http_message.h", "HTTP_MAX_HEADER"),
    ("| connections | 1,024", "runtime/server/http_loop.h", "HTTP_MAX_CONNECTIONS"),
    ("| 512 | 503", "runtime/server/http_workers.h", "HTTP_MAX_QUEUED"),
    ("under 8,192 bytes", "runtime/server/http_workers.h", "HTTP_LARGE_BODY"),
    ("60 seconds", "runtime/server/http_loop.c", "RECEIVING_MS"),
    ("After 6 seconds", "runtime/server/http_loop.c", "HURRY_MS"),
    ("after 9 it ends", "runtime/server/http_loop.c", "LAST_MS"),
]


def constant(source: Path, name: str) -> int:
    found = re.search(rf"#define {name}\s+\(?([\d*u() ]+|\d+u? << \d+)\)?", source.read_text())
    assert found, f"{source} has no {name}"
    value = 1
    for factor in re.findall(r"\d+", found[1]):
        value *= int(factor)
    return value


@pytest.mark.parametrize("words, source, name", NUMBERS)
def test_number_is_that_of_the_source(words: str, source: str, name: str) -> None:
    assert words in (ROOT / "docs" / "limits.md").read_text()
    number = int(re.search(r"[\d,]*\d", words)[0].replace(",", ""))
    value = constant(ROOT / source, name)
    assert number == (value // 1000 if name.endswith("_MS") else value)
