"""Batches of SQS messages through the real bootstrap: results go to a moto server that verifies every signature, and to a
scripted queue for the faults that moto does not make."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Callable, NamedTuple

import pytest
from common import verify_after
from runtime.bootstrap_run import Serve, serve
from runtime.lambda_calls import Calls, Event, invoke, load
from runtime.mock_runtime_api import Invocation
from runtime.scripted_queue import CLOSE, HANG, ScriptedQueue

TEXT = "Alan Turing was born on June 23, 1912, in London, England."
REGION = "eu-central-1"
POLICY = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "sqs:*", "Resource": "*"}]}
SECRET = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"
KEYS = {"AWS_ACCESS_KEY_ID": "AKIDEXAMPLE", "AWS_SECRET_ACCESS_KEY": SECRET, "AWS_REGION": REGION}
LOCAL = {"no_proxy": "*", "NO_PROXY": "*"}

Call = Callable[..., Calls]


@pytest.fixture(scope="session")
def call(serve: Serve) -> Call:
    """call(event, ..., env={...})"""

    def run(*events: Event, env: dict[str, str]) -> Calls:
        return invoke(serve, *events, env={**LOCAL, **env})

    return run


def record(body: str, number: int = 0, **more: Any) -> dict[str, Any]:
    first: dict[str, Any] = load("sqs/batch")["Records"][0]
    return {**first, "messageId": f"{number:08d}-87a3-44ab-83d2-661975830a7d", "body": body, **more}


def batch(*bodies: str) -> dict[str, Any]:
    return {"Records": [record(body, number) for number, body in enumerate(bodies)]}


def ids(event: dict[str, Any], *numbers: int) -> dict[str, list[dict[str, str]]]:
    """The answer when these records have failed."""
    return {"batchItemFailures": [{"itemIdentifier": event["Records"][n]["messageId"]} for n in numbers]}


def entities(nlp: Any, text: str) -> list[dict[str, Any]]:
    return [{"text": e.text, "label": e.label_, "start": e.start_char, "end": e.end_char} for e in nlp(text).ents]


# ---- moto -------------------------------------------------------------------------------------------------------------------


class Moto(NamedTuple):
    client: Callable[..., Any]  # client("sqs", **credentials)
    keys: dict[str, str]  # of a user who may use SQS
    role: dict[str, str]  # temporary ones, with a session token


@pytest.fixture(scope="session")
def moto() -> Iterator[Moto]:
    boto3 = pytest.importorskip("boto3")
    server_module = pytest.importorskip("moto.server")
    server = server_module.ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    endpoint = f"http://{host}:{port}"

    def client(service: str, **credentials: str) -> Any:
        names = {
            "AWS_ACCESS_KEY_ID": "aws_access_key_id",
            "AWS_SECRET_ACCESS_KEY": "aws_secret_access_key",
            "AWS_SESSION_TOKEN": "aws_session_token",
        }
        given = {names[name]: value for name, value in credentials.items() if name in names}
        return boto3.client(
            service,
            endpoint_url=endpoint,
            region_name=REGION,
            **(given or {"aws_access_key_id": "anyone", "aws_secret_access_key": "anything"}),
        )

    keys, role = make_credentials(client)
    verify_after(endpoint, "0")  # from now on every request is checked
    yield Moto(client, keys, role)
    verify_after(endpoint, "inf")
    server.stop()


def make_credentials(client: Callable[..., Any]) -> tuple[dict[str, str], dict[str, str]]:
    iam = client("iam")
    iam.create_user(UserName="function")
    iam.put_user_policy(UserName="function", PolicyName="sqs", PolicyDocument=json.dumps(POLICY))
    key = iam.create_access_key(UserName="function")["AccessKey"]
    service = {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"Service": "lambda.amazonaws.com"}}
    trust = {"Version": "2012-10-17", "Statement": [service]}
    role = iam.create_role(RoleName="function", AssumeRolePolicyDocument=json.dumps(trust))["Role"]
    iam.put_role_policy(RoleName="function", PolicyName="sqs", PolicyDocument=json.dumps(POLICY))
    temporary = client("sts").assume_role(RoleArn=role["Arn"], RoleSessionName="function")["Credentials"]
    region = {"AWS_REGION": REGION}
    return (
        {"AWS_ACCESS_KEY_ID": key["AccessKeyId"], "AWS_SECRET_ACCESS_KEY": key["SecretAccessKey"], **region},
        {
            "AWS_ACCESS_KEY_ID": temporary["AccessKeyId"],
            "AWS_SECRET_ACCESS_KEY": temporary["SecretAccessKey"],
            "AWS_SESSION_TOKEN": temporary["SessionToken"],
            **region,
        },
    )


class Queue(NamedTuple):
    url: str
    sqs: Any
    env: dict[str, str]

    def messages(self) -> list[dict[str, Any]]:
        """All that are there, in the order of their arrival."""
        found: list[dict[str, Any]] = []
        while True:
            got = self.sqs.receive_message(QueueUrl=self.url, MaxNumberOfMessages=10, AttributeNames=["All"]).get(
                "Messages", []
            )
            if not got:
                return found
            found += got
            for message in got:
                self.sqs.delete_message(QueueUrl=self.url, ReceiptHandle=message["ReceiptHandle"])

    def results(self) -> list[Any]:
        return [json.loads(message["Body"]) for message in self.messages()]


@pytest.fixture
def queue(moto: Moto, request: pytest.FixtureRequest) -> Callable[..., Queue]:
    """queue(name="...", attribute="value"): a queue of its own, with the environment of a function that writes to it."""

    def create(name: str = "results", **attributes: str) -> Queue:
        sqs = moto.client("sqs", **moto.keys)
        unique = re.sub(r"\W", "-", request.node.name)[:60] + "-" + name
        url = sqs.create_queue(QueueName=unique, Attributes=attributes)["QueueUrl"]
        return Queue(url, sqs, {**moto.keys, "TERN_OUTPUT_QUEUE_URL": url})

    return create


def test_moto_refuses_wrong_signatures(moto: Moto) -> None:
    """What the other tests rely on."""
    wrong = moto.client("sqs", **{**moto.keys, "AWS_SECRET_ACCESS_KEY": "wrong"})
    with pytest.raises(Exception, match="SignatureDoesNotMatch|InvalidSignature|signature"):
        wrong.list_queues()
    assert "ResponseMetadata" in moto.client("sqs", **moto.keys).list_queues()


@pytest.mark.parametrize("count", [1, 10, 12, 23])
def test_results_arrive(call: Call, queue: Callable[..., Queue], nlp_full: Any, count: int) -> None:
    target = queue()
    texts = [TEXT, "Angela Merkel visited Paris on Monday.", "nothing here"]
    bodies = [
        json.dumps({"text": texts[n % 3], "correlationId": f"c{n}"}) if n % 2 else texts[n % 3] for n in range(count)
    ]
    event = batch(*bodies)
    calls = call(event, env=target.env)
    assert calls.only == {"batchItemFailures": []}
    results = {result["messageId"]: result for result in target.results()}
    assert len(results) == count
    for n, sent in enumerate(event["Records"]):
        correlation = {"correlationId": f"c{n}"} if n % 2 else {}
        found = entities(nlp_full, texts[n % 3])
        assert results[sent["messageId"]] == {"messageId": sent["messageId"], **correlation, "entities": found}


def test_recorded_batch(call: Call, queue: Callable[..., Queue], nlp_full: Any) -> None:
    target = queue()
    event = load("sqs/batch")
    assert call(event, env=target.env).only == {"batchItemFailures": []}
    order = [sent["messageId"] for sent in event["Records"]]
    first, second, third = sorted(target.results(), key=lambda result: order.index(result["messageId"]))
    assert first["entities"] == second["entities"] == entities(nlp_full, TEXT)
    assert (second["correlationId"], third["correlationId"]) == ("order-66", "order-67")
    assert "correlationId" not in first
    merkel = [
        {"text": e.text, "label": e.label_, "start_char": e.start_char, "end_char": e.end_char}
        for e in nlp_full("Angela Merkel visited Paris on Monday.").ents
    ]
    assert third["results"][0] == {"entities": merkel}
    assert list(third["results"][1]) == ["error"]


def test_records_of_a_pipe(call: Call, queue: Callable[..., Queue]) -> None:
    target = queue()
    assert call(json.dumps(load("sqs/pipe")).encode(), env=target.env).only == {"batchItemFailures": []}
    assert len(target.results()) == len(load("sqs/pipe"))


def test_notifications_of_sns(call: Call, queue: Callable[..., Queue], nlp_full: Any) -> None:
    target = queue()
    event = load("sqs/sns")
    assert call(event, env=target.env).only == {"batchItemFailures": []}
    results = {result["messageId"]: result for result in target.results()}
    for sent, correlation in zip(event["Records"], ("order-66", "order-67")):
        expected = {"messageId": sent["messageId"], "correlationId": correlation, "entities": entities(nlp_full, TEXT)}
        assert results[sent["messageId"]] == expected


def test_temporary_credentials(call: Call, moto: Moto, queue: Callable[..., Queue]) -> None:
    """Those of every Lambda function: the session token is signed with the rest."""
    target = queue()
    event = batch(TEXT)
    assert call(event, env={**target.env, **moto.role}).only == {"batchItemFailures": []}
    assert len(target.results()) == 1


@pytest.mark.parametrize("change", [{"AWS_SECRET_ACCESS_KEY": "wrong"}, {"AWS_ACCESS_KEY_ID": "AKIAUNKNOWN"}])
def test_wrong_credentials_acknowledge_nothing(call: Call, queue: Callable[..., Queue], change: dict[str, str]) -> None:
    target = queue()
    event = batch(*[TEXT] * 12)
    calls = call(event, env={**target.env, **change})
    assert calls.only == ids(event, *range(12))
    assert target.results() == []
    assert (
        calls.log.count("Function.OutputNotAccepted: status 403\n") == 12
    )  # moto names the reason in XML, SQS does in JSON
    assert change.popitem()[1] not in calls.log


def test_queue_gone(call: Call, queue: Callable[..., Queue]) -> None:
    target = queue()
    target.sqs.delete_queue(QueueUrl=target.url)
    event = batch(TEXT, TEXT)
    calls = call(event, env=target.env)
    assert calls.only == ids(event, 0, 1)
    assert re.search(r"OutputNotAccepted: status 400 \S*(NonExistentQueue|QueueDoesNotExist)", calls.log)


def test_bad_messages_do_not_hold_up_good_ones(call: Call, queue: Callable[..., Queue]) -> None:
    target = queue()
    event = batch(TEXT, '{"text": 5}', TEXT, "", '{"text": "' + "x" * 1_000_001 + '"}', TEXT)
    calls = call(event, env=target.env)
    assert calls.only == ids(event, 1, 3, 4)
    assert sorted(r["messageId"] for r in target.results()) == [event["Records"][n]["messageId"] for n in (0, 2, 5)]
    assert "Function.TextTooLong" in calls.log


@pytest.mark.parametrize("large", [[3], [0, 9], [4, 5], []])
def test_a_result_that_the_queue_refuses_fails_alone(call: Call, queue: Callable[..., Queue], large: list[int]) -> None:
    """The server refuses the whole request for one entry that is too long for this queue."""
    target = queue(MaximumMessageSize="1024")
    event = batch(*["Rome, " * 100 if n in large else "Rome." for n in range(10)])
    calls = call(event, env=target.env)
    assert calls.only == ids(event, *large)
    assert sorted(r["messageId"] for r in target.results()) == [
        event["Records"][n]["messageId"] for n in range(10) if n not in large
    ]
    assert calls.log.count("OutputNotAccepted: status 400 InvalidParameterValue") == len(large)


def test_duplicate_in_a_batch_is_answered_once(call: Call, queue: Callable[..., Queue]) -> None:
    target = queue()
    event = batch(TEXT, "", TEXT)
    event["Records"] += [
        {**event["Records"][0], "receiptHandle": "another"},
        {**event["Records"][1], "receiptHandle": "another"},
    ]
    assert call(event, env=target.env).only == ids(event, 1)
    assert len(target.results()) == 2


def test_duplicate_delivery_sends_again_and_a_fifo_queue_keeps_one(call: Call, queue: Callable[..., Queue]) -> None:
    event = batch(TEXT)
    standard, fifo = queue(), queue("results.fifo", FifoQueue="true")
    for target, expected in (standard, 2), (fifo, 1):
        calls = call(event, event, env=target.env)
        assert [answer.body for answer in calls.answers] == [{"batchItemFailures": []}] * 2
        assert len(target.results()) == expected


def test_fifo_queue_gets_group_and_order(call: Call, queue: Callable[..., Queue]) -> None:
    target = queue("results.fifo", FifoQueue="true")
    event = load("sqs/fifo")
    event["Records"][1]["body"] = "now it is good"
    assert call(event, env=target.env).only == {"batchItemFailures": []}
    messages = target.messages()
    by_group = [(m["Attributes"]["MessageGroupId"], json.loads(m["Body"])["messageId"]) for m in messages]
    expected = [(r["attributes"]["MessageGroupId"], r["messageId"]) for r in event["Records"]]
    assert [pair for pair in by_group if pair[0] == "a"] == [pair for pair in expected if pair[0] == "a"]
    assert sorted(by_group) == sorted(expected)
    assert {m["Attributes"]["MessageDeduplicationId"] for m in messages} == {r["messageId"] for r in event["Records"]}


SPECIAL = [
    "\U0001f600 Zoë Müller moved to New York in 2019. \u200d\u0301",
    "Alan \x00 Turing was born in London.",
    "Alan \ufffe\uffff Turing \x7f\x85\u2028",
    '"Angela" \\ Merkel\r\n\tvisited\x1b[31m Paris.',
]


@pytest.mark.parametrize("text", SPECIAL)
def test_any_character_survives(call: Call, queue: Callable[..., Queue], nlp_full: Any, text: str) -> None:
    target = queue()
    request = {"text": text, "correlationId": text}
    event = batch(json.dumps(request), json.dumps(request, ensure_ascii=False))
    assert call(event, env=target.env).only == {"batchItemFailures": []}
    messages = target.messages()
    for message in messages:
        result = json.loads(message["Body"])
        assert (result["correlationId"], result["entities"]) == (text, entities(nlp_full, text))
        assert all(
            c in "\t\n\r" or " " <= c <= "\ud7ff" or "\ue000" <= c <= "\ufffd" or c > "\uffff" for c in message["Body"]
        )
    assert len(messages) == 2


def test_large_results_are_split_into_requests(call: Call, queue: Callable[..., Queue]) -> None:
    target = queue()
    event = batch(*["Rome, " * 6000] * 5)  # about 360 KB of result each
    assert call(event, env=target.env).only == {"batchItemFailures": []}
    assert sorted(len(r["entities"]) > 5000 for r in target.results()) == [True] * 5


def test_result_of_more_than_1_mib_fails(call: Call, queue: Callable[..., Queue]) -> None:
    target = queue()
    event = batch("Rome, " * 20_000, TEXT)
    calls = call(event, env=target.env)
    assert calls.only == ids(event, 0)
    assert re.search(
        "Function.ResponseSizeTooLarge: the answer is larger than the 1048576 bytes that SQS carries", calls.log
    )
    assert len(target.results()) == 1


# ---- a scripted queue -------------------------------------------------------------------------------------------------------


def scripted_env(target: ScriptedQueue, **more: str) -> dict[str, str]:
    return {**KEYS, "TERN_OUTPUT_QUEUE_URL": target.url, **more}


def test_request_on_the_wire(call: Call) -> None:
    token = "IQoJb3JpZ2luX2VjEXAMPLETOKEN=="
    with ScriptedQueue() as target:
        event = batch(TEXT)
        assert call(event, env=scripted_env(target, AWS_SESSION_TOKEN=token)).only == {"batchItemFailures": []}
    (headers,), (request,) = target.headers, target.requests
    assert headers["content-type"] == "application/x-amz-json-1.0"
    assert headers["x-amz-target"] == "AmazonSQS.SendMessageBatch"
    assert headers["x-amz-security-token"] == token
    assert "expect" not in headers
    assert re.fullmatch(
        rf"AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/\d{{8}}/{REGION}/sqs/aws4_request, "
        r"SignedHeaders=content-type;host;x-amz-date;x-amz-security-token;x-amz-target, Signature=[0-9a-f]{64}",
        headers["authorization"],
    )
    assert request["QueueUrl"] == target.url
    assert [list(entry) for entry in request["Entries"]] == [["Id", "MessageBody"]]


def test_request_beyond_1_mb_does_not_wait(call: Call) -> None:
    """libcurl would ask for 100 Continue first, with a header that it has not signed."""
    with ScriptedQueue() as target:
        event = batch(*[json.dumps({"text": "x", "correlationId": '"' * 170_000})] * 3)  # escaped twice
        assert call(event, env=scripted_env(target)).only == {"batchItemFailures": []}
    assert len(target.accepted) == 3
    assert any(int(headers["content-length"]) > 1 << 20 for headers in target.headers)
    assert all(
        "expect" not in re.search("SignedHeaders=([^,]*)", headers["authorization"])[1] for headers in target.headers
    )


THROTTLED = {"__type": "com.amazonaws.sqs#RequestThrottled", "message": "slow down"}


@pytest.mark.parametrize(
    "reply",
    [
        (500, b""),
        (503, b"<html>busy</html>"),
        (400, THROTTLED),
        (429, {}),
        (200, b"no JSON"),
        (200, {}),
        CLOSE,
        {"*": {"SenderFault": False, "Code": "InternalError"}},
    ],
)
def test_passing_faults_are_tried_again(call: Call, reply: Any) -> None:
    with ScriptedQueue([reply, reply]) as target:
        event = batch(TEXT, TEXT)
        assert call(event, env=scripted_env(target)).only == {"batchItemFailures": []}
    assert [body["messageId"] for body in target.bodies] == [r["messageId"] for r in event["Records"]]
    assert len(target.requests) == 3


@pytest.mark.parametrize(
    "reply, cause",
    [
        ((500, b""), "status 500"),
        ((400, THROTTLED), "status 400 RequestThrottled"),
        ((200, {"Successful": [{"Id": "7"}, {"Id": 0}, {}, 5], "Failed": {}}), "the answer does not mention it"),
        ({"*": {"SenderFault": False, "Code": "ServiceUnavailable"}}, "ServiceUnavailable"),
    ],
)
def test_lasting_faults_acknowledge_nothing(call: Call, reply: Any, cause: str) -> None:
    with ScriptedQueue([reply] * 4) as target:
        event = batch(TEXT, TEXT)
        calls = call(event, env=scripted_env(target))
    assert calls.only == ids(event, 0, 1)
    assert calls.log.count(f"Function.OutputNotAccepted: {cause}\n") == 2
    assert len(target.requests) == 4 and target.accepted == []


@pytest.mark.parametrize(
    "status, body",
    [(403, {"__type": "InvalidSignatureException"}), (400, {"__type": "x#AccessDenied"}), (301, {}), (404, b"")],
)
def test_refusals_are_not_repeated(call: Call, status: int, body: Any) -> None:
    with ScriptedQueue([(status, body)]) as target:
        event = batch(TEXT)
        assert call(event, env=scripted_env(target)).only == ids(event, 0)
    assert len(target.requests) == 1


def test_what_the_service_says_about_a_signature_is_not_logged(call: Call) -> None:
    """The message repeats the signed headers, and with them the session token."""
    secret = "THE-SESSION-TOKEN"
    problem = {
        "__type": "com.amazon.coral.service#InvalidSignatureException",
        "message": f"x-amz-security-token:{secret}",
    }
    with ScriptedQueue([(403, problem)]) as target:
        calls = call(batch(TEXT), env=scripted_env(target, AWS_SESSION_TOKEN=secret))
    assert "status 403 InvalidSignatureException" in calls.log
    assert secret not in calls.log


def test_partly_accepted_batch(call: Call) -> None:
    """Only what may still succeed is sent again, and only what was not accepted is reported."""
    first = {
        "1": {"SenderFault": True, "Code": "InvalidMessageContents"},
        "2": {"SenderFault": False, "Code": "InternalError"},
    }
    with ScriptedQueue([first]) as target:
        event = batch(*[TEXT] * 4)
        calls = call(event, env=scripted_env(target))
    assert calls.only == ids(event, 1)
    assert "OutputNotAccepted: refused: InvalidMessageContents" in calls.log
    assert [len(request["Entries"]) for request in target.requests] == [4, 1]
    assert [body["messageId"][:8] for body in target.bodies] == ["00000000", "00000003", "00000002"]


def test_requests_are_halved_until_the_bad_entry_is_alone(call: Call) -> None:
    too_long = (400, {"__type": "com.amazonaws.sqs#BatchRequestTooLong", "message": "..."})
    with ScriptedQueue([too_long, too_long, too_long]) as target:  # of 4, of the first 2, of the first
        event = batch(*[TEXT] * 4)
        calls = call(event, env=scripted_env(target))
    assert calls.only == ids(event, 0)
    assert [len(request["Entries"]) for request in target.requests] == [4, 2, 1, 1, 2]
    assert [body["messageId"][:8] for body in target.bodies] == ["00000001", "00000002", "00000003"]


def test_nobody_listens(call: Call) -> None:
    with ScriptedQueue() as target:
        pass
    event = batch(TEXT)
    calls = call(event, env=scripted_env(target))
    assert calls.only == ids(event, 0)
    assert re.search("OutputNotAccepted: Could(n't| not) connect to server", calls.log)  # curl 7, 8


def test_silent_queue_does_not_outlast_the_deadline(call: Call) -> None:
    """The answer comes while the invocation still runs, and the environment goes on to the next."""
    event = batch(TEXT)
    with ScriptedQueue([HANG]) as target:
        calls = call(Invocation(json.dumps(event).encode(), time_left=3.0), event, env=scripted_env(target))
    assert [answer.body for answer in calls.answers] == [ids(event, 0), {"batchItemFailures": []}]
    assert "OutputNotAccepted: Timeout was reached" in calls.log


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """For localhost, signed by itself; key and certificate in one file."""
    if not shutil.which("openssl"):
        pytest.skip("openssl is not installed")
    folder = tmp_path_factory.mktemp("tls")
    key, crt, both = folder / "key.pem", folder / "crt.pem", folder / "both.pem"
    subprocess.run(
        [
            "openssl",
            "req",
            "-x509",
            "-newkey",
            "rsa:2048",
            "-nodes",
            "-keyout",
            str(key),
            "-out",
            str(crt),
            "-days",
            "2",
            "-subj",
            "/CN=localhost",
            "-addext",
            "subjectAltName=DNS:localhost",
        ],
        check=True,
        capture_output=True,
    )
    both.write_bytes(key.read_bytes() + crt.read_bytes())
    return both


@pytest.mark.parametrize("trusted", [True, False])
def test_tls(call: Call, certificate: Path, trusted: bool) -> None:
    env = {"TERN_CA_FILE": str(certificate.with_name("crt.pem"))} if trusted else {}
    event = batch(TEXT)
    with ScriptedQueue(certificate=certificate) as target:
        calls = call(event, env=scripted_env(target, **env))
    assert calls.only == (ids(event) if trusted else ids(event, 0))
    assert len(target.accepted) == (1 if trusted else 0)
    assert trusted or "OutputNotAccepted: SSL" in calls.log


def test_ca_file_that_is_not_there(call: Call) -> None:
    url = "https://sqs.eu-west-1.amazonaws.com/123456789012/q"
    calls = call(env={**KEYS, "TERN_OUTPUT_QUEUE_URL": url, "TERN_CA_FILE": "/nothing"})
    assert "the file that TERN_CA_FILE names cannot be read" in calls.log


@pytest.mark.parametrize(
    "host, region",
    [
        ("sqs.ap-southeast-2.localhost", "ap-southeast-2"),
        ("vpce-0a1b.sqs.us-east-1.vpce.localhost", "us-east-1"),
        ("sqs-fips.us-gov-west-1.localhost", "us-gov-west-1"),
        ("us-west-2.queue.localhost", "us-west-2"),
        ("sqs.localhost", REGION),
    ],
)
def test_region_is_that_of_the_queue(call: Call, host: str, region: str) -> None:
    with ScriptedQueue() as target:  # localhost and all below it is this machine (RFC 6761), for libcurl too
        url = target.url.replace("localhost", host)
        calls = call(batch(TEXT), env={**scripted_env(target), "TERN_OUTPUT_QUEUE_URL": url})
    assert calls.only == {"batchItemFailures": []}, calls.log
    (headers,) = target.headers
    assert f"/{region}/sqs/aws4_request" in headers["authorization"]
    assert headers["host"].startswith(host)
