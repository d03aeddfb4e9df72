"""POST / with X-Amz-Target: what clients of Amazon Comprehend ask, through boto3 and byte by byte. Answers are compared with
spaCy's and with the service model's own shapes."""

from __future__ import annotations

import gzip
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Callable

import pytest

boto3 = pytest.importorskip("boto3")
spacy = pytest.importorskip("spacy")

from botocore.exceptions import ClientError
from common import ROOT, TINY
from model_bytes import ModelBytes
from runtime.comprehend_client import SENTIMENT, Client, make_client, nearly, words_of
from runtime.service_model import ANSWERED, MODEL, TARGET, check_error, check_output, problems
from runtime.tern_server import Answer, TernServer
from spacy.language import Language

TEXTS = [
    "Alan Turing was born on June 23, 1912, in London, England.",
    "\U0001f600 Amazon paid $5 billion for MGM's\n\n first  film,\t\u00abRocky\u00bb; Jeff Bezos loved it!",
    "I love strawberry cake! I hate chocolate cake.",
    "The quick brown fox jumps over the lazy dog.",
    "x",
    " ",
]
SENTENCE = TEXTS[0]


@pytest.fixture(scope="module")
def server(program: Callable[[str], Path], model_file: Path) -> Iterator[TernServer]:
    with TernServer(program("tern"), f"en={model_file}", "-m", f"mood={SENTIMENT}") as running:
        yield running


@pytest.fixture(scope="module")
def client(server: TernServer) -> Client:
    return make_client(server)


def call(client: Client, operation: str, **members: Any) -> dict[str, Any]:
    """The answer, which is as the service model wants it."""
    answer = getattr(client, words_of(operation, "_"))(**members)
    metadata = answer.pop("ResponseMetadata")
    assert metadata["HTTPStatusCode"] == 200 and re.fullmatch(r"[0-9a-f-]{36}", metadata["RequestId"])
    assert metadata["HTTPHeaders"]["content-type"] == "application/x-amz-json-1.1"
    check_output(operation, answer)
    return answer


def failure(client: Client, operation: str, **members: Any) -> tuple[str, int, str]:
    with pytest.raises(ClientError) as caught:
        call(client, operation, **members)
    error, metadata = caught.value.response["Error"], caught.value.response["ResponseMetadata"]
    assert len(metadata["RequestId"]) == 36 and metadata["HTTPHeaders"]["x-amzn-errortype"] == error["Code"]
    return error["Code"], metadata["HTTPStatusCode"], error["Message"]


def post(server: TernServer, operation: str, body: Any, headers: dict[str, str] | None = None) -> Answer:
    given = body if isinstance(body, bytes) else json.dumps(body).encode()
    every = {"Content-Type": "application/x-amz-json-1.1", "X-Amz-Target": TARGET + operation, **(headers or {})}
    return server.request("POST", "/", given, every)


# ---- answers -------------------------------------------------------------------------------------------------------------

TYPES = {
    "PERSON": "PERSON",
    "GPE": "LOCATION",
    "ORG": "ORGANIZATION",
    "DATE": "DATE",
    "MONEY": "QUANTITY",
    "ORDINAL": "QUANTITY",
    "CARDINAL": "QUANTITY",
    "PRODUCT": "COMMERCIAL_ITEM",
    "WORK_OF_ART": "TITLE",
    "NORP": "OTHER",
}


def piece(span: Any) -> dict[str, Any]:
    return {"Text": span.text, "BeginOffset": span.start_char, "EndOffset": span.end_char}


def wanted(nlp: Language, operation: str, text: str) -> dict[str, Any]:
    doc = nlp(text)
    if operation == "DetectEntities":
        return {"Entities": [{"Type": TYPES[ent.label_], **piece(ent)} for ent in doc.ents]}
    if operation == "DetectKeyPhrases":
        return {"KeyPhrases": [piece(chunk) for chunk in doc.noun_chunks]}
    tokens = [token for token in doc if not token.is_space]
    return {
        "SyntaxTokens": [
            {
                "TokenId": number,
                "Text": token.text,
                "BeginOffset": token.idx,
                "EndOffset": token.idx + len(token),
                "PartOfSpeech": {"Tag": {"X": "O"}.get(token.pos_, token.pos_)},
            }
            for number, token in enumerate(tokens, 1)
        ]
    }


