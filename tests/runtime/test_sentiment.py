"""POST /sentiment and `tern sentiment` on a small trained model: what spaCy's scores and the rule of MIXED make of a text, whatever
the transport; alone and beside a model that finds entities."""

from __future__ import annotations

import base64
import json
import os
import re
import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Callable

import numpy as np
import pytest

spacy = pytest.importorskip("spacy")

import opinion_pipeline
from common import REDUCED, ROOT, TINY, Run
from model_bytes import ModelBytes
from opinion_pipeline import Opinions, expected, save, texts, train
from runtime.bootstrap_run import Serve, check_error, serve
from runtime.lambda_calls import Calls, invoke, load
from runtime.terminal import on_terminal
from runtime.tern_server import Answer, TernServer
from spacy.language import Language
from spacy.vectors import Vectors

TOLERANCE = 2e-6  # scores are written with six decimals
GLAD, SAD = "I love the cake.", "We hate this street!"
BOTH = f"{GLAD} {SAD}"
JSON = {"Content-Type": "application/json"}

Call = Callable[..., Calls]


@pytest.fixture(scope="module")
def nlp(opinions: Opinions) -> Language:
    return spacy.load(opinions.folder)


@pytest.fixture(scope="module")
def server(program: Callable[[str], Path], opinions: Opinions) -> Iterator[TernServer]:
    """Entities first, two models of sentiment."""
    with TernServer(
        program("tern"), f"en={TINY}", "-m", f"mood={opinions.model}", "-m", f"again={opinions.model}"
    ) as running:
        yield running


@pytest.fixture(scope="module")
def call(serve: Serve, opinions: Opinions) -> Call:
    """call(event, ..., env={...}): to a bootstrap with both models, unless env says otherwise."""
    both = {"TERN_MODEL": f"en={TINY},mood={opinions.model}"}
    return lambda *events, env=None: invoke(serve, *events, env={**both, **(env or {})})


def ask(server: TernServer, path: str = "/sentiment", **fields: Any) -> Answer:
    return server.request("POST", path, json.dumps(fields).encode(), JSON)


def same(got: Any, want: Any) -> bool:
    """Equal, numbers with a fraction nearly."""
    if isinstance(want, float):
        return isinstance(got, float) and abs(got - want) <= TOLERANCE
    if isinstance(want, dict):
        return list(got) == list(want) and all(same(got[key], want[key]) for key in want)
    if isinstance(want, list):
        return len(got) == len(want) and all(map(same, got, want))
    return bool(got == want)


def without_sentences(answer: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in answer.items() if key != "sentences"}


# ---- as spaCy scores -----------------------------------------------------------------------------------------------------


def test_scores_are_those_of_spacy_and_the_rule(run: Run, nlp: Language, opinions: Opinions) -> None:
    some = [*texts(150, 1), "X", " ", "\n\n", "\U0001f600 I love it! The end is horrible.", "don't can't", BOTH * 50]
    lines = "".join(json.dumps({"text": text}) + "\n" for text in some).encode()
    done = run("tern", "sentiment", "-m", opinions.model, "--jsonl", "--sentences", input=lines)
    assert done.returncode == 0, done.stderr
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    wanted = [expected(nlp, text) for text in some]
    assert [got for got, want in zip(answers, wanted) if not same(got, want)] == []
    assert len(answers) == len(some)
    assert {answer["sentiment"] for answer in answers} == {"POSITIVE", "NEGATIVE", "NEUTRAL", "MIXED"}
    assert all(abs(sum(answer["scores"].values()) - 1) < 1e-5 for answer in answers)
    assert all(part["scores"]["mixed"] == 0 for answer in answers for part in answer["sentences"])


def test_a_long_text(run: Run, nlp: Language, opinions: Opinions) -> None:
    """More tokens than the encoder takes at a time, and thousands of sentences after them."""
    text = "the room is blue and " * 400 + "square. " + BOTH * 2000
    done = run("tern", "sentiment", "-m", opinions.model, "--json", "--sentences", input=text.encode())
    got = json.loads(done.stdout)
    assert got["sentiment"] == "MIXED" and len(got["sentences"]) == len(list(nlp(text).sents)) > 2000
    assert same(got["sentences"], expected(nlp, text)["sentences"])


