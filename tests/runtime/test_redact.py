"""POST /redact and `tern redact`: what is replaced, with what, where, and that nothing else changes and nothing of it is left; over
HTTP, in Lambda's events, on the command line."""

from __future__ import annotations

import hashlib
import hmac
import json
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Callable

import pytest
from common import TINY, Run
from runtime.bootstrap_run import Serve, serve
from runtime.lambda_calls import invoke, load
from runtime.terminal import on_terminal
from runtime.tern_server import Answer, TernServer

__all__ = ["serve"]
TEXT = "\U0001f600 Alan Turing (alan@example.org) was born on June 23, 1912, in London. Card: 4111 1111 1111 1111."
REPLACED = [
    ("PERSON", "Alan Turing"),
    ("EMAIL", "alan@example.org"),
    ("DATE", "June 23, 1912"),
    ("GPE", "London"),
    ("CREDIT_DEBIT_NUMBER", "4111 1111 1111 1111"),
]
REDACTED = "\U0001f600 [PERSON] ([EMAIL]) was born on [DATE], in [GPE]. Card: [CREDIT_DEBIT_NUMBER]."
KEY = "a secret of some length"
JSON = {"Content-Type": "application/json"}
UNITS: dict[str, Callable[[str], int]] = {
    "codepoint": len,
    "utf16": lambda text: len(text.encode("utf-16-le")) // 2,
    "byte": lambda text: len(text.encode()),
}


@pytest.fixture(scope="module")
def server(program: Callable[[str], Path], model_file: Path) -> Iterator[TernServer]:
    with TernServer(program("tern"), f"en={model_file}", "-m", f"tiny={TINY}") as running:
        yield running


@pytest.fixture
def secret_file(tmp_path: Path) -> Path:
    path = tmp_path / "key"
    path.write_text(KEY + "\n")
    return path


def ask(server: TernServer, path: str = "/redact", **fields: Any) -> Answer:
    return server.request("POST", path, json.dumps(fields).encode(), JSON)


def cut(text: str, start: int, end: int, unit: str) -> str:
    """What these offsets of the unit stand for."""
    if unit == "byte":
        return text.encode()[start:end].decode()
    if unit == "utf16":
        return text.encode("utf-16-le")[2 * start : 2 * end].decode("utf-16-le")
    return text[start:end]


def digest(value: str, key: str = KEY) -> str:
    return hmac.new(key.encode(), value.encode(), hashlib.sha256).hexdigest()[:16]


# ---- what is replaced, and with what --------------------------------------------------------------------------------------


@pytest.mark.parametrize("unit", UNITS)
def test_offsets_lead_to_what_was_replaced(server: TernServer, unit: str) -> None:
    answer = ask(server, text=TEXT, offsets=unit).json
    assert answer["text"] == REDACTED
    got = [(item["label"], cut(TEXT, item["start"], item["end"], unit)) for item in answer["replaced"]]
    assert got == REPLACED
    marks = [cut(REDACTED, item["new_start"], item["new_end"], unit) for item in answer["replaced"]]
    assert marks == [f"[{label}]" for label, _ in REPLACED]
    assert all(0 < item["score"] <= 1 for item in answer["replaced"])
    assert list(answer["replaced"][0]) == ["label", "start", "end", "new_start", "new_end", "score"]


def test_ways(server: TernServer) -> None:
    words = ["EMAIL", "CREDIT_DEBIT_NUMBER"]
    want = {
        "label": TEXT.replace("alan@example.org", "[EMAIL]").replace("4111 1111 1111 1111", "[CREDIT_DEBIT_NUMBER]"),
        "stars": TEXT.replace("alan@example.org", "*" * 16).replace("4111 1111 1111 1111", "*" * 19),
        "remove": TEXT.replace("alan@example.org", "").replace("4111 1111 1111 1111", ""),
        "hash": TEXT.replace("alan@example.org", f"[EMAIL:{digest('alan@example.org')}]").replace(
            "4111 1111 1111 1111", f"[CREDIT_DEBIT_NUMBER:{digest('4111 1111 1111 1111')}]"
        ),
    }
    for way, text in want.items():
        answer = ask(server, text=TEXT, labels=words, replace=way, key=KEY).json
        assert answer["text"] == text
        assert [answer["text"][item["new_start"] : item["new_end"]] for item in answer["replaced"]] != []
    stars = ask(server, text="\U0001f600 müller@straße.de", labels=["EMAIL"], replace="stars").json
    assert stars["text"] == "\U0001f600 " + "*" * 16


