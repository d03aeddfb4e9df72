"""The Lambda bootstrap against a scripted Runtime API: every event shape, limits, bad events, and what the platform refuses."""

from __future__ import annotations

import base64
import json
import re
import resource
import socket
from pathlib import Path
from typing import Any

import pytest
from common import REDUCED, VERSION
from model_bytes import ModelBytes
from runtime.bootstrap_run import (
    ENTITIES,
    EVENTS,
    MAX_RESPONSE,
    TEXT_EVENT,
    Outcome,
    Serve,
    body_of,
    check_error,
    serve,
    take_time,
    text_event,
    the_error,
    the_response,
)
from runtime.mock_runtime_api import (
    CLOSE_AFTER,
    CUT_ANSWER,
    NO_ANSWER,
    PATIENCE,
    Invocation,
    MockRuntimeApi,
    run_bootstrap,
    start_bootstrap,
)

# ---- event shapes ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", sorted(path.stem for path in EVENTS.glob("*.json")))
def test_recorded_event(serve: Serve, name: str) -> None:
    answer = the_response(serve([(EVENTS / f"{name}.json").read_bytes()]))
    if name == "text":
        assert answer == {"entities": ENTITIES}
        return
    assert json.loads(answer.pop("body")) == {"entities": ENTITIES}
    assert take_time(answer) > 0
    expected: dict[str, Any] = {
        "statusCode": 200,
        "headers": {"content-type": "application/json"},
        "isBase64Encoded": False,
    }
    if json.loads((EVENTS / f"{name}.json").read_text()).get("version") == "2.0":
        expected["cookies"] = []
    assert answer == expected


def test_answer_reads_like_the_sample(serve: Serve) -> None:
    outcome = serve([TEXT_EVENT])
    assert outcome.posts[0].body == json.dumps({"entities": ENTITIES}).encode()


def test_entities_are_those_of_spacy(serve: Serve, nlp_full) -> None:
    texts = [
        'Zoë Müller\nmoved to "New York" in 2019 \\ for $5 million.',
        "\U0001f600 Angela Merkel visited Paris on Monday.",
        "Alan \x00 Turing was born in London.\x00",
        "   ",
        "U.S. stocks fell 3.5% on Tuesday, said Apple Inc. of Cupertino, California.",
        "München, Łódź and 東京 are cities; \u2028 Tim Cook isn't.",
    ]
    outcome = serve([text_event(text) for text in texts])
    assert len(outcome.posts) == len(texts)
    for text, post in zip(texts, outcome.posts):
        expected = [
            {"text": e.text, "label": e.label_, "start": e.start_char, "end": e.end_char} for e in nlp_full(text).ents
        ]
        assert body_of(post) == {"entities": expected}, text


# ---- the protocol ---------------------------------------------------------------------------------------------------------


def test_three_invocations_on_one_connection(serve: Serve) -> None:
    outcome = serve([Invocation(TEXT_EVENT, request_id=f"id-{i}") for i in range(3)])
    assert outcome.api.connections == 1
    assert [post.path for post in outcome.posts] == [
        f"/2018-06-01/runtime/invocation/id-{i}/response" for i in range(3)
    ]
    assert [request.method for request in outcome.api.requests] == ["GET", "POST"] * 3 + ["GET"]
    assert outcome.exit == 1  # after the 500 that ends the script
    assert outcome.log.endswith("ERROR cannot get the next invocation: status 500; giving up\n")
    assert outcome.log.count("\n") == 1  # that is all


def test_request_headers(serve: Serve) -> None:
    outcome = serve([Invocation(TEXT_EVENT, headers={"Lambda-Runtime-Invocation-Id": "inv 7"}), TEXT_EVENT])
    for request in outcome.api.requests:
        assert request.headers["user-agent"] == f"tern/{VERSION}"
        assert "expect" not in request.headers
    assert [post.headers.get("lambda-runtime-invocation-id") for post in outcome.posts] == ["inv 7", None]


def test_invocation_id_is_echoed_with_an_error(serve: Serve) -> None:
    outcome = serve([Invocation(b"{}", headers={"lambda-runtime-invocation-id": "inv-8"})])
    the_error(outcome, "Function.BadRequest")
    assert outcome.posts[0].headers["lambda-runtime-invocation-id"] == "inv-8"


