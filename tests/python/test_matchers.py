"""tern_nlp.matcher beside spaCy's own classes on the same documents: random patterns, phrases and trees."""

from __future__ import annotations

import importlib
import pickle
import random
import warnings
from collections.abc import Sequence
from types import ModuleType
from typing import Any, Callable, Optional

import pytest

spacy = pytest.importorskip("spacy")

import oracle
import spacy_patterns
from common import SPACY_PACKAGE
from corpus import project_texts
from random_patterns import PatternMaker
from spacy import matcher as theirs
from spacy.matcher.levenshtein import levenshtein, levenshtein_compare
from spacy.schemas import validate_token_pattern
from spacy.tokens import Doc, Token

SEED = 7


@pytest.fixture(scope="module")
def ours(package: ModuleType) -> Any:
    return importlib.import_module("tern_nlp.matcher")


@pytest.fixture(scope="module")
def docs() -> list[Doc]:
    """Annotated documents."""
    texts = [text for text in project_texts() if text.strip()]
    found = list(oracle.pipeline(SPACY_PACKAGE, "full").pipe(texts[:: len(texts) // 40]))
    return [doc[:150].as_doc() for doc in found if len(doc)]


def outcome(call: Callable[[], Any]) -> Any:
    """What a call gives, or its exception's type and, of spaCy's own, the number."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return call()
        except Exception as error:
            text = str(error)
            return type(error).__name__, text[:6] if text.startswith("[E") else ""


def both(ours: Any, name: str, *args: Any, **settings: Any) -> tuple[Any, Any]:
    return getattr(theirs, name)(*args, **settings), getattr(ours, name)(*args, **settings)


# ---- Matcher ---------------------------------------------------------------------------------------------------------


def filled(pair: tuple[Any, Any], patterns: Sequence[Any], source: random.Random) -> int:
    """Adds patterns under some keys to both; how many both took."""
    taken = 0
    for pattern in patterns:
        key = f"K{source.randrange(1 + len(patterns) // 2)}"
        greedy = source.choice([None, None, "FIRST", "LONGEST"])
        results = [outcome(lambda m=m: m.add(key, [pattern], greedy=greedy)) for m in pair]
        assert results[0] == results[1], pattern
        taken += results[0] is None
    return taken


@pytest.mark.parametrize("count", [1, 4, 60])
def test_random_patterns(count: int, ours: Any, docs: list[Doc]) -> None:
    maker, source = PatternMaker(docs, SEED + count), random.Random(SEED)
    found = 0
    for _ in range(120 // count):
        pair = both(ours, "Matcher", docs[0].vocab, validate=False)
        filled(pair, [maker.pattern() for _ in range(count)], source)
        for doc in source.sample(docs, 6):
            begin = source.randrange(len(doc))
            doclike = source.choice([doc, doc, doc[begin : begin + 40]])
            alignments = source.random() < 0.5
            wanted, given = (
                outcome(lambda m=m: m(doclike, with_alignments=alignments, allow_missing=True)) for m in pair
            )
            assert given == wanted
            found += len(wanted)
    assert found > 500


def test_patterns_of_spacys_tests(ours: Any, docs: list[Doc]) -> None:
    for name in ("_value", "reversed", "is_fruit"):
        Token.set_extension(name, default=False, force=True)
    patterns = [
        pattern
        for pattern in spacy_patterns.token_patterns()
        if all(Token.has_extension(name) for spec in pattern for name in spec.get("_", ()))
    ]
    nlp = oracle.pipeline(SPACY_PACKAGE, "full")
    pair = both(ours, "Matcher", nlp.vocab, validate=False)
    assert filled(pair, patterns, random.Random(SEED)) > 120
    for text in spacy_patterns.texts()[::6]:
        doc = nlp(text)
        wanted, given = (outcome(lambda m=m: m(doc)) for m in pair)
        assert given == wanted, text


def test_wrong_patterns(ours: Any, package: ModuleType, docs: list[Doc]) -> None:
    """What is wrong is found in the same places, and said with the same words."""
    schemas = importlib.import_module("tern_nlp.schemas")
    source, maker = random.Random(SEED), PatternMaker(docs, SEED)
    odd: list[Any] = [None, 1, -1, 1.5, True, "", "x", [], ["a"], [1], {}, {"IN": "a"}, {"regex": None}, b"x", {1: 2}]
    odd += [{"REGEX": {"IN": [1]}}, {"==": "a"}, {"IN": [True]}, {"fuzzy1": {"X": 1}}, {"a": odd[-1], "b": {"<": "x"}}]
    keys = ["TEXT", "lower", "LENGTH", "IS_ALPHA", "OP", "_", "ENT_IOB", "XX", "SENT_START", "ORTH", 65, 999, "spacy"]
    for _ in range(1500):
        pattern = maker.pattern()
        source.choice(pattern)[source.choice(keys)] = source.choice(odd)
        if source.random() < 0.05:
            pattern.append(source.choice(odd))
        assert schemas.validate_token_pattern(pattern) == validate_token_pattern(pattern), pattern
        for validate in (True, False):
            pair = both(ours, "Matcher", docs[0].vocab, validate=validate)
            wanted, given = (outcome(lambda m=m: m.add("K", [pattern])) for m in pair)
            if given == ("ValueError", "[E152]") and not validate:
                continue  # spaCy takes a predicate of an attribute that there is not, and fails at the first document
            assert wanted == given, (pattern, validate)


def calls_back(found: list[Any]) -> Callable[..., None]:
    return lambda matcher, doc, i, matches: found.append((len(matcher), len(doc), i, list(matches)))


def test_callbacks_spans_and_pickles(ours: Any, docs: list[Doc]) -> None:
    doc = docs[0]
    results = []
    for matcher in both(ours, "Matcher", doc.vocab):
        seen: list[Any] = []
        matcher.add("A", [[{"POS": "NOUN"}, {"OP": "?"}]], on_match=calls_back(seen), greedy="LONGEST")
        matcher.add("B", [[{"LOWER": {"REGEX": "^t"}}]])
        spans = matcher(doc[3:60], as_spans=True)
        results.append((seen, [(span.start, span.end, span.label_) for span in spans]))
        matcher.remove("A")
        again = pickle.loads(pickle.dumps(matcher))
        results[-1] += (again(doc), len(again), "A" in again, again.get("B"))
    assert results[0] == results[1] and results[0][0]


def test_extensions(ours: Any, docs: list[Doc]) -> None:
    Token.set_extension("number", getter=lambda token: token.i % 5, force=True)
    Token.set_extension("word", getter=lambda token: token.lower_, force=True)
    Token.set_extension("list", getter=lambda token: [token.lower_, token.i % 3], force=True)
    doc = docs[1][:9].as_doc()
    tests: list[Any] = [{"number": 3}, {"word": doc[2].lower_}, {"number": {">=": 2}}, {"word": {"REGEX": "^a"}}]
    tests += [{"list": {kind: [1, doc[3].lower_]}} for kind in ("IS_SUBSET", "IS_SUPERSET", "INTERSECTS", "IN")]
    tests += [
        {"word": {"IN": ["the", "a"]}, "number": {"NOT_IN": [1]}},
        {"list": {"==": ["the", 0]}},
        {"word": {">": 1}},
    ]
    for test in tests:
        for pattern in ([{"_": test}], [{"OP": "*"}, {"_": test, "OP": "+"}], [{"_": test, "IS_ALPHA": True}]):
            pair = both(ours, "Matcher", doc.vocab)
            wanted, given = (outcome(lambda m=m: (m.add("K", [pattern]), m(doc))[1]) for m in pair)
            assert wanted == given, test


def test_answers_of_a_comparison_of_ones_own(ours: Any, docs: list[Doc]) -> None:
    for answer in (True, False, None, 1):
        pair = both(ours, "Matcher", docs[0].vocab, fuzzy_compare=lambda a, b, edits, answer=answer: answer)
        for matcher in pair:
            matcher.add("K", [[{"LOWER": {"FUZZY": "of"}}]])
        wanted, given = (outcome(lambda m=m: m(docs[0])) for m in pair)
        assert wanted == given


def test_patterns_that_were_made_to_blow_up(ours: Any, docs: list[Doc]) -> None:
    """spaCy has 2 ** 20 states after some tokens."""
    doc = docs[0][:80].as_doc()
    matcher = ours.Matcher(doc.vocab)
    matcher.add("K", [[{"OP": "*"}] * 20 + [{"ORTH": "never"}]])
    assert matcher(doc) == []
    matcher.add("L", [[{"OP": "?"}] * 20])
    assert len(matcher(doc)) == sum(min(20, len(doc) - start) for start in range(len(doc)))


# ---- PhraseMatcher ---------------------------------------------------------------------------------------------------


def phrases(source: random.Random, docs: list[Doc], count: int) -> list[tuple[str, Doc]]:
    """Phrases under keys, some under several."""
    found = []
    for number in range(count):
        doc = source.choice(docs)
        begin = source.randrange(len(doc))
        phrase = doc[begin : begin + source.randint(1, 4)].as_doc()
        keys = source.sample("ABCDEFGHIJKLMN", source.choice((1, 1, 1, 2, 8)))
        found += [(f"{key}{number % 7}", phrase) for key in keys]
    return found


@pytest.mark.parametrize("attr", ["ORTH", "LOWER", "SHAPE", "IS_PUNCT", "SENT_START", "LENGTH", "LEMMA", "MORPH"])
def test_phrases(attr: str, ours: Any, docs: list[Doc]) -> None:
    source = random.Random(SEED)
    pair = both(ours, "PhraseMatcher", docs[0].vocab, attr=attr)
    for key, phrase in phrases(source, docs, 300):
        for matcher in pair:
            matcher.add(key, [phrase])
    for doc in source.sample(docs, 8):
        wanted, given = (matcher(doc) for matcher in pair)
        assert given == wanted and wanted
        assert pair[1](doc[2:30]) == pair[0](doc[2:30])
    pair = tuple(pickle.loads(pickle.dumps(matcher)) for matcher in pair)  # type: ignore[assignment]
    assert pair[1](docs[0]) == pair[0](docs[0])


def test_phrases_that_are_removed(ours: Any, docs: list[Doc]) -> None:
    """Beside a matcher of spaCy's that never had them: its own remove reads memory that it has freed."""
    source = random.Random(SEED)
    added = phrases(source, docs, 200)
    matcher, wanted = both(ours, "PhraseMatcher", docs[0].vocab)[::-1]
    gone = set(source.sample(sorted({key for key, _ in added}), 30))
    for key, phrase in added:
        matcher.add(key, [phrase])
        if key not in gone:
            wanted.add(key, [phrase])
    for key in gone:
        matcher.remove(key)
        assert key not in matcher
        with pytest.raises(KeyError):
            matcher.remove(key)
    assert len(matcher) == len(wanted)
    for doc in docs:
        assert sorted(matcher(doc)) == sorted(wanted(doc))
    for key, phrase in added:
        matcher.add(key, [phrase])
    assert len(matcher(docs[0])) > len(wanted(docs[0]))


def test_warnings_and_errors_of_phrases(ours: Any, docs: list[Doc]) -> None:
    plain = spacy.blank("en")("not annotated")
    for attr in ("ORTH", "LEMMA", "XX", "text", None, 65, "IS_SENT_START", "_"):
        for doc in (plain, docs[0][:3].as_doc(), [plain], [docs[0][:3].as_doc()], [], [spacy.blank("en")("")]):
            results = []
            for kind in (theirs.PhraseMatcher, ours.PhraseMatcher):
                with warnings.catch_warnings(record=True) as caught:
                    warnings.simplefilter("always")
                    try:
                        matcher = kind(docs[0].vocab, attr=attr, validate=True)
                        matcher.add("K", doc)
                        result: Any = len(matcher)
                    except Exception as error:
                        result = type(error), str(error)[:6]
                results.append((result, [str(warning.message)[:6] for warning in caught]))
            assert results[0] == results[1], (attr, doc)


# ---- DependencyMatcher -----------------------------------------------------------------------------------------------

OPERATORS = "< > << >> . .* ; ;* $+ $- $++ $-- >+ >- >++ >-- <+ <- <++ <--".split()


SEEN: list[Any] = []


def note_match(matcher: Any, doc: Doc, number: int, matches: list[Any]) -> None:
    SEEN.append((len(doc), number, len(matches)))


def random_tree(source: random.Random, doc: Doc) -> list[dict[str, Any]]:
    pattern: list[dict[str, Any]] = []
    for number in range(source.choice((1, 2, 2, 3))):
        token = source.choice(list(doc))
        attrs = source.choice(
            [{"POS": token.pos_}, {"DEP": token.dep_}, {"TAG": token.tag_}, {"LOWER": token.lower_}, {}]
        )
        node = {"RIGHT_ID": number, "RIGHT_ATTRS": attrs}
        if number:
            node.update(LEFT_ID=source.randrange(number), REL_OP=source.choice(OPERATORS))
        pattern.append(node)
    return pattern


def test_trees(ours: Any, docs: list[Doc]) -> None:
    source = random.Random(SEED)
    found = 0
    for number in range(70):
        doc = source.choice(docs)[:14].as_doc()
        patterns = [random_tree(source, doc) for _ in range(3)]
        results = []
        for matcher in both(ours, "DependencyMatcher", doc.vocab):
            SEEN.clear()
            matcher.add("K", patterns[:1], on_match=note_match)
            matcher.add("L", patterns[1:])
            results.append((matcher(doc), matcher(doc[3:10]), list(SEEN)))
            matcher.remove("K")
            again = pickle.loads(pickle.dumps(matcher)) if not number else matcher
            results[-1] += (again(doc), len(again), again.get("L"))
        assert results[0] == results[1], patterns
        found += len(results[0][0])
    assert found > 200


def test_wrong_trees(ours: Any, docs: list[Doc]) -> None:
    anchor: dict[str, Any] = {"RIGHT_ID": "a", "RIGHT_ATTRS": {"POS": "NOUN"}}
    node: dict[str, Any] = {"RIGHT_ID": "b", "RIGHT_ATTRS": {}, "LEFT_ID": "a", "REL_OP": ">"}
    wrong: list[Any] = [
        [],
        [1],
        [{}],
        [node],
        [anchor, anchor],
        [anchor, {**node, "LEFT_ID": "c"}],
        [{"RIGHT_ID": "a"}],
    ]
    wrong += [
        [anchor, {**node, "REL_OP": "?"}],
        [anchor, {**node, "X": 1}],
        [anchor, {**node, "RIGHT_ATTRS": {"OP": "+"}}],
    ]
    wrong += [[{**anchor, "RIGHT_ATTRS": {"OP": "*"}}], [anchor, {"RIGHT_ID": "b"}], [anchor, node, node]]
    for pattern in [*wrong, None, "text"]:
        patterns = [pattern] if isinstance(pattern, list) else pattern
        pair = both(ours, "DependencyMatcher", docs[0].vocab)
        wanted, given = (outcome(lambda m=m: m.add("K", patterns)) for m in pair)
        assert wanted == given, pattern


# ---- edits -----------------------------------------------------------------------------------------------------------


def test_edits(ours: Any) -> None:
    source = random.Random(SEED)
    distance = importlib.import_module("tern_nlp.matcher.levenshtein")
    limits: list[int | None] = [None, -1, 0, 1, 2, 3, 4, 7, 50]
    for _ in range(4000):
        first = "".join(source.choice("abcé𝄞") for _ in range(source.randrange(90)))
        second = first[source.randrange(4) :] if source.random() < 0.5 else first[::-1]
        second = second.replace(source.choice("abc"), source.choice("abcx"), source.randrange(4))
        limit = source.choice(limits)
        assert distance.levenshtein(first, second, limit) == levenshtein(first, second, limit), (first, second, limit)
        fuzzy = source.choice([-1, 0, 1, 3, 9])
        assert distance.levenshtein_compare(first, second, fuzzy) == levenshtein_compare(first, second, fuzzy)
    with pytest.raises(TypeError):
        distance.levenshtein("a", None)