def without_scores(answer: dict[str, Any]) -> dict[str, Any]:
    return {
        name: [{key: value for key, value in item.items() if key != "Score"} for item in items]
        for name, items in answer.items()
    }


@pytest.mark.parametrize("operation", ["DetectEntities", "DetectKeyPhrases", "DetectSyntax"])
def test_answers_are_spacys(client: Client, nlp_full: Language, operation: str) -> None:
    for text in TEXTS:
        answer = call(client, operation, Text=text, LanguageCode="en")
        assert without_scores(answer) == wanted(nlp_full, operation, text), text


def test_entities_have_scores(client: Client) -> None:
    """tests/parity/test_entity_scores.py compares them with spaCy's network."""
    found = [
        entity["Score"]
        for text in TEXTS
        for entity in call(client, "DetectEntities", Text=text, LanguageCode="en")["Entities"]
    ]
    assert len(found) > 8 and len(set(found)) > 4 and all(0.3 < score <= 1 for score in found)


def test_sentiments_are_those_of_post_sentiment(client: Client, server: TernServer) -> None:
    seen = set()
    for text in TEXTS:
        body = json.dumps({"text": text, "format": "comprehend"}).encode()
        plain = server.request("POST", "/sentiment", body, {"Content-Type": "application/json"})
        answer = call(client, "DetectSentiment", Text=text, LanguageCode="en")
        assert answer == plain.json
        seen.add(answer["Sentiment"])
    assert {"POSITIVE", "NEUTRAL", "MIXED"} <= seen


@pytest.mark.parametrize("operation", [name for name in ANSWERED if name.startswith("Batch")])
def test_a_batch_is_what_each_text_alone_is(client: Client, operation: str) -> None:
    too_long = "a" * 5001
    texts = [*TEXTS[:3], too_long, *TEXTS[3:], "b" * 5000, *[SENTENCE] * 15, "\u00e9" * 2501]
    assert len(texts) == 24
    answer = call(client, operation, TextList=texts, LanguageCode="en")
    long = [i for i, text in enumerate(texts) if len(text.encode()) > 5000]
    assert [error["Index"] for error in answer["ErrorList"]] == long == [3, 23]
    assert {error["ErrorCode"] for error in answer["ErrorList"]} == {"TEXT_SIZE_LIMIT_EXCEEDED"}
    assert "5002 bytes" in answer["ErrorList"][1]["ErrorMessage"]
    assert [result["Index"] for result in answer["ResultList"]] == [i for i in range(len(texts)) if i not in long]
    single = operation[len("Batch") :]
    for result in answer["ResultList"]:
        alone = call(client, single, Text=texts[result.pop("Index")], LanguageCode="en")
        assert nearly(result, alone)


def test_offsets_count_code_points(client: Client) -> None:
    text = "\U0001f600\U0001f600 Alan Turing lived."
    (entity,) = call(client, "DetectEntities", Text=text, LanguageCode="en")["Entities"]
    assert (entity["BeginOffset"], entity["EndOffset"]) == (3, 14)
    assert text[3:14] == entity["Text"] == "Alan Turing"


def test_types_are_said_once_and_are_the_services() -> None:
    source = (ROOT / "runtime" / "base" / "entity_types.c").read_text(encoding="utf-8")
    rows = dict(re.findall(r'\{"(\w+)", "(\w+)"\}', source))
    allowed = MODEL.shape_for("EntityType").enum
    assert set(rows.values()) == set(allowed) and {label: rows[label] for label in TYPES} == TYPES
    model = json.loads((ROOT / "weights" / "en_core_web_sm.json").read_text(encoding="utf-8"))
    labels = next(iter(model.get("labels", {}).values()), [])
    assert [label for label in labels if label not in rows] == []
    for language, more in {"fr": {"PER", "LOC", "ORG", "MISC"}, "pl": {"persName", "placeName"}}.items():
        assert more <= set(rows), language
    assert all(rows[name] == name for name in allowed if name in rows)