def test_address_with_a_path(serve: Serve) -> None:
    outcome = serve([TEXT_EVENT], prefix="/.rt")
    assert the_response(outcome) == {"entities": ENTITIES}
    assert outcome.posts[0].path.startswith("/.rt/2018-06-01/runtime/invocation/")


def test_proxy_settings_are_ignored(serve: Serve) -> None:
    proxies = dict.fromkeys(("http_proxy", "HTTP_PROXY", "ALL_PROXY", "all_proxy"), "http://127.0.0.1:9")
    assert the_response(serve([TEXT_EVENT], env={**proxies, "no_proxy": "", "NO_PROXY": ""})) == {"entities": ENTITIES}


def test_opaque_request_id_is_escaped(serve: Serve) -> None:
    outcome = serve([Invocation(TEXT_EVENT, request_id="a/b?c d#%e")])
    assert outcome.posts[0].path == "/2018-06-01/runtime/invocation/a%2Fb%3Fc%20d%23%25e/response"


def test_only_the_request_id_is_needed(serve: Serve) -> None:
    names = [
        "Content-Type",
        "Lambda-Runtime-Deadline-Ms",
        "Lambda-Runtime-Invoked-Function-Arn",
        "Lambda-Runtime-Trace-Id",
    ]
    assert the_response(serve([Invocation(TEXT_EVENT, headers=dict.fromkeys(names))])) == {"entities": ENTITIES}


@pytest.mark.parametrize(
    "deadline", ["", "-1", "0", "600000", "9999999999999999999", "99999999999999999999999", "soon", "1e3"]
)
def test_bad_deadline_is_harmless(serve: Serve, deadline: str) -> None:
    invocation = Invocation(TEXT_EVENT, headers={"Lambda-Runtime-Deadline-Ms": deadline})
    assert the_response(serve([invocation])) == {"entities": ENTITIES}


def test_header_names_in_any_case(serve: Serve) -> None:
    invocation = Invocation(
        TEXT_EVENT, headers={"Lambda-Runtime-Aws-Request-Id": None, "LAMBDA-runtime-aws-REQUEST-id": "\t x1 "}
    )
    assert serve([invocation]).posts[0].path.endswith("/invocation/x1/response")


def test_chunked_event(serve: Serve) -> None:
    event = json.dumps({"padding": "x" * 5000, **json.loads(TEXT_EVENT)}).encode()
    assert the_response(serve([Invocation(event, chunked=True)])) == {"entities": ENTITIES}


def test_slow_platform(serve: Serve) -> None:
    outcome = serve([Invocation(TEXT_EVENT, delay=1.0), Invocation(TEXT_EVENT, pause_in_body=1.0)])
    assert [body_of(post) for post in outcome.posts] == [{"entities": ENTITIES}] * 2
    assert outcome.api.connections == 1


# ---- faults of the platform -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("status", [413, 403, 400, 404])
def test_refused_answer_is_logged_and_the_next_works(serve: Serve, status: int) -> None:
    outcome = serve(
        [Invocation(TEXT_EVENT, request_id="refused"), Invocation(TEXT_EVENT, request_id="fine")], replies=[status]
    )
    assert [post.path.split("/")[-2] for post in outcome.posts] == ["refused", "fine"]
    assert body_of(outcome.posts[1]) == {"entities": ENTITIES}
    assert re.search(
        f"ERROR RequestId: refused .*the answer was not accepted: status {status}; going on\n", outcome.log
    )
    assert outcome.api.connections == 1


@pytest.mark.parametrize("event", [TEXT_EVENT, b"{}"])
def test_500_to_an_answer_ends_the_process(serve: Serve, event: bytes) -> None:
    outcome = serve([event, TEXT_EVENT], replies=[500])
    assert len(outcome.api.requests) == 2  # no second /next
    assert outcome.exit == 1
    assert "status 500; giving up" in outcome.log