def test_the_same_value_gets_the_same_mark(server: TernServer) -> None:
    texts = ["to a@b.co and c@d.co", "a@b.co again"]
    first, second = (item["text"] for item in ask(server, texts=texts, replace="hash", key=KEY).json["results"])
    assert first == f"to [EMAIL:{digest('a@b.co')}] and [EMAIL:{digest('c@d.co')}]"
    assert second == f"[EMAIL:{digest('a@b.co')}] again"
    other = ask(server, text=texts[1], replace="hash", key=KEY + "!").json["text"]
    assert other == f"[EMAIL:{digest('a@b.co', KEY + '!')}] again" != second


def test_labels(server: TernServer) -> None:
    """Entities by the model's labels or by the type that they are; both kinds of names in one list."""
    text = "Ada Lovelace of 12 Park Road, London, England was 36 years old in 1851; ada@example.org."
    cases = {
        ("PERSON",): [("PERSON", "Ada Lovelace")],
        ("NAME", "EMAIL"): [("NAME", "Ada Lovelace"), ("EMAIL", "ada@example.org")],
        ("GPE",): [("GPE", "London"), ("GPE", "England")],
        ("ADDRESS",): [("ADDRESS", "12 Park Road, London, England")],
        ("AGE",): [("AGE", "36 years old")],
        ("PERSON", "NAME"): [("PERSON", "Ada Lovelace")],
    }
    for labels, want in cases.items():
        answer = ask(server, text=text, labels=labels).json
        assert [(i["label"], text[i["start"] : i["end"]]) for i in answer["replaced"]] == want


def test_addresses_are_joined(server: TernServer) -> None:
    texts = {
        "at 100 Main Street, Austin, TX 78701, USA.": ["100 Main Street, Austin, TX 78701, USA"],
        "Send it to 12 Elm Street, Portland, OR 97201-1234": ["12 Elm Street, Portland, OR 97201-1234"],
        "He went from London to Paris.": ["London", "Paris"],
    }
    for text, want in texts.items():
        answer = ask(server, text=text, labels=["ADDRESS"]).json
        assert [text[i["start"] : i["end"]] for i in answer["replaced"]] == want


def test_min_score(server: TernServer) -> None:
    text = "Call 1234567 or 415-555-2671 or a@b.co, card 4111111111111111."
    labels = ["PHONE", "EMAIL", "CREDIT_DEBIT_NUMBER"]
    for least, want in ((0, 4), (0.8, 4), (0.95, 1), (1, 1)):
        assert len(ask(server, text=text, labels=labels, min_score=least).json["replaced"]) == want, least
    all_of_them = ask(server, text=TEXT).json["replaced"]
    sure = ask(server, text=TEXT, min_score=0.99).json["replaced"]
    assert (
        [(i["label"], i["start"]) for i in sure]
        == [(i["label"], i["start"]) for i in all_of_them if i["score"] >= 0.99]
        != []
    )


def test_scores_of_entities_are_those_of_the_model(server: TernServer) -> None:
    items = {i["label"]: i["score"] for i in ask(server, text=TEXT).json["replaced"]}
    assert items["CREDIT_DEBIT_NUMBER"] == 1 and items["EMAIL"] == 0.9
    assert 0.5 < items["PERSON"] < 1 and 0.5 < items["GPE"] < 1


def test_nothing_to_hide(server: TernServer) -> None:
    for text in ("nothing here", "\0", "a\0b \U0001f600\u2028", "\r\n\t"):
        assert ask(server, text=text).json == {"text": text, "replaced": []}


def test_words_instead_of_a_text(server: TernServer) -> None:
    answer = ask(server, tokens=["Alan", "Turing", "wrote", "a@b.co", "."], spaces=[True, True, True, False, False])
    assert answer.json["text"] == "[PERSON] wrote [EMAIL]."