# ---- limits and errors ---------------------------------------------------------------------------------------------------

ARN = "arn:aws:comprehend:us-east-1:123456789012:entity-recognizer-endpoint/x"


@pytest.mark.parametrize(
    "operation, most",
    [("DetectEntities", 100_000), ("DetectKeyPhrases", 100_000), ("DetectSentiment", 5000), ("DetectSyntax", 5000)],
)
def test_a_text_has_a_limit_in_bytes(client: Client, operation: str, most: int) -> None:
    call(client, operation, Text="\u00e9" * (most // 2), LanguageCode="en")
    code, status, message = failure(client, operation, Text="\u00e9" * (most // 2) + "e", LanguageCode="en")
    assert (code, status) == ("TextSizeLimitExceededException", 400)
    assert f"has {most + 1} bytes" in message and f"{operation} is {most}" in message


def test_a_batch_has_a_limit(client: Client) -> None:
    assert len(call(client, "BatchDetectSyntax", TextList=["x"] * 25, LanguageCode="en")["ResultList"]) == 25
    code, status, message = failure(client, "BatchDetectSyntax", TextList=["x"] * 26, LanguageCode="en")
    assert (code, status) == ("BatchSizeLimitExceededException", 400) and "26 texts" in message


def test_a_language_without_a_model(client: Client) -> None:
    for operation in ANSWERED:
        text: Any = {"TextList": ["x"]} if operation.startswith("Batch") else {"Text": "x"}
        code, status, message = failure(client, operation, LanguageCode="de", **text)
        assert (code, status) == ("UnsupportedLanguageException", 400) and '"en"' in message
        code, status, message = failure(client, operation, LanguageCode="EN", **text)
        assert (code, status) == ("ValidationException", 400) and "[en, es, fr, de, it, pt" in message
    assert failure(client, "DetectSyntax", LanguageCode="ja", Text="x")[0] == "ValidationException"
    assert failure(client, "DetectEntities", LanguageCode="ja", Text="x")[0] == "UnsupportedLanguageException"


@pytest.mark.parametrize(
    "members, name",
    [
        ({"EndpointArn": ARN}, "EndpointArn"),
        ({"Text": "x", "LanguageCode": "en", "EndpointArn": ARN}, "EndpointArn"),
        ({"LanguageCode": "en", "Bytes": b"%PDF-"}, "Bytes"),
        (
            {
                "Text": "x",
                "LanguageCode": "en",
                "DocumentReaderConfig": {"DocumentReadAction": "TEXTRACT_DETECT_DOCUMENT_TEXT"},
            },
            "DocumentReaderConfig",
        ),
    ],
)
def test_endpoints_and_documents_are_refused(client: Client, members: dict[str, Any], name: str) -> None:
    code, status, message = failure(client, "DetectEntities", **members)
    assert (code, status) == ("InvalidRequestException", 400) and f'"{name}" is not supported here' in message


def test_every_other_operation_is_unknown(server: TernServer, client: Client) -> None:
    others = [
        name
        for name in MODEL.operation_names
        if name not in ANSWERED and name not in ("DetectPiiEntities", "ContainsPiiEntities")
    ]
    assert len(others) > 60
    for operation in others:
        answer = post(server, operation, {})
        assert answer.status == 400 and answer.json["__type"] == "UnknownOperationException", operation
        assert operation in answer.json["Message"] and "BatchDetectSyntax" in answer.json["Message"]
    assert failure(client, "DetectDominantLanguage", Text="x")[:2] == ("UnknownOperationException", 400)


@pytest.mark.parametrize("target", ["", "x", "DetectSentiment", "Comprehend_20171127.", "DynamoDB_20120810.GetItem"])
def test_other_targets(server: TernServer, target: str) -> None:
    answer = server.request("POST", "/", b"{}", {"X-Amz-Target": target})
    assert (answer.status, answer.json["__type"]) == (400, "UnknownOperationException")
    long = TARGET.encode() + b"\xfc" * 200
    answer = server.request("POST", "/", b"{}", {"X-Amz-Target": long})
    assert (answer.status, answer.json["__type"]) == (400, "UnknownOperationException")


NULL = "failed to satisfy constraint: Member must not be null"
SHORT = "failed to satisfy constraint: Member must have length greater than or equal to 1"


@pytest.mark.parametrize(
    "operation, body, error, words",
    [
        ("DetectSentiment", b"", "ValidationException", f"Value null at 'text' {NULL}"),
        ("DetectSentiment", {}, "ValidationException", f"Value null at 'text' {NULL}"),
        ("DetectSentiment", {"Text": None, "LanguageCode": "en"}, "ValidationException", "'text'"),
        ("DetectSentiment", {"Text": "x"}, "ValidationException", f"Value null at 'languageCode' {NULL}"),
        ("DetectSentiment", {"Text": "", "LanguageCode": "en"}, "ValidationException", f"Value at 'text' {SHORT}"),
        ("DetectSentiment", {"Text": "x", "LanguageCode": ""}, "ValidationException", "enum value set"),
        ("DetectSentiment", {"Text": "x", "LanguageCode": "en\0"}, "ValidationException", "enum value set"),
        ("DetectSentiment", {"Text": "x", "LanguageCode": "de\0"}, "ValidationException", "enum value set"),
        ("DetectSentiment", {"text": "x", "LanguageCode": "en"}, "ValidationException", "'text'"),
        ("DetectSentiment", {"Text": 5, "LanguageCode": "en"}, "SerializationException", "not a number"),
        ("DetectSentiment", {"Text": ["x"], "LanguageCode": "en"}, "SerializationException", "not an array"),
        ("DetectSentiment", {"Text": "x", "LanguageCode": 5}, "SerializationException", '"LanguageCode" must be a'),
        ("DetectSentiment", [], "SerializationException", "must be an object"),
        ("DetectSentiment", b'{"Text": "\\ud800", "LanguageCode": "en"}', "SerializationException", "surrogate"),
        ("DetectSentiment", b'{"Text": "\xff", "LanguageCode": "en"}', "SerializationException", "UTF-8"),
        ("DetectSentiment", b"[" * 300, "SerializationException", "invalid JSON"),
        ("DetectSentiment", b"{", "SerializationException", "invalid JSON at byte 1"),
        ("DetectEntities", {"LanguageCode": "en"}, "ValidationException", "'text'"),
        ("BatchDetectEntities", {"Text": "x", "LanguageCode": "en"}, "ValidationException", "'textList'"),
        ("BatchDetectEntities", {"TextList": "x", "LanguageCode": "en"}, "SerializationException", "must be an array"),
        ("BatchDetectEntities", {"TextList": [], "LanguageCode": "en"}, "ValidationException", SHORT),
        ("BatchDetectEntities", {"TextList": ["x", ""], "LanguageCode": "en"}, "ValidationException", SHORT),
        ("BatchDetectEntities", {"TextList": ["x", None], "LanguageCode": "en"}, "SerializationException", "strings"),
        ("BatchDetectEntities", {"TextList": ["x"]}, "ValidationException", "'languageCode'"),
        (
            "BatchDetectEntities",
            {"TextList": ["x"] * 26, "LanguageCode": "xx"},
            "BatchSizeLimitExceededException",
            "26",
        ),
    ],
)
def test_what_is_wrong_with_a_body(server: TernServer, operation: str, body: Any, error: str, words: str) -> None:
    answer = post(server, operation, body)
    check_error(operation, answer.status, answer.json)
    assert (answer.status, answer.json["__type"]) == (400, error) and words in answer.json["Message"]
    assert answer.headers["x-amzn-errortype"] == error
    assert answer.headers["Content-Type"] == "application/x-amz-json-1.1"


def test_members_of_ones_own_are_ignored(server: TernServer) -> None:
    body = {"Text": SENTENCE, "LanguageCode": "en", "text": 5, "model": "x", "EndpointArn": None}
    assert len(post(server, "DetectEntities", body).json["Entities"]) == 4
    assert post(server, "DetectSentiment", {**body, "EndpointArn": ARN}).status == 200


def test_bodies(server: TernServer) -> None:
    """Signed or not, compressed, of any type, with U+0000."""
    body = json.dumps({"Text": SENTENCE, "LanguageCode": "en"}).encode()
    want = post(server, "DetectEntities", body).json
    assert len(want["Entities"]) == 4
    for headers in (
        {"Content-Type": "application/json"},
        {"Content-Type": "text/plain"},
        {"Authorization": "AWS4-HMAC-SHA256 Credential=x/y, SignedHeaders=host, Signature=wrong"},
    ):
        assert post(server, "DetectEntities", body, headers).json == want
    packed = {"Content-Encoding": "gzip"}
    assert post(server, "DetectEntities", gzip.compress(body), packed).json == want
    spoilt = post(server, "DetectEntities", gzip.compress(body)[:-9], packed)
    assert (spoilt.status, spoilt.json["__type"]) == (400, "SerializationException")
    other = post(server, "DetectEntities", body, {"Content-Encoding": "br"})
    assert (other.status, other.json["__type"]) == (415, "UnsupportedMediaTypeException")
    nul = post(server, "DetectSyntax", {"Text": "a \0 b", "LanguageCode": "en"})
    assert [token["Text"] for token in nul.json["SyntaxTokens"]] == ["a", "\0", "b"]
    huge = post(server, "DetectEntities", b" " * 6_300_000)
    assert (huge.status, huge.json["__type"]) == (413, "RequestEntityTooLargeException")
    bomb = post(server, "DetectEntities", gzip.compress(b" " * 6_300_000), packed)
    assert (bomb.status, bomb.json["__type"]) == (413, "RequestEntityTooLargeException")


# ---- addresses and models ------------------------------------------------------------------------------------------------


def test_other_requests_to_the_root_stay(server: TernServer) -> None:
    page = server.request("GET", "/", headers={"X-Amz-Target": f"{TARGET}DetectSentiment"})
    assert page.status == 200 and page.headers["Content-Type"].startswith("text/html")
    without = server.request("POST", "/", b"{}", {"Content-Type": "application/json"})
    assert (without.status, without.headers["Allow"]) == (405, "GET, HEAD, OPTIONS")
    assert list(without.json) == ["error"] and "x-amzn-requestid" not in without.headers
    ner = server.request(
        "POST",
        "/ner",
        b'{"text": "x"}',
        {"X-Amz-Target": f"{TARGET}DetectSentiment", "Content-Type": "application/json"},
    )
    assert ner.json == {"entities": []}


def test_the_environment_variable(server: TernServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL_COMPREHEND", server.url)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "x")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "y")
    client = boto3.client("comprehend", region_name="eu-west-1")
    assert call(client, "DetectSentiment", Text="I love it!", LanguageCode="en")["Sentiment"] == "POSITIVE"


def test_what_the_models_can_do(program: Callable[[str], Path], model_file: Path) -> None:
    with TernServer(program("tern"), f"mood={SENTIMENT}") as alone:
        client = make_client(alone)
        assert call(client, "DetectSentiment", Text="x", LanguageCode="en")
        for operation, what in (
            ("DetectEntities", "entities"),
            ("DetectKeyPhrases", "noun chunks"),
            ("DetectSyntax", "parts of speech"),
        ):
            code, status, message = failure(client, operation, Text="x", LanguageCode="en")
            assert (code, status) == ("InvalidRequestException", 400) and f"no model here finds {what}" in message


def test_components_of_entities_leave_syntax_alone(
    program: Callable[[str], Path], model_file: Path, nlp_full: Language, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TERN_COMPONENTS", "ner")
    with TernServer(program("tern"), model_file) as running:
        client = make_client(running)
        for operation in ("DetectKeyPhrases", "DetectSyntax"):
            assert call(client, operation, Text=SENTENCE, LanguageCode="en") == wanted(nlp_full, operation, SENTENCE)


def test_the_language_chooses_the_model(program: Callable[[str], Path], model_file: Path, tmp_path: Path) -> None:
    """The tiny model says that it is English; a copy of it says that it is Danish, which the service does not know."""
    with TernServer(program("tern"), f"tiny={TINY}", "-m", f"en={model_file}") as running:
        tiny = call(make_client(running), "DetectEntities", Text=SENTENCE, LanguageCode="en")
    with TernServer(program("tern"), f"en={model_file}", "-m", f"tiny={TINY}") as running:
        real = call(make_client(running), "DetectEntities", Text=SENTENCE, LanguageCode="en")
    assert tiny != real
    model = ModelBytes(TINY.read_bytes())
    meta = model.content("meta").replace(b'"lang":"en"', b'"lang":"da"')
    model.replace("meta", meta, [len(meta)])
    (tmp_path / "danish.tern").write_bytes(model.seal().data)
    with TernServer(program("tern"), f"da={tmp_path / 'danish.tern'}", "-m", f"en={model_file}") as running:
        client = make_client(running)
        assert call(client, "DetectEntities", Text=SENTENCE, LanguageCode="en") == real
        assert call(client, "DetectEntities", Text=SENTENCE, LanguageCode="da") == tiny
        assert '"da" "en"' in failure(client, "DetectEntities", Text=SENTENCE, LanguageCode="fr")[2]


def test_pages_may_ask_through_awss_sdk(program: Callable[[str], Path], model_file: Path) -> None:
    """What @aws-sdk/client-comprehend sends from a browser, as the browser asks before it sends it."""
    origin = "https://a.example"
    sent = (
        "amz-sdk-invocation-id,amz-sdk-request,authorization,content-type,x-amz-content-sha256,x-amz-date,x-amz-security-token,"
        "x-amz-target,x-amz-user-agent"
    )
    asks = {"Origin": origin, "Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": sent}
    with TernServer(program("tern"), model_file, "--cors", origin) as running:
        answer = running.request("OPTIONS", "/", headers=asks)
        allowed = {name.strip() for name in answer.headers["Access-Control-Allow-Headers"].split(",")}
        assert answer.status == 204 and set(sent.split(",")) <= allowed
        body = {"Text": "x", "LanguageCode": "en"}
        answer = post(running, "DetectEntities", body, {"Origin": origin})
        assert answer.headers["Access-Control-Allow-Origin"] == origin
        assert "x-amzn-requestid" in answer.headers["Access-Control-Expose-Headers"]


# ---- the check itself ----------------------------------------------------------------------------------------------------


def test_the_check_of_answers_sees_what_is_wrong() -> None:
    shape = MODEL.operation_model("BatchDetectEntities").output_shape
    entity = {"Score": 0.5, "Type": "PERSON", "Text": "x", "BeginOffset": 0, "EndOffset": 1}
    good = {"ResultList": [{"Index": 0, "Entities": [entity]}], "ErrorList": []}
    assert problems(good, shape) == []
    assert problems({"ResultList": []}, shape) == ["answer: no ErrorList"]
    for change, count in (
        ({"Type": "GPE"}, 1),
        ({"Text": ""}, 1),
        ({"Score": "high"}, 1),
        ({"BeginOffset": 0.5, "EndOffset": True}, 2),
        ({"label": "x"}, 1),
    ):
        bad = {"ResultList": [{"Index": 0, "Entities": [{**entity, **change}]}], "ErrorList": []}
        assert len(problems(bad, shape)) == count, change
