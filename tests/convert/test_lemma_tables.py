"""The lemmatizer's tables hold spaCy's lookups, no more and no less."""

from __future__ import annotations

import random
from collections.abc import Iterable
from typing import Any

import numpy as np
import pytest
import spacy
from convert.constants import MAP_ABSENT, NO_STRING, WORD_SET_EMPTY_WORD, WORD_SET_LEAF
from convert.container import Section
from convert.errors import ConvertError
from convert.lemma_tables import exception_key, lemmatizer_sections
from convert.maps import map_get
from convert.strings import StringTable
from convert.tiny_recipe import LEMMA_TABLES
from convert.word_set import WordSets
from spacy.lookups import Lookups

PARTS = ["ADJ", "ADV", "NOUN", "PUNCT", "VERB"]
Sections = dict[str, Section]


def has_word(edges: list[int], root: int, word: str) -> bool:
    """The walk of engine/components/word_set.h."""
    node, ends = root & ~WORD_SET_EMPTY_WORD, bool(root & WORD_SET_EMPTY_WORD)
    for byte in word.encode("utf-8"):
        if node == WORD_SET_LEAF:
            return False
        while edges[node] & 0xFF != byte:
            if edges[node] >> 8 & 1:
                return False
            node += 1
        ends, node = bool(edges[node] >> 9 & 1), edges[node] >> 10
    return ends


def all_words(edges: list[int], root: int, prefix: bytes = b"") -> Iterable[bytes]:
    node = root
    while node != WORD_SET_LEAF:
        word = prefix + bytes([edges[node] & 0xFF])
        if edges[node] >> 9 & 1:
            yield word
        yield from all_words(edges, edges[node] >> 10, word)
        if edges[node] >> 8 & 1:
            break
        node += 1


def strings_of(sections: Sections) -> list[str]:
    return sections["strings/bytes"].data.decode("utf-8").split("\0")[:-1]


def roots(sections: Sections) -> dict[str, int]:
    strings = strings_of(sections)
    return {strings[row[0]]: int(row[3]) for row in sections["lemmatizer/parts"].array}


@pytest.fixture(scope="module")
def lemmatizer(nlp: Any) -> Any:
    return nlp.get_pipe("lemmatizer")


def table(lemmatizer: Any, name: str, pos: str) -> Any:
    return lemmatizer.lookups.get_table(name).get(pos.lower()) or {}


def test_parts_are_those_with_tables(sections, lemmatizer):
    strings = strings_of(sections)
    rows = sections["lemmatizer/parts"].array
    assert [strings[row[0]] for row in rows] == PARTS
    assert [row[3] == NO_STRING for row in rows] == [False, False, False, True, False]
    assert {len(table(lemmatizer, "lemma_index", pos)) for pos in PARTS} == {20993, 3775, 57528, 0, 8700}


def test_suffix_rules_in_file_order(sections, lemmatizer):
    strings, rules = strings_of(sections), sections["lemmatizer/suffix_rules"].array
    found = {
        strings[pos]: [[strings[old], strings[new]] for old, new in rules[first : first + count]]
        for pos, first, count, _ in sections["lemmatizer/parts"].array
    }
    assert found == {pos: [list(rule) for rule in table(lemmatizer, "lemma_rules", pos)] for pos in PARTS}
    assert sum(map(len, found.values())) == len(rules) == 26


@pytest.mark.parametrize("pos", ["ADJ", "ADV", "NOUN", "VERB"])
def test_index_holds_exactly_the_words(sections, lemmatizer, pos):
    edges, root = sections["lemmatizer/words"].array.tolist(), roots(sections)[pos]
    words = list(table(lemmatizer, "lemma_index", pos))
    assert set(all_words(edges, root)) == {word.encode("utf-8") for word in words}
    assert all(has_word(edges, root, word) for word in words)
    others = non_words(set(words), 20000)
    assert not [word for word in others if has_word(edges, root, word)]