def test_texts(server: TernServer) -> None:
    results = ask(server, texts=["a@b.co", "", {"tokens": ["c@d.co"]}, 7]).json["results"]
    assert [item.get("text") for item in results] == ["[EMAIL]", None, "[EMAIL] ", None]
    assert results[1] == {"error": '"text" is empty'} and "must be a string" in results[3]["error"]


def test_one_more_model(server: TernServer) -> None:
    assert ask(server, "/redact/tiny", text="a@b.co").json["text"] == "[EMAIL]"
    assert ask(server, text="a@b.co", model="tiny").headers["Server-Timing"].startswith("redact;dur=")
    assert ask(server, "/redact/none", text="a@b.co").status == 404


def test_only_what_is_needed_runs(server: TernServer, program: Callable[[str], Path], model_file: Path) -> None:
    """Without entities among the labels the network does not run: a text that takes it long is answered soon."""
    long = "Alan Turing lived in London. " * 20000 + "a@b.co"

    def milliseconds(**fields: Any) -> float:
        answer = ask(server, text=long, **fields)
        assert answer.status == 200 and answer.json["text"].endswith("[EMAIL]")
        return float(answer.headers["Server-Timing"].partition("dur=")[2])

    assert 3 * milliseconds(labels=["EMAIL"]) < milliseconds(labels=["EMAIL", "PERSON"])


# ---- what is refused ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "fields, words",
    [
        ({"labels": ["PERSON", "NOBODY"]}, ['"labels"[1] is none', "PERSON", "EMAIL", "IN_VOTER_NUMBER)"]),
        ({"labels": ["PERSON\0"]}, ['"labels"[0] is none']),
        ({"labels": [""]}, ['"labels"[0] is none']),
        ({"labels": [1]}, ['"labels"[0] is none']),
        ({"labels": []}, ['"labels" must be an array like']),
        ({"labels": "PERSON"}, ['"labels" must be an array like']),
        ({"replace": "mask"}, ['"replace" must be "label", "hash", "stars" or "remove"']),
        ({"replace": "hash"}, ['"hash" needs a secret', "TERN_REDACT_KEY"]),
        ({"replace": "hash", "key": "short"}, ['"key" has 5 bytes, the least are 16']),
        ({"replace": "hash", "key": 16}, ['"key" must be a string']),
        ({"min_score": 1.5}, ['"min_score" must be from 0 to 1']),
        ({"min_score": "1"}, ['"min_score" must be a number']),
        ({"min_score": -0.1}, ['"min_score" must be from 0 to 1']),
        ({"label": ["PERSON"]}, ['no field "label": did you mean "labels"']),
        ({"repalce": "stars"}, ['did you mean "replace"']),
        ({"offsets": "char"}, ['"offsets" must be']),
    ],
)
def test_refused(server: TernServer, fields: dict[str, Any], words: list[str]) -> None:
    answer = ask(server, text="a@b.co", **fields)
    assert answer.status == 400
    assert [word for word in words if word not in answer.json["error"]] == []


def test_fields_of_a_redaction_mean_nothing_elsewhere(server: TernServer) -> None:
    fields = {"label": "x", "keys": 1, "key": 2, "replace": "nothing", "labels": "x"}
    assert ask(server, "/ner", text="a", **fields).status == 200


def test_null_is_no_value(server: TernServer) -> None:
    nulls = {"labels": None, "replace": None, "key": None, "min_score": None}
    assert ask(server, text=TEXT, **nulls).json["text"] == REDACTED


def test_key_of_the_environment(program: Callable[[str], Path], monkeypatch: pytest.MonkeyPatch, run: Run) -> None:
    monkeypatch.setenv("TERN_REDACT_KEY", KEY)
    with TernServer(program("tern"), TINY) as running:
        mark = ask(running, text="a@b.co", replace="hash", labels=["EMAIL"]).json["text"]
        assert mark == f"[EMAIL:{digest('a@b.co')}]"
        own = ask(running, text="a@b.co", replace="hash", labels=["EMAIL"], key="another secret, mine").json["text"]
        assert own == f"[EMAIL:{digest('a@b.co', 'another secret, mine')}]"
    monkeypatch.setenv("TERN_REDACT_KEY", "short")
    done = run("tern", "serve", "-m", TINY)
    assert done.returncode == 1 and b"TERN_REDACT_KEY has 5 bytes, the least are 16" in done.stderr