def test_500_to_next_ends_the_process(serve: Serve) -> None:
    outcome = serve([Invocation(b"{}", status=500), TEXT_EVENT])
    assert len(outcome.api.requests) == 1
    assert outcome.exit == 1


def test_other_refusals_of_next_are_retried(serve: Serve) -> None:
    outcome = serve([Invocation(b"{}", status=403), Invocation(b"{}", status=403), TEXT_EVENT])
    assert the_response(outcome) == {"entities": ENTITIES}


def test_next_is_tried_five_times(serve: Serve) -> None:
    outcome = serve([Invocation(b"{}", status=403)] * 5 + [Invocation(TEXT_EVENT)])
    assert len(outcome.api.requests) == 5
    assert outcome.exit == 1
    assert outcome.log.count("cannot get the next invocation: status 403") == 5


def test_connections_that_break(serve: Serve) -> None:
    script = [Invocation(TEXT_EVENT, fault=CUT_ANSWER), Invocation(TEXT_EVENT, fault=NO_ANSWER), Invocation(TEXT_EVENT)]
    assert the_response(serve(script)) == {"entities": ENTITIES}


def test_answer_is_posted_again_when_the_connection_breaks(serve: Serve) -> None:
    outcome = serve(
        [Invocation(TEXT_EVENT, request_id="a"), Invocation(TEXT_EVENT, request_id="b")], replies=[NO_ANSWER]
    )
    assert [post.path.split("/")[-2] for post in outcome.posts] == ["a", "a", "b"]
    assert [body_of(post) for post in outcome.posts] == [{"entities": ENTITIES}] * 3


def test_answer_that_cannot_be_delivered_ends_the_process(serve: Serve) -> None:
    outcome = serve([TEXT_EVENT, TEXT_EVENT], replies=[NO_ANSWER] * 100)
    assert outcome.exit == 1
    assert 3 <= len(outcome.posts) <= 6  # libcurl itself repeats a request on a kept connection that turns out dead
    assert "giving up" in outcome.log
    assert sum(request.method == "GET" for request in outcome.api.requests) == 1


def test_connection_that_closes_after_each_answer(serve: Serve) -> None:
    outcome = serve([TEXT_EVENT] * 3, replies=[CLOSE_AFTER] * 3)
    assert [body_of(post) for post in outcome.posts] == [{"entities": ENTITIES}] * 3
    assert outcome.api.connections == 4


@pytest.mark.parametrize("request_id", [None, "", "  "])
def test_without_request_id_nobody_is_answered(serve: Serve, request_id: str | None) -> None:
    headers = {"Lambda-Runtime-Aws-Request-Id": request_id}
    outcome = serve([Invocation(TEXT_EVENT, headers=headers), Invocation(TEXT_EVENT, request_id="here")])
    assert [post.path.split("/")[-2] for post in outcome.posts] == ["here"]
    assert "no Lambda-Runtime-Aws-Request-Id" in outcome.log


def test_large_headers_are_kept_within_limits(serve: Serve) -> None:
    large = Invocation(TEXT_EVENT, headers={"Lambda-Runtime-Client-Context": "x" * 90_000, "X-Other": "y" * 90_000})
    assert the_response(serve([large])) == {"entities": ENTITIES}


def test_huge_headers_are_refused(serve: Serve) -> None:
    headers: dict[str, str | None] = {f"X-{i}": "x" * 60_000 for i in range(10)}
    huge = Invocation(TEXT_EVENT, request_id="huge", headers=headers)
    nobody = Invocation(TEXT_EVENT, request_id="", headers=headers)
    outcome = serve([huge, nobody, Invocation(TEXT_EVENT, request_id="next")])
    assert [post.path.split("invocation/")[1] for post in outcome.posts] == ["huge/error", "next/response"]
    check_error(outcome.posts[0], "Function.HeadersTooLarge", "102400 bytes", "262144", "shorter client context")
    assert "cannot get the next invocation: the answer's headers are too large" in outcome.log