def non_words(words: set[str], count: int) -> list[str]:
    """Words with a letter changed, added or dropped, and beginnings of words: none is in the set."""
    source, pool, found = random.Random(7), sorted(words), []
    while len(found) < count:
        word = source.choice(pool)
        at = source.randrange(len(word))
        letter = source.choice("aeiourstné\u0000")
        changed = source.choice(
            [
                word[:at] + letter + word[at:],
                word[:at] + word[at + 1 :],
                word[:at],
                word[:at] + letter + word[at + 1 :],
                word + source.choice(pool),
            ]
        )
        if changed not in words:
            found.append(changed)
    return found


def test_automaton_is_minimal(sections):
    """No two nodes have the same edges, and none has its edges out of order."""
    edges = sections["lemmatizer/words"].array.tolist()
    nodes, begin = [], 0
    for at, edge in enumerate(edges):
        if edge >> 8 & 1:
            nodes.append(tuple(edges[begin : at + 1]))
            begin = at + 1
    assert begin == len(edges) < 140000
    assert len(set(nodes)) == len(nodes)
    assert all([edge & 0xFF for edge in node] == sorted({edge & 0xFF for edge in node}) for node in nodes)
    targets = {edge >> 10 for edge in edges} - {WORD_SET_LEAF}
    starts = set(np.cumsum([0] + [len(node) for node in nodes[:-1]]).tolist())
    assert targets <= starts and starts - targets <= set(roots(sections).values())


def test_exceptions_in_file_order(sections, lemmatizer):
    strings = strings_of(sections)
    starts, forms = (sections[f"lemmatizer/exception_{name}"].array for name in ("start", "forms"))
    count = 0
    for number, pos in enumerate(PARTS):
        for word, lemmas in table(lemmatizer, "lemma_exc", pos).items():
            found = map_get(sections["lemmatizer/exceptions"], exception_key(number, word))
            assert [strings[form] for form in forms[starts[found] : starts[found + 1]]] == list(lemmas), (pos, word)
            count += 1
        assert map_get(sections["lemmatizer/exceptions"], exception_key(number, "tern")) == MAP_ABSENT
    assert (
        count
        == 1489 + 25 + 2050 + 2401
        == np.count_nonzero(sections["lemmatizer/exceptions"].array[:, 1] != MAP_ABSENT)
    )


def test_key_of_an_exception_is_the_one_of_the_format():
    """phrase_hash(part number + 1, murmur64a(word, 1)) of engine/base/hash.h, with the id of "apple" from the specification."""
    mixed = ((3 ^ 8566208034543834098) * 0xC6A4A7935BD1E995) % 2**64
    assert exception_key(2, "apple") == mixed ^ mixed >> 47


@pytest.mark.parametrize(
    "sets", [[["a"]], [["a", "ab", "abc"], ["b", "c"]], [["é", "è", "e", "東京"], ["東京"]], [["aa", "ba"], ["a"]]]
)
def test_small_sets(sets):
    collection = WordSets()
    nodes = [collection.add(words) for words in sets]
    edges, first = collection.layout()
    for node, words in zip(nodes, sets):
        assert sorted(all_words(edges.tolist(), first[node])) == sorted(word.encode("utf-8") for word in words)


def test_the_empty_word():
    """It is a word of some sets only; a set that has no other begins nowhere."""
    collection = WordSets()
    for words in (["a", ""], ["a"], [""], []):
        collection.add(words)
    edges, roots = collection.layout()
    assert [has_word(edges.tolist(), root, "") for root in roots] == [True, False, True, False]
    assert [has_word(edges.tolist(), root, "a") for root in roots] == [True, True, False, False]
    assert [root & ~WORD_SET_EMPTY_WORD == WORD_SET_LEAF for root in roots] == [False, False, True, True] and len(
        edges
    ) == 1
    alone = WordSets()
    alone.add([""])
    assert len(alone.layout()[0]) == 1  # a section is never empty


def test_tables_as_the_persian_ones():
    """An empty index word, which makes a table one, and an exception that is a text: its characters are the forms, as in spaCy."""
    tables = {"lemma_rules": {}, "lemma_index": {"adj": [""]}, "lemma_exc": {"verb": {"was": "be", "is": ["be"]}}}
    strings = StringTable()
    sections = sections_of(lemmatizer_of(tables), strings)
    rows = sections["lemmatizer/parts"].array.tolist()
    assert [[strings.texts[row[0]], row[3]] for row in rows] == [
        ["ADJ", WORD_SET_LEAF | WORD_SET_EMPTY_WORD],
        ["VERB", NO_STRING],
    ]
    starts, forms = (sections[f"lemmatizer/exception_{name}"].array for name in ("start", "forms"))
    found = map_get(sections["lemmatizer/exceptions"], exception_key(1, "was"))
    assert [strings.texts[form] for form in forms[starts[found] : starts[found + 1]]] == ["b", "e"]


