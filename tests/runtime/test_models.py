"""Several models in one process: the request, the path, -m and TERN_MODEL choose; each answers what it would answer alone."""

from __future__ import annotations

import json
import struct
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Callable

import pytest
from common import TINY, Run, without_scores
from model_bytes import ModelBytes
from runtime.bootstrap_run import Serve, check_error, serve
from runtime.lambda_calls import Calls, invoke, load
from runtime.tern_server import Answer, TernServer

# spaCy's components in the order of tern.h, as a file's section "pipeline" counts them.
COMPONENTS = [
    "tok2vec",
    "tagger",
    "parser",
    "senter",
    "attribute_ruler",
    "lemmatizer",
    "ner",
    "morphologizer",
    "trainable_lemmatizer",
    "sentencizer",
    "textcat",
    "textcat_multilabel",
]
WITH_NER = ["en", "tiny", "no_senter"]
TEXT = "Angela Merkel visited Paris on Monday."
BROS = "e.g. i.e. etc. vs. v.s. Inc. Ltd. Corp. Co. Bros."  # the parser makes a difference
HOSTILE = [
    "",
    "x",
    "EN",
    "en ",
    "en\0",
    "en\0tiny",
    "en,tiny",
    "../tiny",
    "%65n",
    "\u0435n",
    "\U0001f600",
    "e" * 100_000,
    '"',
    "\\",
]

Call = Callable[..., Calls]


