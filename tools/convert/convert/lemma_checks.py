"""What the lemmatizers' tables may hold."""

from __future__ import annotations

from typing import Any

from .errors import ConvertError


def texts(values: Any, what: str) -> list[str]:
    """A list of texts. what: which, for the refusal."""
    if isinstance(values, str) or not all(isinstance(value, str) for value in values):
        raise ConvertError(f"{what} are not a list of texts, which is all that is supported")
    return list(values)


def exceptions(table: Any, where: str) -> dict[str, list[str]]:
    """Word -> forms. Where a table has a text instead of a list of them, as Persian's do, spaCy takes each character for a form."""
    return {
        word: list(forms) if isinstance(forms, str) else texts(forms, f"{where}: forms of the exception {word!r}")
        for word, forms in dict(table).items()
    }


def check_exceptions(pipe: Any, table: dict[str, list[str]]) -> None:
    """Refuses an exception without forms where spaCy fails on it, too."""
    for word, forms in table.items():
        if not forms:
            raise ConvertError(
                f"component {pipe.name}: the lemmatizer's exception {word!r} has no form, on which spaCy fails, too: "
                "remove it"
            )