@pytest.mark.parametrize("size", [110_000, 300_000, 3_000_000])
def test_large_client_context_is_no_lack_of_memory(serve: Serve, size: int) -> None:
    large = Invocation(TEXT_EVENT, request_id="large", headers={"Lambda-Runtime-Client-Context": "x" * size})
    outcome = serve([large, Invocation(TEXT_EVENT, request_id="next")])
    assert [post.path.split("invocation/")[1] for post in outcome.posts] == ["large/error", "next/response"]
    check_error(outcome.posts[0], "Function.HeadersTooLarge", "102400 bytes", "shorter client context")
    assert "OutOfMemory" not in outcome.log


def test_nobody_listens(program, model_file) -> None:
    with socket.socket() as bound:  # to a port that does not listen
        bound.bind(("127.0.0.1", 0))
        done = run_bootstrap(program("bootstrap"), "127.0.0.1:%d" % bound.getsockname()[1], model_file)
    assert done.returncode == 1
    assert done.stdout.count(b"cannot get the next invocation") == 5
    assert done.stdout.endswith(b"; giving up\n")


# ---- events that cannot be answered ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "event, words",
    [
        (b"", "the event is empty"),
        (b"{", "invalid JSON at byte 1"),
        (b'{"text": "a"} x', "invalid JSON at byte 14"),
        (b"[" * 100_000 + b"]" * 100_000, "nested more than 200 deep"),
        (b'{"a":' * 100_000, "nested more than 200 deep"),
        (b'{"text": "\\ud800"}', "lone surrogate"),
        (b'{"text": "\xed\xa0\x80"}', "invalid UTF-8 at byte 10"),
        (b'{"text": "a\x00b"}', "control character 0x00"),
        (b"[1, 2]", "cannot answer an array"),
        (b"5", "unknown event, no JSON object"),
        (b'{"Records": [], "other": 1}', 'unknown event with the keys "Records", "other"'),
        (b'{"text": ""}', "empty"),
        (b'{"text": 17}', "must be a string, not a number"),
        (b'{"Text": "a"}', "unknown event with the keys"),
    ],
)
def test_bad_event_is_an_error_and_the_next_works(serve: Serve, event: bytes, words: str) -> None:
    outcome = serve([Invocation(event, request_id="bad"), Invocation(TEXT_EVENT, request_id="good")])
    assert [post.path.split("invocation/")[1] for post in outcome.posts] == ["bad/error", "good/response"]
    assert check_error(outcome.posts[0], "Function.BadRequest", words)["requestId"] == "bad"
    assert body_of(outcome.posts[1]) == {"entities": ENTITIES}
    assert re.search("ERROR RequestId: bad .*Function.BadRequest: ", outcome.log)
    assert outcome.log.count("\n") == 2  # this line and the end of the script


@pytest.mark.parametrize(
    "body, status, words",
    [
        ("", 400, "no body"),
        (None, 400, "no body"),
        ("{", 400, "invalid JSON at byte 1"),
        ('{"text": null}', 400, "must be a string, not null"),
        ('{"text": "\\ud800"}', 400, "lone surrogate"),
        ('{"text": "' + "x" * 1_000_001 + '"}', 413, "has 1000001 characters, the limit is 1000000"),
        ("[" * 100_000, 400, "nested more than 200 deep"),
    ],
)
def test_bad_body_of_a_request_is_an_http_error(serve: Serve, body: str | None, status: int, words: str) -> None:
    event = {**json.loads((EVENTS / "rest_v1.json").read_text()), "body": body}
    answer = the_response(serve([json.dumps(event).encode()]))
    assert answer["statusCode"] == status
    assert list(json.loads(answer["body"])) == ["error"]
    assert words in json.loads(answer["body"])["error"]


def test_body_that_is_no_base64(serve: Serve) -> None:
    event = {**json.loads((EVENTS / "http_api_v2_base64.json").read_text()), "body": "e30"}
    answer = the_response(serve([json.dumps(event).encode()]))
    assert (answer["statusCode"], json.loads(answer["body"])["error"]) == (
        400,
        "isBase64Encoded is true, but the body is not valid base64",
    )