def without(folder: Path, *names: str) -> Path:
    """The tiny model without these components."""
    model = ModelBytes(TINY.read_bytes())
    numbers = struct.unpack(f"<{model.size('pipeline') // 4}I", model.content("pipeline"))
    kept = [n for row in zip(numbers[::2], numbers[1::2]) if COMPONENTS[row[0]] not in names for n in row]
    assert len(kept) == len(numbers) - 2 * len(names)
    model.replace("pipeline", struct.pack(f"<{len(kept)}I", *kept), [len(kept) // 2, 2])
    path = folder / f"without_{names[0]}.tern"
    path.write_bytes(model.seal().data)
    return path


@pytest.fixture(scope="session")
def alone(run: Run) -> Callable[..., dict[str, Any]]:
    """alone(model, text): what the command line with just this model finds."""

    def call(model: Path, text: str, *options: str) -> dict[str, Any]:
        done = run("tern", "ner", "-m", model, "--json", *options, text)
        assert done.returncode == 0, done.stderr
        found: list[dict[str, Any]] = without_scores(json.loads(done.stdout))["entities"]
        return {"entities": found}

    return call


@pytest.fixture(scope="session")
def files(model_file: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("models")
    # A classifier of other things than sentiment is good for nothing without ner: test_sentiment.py.
    no_ner = without(folder, "ner", "textcat", "textcat_multilabel")
    return {"en": model_file, "tiny": TINY, "no-ner": no_ner, "no_senter": without(folder, "senter")}


@pytest.fixture(scope="module")
def server(program: Callable[[str], Path], files: dict[str, Path]) -> Iterator[TernServer]:
    first, *others = [f"{name}={path}" for name, path in files.items()]
    options = [option for other in others for option in ("-m", other)]
    with TernServer(program("tern"), first, "--threads", "2", *options) as running:
        yield running


@pytest.fixture(scope="session")
def call(serve: Serve, files: dict[str, Path]) -> Call:
    """call(event, ..., env={...}): to a bootstrap with all models, unless env says otherwise."""
    listed = ",".join(f"{name}={path}" for name, path in files.items())
    return lambda *events, env=None: invoke(serve, *events, env={"TERN_MODEL": listed, **(env or {})})


def ask(server: TernServer, path: str = "/ner", **fields: Any) -> Answer:
    body = json.dumps({"text": TEXT, **fields}).encode()
    return server.request("POST", path, body, {"Content-Type": "application/json"})


def http_event(path: str, **fields: Any) -> dict[str, Any]:
    event = load("http_api_v2")
    return {**event, "rawPath": path, "body": json.dumps({"text": TEXT, **fields}), "isBase64Encoded": False}


def assert_unknown(status: int, answer: Any) -> None:
    """Names the models, and repeats nothing."""
    assert (status, answer) == (404, {"error": "there is no model of this name (known: en, tiny, no-ner, no_senter)"})


# ---- tern serve ---------------------------------------------------------------------------------------------------------


def test_two_models_answer_differently(files: dict[str, Path], alone: Callable[..., Any], nlp_full: Any) -> None:
    expected = [
        {"text": e.text, "label": e.label_, "start": e.start_char, "end": e.end_char} for e in nlp_full(TEXT).ents
    ]
    assert alone(files["en"], TEXT) == {"entities": expected}
    assert alone(files["tiny"], TEXT) != {"entities": expected}  # or the tests below would prove nothing


def test_the_request_or_the_path_names_the_model(
    server: TernServer, files: dict[str, Path], alone: Callable[..., Any]
) -> None:
    en, tiny = alone(files["en"], TEXT), alone(files["tiny"], TEXT)
    assert ask(server).json == en
    for name, expected in (("en", en), ("tiny", tiny), ("en", en)):  # one context does not disturb the other
        assert ask(server, model=name).json == expected
        assert ask(server, f"/ner/{name}").json == expected
        assert ask(server, f"/ner/{name}?x=y", model=name).json == expected
    both = json.dumps({"texts": [TEXT, "", TEXT], "model": "tiny"}).encode()
    assert server.ner(both).json == {"results": [tiny, {"error": '"text" is empty'}, tiny]}


def test_path_and_request_must_agree(server: TernServer) -> None:
    answer = ask(server, "/ner/tiny", model="en")
    assert answer.status == 400 and "different models" in answer.json["error"]


@pytest.mark.parametrize("name", HOSTILE, ids=range(len(HOSTILE)))
def test_unknown_model(server: TernServer, name: str) -> None:
    answer = ask(server, model=name)
    assert_unknown(answer.status, answer.json)


@pytest.mark.parametrize(
    "name", ["x", "EN", "%65n", "en%00", "en%2Ftiny", "e" * 1000, "..", "healthz", "ner", ".tern", "en,tiny"]
)
@pytest.mark.parametrize("method", ["GET", "POST", "OPTIONS"])
def test_unknown_model_in_the_path(server: TernServer, method: str, name: str) -> None:
    answer = server.request(method, f"/ner/{name}", b"{}")
    assert_unknown(answer.status, answer.json)


@pytest.mark.parametrize("value", [1, True, ["en"], {"en": 1}])
def test_a_name_is_a_string(server: TernServer, value: Any) -> None:
    answer = ask(server, model=value)
    assert answer.status == 400 and answer.json["error"].startswith('"model" must be a string, not ')


def test_methods_of_the_paths(server: TernServer) -> None:
    assert server.request("GET", "/ner/tiny").headers["Allow"] == "POST, OPTIONS"
    assert server.request("OPTIONS", "/ner/tiny").status == 204
    assert server.request("OPTIONS", "/ner/tiny/").status == 204
    for path in ("/ner/tiny/x", "/x/ner/tiny", "/NER/tiny"):
        assert "there is nothing here" in server.request("POST", path, b"{}").json["error"]


def test_health_lists_the_models(server: TernServer, files: dict[str, Path]) -> None:
    assert server.request("GET", "/healthz").json == {
        "status": "ok",
        "model": "en",
        "models": list(files),
        "ner": WITH_NER,
        "redact": WITH_NER,
    }


def test_start_says_which_models_answer(program: Callable[[str], Path]) -> None:
    with TernServer(program("tern"), f"en={TINY}", "-m", f"fr={TINY}") as running:
        assert running.routes() == ["POST /ner: en fr", "POST /redact: en fr"]


def test_components_belong_to_the_model(server: TernServer, files: dict[str, Path], alone: Callable[..., Any]) -> None:
    for name in ("en", "tiny"):
        answer = ask(server, text=BROS, model=name, components=["senter", "ner"])
        assert answer.json == alone(files[name], BROS, "--only", "senter,ner")
    answer = ask(server, model="no_senter", components=["senter", "ner"])
    assert answer.status == 400 and 'the model has no component "senter" (it has: ' in answer.json["error"]


def test_a_model_without_ner_says_what_it_has(server: TernServer) -> None:
    message = f'the model "no-ner" finds no entities (it has: {", ".join(COMPONENTS[:6])})'
    for answer in (
        ask(server, model="no-ner"),
        ask(server, "/ner/no-ner"),
        ask(server, model="no-ner", components=["ner"]),
    ):
        assert (answer.status, answer.json) == (400, {"error": message})


def test_a_tokenizer_alone_says_so(
    program: Callable[[str], Path], run: Run, tmp_path: Path, files: dict[str, Path]
) -> None:
    tokenizer = without(tmp_path, *COMPONENTS[:7], *COMPONENTS[-2:])
    lacks = 'the model has no component "ner" (it is a tokenizer alone)'
    for arguments in (["ner"], ["ner", "--only", "ner"], ["parse", "--only", "ner"]):
        done = run("tern", *arguments, "-m", tokenizer, TEXT)
        assert (done.returncode, done.stdout, done.stderr.decode()) == (1, b"", f"tern: {lacks}\n")
    done = run("tern", "serve", "--port", "0", "-m", tokenizer)
    assert done.stderr.decode() == f"tern: no model finds entities or sentiments: {lacks}\n"
    with TernServer(program("tern"), f"en={files['tiny']}", "-m", f"cut={tokenizer}") as running:
        answer = ask(running, model="cut")
        assert (answer.status, answer.json["error"]) == (
            400,
            'the model "cut" finds no entities (it is a tokenizer alone)',
        )


def test_many_at_once(server: TernServer, files: dict[str, Path], alone: Callable[..., Any]) -> None:
    from concurrent.futures import ThreadPoolExecutor

    names = ["en", "tiny"] * 100
    expected = {name: alone(files[name], TEXT) for name in ("en", "tiny")}
    with ThreadPoolExecutor(8) as pool:
        answers = pool.map(lambda name: ask(server, model=name).json, names)
        assert all(answer == expected[name] for name, answer in zip(names, answers))


# ---- which models: -m and TERN_MODEL ------------------------------------------------------------------------------------


def test_plain_paths_are_named_after_their_files(program: Callable[[str], Path], model_file: Path) -> None:
    with TernServer(program("tern"), model_file, "-m", str(TINY)) as running:
        assert running.request("GET", "/healthz").json["models"] == [model_file.stem, "tiny"]
        assert ask(running, model="tiny").json == ask(running, "/ner/tiny").json != ask(running).json


@pytest.mark.parametrize(
    "arguments, cause",
    [
        (["en={tiny}", "en={tiny}"], 'two models with the name "en"'),
        (["{tiny}", "tiny={tiny}"], 'two models with the name "tiny"'),
        (["={tiny}"], "not a model's name"),
        (["e n={tiny}"], "not a model's name"),
        (["\u00e9={tiny}"], "not a model's name"),
        (["en="], 'the model "en" has no path'),
        ([""], "is empty"),
        (["m%d={tiny}" % n for n in range(17)], "more than 16 models"),
    ],
)
def test_wrong_arguments(run: Run, arguments: list[str], cause: str) -> None:
    options = [option for argument in arguments for option in ("-m", argument.format(tiny=TINY))]
    done = run("tern", "serve", "--port", "0", *options)
    assert (done.returncode, done.stdout) == (2, b"")
    assert done.stderr.startswith(b"tern: --model: ") and cause.encode() in done.stderr


def test_the_file_that_cannot_be_opened_is_named(run: Run, tmp_path: Path) -> None:
    done = run("tern", "serve", "--port", "0", "-m", f"en={TINY}", "-m", f"fr={tmp_path}/absent.tern")
    assert (done.returncode, done.stdout) == (1, b"")
    assert done.stderr.startswith(f"tern: model {tmp_path}/absent.tern: ".encode())


def test_commands_take_the_first_of_the_list(run: Run, files: dict[str, Path], alone: Callable[..., Any]) -> None:
    for first, second in (("tiny", "en"), ("en", "tiny")):
        variable = {"TERN_MODEL": f"{first}={files[first]},{second}={files[second]}"}
        done = run("tern", "ner", "--json", TEXT, env=variable)
        assert without_scores(json.loads(done.stdout)) == alone(files[first], TEXT)
    done = run("tern", "ner", TEXT, env={"TERN_MODEL": f"en={TINY},en={TINY}"})
    assert (done.returncode, done.stdout) == (1, b"")
    assert done.stderr == b'tern: TERN_MODEL: there are two models with the name "en"\n'


def test_serve_takes_the_list(
    program: Callable[[str], Path], monkeypatch: pytest.MonkeyPatch, files: dict[str, Path]
) -> None:
    monkeypatch.setenv("TERN_MODEL", f"a={files['tiny']},b={files['en']}")
    with TernServer(program("tern"), None) as running:
        assert running.request("GET", "/healthz").json == {
            "status": "ok",
            "model": "a",
            "models": ["a", "b"],
            "ner": ["a", "b"],
            "redact": ["a", "b"],
        }


def test_a_path_with_a_comma_stays_a_path(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "a,b=c.tern"
    path.write_bytes(TINY.read_bytes())
    assert run("tern", "ner", TEXT, env={"TERN_MODEL": str(path)}).stdout == run("tern", "ner", "-m", TINY, TEXT).stdout


# ---- components ---------------------------------------------------------------------------------------------------------


def test_each_model_has_its_own_default(serve: Serve, tmp_path: Path, alone: Callable[..., Any]) -> None:
    model = ModelBytes(TINY.read_bytes())
    rows = model.content("pipeline")
    index = next(
        i for i in range(0, len(rows), 8) if struct.unpack_from("<I", rows, i)[0] == COMPONENTS.index("parser")
    )
    model.set_number("pipeline", index // 4 + 1, 0)  # not enabled
    (tmp_path / "quiet.tern").write_bytes(model.seal().data)
    events: list[dict[str, Any]] = [{"text": TEXT, "model": name} for name in ("full", "quiet", "full")]
    calls = invoke(serve, *events, env={"TERN_MODEL": f"full={TINY},quiet={tmp_path}/quiet.tern"})
    full, quiet = alone(TINY, TEXT), alone(TINY, TEXT, "--exclude", "parser")
    assert [answer.body for answer in calls.answers] == [full, quiet, full] and full != quiet


def test_default_components_hold_for_all(serve: Serve, files: dict[str, Path], alone: Callable[..., Any]) -> None:
    listed = ",".join(f"{name}={files[name]}" for name in ("en", "tiny", "no-ner"))
    events: list[dict[str, Any]] = [{"text": BROS, "model": name} for name in ("en", "tiny")]
    calls = invoke(serve, *events, env={"TERN_MODEL": listed, "TERN_COMPONENTS": "ner"})
    assert [a.body for a in calls.answers] == [alone(files[name], BROS, "--only", "ner") for name in ("en", "tiny")]
    assert calls.answers[0].body != alone(files["en"], BROS)


def test_default_components_that_one_model_lacks(run: Run, files: dict[str, Path]) -> None:
    models = ["-m", f"en={files['en']}", "-m", f"part={files['no_senter']}"]
    done = run("tern", "serve", "--port", "0", *models, env={"TERN_COMPONENTS": "senter,ner"})
    assert (done.returncode, done.stdout) == (1, b"")
    assert done.stderr.startswith(b'tern: model "part": TERN_COMPONENTS: the model has no component "senter" (it has: ')


def test_one_model_must_be_good_for_something(run: Run, files: dict[str, Path]) -> None:
    for others in ([], ["-m", f"second={files['no-ner']}"]):
        done = run("tern", "serve", "--port", "0", "-m", f"first={files['no-ner']}", *others)
        assert (done.returncode, done.stdout) == (1, b"")
        assert b'no model finds entities or sentiments: the model has no component "ner" (it has: ' in done.stderr


def test_the_first_that_finds_entities_is_the_default(
    program: Callable[[str], Path], run: Run, files: dict[str, Path], alone: Callable[..., Any]
) -> None:
    with TernServer(program("tern"), f"first={files['no-ner']}", "-m", f"second={TINY}") as running:
        assert running.request("GET", "/healthz").json["model"] == "second"
        assert ask(running).json == alone(TINY, TEXT)
    done = run("tern", "ner", "--json", TEXT, env={"TERN_MODEL": f"first={files['no-ner']},second={TINY}"})
    assert without_scores(json.loads(done.stdout)) == alone(TINY, TEXT)


def test_a_task_that_no_model_can_do(server: TernServer, call: Call) -> None:
    message = (
        "no model here finds sentiments: start with -m sentiment=FILE.tern (tern serve) or "
        "TERN_MODEL=...,sentiment=FILE.tern (Lambda)"
    )
    for path in ("/sentiment", "/sentiment/en"):
        for body in (b"", b"{}", b'{"text": "x"}'):
            answer = server.request("POST", path, body, {"Content-Type": "application/json"})
            assert (answer.status, answer.json) == (404, {"error": message})
    (direct,) = call({"input": "x"}).answers
    assert (direct.error, direct.body["errorMessage"]) == ("Function.UnknownModel", message)


# ---- Lambda -------------------------------------------------------------------------------------------------------------


def test_events_name_the_model(call: Call, files: dict[str, Path], alone: Callable[..., Any]) -> None:
    en, tiny = alone(files["en"], TEXT), alone(files["tiny"], TEXT)
    destination = {**load("destination/on_success"), "responsePayload": {"text": TEXT, "model": "tiny"}}
    calls = call(
        {"text": TEXT},
        {"text": TEXT, "model": "tiny"},
        {"text": TEXT, "model": "en"},
        {"texts": [TEXT], "model": "tiny"},
        destination,
    )
    assert [answer.body for answer in calls.answers] == [en, tiny, en, {"results": [tiny]}, tiny]
    calls = call(
        *(
            http_event(path, **fields)
            for path, fields in [
                ("/ner", {}),
                ("/ner", {"model": "tiny"}),
                ("/ner/tiny", {}),
                ("/prod/ner/tiny", {"model": "tiny"}),
                ("/ner/ner", {}),
            ]
        )
    )
    assert [json.loads(answer.body["body"]) for answer in calls.answers] == [en, tiny, tiny, tiny, en]


def test_events_that_name_none(call: Call) -> None:
    paths = [("/ner/x", {}), ("/ner/healthz%00", {}), ("/ner", {"model": "x"}), ("/ner/en", {"model": "x\0"})]
    for answer in call(*(http_event(path, **fields) for path, fields in paths)).answers:
        assert_unknown(answer.body["statusCode"], json.loads(answer.body["body"]))
    unknown, wrong, no_ner = call(*({"text": TEXT, "model": name} for name in ("x", 5, "no-ner"))).answers
    assert (unknown.error, wrong.error, no_ner.error) == (
        "Function.UnknownModel",
        "Function.BadRequest",
        "Function.BadRequest",
    )
    assert "(known: en, tiny, no-ner, no_senter)" in unknown.body["errorMessage"]


def test_health_of_the_function(call: Call, files: dict[str, Path]) -> None:
    answer = call(load("alb/health_check")).only
    assert json.loads(answer["body"]) == {
        "status": "ok",
        "model": "en",
        "models": list(files),
        "ner": WITH_NER,
        "redact": WITH_NER,
    }


def test_messages_of_a_queue(call: Call) -> None:
    event = load("sqs/batch")
    first = event["Records"][0]
    bodies = [json.dumps({"text": TEXT, "model": name}) for name in ("tiny", "x", "en", "no-ner")] + [TEXT]
    event["Records"] = [{**first, "messageId": f"m{n}", "body": body} for n, body in enumerate(bodies)]
    calls = call(event)
    assert calls.only == {"batchItemFailures": [{"itemIdentifier": "m1"}, {"itemIdentifier": "m3"}]}
    assert "SQS message m1: Function.UnknownModel: there is no model of this name (known: en, " in calls.log


@pytest.mark.parametrize(
    "variable, error_type, words",
    [
        ("en={tiny},en={tiny}", "Runtime.BadConfig", 'TERN_MODEL: there are two models with the name "en"'),
        ("en={tiny},{tiny}", "Runtime.BadConfig", "TERN_MODEL: an item of the list is not NAME=PATH"),
        ("en={tiny},f r={tiny}", "Runtime.BadConfig", "not a model's name"),
        ("={tiny}", "Runtime.BadConfig", "not a model's name"),
        (
            "en={tiny},fr=/absent.tern",
            "Runtime.ModelNotFound",
            "model /absent.tern: cannot open the model file /absent.tern: No such file or "
            "directory; put the file there (tools/package packs what TERN_WEIGHTS names) or change TERN_MODEL",
        ),
        (
            "en={tiny},fr={text}",
            "Runtime.ModelFormat",
            "model {text}: this is not a .tern model file (wrong magic bytes)",
        ),
    ],
)
def test_failed_starts(serve: Serve, variable: str, error_type: str, words: str) -> None:
    outcome = serve([b'{"text": "x"}'], env={"TERN_MODEL": variable.format(tiny=TINY, text=__file__)})
    (report,) = outcome.api.requests
    assert report.path.endswith("/runtime/init/error") and outcome.exit == 1
    check_error(report, error_type, words.format(text=__file__))
