"""boto3's client of a running tern, and when two answers are the same: what the tests of POST / share."""

from __future__ import annotations

import re
from typing import Any

import boto3
import pytest
from botocore.config import Config
from common import ROOT
from runtime.tern_server import TernServer

SENTIMENT = ROOT / "weights" / "sentiment.tern"
Client = Any


def make_client(server: TernServer, **settings: Any) -> Client:
    return boto3.client(
        "comprehend",
        endpoint_url=server.url,
        region_name="us-east-1",
        aws_access_key_id="AKIDEXAMPLE",
        aws_secret_access_key="not checked",
        config=Config(retries={"max_attempts": 0}, **settings),
    )


def words_of(operation: str, mark: str) -> str:
    """ "DetectKeyPhrases" as boto3 ("_") and the CLI ("-") spell it."""
    return re.sub(r"(?<!^)(?=[A-Z])", mark, operation).lower()


def nearly(got: Any, want: Any) -> bool:
    """Equal but for the last digit of a number with a fraction: texts of a batch share a multiplication (tern_run_ahead), and Java
    has 32 bits."""
    if isinstance(want, float):
        return bool(got == pytest.approx(want, abs=2e-6))
    if isinstance(want, dict):
        return got.keys() == want.keys() and all(nearly(got[key], want[key]) for key in want)
    if isinstance(want, list):
        return len(got) == len(want) and all(map(nearly, got, want))
    return bool(got == want)
