"""Expressions that stand for finitely many texts: the list is exactly what re.search finds, or there is a refusal."""

from __future__ import annotations

import itertools
import re

import pytest
from convert.errors import ConvertError
from convert.regex_strings import MAX_TEXTS, matching_texts


def test_expressions_of_the_package():
    assert matching_texts("^n'?t$") == ["n't", "n't\n", "nt", "nt\n"]
    assert matching_texts("^n[ou]thin'$") == ["nothin'", "nothin'\n", "nuthin'", "nuthin'\n"]
    assert matching_texts("^y'?$") == ["y", "y\n", "y'", "y'\n"]


@pytest.mark.parametrize(
    "pattern",
    [
        "^a$",
        r"\Aab?\Z",
        "^(?:a|bc)$|^c$",
        "^a{2,3}$",
        "^[ab]c??$",
        "^(a)(b|)$",
        "^$",
        "^(?P<x>a?b?c?)$",
        "^a$\n",
        "^(^a|b$)$",
        "^a(?:$|b$)",
        "^[a-c]{0,2}$",
        "^a^b$",
        r"^\x61$",
    ],
)
def test_list_is_complete(pattern):
    """Against all short texts over the letters that occur."""
    texts = ["".join(letters) for length in range(5) for letters in itertools.product("abc\n", repeat=length)]
    assert matching_texts(pattern) == sorted(text for text in texts if re.search(pattern, text))


@pytest.mark.parametrize(
    "pattern, reason",
    [
        ("a", "not anchored"),
        ("^a", "not anchored"),
        ("a$", "not anchored"),
        ("^a$|b", "not anchored"),
        ("^(?:a|$)", "not anchored"),
        ("^a*$", "repetition"),
        ("^a+?$", "repetition"),
        ("^a{0,65}$", "repetition"),
        ("^.$", "it uses any"),
        ("^[^a]$", "it uses not_literal"),
        ("^[^ab]$", "class"),
        (r"^\d$", "class"),
        (r"^(a)\1$", "it uses groupref"),
        (r"^\ba$", "it uses at"),
        ("^(?=a)a$", "it uses assert"),
        ("(?i)^a$", "flags"),
        ("^(?i:a)$", "flags"),
        ("(?m)^a$", "flags"),
        ("^(a", "Python cannot compile it"),
        ("^[a-z]{3}$", f"more than {MAX_TEXTS} texts"),
        ("^[\\u0000-\\uffff]$", f"more than {MAX_TEXTS} texts"),
        ("^(?:a?){64}(?:b?){64}(?:c?){64}$", f"more than {MAX_TEXTS} texts"),
    ],
)
def test_refusal_says_why(pattern, reason):
    with pytest.raises(ConvertError, match=reason):
        matching_texts(pattern)
