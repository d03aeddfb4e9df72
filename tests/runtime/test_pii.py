"""What POST /redact finds by patterns: true and false cases of every kind, each check digit broken in every place, phones of many
countries, edges of a text, and texts that are made to take long."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Callable

import pytest
from common import ROOT, TINY
from runtime.tern_server import TernServer

# What stands in « » is found, all of it and nothing else.
FOUND: dict[str, list[str]] = {
    "EMAIL": [
        "«a@b.co»",
        "Mail «john.smith+lists@mail.example.co.uk», please.",
        "<«o'brien@example.ie»>",
        "'«jane@example.com»'",
        "mailto:«x_y-z%1@sub.xn--mnchen-3ya.de».",
        "«müller@straße.de»",
        "发到«info@example.cn»谢谢",
        "a@b @ «c@d.ef» @",
        "«" + "a" * 64 + "@b.co»",
        "git clone «git@github.com»:tern/tern.git",
        "«a@b.co»\0«c@d.co»",
    ],
    "URL": [
        "See «https://example.org/a_(b)?q=1#f».",
        "(«http://example.org/x»)",
        "«HTTP://EXAMPLE.ORG»",
        "«www.example.org», and «ftp://ftp.example.org/file».",
        "“«https://example.org»”",
        "«http://[::1]:8080/x»",
        '<a href="«https://example.org/?a=1&b=2»">',
        "«https://例え.jp/ページ»。",
        "«http://127.0.0.1/»",
    ],
    "IP_ADDRESS": [
        "from «192.168.0.1»:8080",
        "«255.255.255.255».",
        "«10.0.0.1»-«10.0.0.9»",
        "«0.0.0.0»/0",
        "«2001:db8::8a2e:370:7334»",
        "«::1»",
        "«fe80::1%eth0», then",
        "«2001:0db8:0000:0000:0000:ff00:0042:8329»",
        "[«::ffff:192.0.2.128»]",
        "«1::»",
        "at «2001:db8::1».",
        "to «2001:db8::1»: no answer",
    ],
    "MAC_ADDRESS": ["«00:1A:2b:3c:4D:5e»", "«00-1A-2B-3C-4D-5E».", "«001a.2b3c.4d5e»"],
    "CREDIT_DEBIT_NUMBER": [
        "«4111111111111111»",
        "«4111 1111 1111 1111» 12/27",
        "card:«4111-1111-1111-1111».",
        "«378282246310005», «3782 822463 10005»",
        "«5555555555554444» «2223003122003222»",
        "«30569309025904» and «3056 930902 5904»",
        "«6011111111111117», «3530111333300000», «6200000000000005»",
        "«4222222222222»",
        "name,«4111111111111111»,123",
        "2 «4111 1111 1111 1111»",
    ],
    "CREDIT_DEBIT_CVV": ["CVV: «123»", "the security code is «1234».", "cvc2 «987»"],
    "CREDIT_DEBIT_EXPIRY": ["exp. «01/27»", "Expiration date: «12/2027».", "valid thru «09-28»"],
    "PIN": ["PIN: «1234»", "my pin is «123456»", "pin code «0000»."],
    "PASSWORD": ["password: «hunter2»", "Password = «correct,horse».", "the password is «s3cret!x»", 'pwd="«abc» def"'],
    "USERNAME": ["username: «jdoe»", "user=«j.doe_9» x", "login is «jdoe42»."],
    "BANK_ACCOUNT_NUMBER": ["account number «12345678»", "Account no. «1234 5678 90».", "acct #«000123456789»"],
    "BANK_ROUTING": ["routing number «021000021»", "ABA: «011401533»"],
    "INTERNATIONAL_BANK_ACCOUNT_NUMBER": [
        "«GB82 WEST 1234 5698 7654 32»",
        "«DE89370400440532013000».",
        "IBAN:«FR14 2004 1010 0505 0001 3M02 606»",
        "«NO9386011117947»",
        "«MT84MALT011000012345MTLCAST001S»",
        "«nl91abna0417164300»",
        "«CH93 0076 2011 6238 5295 7» EUR",
    ],
    "SWIFT_CODE": ["BIC: «DEUTDEFF»", "SWIFT code «NEDSZAJJXXX»."],
    "SSN": ["«123-45-6789»", "«899 99 9999»", "SSN «123456789»"],
    "US_INDIVIDUAL_TAX_IDENTIFICATION_NUMBER": ["«912-70-1234»", "ITIN: «900941234»"],
    "PASSPORT_NUMBER": ["passport «C01X00T47»", "Passport No: «123456789»."],
    "DRIVER_ID": ["driver's license «D1234567»", "Driving licence: «MORGA657054SM9IJ»"],
    "LICENSE_PLATE": ["license plate «7ABC123»", "number plate: «AB12 CDE»."],
    "VEHICLE_IDENTIFICATION_NUMBER": ["«1M8GDM9AXKP042788»", "VIN «WVWZZZ1JZXW000001»"],
    "AWS_ACCESS_KEY": ["«AKIAIOSFODNN7EXAMPLE»", "key=«ASIAIOSFODNN7EXAMPLE»;"],
    "AWS_SECRET_KEY": ["aws_secret_access_key = «wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY»"],
    "CA_SOCIAL_INSURANCE_NUMBER": ["«130 692 544»", "SIN: «130692544»", "«130-692-544»."],
    "CA_HEALTH_NUMBER": ["health card number «1234-567-890»", "OHIP: «1234567890»"],
    "UK_NATIONAL_INSURANCE_NUMBER": ["«AB123456C»", "«AB 12 34 56 C».", "«ab123456d»"],
    "UK_NATIONAL_HEALTH_SERVICE_NUMBER": ["NHS number: «943 476 5919»", "NHS «9434765919»"],
    "UK_UNIQUE_TAXPAYER_REFERENCE_NUMBER": ["UTR «1955839661»", "taxpayer reference: «19558 39661»"],
    "IN_AADHAAR": [
        "«2341 2341 2346»",
        "Aadhaar: «234123412346»",
        "«9081 7263 5483», «2839 4756 1099», «5903-8271-6491»",
    ],
    "IN_PERMANENT_ACCOUNT_NUMBER": ["«ACUPA7085R»", "PAN «AAPFU0939F»."],
    "IN_VOTER_NUMBER": ["voter id «ABC1234567»"],
    "AGE": ["a «34 years old» man", "«34-year-old»", "aged «7»", "Age: «101».", "«6 months old»", "«34 y/o»"],
    "ADDRESS": [
        "at «100 Main Street», please",
        "«221B Baker St».",
        "«12 Old Kent Road» and «P.O. Box 123»",
        "«1600 Pennsylvania Avenue» NW",
        "«5 42nd Street»",
    ],
}

# Nothing of the kind is found.
NOT_FOUND: dict[str, list[str]] = {
    "EMAIL": [
        "a@b",
        "a@b.c",
        "@b.co",
        "a@.co",
        "a.@b.co",
        "a@-b.co",
        "a@b..co",
        "x @ y.co",
        "a" * 65 + "@b.co",
        "@",
        "",
        "a@",
    ],
    "URL": ["http://", "https:// x", "www.", "www.a", "xhttp://a.b", "http:/a.b", "example.org", "www..", "http://)"],
    "IP_ADDRESS": [
        "256.1.1.1",
        "1.2.3",
        "1.2.3.4.5",
        "01.2.3.4",
        "version 1.2.3.4",
        "v1.2.3.4",
        "1.2.3.4x",
        "12:30:45",
        "std::abs(x)",
        "a::b",
        "::",
        "1:2:3:4:5:6:7",
        "1:2:3:4:5:6:7:8:9",
        "1::2::3",
        "12345::1",
        ":::1",
        "00:1A:2b:3c:4D:5e",
        "g::1",
        "1:2:3:4:5:6:7::8:9",
    ],
    "MAC_ADDRESS": [
        "00:1A:2b:3c:4D",
        "00:1A:2b:3c:4D:5e:6f",
        "00:1A-2b:3c:4D:5e",
        "1234.5678.9012",
        "00:1G:2b:3c:4D:5e",
    ],
    "CREDIT_DEBIT_NUMBER": [
        "4111111111111112",
        "1111111111111117",
        "411111111111111",
        "41111111111111111111",
        "4111 1111-1111 1111",
        "0.4111111111111111",
        "4111111111111111.5",
        "x4111111111111111",
        "41 11 11 11 11 11 11 11",
        "0000000000000000",
    ],
    "CREDIT_DEBIT_CVV": ["123", "CVV: 12345", "CVV 12", "cvvx 123", "a discv 123"],
    "CREDIT_DEBIT_EXPIRY": ["01/27", "exp 13/27", "exp 00/27", "exp 01/02/2027", "expert 01/27"],
    "PIN": ["1234", "pin 123", "pin 1234567", "spin 1234", "pink 1234", "pins: 1234"],
    "PASSWORD": ["the password is required", "password", "password:", "passwords", "Password: !!"],
    "USERNAME": ["the user is happy", "user interface", "users: many"],
    "BANK_ACCOUNT_NUMBER": ["12345678", "account 12345", "account of 12345678 members", "accounts 12345678"],
    "BANK_ROUTING": ["021000021", "routing number 021000022", "routing 991000021"],
    "INTERNATIONAL_BANK_ACCOUNT_NUMBER": [
        "GB82 WEST 1234 5698 7654 33",
        "GB82 WEST 1234 5698 7654 3",
        "GB82 WEST 1234 5698 7654 321",
        "XX82WEST12345698765432",
        "GB82--WEST12345698765432",
        "aGB82WEST12345698765432",
    ],
    "SWIFT_CODE": ["DEUTDEFF", "BIC: DEUTXXFF", "BIC: DEUTDEF", "BIC: deutdeff", "SWIFT: 1234DEFF"],
    "SSN": [
        "000-45-6789",
        "666-45-6789",
        "900-45-6789",
        "123-00-6789",
        "123-45-0000",
        "123456789",
        "123-456-789",
        "1123-45-6789",
        "123-45-67890",
        "123-45 6789",
    ],
    "US_INDIVIDUAL_TAX_IDENTIFICATION_NUMBER": ["912-49-1234", "912-93-1234", "812-70-1234", "912701234"],
    "PASSPORT_NUMBER": ["C01X00T47", "passport control", "passport 123"],
    "DRIVER_ID": ["driver's license required", "D1234567"],
    "LICENSE_PLATE": ["7ABC123", "license plate holder", "number plate is lost"],
    "VEHICLE_IDENTIFICATION_NUMBER": [
        "1M8GDM9A1KP042788",
        "1M8GDM9AXKP04278",
        "VIN 1O8GDM9AXKP042788",
        "11111111111111112",
    ],
    "AWS_ACCESS_KEY": ["AKIAIOSFODNN7EXAMPL", "AKIBIOSFODNN7EXAMPLE", "akiaiosfodnn7example", "AKIAIOSFODNN7EXAMPLEX"],
    "AWS_SECRET_KEY": ["wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", "secret wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEYX"],
    "CA_SOCIAL_INSURANCE_NUMBER": ["130 692 545", "046 454 286", "130692544", "130 692 5440", "812 345 678"],
    "CA_HEALTH_NUMBER": ["1234567890", "health card 123"],
    "UK_NATIONAL_INSURANCE_NUMBER": ["GB123456C", "AO123456C", "DA123456C", "AB123456E", "AB12345C", "xAB123456C"],
    "UK_NATIONAL_HEALTH_SERVICE_NUMBER": ["943 476 5919", "NHS 943 476 5918"],
    "UK_UNIQUE_TAXPAYER_REFERENCE_NUMBER": ["1955839661", "UTR 1955839662"],
    "IN_AADHAAR": ["2341 2341 2347", "234123412346", "1341 2341 2346"],
    "IN_PERMANENT_ACCOUNT_NUMBER": ["ACUXA7085R", "ACUPA0000R", "ACUPA708R", "acupa7085r"],
    "IN_VOTER_NUMBER": ["ABC1234567", "voter AB1234567"],
    "AGE": ["34 years", "1234 years old", "aged well", "page 34", "age 5-10", "34 older"],
    "ADDRESS": [
        "100 people in Street",
        "Main Street",
        "100 main street",
        "Room 100",
        "100 Main",
        "P.O. Box",
        "in 1999, Street",
    ],
}

# Country -> its numbers as they are written, the first internationally.
PHONES: dict[str, list[str]] = {
    "US, CA": [
        "+1 415-555-2671",
        "(415) 555-2671",
        "415-555-2671",
        "415.555.2671",
        "1-800-555-0199",
        "+1 (415) 555-2671 ext. 12",
    ],
    "GB": [
        "+44 20 7946 0958",
        "+44 (0)20 7946 0958",
        "020 7946 0958",
        "01632 960001",
        "07700 900123",
        "07700 900 123",
        "(0113) 496 0000",
    ],
    "DE": [
        "+49 30 901820",
        "030 901820",
        "030/901820",
        "(030) 901820",
        "0171 1234567",
        "0171-1234567",
        "0171/123 45 67",
        "+49 (0)30 901820",
    ],
    "FR": ["+33 1 23 45 67 89", "01 23 45 67 89", "01.23.45.67.89", "06-12-34-56-78", "0033 1 23 45 67 89"],
    "IT": ["+39 06 698 12345", "06 69812345", "347 123 4567", "347 1234567", "02-12345678"],
    "ES": ["+34 612 34 56 78", "612 34 56 78", "91 123 45 67", "+34 912345678"],
    "NL": ["+31 6 12345678", "020 123 4567", "06-12345678", "020-1234567"],
    "CH": ["+41 44 668 18 00", "044 668 18 00", "079 123 45 67"],
    "AT": ["+43 1 58858", "01 5885812", "0664 1234567"],
    "AU": ["+61 2 9876 5432", "(02) 9876 5432", "0412 345 678", "1300 123 456"],
    "IN": ["+91 98765 43210", "98765 43210", "022-12345678", "+91-9876543210"],
    "BR": ["+55 11 91234-5678", "(11) 91234-5678", "(11) 3123-4567", "11 91234-5678"],
    "JP": ["+81 3-1234-5678", "03-1234-5678", "090-1234-5678", "+81 90 1234 5678"],
    "SE": ["+46 8 123 456 78", "08-123 456 78", "070-123 45 67"],
    "PL": ["+48 601 234 567"],
    "RU": ["+7 495 123-45-67", "8 (495) 123-45-67"],
    "CN": ["+86 138 1234 5678", "138 1234 5678"],
}

NO_PHONES = [
    "2024-01-05",
    "05.01.2024 10:30",
    "01/02/2024 1500",
    "12.31.2024",
    "10:30:45",
    "3.141592653589",
    "$1,234.56",
    "version 10.15.7",
    "192.168.100.200",
    "1234567",
    "4155552671",
    "ABC-415-555-2671",
    "415-555-26711",
    "911-555-2671",
    "415-155-2671",
    "415-911-2671",
    "+1 415 555",
    "+999",
    "+28 123 456 789",
    "+44 1",
    "+",
    "()",
    "(2024)",
    "1 000 000 000",
    "600 000 000 euros",
    "978-3-16-148410-0",
    "0-306-40615-2",
    "$415 555 2671",
    "#415-555-2671",
    "x415-555-2671",
    "00 00 00 00 00",
    "1 2 3 4 5 6 7 8 9 0",
    "(415-555-267",
    "550e8400-e29b-41d4-a716-446655440000",
]

# By the word before it.
PHONES_BESIDE = [
    "phone: «1234567»",
    "Tel. «4155552671»",
    "call «555 0199» now",
    "fax «12 34 56 78»",
    "mobile «612 345 678»",
]
NO_PHONES_BESIDE = ["call 2024-01-05", "phone 123456", "phone 1234567890123456"]

# A value with what is said before it: one digit of it is changed at a time. Not the UTR, two of whose sums have the same digit.
CHECKED = {
    "CREDIT_DEBIT_NUMBER": ("", "4111111111111111"),
    "INTERNATIONAL_BANK_ACCOUNT_NUMBER": ("", "DE89370400440532013000"),
    "BANK_ROUTING": ("routing ", "021000021"),
    "CA_SOCIAL_INSURANCE_NUMBER": ("SIN ", "130692544"),
    "IN_AADHAAR": ("Aadhaar ", "234123412346"),
    "UK_NATIONAL_HEALTH_SERVICE_NUMBER": ("NHS ", "9434765919"),
    "VEHICLE_IDENTIFICATION_NUMBER": ("", "1M8GDM9AXKP042788"),
}

Find = Callable[..., "list[list[dict[str, Any]]]"]


@pytest.fixture(scope="module")
def server(program: Callable[[str], Path]) -> Iterator[TernServer]:
    with TernServer(program("tern"), TINY) as running:
        yield running


@pytest.fixture(scope="module")
def find(server: TernServer) -> Find:
    """find(texts, labels) -> what is replaced in each; of those without a token nothing."""

    def found(texts: list[str], *labels: str) -> list[list[dict[str, Any]]]:
        body = json.dumps({"texts": texts, "labels": labels}).encode()
        answer = server.request("POST", "/redact", body, {"Content-Type": "application/json"})
        assert answer.status == 200, answer.body
        return [result.get("replaced", []) for result in answer.json["results"]]

    return found


def marked(text: str) -> tuple[str, list[tuple[int, int]]]:
    plain, spans = "", []
    for part in re.split("([«»])", text):
        if part == "«":
            spans.append((len(plain), 0))
        elif part == "»":
            spans[-1] = (spans[-1][0], len(plain))
        else:
            plain += part
    return plain, spans


def check(find: Find, texts: list[str], label: str) -> None:
    pairs = [marked(text) for text in texts]
    got = find([plain for plain, _ in pairs], label)
    spans = [[(item["start"], item["end"]) for item in items] for items in got]
    wrong = [(text, found) for text, (_, want), found in zip(texts, pairs, spans) if want != found]
    assert wrong == []
    assert {item["label"] for items in got for item in items} <= {label}


@pytest.mark.parametrize("label", FOUND)
def test_found(find: Find, label: str) -> None:
    check(find, FOUND[label], label)


@pytest.mark.parametrize("label", NOT_FOUND)
def test_not_found(find: Find, label: str) -> None:
    check(find, NOT_FOUND[label], label)


def test_every_kind_has_cases() -> None:
    source = (ROOT / "runtime" / "pii" / "pii_types.c").read_text()
    kinds = set(re.findall(r'\[PII_\w+\] = "(\w+)"', source))
    assert kinds - set(FOUND) == {"NAME", "DATE_TIME", "PHONE"} == kinds - set(NOT_FOUND)


def test_kinds_are_those_of_comprehend() -> None:
    botocore = pytest.importorskip("botocore.loaders")
    model = botocore.Loader().load_service_model("comprehend", "service-2")
    source = (ROOT / "runtime" / "pii" / "pii_types.c").read_text()
    assert set(re.findall(r'\[PII_\w+\] = "(\w+)"', source)) <= set(model["shapes"]["PiiEntityType"]["enum"])


@pytest.mark.parametrize("label", CHECKED)
def test_each_digit_counts(find: Find, label: str) -> None:
    """Another digit in any place, all else equal."""
    before, value = CHECKED[label]
    broken = [
        before + value[:i] + other + value[i + 1 :]
        for i, own in enumerate(value)
        for other in "0123456789"
        if own.isdigit() and other != own
    ]
    assert len(broken) >= 9 * 9 and find([before + value], label)[0]
    assert [text for text, items in zip(broken, find(broken, label)) if items] == []


@pytest.mark.parametrize("country", PHONES)
def test_phones(find: Find, country: str) -> None:
    texts = [frame.format(number) for number in PHONES[country] for frame in ("«{}»", "Number: «{}».", "在«{}»，")]
    check(find, texts, "PHONE")


def test_no_phones(find: Find) -> None:
    check(find, [*NO_PHONES, *NO_PHONES_BESIDE], "PHONE")


def test_phones_beside_a_word(find: Find) -> None:
    check(find, PHONES_BESIDE, "PHONE")


def test_scores(find: Find) -> None:
    """1 where check digits prove it, less where a form or a word says so."""
    asked = {
        "4111 1111 1111 1111": ("CREDIT_DEBIT_NUMBER", 1.0),
        "a@b.co": ("EMAIL", 0.9),
        "PIN: 1234": ("PIN", 0.8),
        "415-555-2671": ("PHONE", 0.7),
        "+1 415-555-2671": ("PHONE", 0.9),
        "130 692 544": ("CA_SOCIAL_INSURANCE_NUMBER", 0.9),
        "SIN: 130 692 544": ("CA_SOCIAL_INSURANCE_NUMBER", 1.0),
    }
    for text, (label, score) in asked.items():
        assert [item["score"] for item in find([text], label)[0]] == [score], text


def test_one_thing_at_a_place(find: Find) -> None:
    """The longer one, then the surer one; what is left of another stays hidden."""
    kinds = ["URL", "EMAIL", "IP_ADDRESS", "PHONE", "SSN", "CREDIT_DEBIT_NUMBER"]
    texts = ["http://10.0.0.1/a@b.co", "078-05-1120", "call 4111 1111 1111 1111", "a@b.co https://a@b.co"]
    got = [[(item["label"], item["start"], item["end"]) for item in items] for items in find(texts, *kinds)]
    assert got == [
        [("URL", 0, 22)],
        [("SSN", 0, 11)],
        [("CREDIT_DEBIT_NUMBER", 5, 24)],
        [("EMAIL", 0, 6), ("URL", 7, 21)],
    ]


def test_edges(find: Find) -> None:
    """Whatever a value is cut off at, and whatever stands beside it, U+0000 too: it is found whole or not at all."""
    values = [marked(text)[0] for texts in FOUND.values() for text in texts]
    pieces = sorted({value[:i] for value in values for i in range(1, len(value))})
    for start in range(0, len(pieces), 900):
        for items, piece in zip(find(pieces[start : start + 900], *FOUND, "PHONE"), pieces[start : start + 900]):
            assert all(0 <= item["start"] < item["end"] <= len(piece) for item in items)
    for beside in ("\0", "\u00e9", "\U0001f600", "\u2028"):
        texts = [f"{beside}«{card}»{beside}" for card in ("4111111111111111", "123-45-6789")]
        check(find, texts[:1], "CREDIT_DEBIT_NUMBER")
        check(find, texts[1:], "SSN")


HOSTILE = [
    "1",
    "1 ",
    "12 ",
    "@",
    "a@",
    "a@a.",
    '"',
    ":",
    "::",
    "1:",
    "1.",
    "(",
    "+1",
    "+1 (",
    "http://",
    "www.",
    "a.b@",
    "-",
    "GB82 ",
    "pin ",
    "password:",
    "account ",
    "phone 1 ",
    "AAAA",
    "0 1",
    "1-",
    "1a",
    "é",
    "ab@cd.ef ",
    "1.1.1.1 ",
    "12 A St ",
    "user=",
    "A1/",
    "x" * 39 + " ",
]


@pytest.mark.parametrize("seed", HOSTILE)
def test_time_is_linear(server: TernServer, seed: str) -> None:
    """Eight times the text takes no more than some 8 times as long; a square would take 64 times."""

    def seconds(size: int) -> float:
        text = (seed * (size // len(seed.encode()) + 1))[:size]
        body = json.dumps(
            {"text": text, "labels": [label for label in FOUND if label != "ADDRESS"] + ["PHONE"]}, ensure_ascii=False
        ).encode()
        best = 1e9
        for _ in range(2):
            start = time.monotonic()
            status = server.request("POST", "/redact", body, {"Content-Type": "application/json"}).status
            best = min(best, time.monotonic() - start)
            assert status == 200
        return best

    assert seconds(400_000) < 24 * max(seconds(50_000), 0.005)