# ---- Lambda ----------------------------------------------------------------------------------------------------------------------


def test_events(serve: Serve) -> None:
    request = {"text": TEXT}
    http = {**load("http_api_v2"), "rawPath": "/redact", "body": json.dumps(request), "isBase64Encoded": False}
    http["requestContext"]["http"].update(method="POST", path="/redact")
    calls = invoke(serve, {**request, "task": "redact"}, http, {"text": TEXT, "task": "redact", "replace": "hash"})
    direct, gateway, without_key = calls.answers
    assert direct.body["text"] == REDACTED
    assert json.loads(gateway.body["body"])["text"] == REDACTED
    assert without_key.error == "Function.BadRequest" and "needs a secret" in without_key.body["errorMessage"]


def test_queue(serve: Serve) -> None:
    event = load("sqs/batch")
    first = event["Records"][0]
    event["Records"] = [
        {**first, "messageId": "1", "body": json.dumps({"text": TEXT, "task": "redact"})},
        {**first, "messageId": "2", "body": json.dumps({"text": TEXT, "task": "redact", "replace": "hash"})},
    ]
    (answer,) = invoke(serve, event).answers
    assert answer.body == {"batchItemFailures": [{"itemIdentifier": "2"}]}


def test_key_of_the_function(serve: Serve) -> None:
    request = {"text": "a@b.co", "task": "redact", "replace": "hash"}
    calls = invoke(serve, request, env={"TERN_REDACT_KEY": KEY})
    assert calls.only["text"] == f"[EMAIL:{digest('a@b.co')}]" and KEY not in calls.log


# ---- command line --------------------------------------------------------------------------------------------------------------


def test_text(run: Run, model_file: Path) -> None:
    done = run("tern", "redact", "-m", model_file, TEXT)
    assert (done.returncode, done.stdout.decode()) == (0, REDACTED + "\n"), done.stderr
    done = run("tern", "redact", "-m", model_file, "--json", input=TEXT.encode())
    answer = json.loads(done.stdout)
    assert (answer["text"], [item["label"] for item in answer["replaced"]]) == (REDACTED, [x for x, _ in REPLACED])


@pytest.mark.parametrize("name", ["file", "standard input"])
def test_lines_stay_as_they_are(run: Run, tmp_path: Path, name: str) -> None:
    """All but what is replaced, byte for byte: endings of lines, U+0000, no line feed at the end."""
    text = b"\n\r\nplain \0 text\r\nto a@b.co\n\n\t x \r\r\n\xf0\x9f\x98\x80 c@d.co"
    path = tmp_path / "log.txt"
    path.write_bytes(text)
    how = (["--file", path], {}) if name == "file" else ([], {"input": text})
    done = run("tern", "redact", "-m", TINY, "--labels", "EMAIL", *how[0], **how[1])
    assert (done.returncode, done.stderr) == (0, b"")
    assert done.stdout == text.replace(b"a@b.co", b"[EMAIL]").replace(b"c@d.co", b"[EMAIL]")
    done = run("tern", "redact", "-m", TINY, "--labels", "EMAIL", input=b"")
    assert (done.returncode, done.stdout) == (0, b"")


def test_many_lines_over_the_edges_of_blocks(run: Run) -> None:
    lines = [f"{'x' * (i % 701)} user{i}@example.org {'y' * (i % 97)}\n" for i in range(2000)]
    done = run("tern", "redact", "-m", TINY, "--labels", "EMAIL", input="".join(lines).encode())
    assert done.stdout.decode() == "".join(
        line.replace(f"user{i}@example.org", "[EMAIL]") for i, line in enumerate(lines)
    )