def test_sets_share_their_ends():
    collection = WordSets()
    collection.add(["walking", "talking"])
    alone = len(collection.layout()[0])
    collection.add(["talking"])
    assert alone == 8 and len(collection.layout()[0]) == alone + 1


def test_random_sets_are_found_whatever_their_order():
    source = random.Random(3)
    words = {"".join(source.choice("abé") for _ in range(source.randint(1, 7))) for _ in range(500)}
    layouts = []
    for _ in range(2):
        shuffled = sorted(words)
        source.shuffle(shuffled)
        collection = WordSets()
        node = collection.add(shuffled)
        edges, first = collection.layout()
        assert set(all_words(edges.tolist(), first[node])) == {word.encode("utf-8") for word in words}
        layouts.append(edges.tobytes())
    assert layouts[0] == layouts[1]


def lemmatizer_of(tables: dict[str, Any], **settings: Any) -> Any:
    pipe = spacy.blank("en").add_pipe("lemmatizer", config=settings)
    lookups = Lookups()
    for name, entries in tables.items():
        lookups.add_table(name, entries)
    pipe.initialize(lookups=lookups)
    return pipe


def sections_of(pipe: Any, strings: StringTable) -> Sections:
    return {section.name: section for section in lemmatizer_sections(pipe, strings)}


def test_tables_of_the_tiny_model():
    strings = StringTable()
    sections = sections_of(lemmatizer_of(LEMMA_TABLES), strings)
    rows = sections["lemmatizer/parts"].array
    assert [strings.texts[row[0]] for row in rows] == ["ADP", "NOUN", "PUNCT", "VERB"]
    assert {row[3] != NO_STRING for row in rows} == {True, False}
    edges = sections["lemmatizer/words"].array.tolist()
    assert sorted(all_words(edges, int(rows[1][3]))) == sorted(
        word.encode() for word in LEMMA_TABLES["lemma_index"]["noun"]
    )


def test_absent_tables_have_no_sections():
    sections = sections_of(lemmatizer_of({"lemma_rules": {"noun": [["s", ""]], "space": [["a", "b"]]}}), StringTable())
    assert sorted(sections) == ["lemmatizer/parts", "lemmatizer/suffix_rules"]
    assert len(sections["lemmatizer/parts"].array) == 1
    sections = sections_of(lemmatizer_of({"lemma_rules": {}, "lemma_exc": {"verb": {"was": ["be"]}}}), StringTable())
    assert "lemmatizer/words" not in sections and "lemmatizer/suffix_rules" not in sections


@pytest.mark.parametrize(
    "tables, words",
    [
        ({"lemma_rules": {"noun": [["s"]]}}, "table for NOUN has a rule that is not a pair"),
        (
            {"lemma_rules": {}, "lemma_index": {"verb": ["be", 7]}},
            "table for VERB: index words are not a list of texts",
        ),
        ({"lemma_rules": {}, "lemma_index": {"verb": "be"}}, "table for VERB: index words are not a list of texts"),
        (
            {"lemma_rules": {}, "lemma_exc": {"verb": {"was": [7]}}},
            "table for VERB: forms of the exception 'was' are not a list of texts",
        ),
    ],
)
def test_tables_that_are_not_supported(tables, words):
    with pytest.raises(ConvertError, match=words):
        sections_of(lemmatizer_of(tables), StringTable())


def test_overwrite_is_a_section_more():
    normal, overwriting = (
        sections_of(lemmatizer_of(LEMMA_TABLES, overwrite=overwrite), StringTable()) for overwrite in (False, True)
    )
    assert set(overwriting) - set(normal) == {"lemmatizer/settings"}
    assert overwriting["lemmatizer/settings"].array.tolist() == [1]