def test_base64_body_with_nul_in_its_text(serve: Serve, nlp_full) -> None:
    text = "Alan \x00 Turing was born in London."
    event = {"body": base64.b64encode(text_event(text)).decode(), "isBase64Encoded": True}
    entities = [
        {"text": e.text, "label": e.label_, "start": e.start_char, "end": e.end_char} for e in nlp_full(text).ents
    ]
    assert json.loads(the_response(serve([json.dumps(event).encode()]))["body"]) == {"entities": entities}


# ---- limits ---------------------------------------------------------------------------------------------------------------


def test_event_of_6_mb(serve: Serve) -> None:
    event = json.dumps({"padding": "x" * 6_291_000, **json.loads(TEXT_EVENT)}).encode()
    assert the_response(serve([event])) == {"entities": ENTITIES}


def test_event_beyond_all_limits(serve: Serve) -> None:
    outcome = serve(
        [Invocation(text_event("x" * 9_000_000), request_id="large"), Invocation(TEXT_EVENT, request_id="fine")]
    )
    check_error(outcome.posts[0], "Function.EventSizeTooLarge", "8388608")
    assert body_of(outcome.posts[1]) == {"entities": ENTITIES}


def test_text_of_one_character_too_many(serve: Serve) -> None:
    the_error(serve([text_event(" " * 1_000_001)]), "Function.TextTooLong", "1000001", "1000000")


def test_limit_from_the_environment(serve: Serve) -> None:
    outcome = serve([text_event("     "), text_event("1234\u20ac6")], env={"TERN_MAX_CHARS": "5"})
    assert body_of(outcome.posts[0]) == {"entities": []}
    check_error(outcome.posts[1], "Function.TextTooLong", "has 6 characters, the limit is 5")


def test_answer_of_more_than_1_mb(serve: Serve) -> None:
    """From this size on libcurl would wait for 100 Continue, which the platform never sends."""
    outcome = serve([text_event("Rome, " * 20_000)])
    assert 1 << 20 < len(outcome.posts[0].body) < MAX_RESPONSE
    assert the_response(outcome)["entities"][0] == {"text": "Rome", "label": "GPE", "start": 0, "end": 4}
    assert "expect" not in outcome.posts[0].headers


LARGE = {"text": "London Paris " * 50_000}  # 650 kB, for which the entities take more than 6 MB
MANY = {"texts": ["London. " * 1200] * 400}  # of which the first hundred fill an answer
TOO_LARGE = "is larger than the 6291556 bytes that Lambda carries: send less text at a time"


@pytest.mark.skipif(REDUCED, reason="many tokens: too slow under sanitizers")
@pytest.mark.parametrize("request_body", [LARGE, MANY], ids=["text", "texts"])
def test_answer_that_lambda_cannot_carry(serve: Serve, request_body: dict[str, Any]) -> None:
    outcome = serve(
        [Invocation(json.dumps(request_body).encode(), request_id="large"), Invocation(TEXT_EVENT, request_id="fine")]
    )
    check_error(outcome.posts[0], "Function.ResponseSizeTooLarge", TOO_LARGE)
    assert body_of(outcome.posts[1]) == {"entities": ENTITIES}


@pytest.mark.skipif(REDUCED, reason="many tokens: too slow under sanitizers")
@pytest.mark.parametrize("name", ["http_api_v2", "rest_v1", "function_url", "body_string"])
def test_answer_that_lambda_cannot_carry_over_http(serve: Serve, name: str) -> None:
    event = {**json.loads((EVENTS / f"{name}.json").read_text()), "body": json.dumps(LARGE), "isBase64Encoded": False}
    outcome = serve([json.dumps(event).encode()])
    answer = the_response(outcome)
    assert answer["statusCode"] == 413 and TOO_LARGE in json.loads(answer["body"])["error"]
    assert len(outcome.log.splitlines()) == 1  # the end of the script: the caller's mistake is no error