def test_a_line_is_answered_before_more_comes(program: Callable[[str], Path]) -> None:
    command = [str(program("tern")), "redact", "-m", str(TINY), "--labels", "EMAIL"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as tern:
        assert tern.stdin and tern.stdout
        for number in range(3):
            tern.stdin.write(f"user{number}@example.org\n".encode())
            tern.stdin.flush()
            assert tern.stdout.readline() == b"[EMAIL]\n"
        tern.stdin.close()
        assert tern.wait(60) == 0


def test_a_wrong_line_ends_the_run(run: Run) -> None:
    done = run("tern", "redact", "-m", TINY, "--labels", "EMAIL", input=b"a@b.co\n\xff a@b.co\nc@d.co\n")
    assert (done.returncode, done.stdout) == (1, b"[EMAIL]\n")
    assert b"line 2" in done.stderr and b"UTF-8" in done.stderr


def test_key_file(run: Run, secret_file: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    want = f"[EMAIL:{digest('a@b.co')}]\n".encode()
    base = ["tern", "redact", "-m", TINY, "--labels", "EMAIL", "--replace", "hash"]
    assert run(*base, "--key-file", secret_file, "a@b.co").stdout == want
    monkeypatch.setenv("TERN_REDACT_KEY", KEY)
    assert run(*base, "a@b.co").stdout == want
    monkeypatch.delenv("TERN_REDACT_KEY")
    done = run(*base, "a@b.co")
    assert done.returncode == 2 and b"needs --key-file, or TERN_REDACT_KEY" in done.stderr
    (tmp_path / "short").write_text("short\n")
    (tmp_path / "long").write_text("x" * 5000)
    for name, words in (("short", b"has 5 bytes"), ("long", b"longer than a key"), ("none", b"cannot read")):
        done = run(*base, "--key-file", tmp_path / name, "a@b.co")
        assert done.returncode == 1 and words in done.stderr


def test_json_lines(run: Run, secret_file: Path) -> None:
    records = [
        {"id": 1, "body": "to a@b.co", "kept": ["x"]},
        {"id": 2, "body": 7},
        {"id": 3},
        {"id": 4, "tokens": ["c@d.co", "!"], "spaces": [False, False]},
    ]
    lines = "".join(json.dumps(record) + "\n" for record in records).encode() + b"no JSON a@b.co\n"
    options = ["--jsonl", "--text", "body", "--labels", "EMAIL", "-j", "2"]
    done = run("tern", "redact", "-m", TINY, *options, input=lines)
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    assert done.returncode == 1 and b"a@b.co" not in done.stdout
    replaced = {"label": "EMAIL", "start": 3, "end": 9, "new_start": 3, "new_end": 10, "score": 0.9}
    assert answers[0] == {"id": 1, "kept": ["x"], "body": "to [EMAIL]", "replaced": [replaced]}
    assert [answer.get("id") for answer in answers] == [1, 2, 3, 4, None]
    assert ["error" in answer for answer in answers] == [False, True, True, False, True]
    assert answers[3]["body"] == "[EMAIL]!"


@pytest.mark.parametrize(
    "options, words",
    [
        (["--labels", "NOBODY", "x"], ['"NOBODY" is none', "PHONE"]),
        (["--labels", "", "x"], ["--labels names none"]),
        (["--replace", "x", "x"], ["label, hash, stars or remove"]),
        (["--min-score", "2", "x"], ["a number from 0 to 1"]),
        (["--min-score", "", "x"], ["a number from 0 to 1"]),
        (["--json", "--jsonl"], ["cannot be used together"]),
        (["-j", "2", "x"], ["-j is for --jsonl"]),
        (["--jsonl", "x"], ["unexpected argument"]),
        (["--file", "x", "y"], ["unexpected argument"]),
        (["x", "y"], ["more than one TEXT"]),
        (["--nothing"], ["unknown option"]),
    ],
)
def test_usage(run: Run, options: list[str], words: list[str]) -> None:
    done = run("tern", "redact", "-m", TINY, *options)
    assert done.returncode == 2
    assert [word for word in words if word not in done.stderr.decode()] == []


def test_files_that_are_not_there(run: Run, tmp_path: Path) -> None:
    done = run("tern", "redact", "-m", TINY, "--file", tmp_path / "none")
    assert done.returncode == 1 and b"cannot open" in done.stderr


def test_terminal_is_not_commanded(program: Callable[[str], Path]) -> None:
    arguments = ["redact", "-m", str(TINY), "--labels", "EMAIL", "a@b.co \x1b[31m"]
    assert on_terminal(program("tern"), *arguments, env=os.environ) == (0, "[EMAIL] \\u001b[31m\n")


def test_help(run: Run) -> None:
    done = run("tern", "redact", "--help")
    assert done.returncode == 0 and done.stdout.startswith(b"Usage: tern redact")
