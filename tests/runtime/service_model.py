"""Amazon Comprehend's service model, as botocore has it: its operations and errors, and whether an answer is what it says."""

from __future__ import annotations

import re
from typing import Any

import botocore.session
from botocore.model import Shape

MODEL = botocore.session.get_session().get_service_model("comprehend")
TARGET = f"{MODEL.metadata['targetPrefix']}."
ANSWERED = [
    f"{batch}Detect{what}" for what in ("Entities", "KeyPhrases", "Sentiment", "Syntax") for batch in ("", "Batch")
]
"""The operations that tern has, beside those on personal data."""

TYPES: dict[str, type | tuple[type, ...]] = {
    "structure": dict,
    "list": list,
    "string": str,
    "integer": int,
    "float": (float, int),
}


def problems(value: Any, shape: Shape, where: str = "answer") -> list[str]:
    """How the value is not the shape: types, members that are required or not known, values of an enumeration, lengths."""
    if not isinstance(value, TYPES[shape.type_name]) or isinstance(value, bool):
        return [f"{where}: {value!r} is no {shape.type_name}"]
    if shape.type_name == "structure":
        missing = [f"{where}: no {name}" for name in shape.required_members if name not in value]
        unknown = [f"{where}: {name} is not known" for name in value if name not in shape.members]
        inside = [
            problem
            for name, item in value.items()
            if name in shape.members
            for problem in problems(item, shape.members[name], f"{where}.{name}")
        ]
        return missing + unknown + inside
    if shape.type_name == "list":
        return [p for i, item in enumerate(value) for p in problems(item, shape.member, f"{where}[{i}]")]
    if shape.type_name == "string":
        allowed = getattr(shape, "enum", None)
        wrong = allowed and value not in allowed
        short = len(value) < shape.metadata.get("min", 0)
        mismatch = not re.fullmatch(shape.metadata.get("pattern", r"(?s).*"), value)
        return [f"{where}: {value!r} is not allowed"] if wrong or short or mismatch else []
    return []


def check_output(operation: str, answer: dict[str, Any]) -> None:
    assert problems(answer, MODEL.operation_model(operation).output_shape) == []


def check_error(operation: str, status: int, body: dict[str, Any]) -> None:
    """An error that the model has for the operation has its status and members; others are those common to AWS's services."""
    known = {shape.name: shape for shape in MODEL.operation_model(operation).error_shapes}
    shape = known.get(body["__type"])
    assert set(body) == {"__type", "Message"} and body["Message"]
    if shape:
        assert status == shape.metadata["error"]["httpStatusCode"]
        assert problems({"Message": body["Message"]}, shape) == []
    else:
        assert status == 400 and body["__type"] in (
            "ValidationException",
            "SerializationException",
            "UnknownOperationException",
        )