@pytest.mark.skipif(REDUCED, reason="sanitizers reserve all address space")
def test_out_of_memory_is_an_http_answer_and_logged(program, model_file) -> None:
    def leave_20_mb() -> None:
        used = int(Path(f"/proc/{process.pid}/statm").read_text().split()[0]) * resource.getpagesize()
        resource.prlimit(process.pid, resource.RLIMIT_AS, (used + 20_000_000,) * 2)

    event = {**json.loads((EVENTS / "http_api_v2.json").read_text()), "body": json.dumps({"text": "Rome, " * 150_000})}
    large = Invocation(json.dumps(event).encode(), request_id="large", before=leave_20_mb)
    with MockRuntimeApi([Invocation(TEXT_EVENT), large, Invocation(TEXT_EVENT, request_id="fine")]) as api:
        process = start_bootstrap(program("bootstrap"), api.address, model_file)
        log, _ = process.communicate(timeout=PATIENCE)
    assert api.posts[1].path.endswith("/large/response")
    answer = body_of(api.posts[1])
    assert answer["statusCode"] == 500 and "out of memory" in json.loads(answer["body"])["error"]
    assert re.search(rb"ERROR RequestId: large .*Runtime.OutOfMemory: out of memory", log)
    assert body_of(api.posts[2]) == {"entities": ENTITIES}


@pytest.mark.skipif(REDUCED, reason="sanitizers reserve all address space")
def test_out_of_memory_is_answered_and_the_next_works(program, model_file) -> None:
    def leave_20_mb() -> None:
        used = int(Path(f"/proc/{process.pid}/statm").read_text().split()[0]) * resource.getpagesize()
        resource.prlimit(process.pid, resource.RLIMIT_AS, (used + 20_000_000,) * 2)

    large = Invocation(text_event("Rome, " * 150_000), request_id="large", before=leave_20_mb)
    with MockRuntimeApi([Invocation(TEXT_EVENT), large, Invocation(TEXT_EVENT, request_id="fine")]) as api:
        process = start_bootstrap(program("bootstrap"), api.address, model_file)
        process.communicate(timeout=PATIENCE)
    check_error(api.posts[1], "Runtime.OutOfMemory", "out of memory")
    assert api.posts[2].path.endswith("/fine/response")
    assert body_of(api.posts[2]) == {"entities": ENTITIES}


def test_logs_never_contain_the_text(serve: Serve) -> None:
    secret = "Xylophonius"
    events: list[bytes] = [
        text_event(f"{secret} was born in London."),
        f'{{"text": "{secret}\\ud800"}}'.encode(),
        f'{{"text": "{secret}'.encode(),
        f'{{"foo": "{secret}"}}'.encode(),
        json.dumps({"body": {"Text": secret}}).encode(),
    ]
    outcome = serve([Invocation(event, request_id=f"id-{i}") for i, event in enumerate(events)])
    assert len(outcome.posts) == len(events)
    assert secret not in outcome.log
    for post in outcome.posts[1:]:
        assert secret.encode() not in post.body


# ---- the start ------------------------------------------------------------------------------------------------------------


def check_init_error(outcome: Outcome, error_type: str, *words: str) -> None:
    (request,) = outcome.api.requests  # no /next
    assert (request.method, request.path) == ("POST", "/2018-06-01/runtime/init/error")
    assert "requestId" not in check_error(request, error_type, *words)
    assert error_type in outcome.log
    assert outcome.exit == 1


def test_missing_model(serve: Serve, tmp_path: Path) -> None:
    check_init_error(
        serve([TEXT_EVENT], model=tmp_path / "absent.tern"), "Runtime.ModelNotFound", "absent.tern", "change TERN_MODEL"
    )


def test_text_file_as_model(serve: Serve, tmp_path: Path) -> None:
    path = tmp_path / "model.tern"
    path.write_text("This is a text, and long enough for a header. " * 100)
    check_init_error(
        serve([TEXT_EVENT], model=path), "Runtime.ModelFormat", f"model {path}: this is not a .tern model file"
    )


@pytest.mark.parametrize("size", [0, 10, 64, 4096, -1])
def test_truncated_model(serve: Serve, tmp_path: Path, model_file: Path, size: int) -> None:
    path = tmp_path / "model.tern"
    path.write_bytes(model_file.read_bytes()[:size])
    check_init_error(serve([TEXT_EVENT], model=path), "Runtime.ModelFormat", f"model {path}: ")