def test_floret_vectors(run: Run, tmp_path: Path) -> None:
    """The pieces of a sentence's words are those of its own words, also where there are more than the encoder remembers."""
    data = np.random.RandomState(1).uniform(-3, 3, (300, 12)).astype("f4")
    nlp = train(vectors=Vectors(data=data, mode="floret", minn=2, maxn=4, hash_count=2, hash_seed=3))
    text = " ".join(
        f"{sentence[:-1]} of{i} {i}th w{i}." for i, (sentence, _) in enumerate(opinion_pipeline.sentences(1500, 4))
    )
    done = run("tern", "sentiment", "-m", save(nlp, tmp_path).model, "--json", "--sentences", input=text.encode())
    assert same(json.loads(done.stdout)["sentences"], expected(nlp, text)["sentences"])


def test_scores_that_are_no_probabilities_are_numbers(run: Run, opinions: Opinions, tmp_path: Path) -> None:
    """Of a classifier without an activation they may be anything."""
    model = ModelBytes(opinions.model.read_bytes())
    model.set_number("textcat/settings", 1, 0)
    for score, written in (
        (10.0, b"10.0"),
        (1200.5, b"1200.5"),
        (-0.25, b"-0.25"),
        (-1e-9, b"-0.0"),
        (float("nan"), b"null"),
    ):
        for at in range(model.size("textcat/output/W") // 4):  # the first row of the panel holds the biases
            model.set_number("textcat/output/W", at, score if at < 16 else 0.0)
        (tmp_path / "raw.tern").write_bytes(model.seal().data)
        done = run("tern", "sentiment", "-m", tmp_path / "raw.tern", "--json", "Fine.")
        assert b'"positive": ' + written + b"," in done.stdout, (score, done.stdout)


# ---- the request ---------------------------------------------------------------------------------------------------------


def test_answer_of_the_issue(server: TernServer, nlp: Language) -> None:
    for field in ("input", "text"):
        answer = ask(server, **{field: GLAD})
        assert answer.status == 200 and same(answer.json, without_sentences(expected(nlp, GLAD)))
        assert answer.json["sentiment"] == "POSITIVE"
        assert re.fullmatch(r"sentiment;dur=\d+\.\d{3}", answer.headers["Server-Timing"])
    assert all(re.fullmatch(rb"[01]\.\d{1,6}", number) for number in re.findall(rb": ([\d.e+-]+)", answer.body))


@pytest.mark.parametrize("unit, width", [("codepoint", 1), ("utf16", 2), ("byte", 4)])
def test_sentences_with_offsets(server: TernServer, unit: str, width: int) -> None:
    text = f"\U0001f600 {GLAD} {SAD}"
    got = ask(server, text=text, sentences=True, offsets=unit).json
    first = f"\U0001f600 {GLAD}"
    end = len(first) - 1 + width
    assert [(part["text"], part["start"], part["end"]) for part in got["sentences"]] == [
        (first, 0, end),
        (SAD, end + 1, end + 1 + len(SAD)),
    ]
    assert [part["sentiment"] for part in got["sentences"]] == ["POSITIVE", "NEGATIVE"]
    assert got["sentiment"] == "MIXED" and got["confidence"] == got["scores"]["mixed"]


def test_comprehend_form(server: TernServer) -> None:
    """Amazon Comprehend's DetectSentiment: API reference, DetectSentimentResponse and SentimentScore."""
    plain = ask(server, text=BOTH, sentences=True).json
    got = ask(server, text=BOTH, sentences=True, format="comprehend").json
    assert list(got) == ["Sentiment", "SentimentScore", "Sentences"]
    assert got["Sentiment"] == plain["sentiment"]
    assert got["SentimentScore"] == {name.capitalize(): score for name, score in plain["scores"].items()}
    assert list(got["SentimentScore"]) == ["Positive", "Negative", "Neutral", "Mixed"]
    for part, other in zip(got["Sentences"], plain["sentences"]):
        assert (part["Text"], part["BeginOffset"], part["EndOffset"]) == (other["text"], other["start"], other["end"])
    assert list(ask(server, input=GLAD, format="comprehend").json) == ["Sentiment", "SentimentScore"]


def test_many_texts(server: TernServer, nlp: Language) -> None:
    got = ask(server, texts=[GLAD, "", 5, SAD]).json["results"]
    assert same([got[0], got[3]], [without_sentences(expected(nlp, text)) for text in (GLAD, SAD)])
    assert got[1:3] == [{"error": '"text" is empty'}, {"error": '"texts"[2] must be a string, not a number'}]


@pytest.mark.parametrize(
    "body, status, words",
    [
        (b"", 400, "the request has no body"),
        (b"[", 400, "byte"),
        (b"[]", 400, "expected an object"),
        (b"{}", 400, '"text" is missing'),
        (b'{"input": ""}', 400, '"input" is empty'),
        (b'{"text": ""}', 400, '"text" is empty'),
        (b'{"input": 1}', 400, '"input" must be a string'),
        (b'{"text": "a", "input": "a"}', 400, 'both "text" and "input"'),
        (b'{"text": "\\ud800"}', 400, "surrogate"),
        (b'{"text": "a", "format": "spacy"}', 400, '"format" must be "tern" or "comprehend"'),
        (b'{"text": "a", "model": "x"}', 404, "(known: en, mood, again)"),
        (
            b'{"text": "a", "model": "en"}',
            400,
            'the model "en" finds no sentiments: it classifies texts, but not as POSITIVE',
        ),
        (json.dumps({"text": "a " * 500_001}).encode(), 413, "1000002 characters, the limit is 1000000"),
    ],
)
def test_errors_are_those_of_ner(server: TernServer, body: bytes, status: int, words: str) -> None:
    answer = server.request("POST", "/sentiment", body, JSON)
    assert answer.status == status and words in answer.json["error"]


@pytest.mark.skipif(REDUCED, reason="many sentences: too slow under sanitizers")
def test_answer_of_the_server_has_a_limit(server: TernServer) -> None:
    answer = ask(server, texts=["Good. " * 150_000] * 3, sentences=True)  # about 30 MB for each
    assert answer.status == 413
    assert answer.json == {
        "error": "the answer is larger than the 33554432 bytes that this server carries: send less text at a time"
    }


# ---- addresses and models ------------------------------------------------------------------------------------------------


def test_addresses(server: TernServer) -> None:
    for path in ("/sentiment/mood", "/sentiment/again"):
        assert ask(server, path, text=GLAD).json == ask(server, text=GLAD).json
    assert ask(server, text=GLAD, model="again").json == ask(server, text=GLAD).json
    assert ask(server, "/sentiment/again", text=GLAD, model="mood").status == 400
    assert ask(server, "/sentiment/x", text=GLAD).status == 404
    assert 'the model "mood" finds no entities' in ask(server, "/ner/mood", text=GLAD).json["error"]
    assert list(ask(server, "/ner", text=GLAD).json) == ["entities"]
    for path in ("/sentiment/", "/sentiment/mood/"):
        assert ask(server, path, text=GLAD).json == ask(server, text=GLAD).json
    for path in ("/Sentiment", "/sentimental", "/sentiment%2Fmood"):
        assert ask(server, path, text=GLAD).status == 404
    for path in ("/sentiment", "/sentiment/mood"):
        wrong = server.request("GET", path)
        assert (wrong.status, wrong.headers["Allow"]) == (405, "POST, OPTIONS")
        assert server.request("OPTIONS", path).headers["Allow"] == "POST, OPTIONS"
        assert server.request("POST", path, b"{}", {"Content-Type": "text/plain"}).status == 415
    assert server.request("GET", "/healthz").json == {
        "status": "ok",
        "model": "en",
        "models": ["en", "mood", "again"],
        "ner": ["en"],
        "sentiment": ["mood", "again"],
        "redact": ["en"],
    }


def test_sentiment_alone(program: Callable[[str], Path], opinions: Opinions) -> None:
    with TernServer(program("tern"), opinions.model, "--cors", "https://a.example") as alone:
        answer = alone.request(
            "POST", "/sentiment", json.dumps({"text": GLAD}).encode(), {**JSON, "Origin": "https://a.example"}
        )
        assert answer.status == 200 and answer.headers["Access-Control-Allow-Origin"] == "https://a.example"
        assert ask(alone, "/ner", text=GLAD).json == {
            "error": "no model here finds entities: start with -m en=FILE.tern (tern serve) "
            "or TERN_MODEL=...,en=FILE.tern (Lambda)"
        }
        assert alone.request("GET", "/healthz").json == {
            "status": "ok",
            "model": "opinions",
            "models": ["opinions"],
            "sentiment": ["opinions"],
        }
        assert alone.routes() == ["POST /sentiment: opinions"]


def test_default_components_are_those_of_entities(
    run: Run, program: Callable[[str], Path], opinions: Opinions, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TERN_COMPONENTS", "ner")
    with TernServer(program("tern"), f"en={TINY}", "-m", f"mood={opinions.model}") as running:
        assert ask(running, text=BOTH).json["sentiment"] == "MIXED"


@pytest.mark.parametrize(
    "other, words",
    [
        ({"labels": ("SPORT", "MUSIC", "OTHER")}, "its labels are SPORT, MUSIC, OTHER"),
        ({"labels": ("positive", "negative", "neutral")}, "its labels are positive, negative, neutral"),
        ({"name": "textcat_multilabel"}, "its labels are NEUTRAL, POSITIVE, NEGATIVE"),
    ],
)
def test_classifiers_of_other_things(run: Run, serve: Serve, tmp_path: Path, other: dict[str, Any], words: str) -> None:
    model = save(train(**other), tmp_path).model
    for command in (
        ["serve", "--port", "0", "-m", f"en={TINY}", "-m", f"x={model}"],
        ["sentiment", "-m", str(model), GLAD],
    ):
        done = run("tern", *command)
        assert (done.returncode, done.stdout) == (1, b"")
        assert (
            "it is no sentiment model: that has a textcat with the labels POSITIVE, NEGATIVE and NEUTRAL"
            in done.stderr.decode()
        )
        assert words in done.stderr.decode()
    outcome = serve([b'{"text": "x"}'], env={"TERN_MODEL": f"en={TINY},x={model}"})
    check_error(outcome.api.requests[0], "Runtime.BadConfig", 'model "x": it is no sentiment model')


@pytest.mark.parametrize("before", [(), ("sentencizer",)])
def test_without_sentences_nothing_is_mixed(run: Run, tmp_path: Path, before: Sequence[str]) -> None:
    """There is nothing that finds them, or it is off by default."""
    nlp = train(before=before)
    for name in before:
        nlp.disable_pipe(name)
    model = save(nlp, tmp_path).model
    for text in (GLAD, BOTH):
        done = run("tern", "sentiment", "-m", model, "--json", text)
        assert done.returncode == 0 and json.loads(done.stdout)["scores"]["mixed"] == 0
    done = run("tern", "sentiment", "-m", model, "--jsonl", input=b'{"text": "a", "sentences": true}\n')
    assert json.loads(done.stdout) == {"error": '"sentences" cannot be true: the model finds no sentences'}
    done = run("tern", "sentiment", "-m", model, "--sentences", GLAD)
    assert (done.returncode, done.stderr) == (1, b"tern: --sentences: the model finds no sentences\n")


# ---- the command ---------------------------------------------------------------------------------------------------------


def test_lines_for_programs(run: Run, opinions: Opinions, nlp: Language) -> None:
    text = f"{GLAD}\n{SAD}"
    want = expected(nlp, text)
    done = run("tern", "sentiment", "-m", opinions.model, "--sentences", text)
    first, *others = done.stdout.decode().splitlines()
    name, score = first.split("\t")
    assert name == "MIXED" and abs(float(score) - want["confidence"]) <= TOLERANCE
    rows = [line.split("\t") for line in others]
    assert [(int(start), int(end), name, words) for start, end, name, _, words in rows] == [
        (part["start"], part["end"], part["sentiment"], part["text"].replace("\n", "\\n")) for part in want["sentences"]
    ]
    assert run("tern", "sentiment", "-m", opinions.model, input=GLAD.encode()).stdout.startswith(b"POSITIVE\t0.")


def test_percentages_on_a_terminal(program: Callable[[str], Path], opinions: Opinions) -> None:
    text = f"{GLAD}\n\033[31m We hate this street!"
    code, shown = on_terminal(
        program("tern"), "sentiment", "-m", str(opinions.model), "--sentences", text, env=os.environ
    )
    first, *others = shown.splitlines()
    assert code == 0 and re.fullmatch(r"MIXED \d\d %   POSITIVE \d+ %, NEGATIVE \d+ %, NEUTRAL \d+ %", first)
    assert [line.split()[0] for line in others] == ["POSITIVE", "NEGATIVE"]
    assert others[1].endswith("\\u001b[31m We hate this street!") and "\033" not in shown


def test_json_is_the_answer_of_the_server(run: Run, opinions: Opinions, server: TernServer) -> None:
    for options, fields in ([], {}), (["--sentences"], {"sentences": True}):
        done = run("tern", "sentiment", "-m", opinions.model, "--json", *options, BOTH)
        assert json.loads(done.stdout) == ask(server, text=BOTH, **fields).json
    done = run("tern", "sentiment", "-m", opinions.model, "--json", "")
    assert (done.returncode, json.loads(done.stdout)) == (1, {"error": '"text" is empty'})


def test_json_lines(run: Run, opinions: Opinions) -> None:
    lines = b'{"text": "I love it."}\n\n{"text": ""}\n{"input": "We hate it!", "format": "comprehend"}\nno\n{"texts": ["a"]}'
    done = run("tern", "sentiment", "-m", opinions.model, "--jsonl", input=lines)
    answers: list[dict[str, Any]] = [json.loads(line) for line in done.stdout.splitlines()]
    assert done.returncode == 1 and b"3 of 6 records were wrong" in done.stderr
    assert [list(answer)[0] for answer in answers] == ["sentiment", "error", "error", "Sentiment", "error", "results"]


@pytest.mark.parametrize(
    "arguments, words",
    [
        (["--json", "--jsonl"], "cannot be used together"),
        (["--jsonl", "x"], "unexpected argument"),
        (["a", "b"], "more than one TEXT"),
        (["--only", "ner"], "unknown option --only"),
        (["-m"], "needs a value"),
        (["-m", ""], "is empty"),
    ],
)
def test_wrong_usage(run: Run, arguments: list[str], words: str) -> None:
    done = run("tern", "sentiment", *arguments)
    assert (done.returncode, done.stdout) == (2, b"") and words in done.stderr.decode()


def test_which_model_it_takes(run: Run, opinions: Opinions) -> None:
    done = run("tern", "sentiment", GLAD, env={"TERN_MODEL": f"en={TINY},mood={opinions.model}"})
    assert done.returncode == 0 and done.stdout.startswith(b"POSITIVE\t")
    listed = {"TERN_MODEL": f"mood={opinions.model},en={TINY}"}
    assert run("tern", "ner", GLAD, env=listed).stdout == run("tern", "ner", "-m", TINY, GLAD).stdout
    done = run("tern", "sentiment", GLAD, env={"TERN_MODEL": str(TINY)})
    assert done.returncode == 1 and b"finds no sentiments: name one that does by -m" in done.stderr


def test_weights_beside_the_program(
    run: Run, program: Callable[[str], Path], opinions: Opinions, tmp_path: Path
) -> None:
    copy = tmp_path / "tern"
    shutil.copy(program("tern"), copy)
    (tmp_path / "weights").mkdir()
    shutil.copy(opinions.model, tmp_path / "weights" / "sentiment.tern")
    done = run(copy, "sentiment", GLAD, env={"TERN_MODEL": ""})
    assert done.returncode == 0 and done.stdout.startswith(b"POSITIVE\t")
    shutil.copy(TINY, tmp_path / "weights" / "en_core_web_sm.tern")
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("TERN_MODEL", raising=False)
        with TernServer(copy, None) as running:  # both, as they are there
            assert running.request("GET", "/healthz").json["models"] == ["en_core_web_sm", "sentiment"]
            assert running.routes() == [
                "POST /ner: en_core_web_sm",
                "POST /sentiment: sentiment",
                "POST /redact: en_core_web_sm",
            ]


# ---- Lambda --------------------------------------------------------------------------------------------------------------


def test_direct_invocations(call: Call, run: Run, opinions: Opinions) -> None:
    want = json.loads(run("tern", "sentiment", "-m", opinions.model, "--json", GLAD).stdout)
    destination = {**load("destination/on_success"), "responsePayload": {"input": GLAD}}
    for event in ({"input": GLAD}, {"text": GLAD, "task": "sentiment"}, {"text": GLAD, "model": "mood"}, destination):
        assert call(event).only == want
    assert list(call({"text": GLAD}).only) == ["entities"]
    assert call({"input": GLAD, "format": "comprehend"}).only["Sentiment"] == "POSITIVE"
    wrong, unknown = call({"text": GLAD, "task": "mood"}, {"input": GLAD, "model": "en"}).answers
    assert (wrong.error, unknown.error) == ("Function.BadRequest", "Function.BadRequest")
    alone = {"TERN_MODEL": str(opinions.model)}
    assert call({"text": GLAD}, env=alone).only == want  # nothing else can be meant


@pytest.mark.parametrize(
    "name", ["rest_v1", "http_api_v2", "function_url", "alb/request", "http_api_v1_base64", "body_string"]
)
def test_http_events(call: Call, run: Run, opinions: Opinions, name: str) -> None:
    """The recorded events with another path and body: REST v1 with its stage."""
    want = json.loads(run("tern", "sentiment", "-m", opinions.model, "--json", GLAD).stdout)
    event = load(name)
    body = json.dumps({"input": GLAD})
    event["body"] = base64.b64encode(body.encode()).decode() if event.get("isBase64Encoded") else body
    for key in ("path", "rawPath"):
        if key in event:
            event[key] = "/dev/sentiment"
    answer = call(event).only
    assert answer["statusCode"] == 200 and json.loads(answer["body"]) == want
    assert re.fullmatch(r"sentiment;dur=\d+\.\d{3}", answer["headers"]["server-timing"])
    for key in ("path", "rawPath"):
        if key in event:
            for path, status in (
                ("/dev/sentiment/mood", 200),
                ("/dev/sentiment/x", 404),
                ("/dev/sentiment/en", 400),
                ("/dev/mood", 404),
            ):
                event[key] = path
                assert call(event).only["statusCode"] == status


def test_messages_of_a_queue(call: Call, opinions: Opinions) -> None:
    event = load("sqs/batch")
    first = event["Records"][0]
    bodies = [
        json.dumps(body)
        for body in (
            {"input": GLAD},
            {"text": GLAD, "model": "mood"},
            {"text": GLAD, "model": "x"},
            {"text": GLAD, "task": "sentiment"},
            {"input": ""},
        )
    ] + [GLAD]
    event["Records"] = [{**first, "messageId": f"m{n}", "body": body} for n, body in enumerate(bodies)]
    assert call(event).only == {"batchItemFailures": [{"itemIdentifier": "m2"}, {"itemIdentifier": "m4"}]}
    assert call(event, env={"TERN_MODEL": str(opinions.model)}).only["batchItemFailures"] == [
        {"itemIdentifier": f"m{n}"} for n in (1, 2, 4)
    ]  # there it has no name


def test_opinions_are_learnt(nlp: Language) -> None:
    """Or the tests above would compare noise."""
    said = opinion_pipeline.sentences(60, 9)
    right = sum(max(nlp(text).cats.items(), key=lambda cat: cat[1])[0] == name for text, name in said)
    assert right >= 55


# ---- the weights of the repository ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text, sentiment",
    [
        ("I love strawberry cake!", "POSITIVE"),
        ("I hate chocolate cake!", "NEGATIVE"),
        ("The committee meets on Thursday at ten.", "NEUTRAL"),
        ("The food was wonderful. The service was terrible, never again!", "MIXED"),
    ],
)
def test_committed_weights(run: Run, text: str, sentiment: str) -> None:
    """What the calls of seed 004 are to get, and what nobody should doubt."""
    weights = ROOT / "weights" / "sentiment.tern"
    if not weights.exists():
        pytest.skip("weights/sentiment.tern is not there")
    done = run("tern", "sentiment", "-m", weights, "--json", text)
    assert json.loads(done.stdout)["sentiment"] == sentiment, done.stdout
