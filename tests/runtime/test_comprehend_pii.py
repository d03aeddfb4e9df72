"""DetectPiiEntities and ContainsPiiEntities through boto3: the shapes of the service model, and what POST /redact finds."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Callable

import pytest

pytest.importorskip("boto3")

from botocore.exceptions import ClientError
from common import TINY
from runtime.comprehend_client import Client, make_client
from runtime.service_model import MODEL, check_output
from runtime.tern_server import TernServer

TEXT = (
    "\U0001f600 Alan Turing (alan@example.org) was born on June 23, 1912, in London, England. "
    "Card: 4111 1111 1111 1111. Write to ada@example.org."
)
WANT = [
    ("NAME", "Alan Turing"),
    ("EMAIL", "alan@example.org"),
    ("DATE_TIME", "June 23, 1912"),
    ("ADDRESS", "London, England"),
    ("CREDIT_DEBIT_NUMBER", "4111 1111 1111 1111"),
    ("EMAIL", "ada@example.org"),
]
OPERATIONS = {"DetectPiiEntities": "detect_pii_entities", "ContainsPiiEntities": "contains_pii_entities"}


@pytest.fixture(scope="module")
def server(program: Callable[[str], Path], model_file: Path) -> Iterator[TernServer]:
    with TernServer(program("tern"), f"en={model_file}") as running:
        yield running


@pytest.fixture(scope="module")
def client(server: TernServer) -> Client:
    return make_client(server)


def call(client: Client, operation: str, text: str, code: str = "en") -> dict[str, Any]:
    answer: dict[str, Any] = getattr(client, OPERATIONS[operation])(Text=text, LanguageCode=code)
    assert answer.pop("ResponseMetadata")["HTTPStatusCode"] == 200
    check_output(operation, answer)
    return answer


def test_entities(client: Client, server: TernServer) -> None:
    found = call(client, "DetectPiiEntities", TEXT)["Entities"]
    assert [(item["Type"], TEXT[item["BeginOffset"] : item["EndOffset"]]) for item in found] == WANT
    assert all(set(item) == {"Score", "Type", "BeginOffset", "EndOffset"} for item in found)
    labels = sorted({label for label, _ in WANT})
    answer = server.request(
        "POST", "/redact", json.dumps({"text": TEXT, "labels": labels}).encode(), {"Content-Type": "application/json"}
    )
    assert [(i["label"], i["start"], i["end"], i["score"]) for i in answer.json["replaced"]] == [
        (item["Type"], item["BeginOffset"], item["EndOffset"], item["Score"]) for item in found
    ]


def test_labels(client: Client) -> None:
    """Each type once, with its greatest score."""
    found = call(client, "DetectPiiEntities", TEXT)["Entities"]
    best: dict[str, float] = {}
    for item in found:
        best[item["Type"]] = max(best.get(item["Type"], 0), item["Score"])
    labels = call(client, "ContainsPiiEntities", TEXT)["Labels"]
    assert {item["Name"]: item["Score"] for item in labels} == best and len(labels) == len(best) == 5


def test_every_type_is_one_of_the_service(client: Client) -> None:
    enum = MODEL.shape_for("PiiEntityType").enum
    lines = ["PIN: 1234", "a 34-year-old", "SSN 123-45-6789", "GB82 WEST 1234 5698 7654 32", "http://a.b", "10.0.0.1"]
    names = {item["Name"] for item in call(client, "ContainsPiiEntities", "; ".join(lines))["Labels"]}
    assert {"PIN", "AGE", "SSN", "INTERNATIONAL_BANK_ACCOUNT_NUMBER", "URL", "IP_ADDRESS"} <= names <= set(enum)


@pytest.mark.parametrize("operation", OPERATIONS)
def test_nothing(client: Client, operation: str) -> None:
    assert list(call(client, operation, "nothing of that kind here").values()) == [[]]


@pytest.mark.parametrize("operation", OPERATIONS)
@pytest.mark.parametrize(
    "members, error",
    [
        ({"Text": "x" * 100001, "LanguageCode": "en"}, "TextSizeLimitExceededException"),
        ({"Text": "x", "LanguageCode": "fr"}, "UnsupportedLanguageException"),
        ({"Text": "x", "LanguageCode": "es"}, "UnsupportedLanguageException"),
    ],
)
def test_refused(client: Client, operation: str, members: dict[str, str], error: str) -> None:
    with pytest.raises(ClientError) as caught:
        getattr(client, OPERATIONS[operation])(**members)
    assert caught.value.response["Error"]["Code"] == error


def test_the_longest_text(client: Client) -> None:
    text = "a@b.co " * 14285
    found = call(client, "DetectPiiEntities", text)["Entities"]
    assert len(found) >= 14285 and found[-1]["EndOffset"] == 14285 * 7 - 1


def test_code_points_of_any_plane(program: Callable[[str], Path]) -> None:
    """Offsets behind characters of one to four bytes."""
    text = "\U0001f600\u00e9\u6f22 a@b.co"
    with TernServer(program("tern"), TINY) as running:
        found = call(make_client(running), "DetectPiiEntities", text)["Entities"]
    assert [(i["BeginOffset"], i["EndOffset"]) for i in found if i["Type"] == "EMAIL"] == [(4, 10)]