@pytest.mark.parametrize(
    "field, error_type", [("header_crc", "Runtime.ModelChecksum"), ("major", "Runtime.ModelVersion")]
)
def test_damaged_model_is_named(serve: Serve, tmp_path: Path, model_file: Path, field: str, error_type: str) -> None:
    path, model = tmp_path / "damaged.tern", ModelBytes(model_file.read_bytes())
    model.set(field, 7)
    path.write_bytes(model.data)
    check_init_error(serve([TEXT_EVENT], model=path), error_type, f"model {path}: ")


def test_bad_kernels_in_the_environment(serve: Serve) -> None:
    check_init_error(
        serve([TEXT_EVENT], env={"TERN_GEMM": "mkl"}), "Runtime.BadConfig", "TERN_GEMM: there are no kernels mkl"
    )


def address_space_at_the_first_invocation(program: Path, model_file: Path) -> int:
    """The most that the start took, in kB."""
    peak: list[int] = []

    def look() -> None:
        status = Path(f"/proc/{process.pid}/status").read_text()
        peak.extend(int(kilobytes) for kilobytes in re.findall(r"VmPeak:\s+(\d+) kB", status))

    with MockRuntimeApi([Invocation(TEXT_EVENT, before=look)]) as api:
        process = start_bootstrap(program, api.address, model_file)
        process.communicate(timeout=PATIENCE)
    return peak[0]


@pytest.mark.skipif(REDUCED, reason="sanitizers reserve all address space")
def test_too_little_memory_at_the_start(program, model_file: Path, tmp_path: Path) -> None:
    """Wherever it runs out, nobody is told to send a shorter text."""
    peak, failed = address_space_at_the_first_invocation(program("bootstrap"), model_file), 0
    for missing in (256, 512, 1024, 2048, 4096, 8192, 16384):
        limited = tmp_path / "limited"
        limited.write_text(f"#!/bin/sh\nulimit -v {peak - missing}\nexec {program('bootstrap')}\n")
        limited.chmod(0o755)
        with MockRuntimeApi([Invocation(TEXT_EVENT)]) as api:
            start_bootstrap(limited, api.address, model_file).communicate(timeout=PATIENCE)
        for report in (request for request in api.requests if request.path.endswith("/init/error")):
            check_error(report, "Runtime.OutOfMemory", "out of memory at the start: give the function more")
            failed += 1
    assert failed >= 2


def test_failed_start_is_reported_again_when_the_connection_breaks(serve: Serve, tmp_path: Path) -> None:
    outcome = serve([TEXT_EVENT], replies=[NO_ANSWER], model=tmp_path / "absent.tern")
    assert [request.path for request in outcome.api.requests] == ["/2018-06-01/runtime/init/error"] * 2
    assert outcome.exit == 1


@pytest.mark.parametrize("value", ["0", "-5", "1000001", "many", "5x", " 5", "99999999999999999999"])
def test_bad_limit_in_the_environment(serve: Serve, value: str) -> None:
    check_init_error(serve([TEXT_EVENT], env={"TERN_MAX_CHARS": value}), "Runtime.BadConfig", "TERN_MAX_CHARS")


def test_model_beside_the_executable(serve: Serve, build_dir: Path) -> None:
    if not (build_dir / ".." / "weights" / "en_core_web_sm.tern").is_file():
        pytest.skip("the build tree is not inside the repository")
    assert the_response(serve([TEXT_EVENT], model=None)) == {"entities": ENTITIES}


@pytest.mark.parametrize("address", [None, ""])
def test_outside_lambda(program, model_file, address: str | None) -> None:
    done = run_bootstrap(program("bootstrap"), address, model_file)
    assert done.returncode == 1
    assert b"AWS_LAMBDA_RUNTIME_API" in done.stderr
    assert b"tern serve" in done.stderr


@pytest.mark.parametrize("address", ["/x", "127.0.0.1:9001\r\nX: y", "user@127.0.0.1:1", "127.0.0.1:1?x"])
def test_bad_address(program, model_file, address: str) -> None:
    done = run_bootstrap(program("bootstrap"), address, model_file)
    assert done.returncode == 1
    assert done.stdout.endswith(b" ERROR AWS_LAMBDA_RUNTIME_API is not host:port with an optional path\n")
