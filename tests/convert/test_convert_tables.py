"""The tables of the committed file say what spaCy and Python say."""

from __future__ import annotations

import random
import re
import struct
import unicodedata
from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np
import pytest
from convert import chars
from convert.constants import CODE_POINTS, MAP_ABSENT, NO_STRING, Char
from convert.container import Section
from convert.expressions import ROLES
from convert.maps import map_get
from convert.regex import Expression, check_expression
from convert.tokenizer_tables import PHRASE, PREFIX_OF_PHRASE, pattern_of, phrase_hash
from panels import unpacked
from spacy.lang.norm_exceptions import BASE_NORMS
from spacy.symbols import IDS

Sections = dict[str, Section]
MASK = 0xFFFFFFFFFFFFFFFF


def murmur64a(data: bytes, seed: int = 1) -> int:
    """MurmurHash64A as Austin Appleby published it: independent of the library that spaCy and the converter use."""
    m = 0xC6A4A7935BD1E995
    h = (seed ^ (len(data) * m)) & MASK
    whole = len(data) - len(data) % 8
    for (k,) in struct.iter_unpack("<Q", data[:whole]):
        k = (k * m) & MASK
        k = ((k ^ (k >> 47)) * m) & MASK
        h = ((h ^ k) * m) & MASK
    if len(data) > whole:
        h = ((h ^ int.from_bytes(data[whole:], "little")) * m) & MASK
    h = ((h ^ (h >> 47)) * m) & MASK
    return h ^ (h >> 47)


def strings_of(sections: Sections) -> list[str]:
    data, starts = sections["strings/bytes"].data, sections["strings/start"].array
    assert starts[0] == 0 and starts[-1] == len(data)
    assert all(data[end - 1] == 0 for end in starts[1:])
    return [data[begin : end - 1].decode("utf-8") for begin, end in zip(starts[:-1], starts[1:])]


def string_id(sections: Sections, text: str) -> int:
    """The id of a text as the engine computes it from the file."""
    if text == "":
        return 0
    plain = murmur64a(text.encode("utf-8"))
    symbol = map_get(sections["symbols"], plain)
    return plain if symbol == MAP_ABSENT else symbol


def norm(sections: Sections, strings: list[str], text: str) -> str:
    """The NORM of a text as the engine computes it from the file."""
    number = map_get(sections["norms"], string_id(sections, text))
    return text.lower() if number == MAP_ABSENT else strings[number]


@pytest.fixture(scope="module")
def strings(sections: Sections) -> list[str]:
    return strings_of(sections)


def test_ids_of_the_specification(sections):
    expected = {
        "apple": 8566208034543834098,
        "Apple": 6418411030699964375,
        "Xxxxx": 16072095006890171862,
        "X": 101,
        "_": 456,
        "'s": 16428057658620181782,
        "é": 16256712947286012828,
        "東京": 9360021637096476946,
        "number": 432,
        "": 0,
    }
    assert {text: string_id(sections, text) for text in expected} == expected


def test_every_string_has_spacys_id(sections, strings, nlp):
    ids = [int(value) for value in sections["strings/id"].array]
    assert ids == [nlp.vocab.strings.add(text) for text in strings]
    assert ids == [string_id(sections, text) for text in strings]
    assert len(set(strings)) == len(strings)


def test_symbols_are_spacys(sections):
    symbols = {text: number for text, number in IDS.items() if text}
    assert len(symbols) > 450
    assert all(
        map_get(sections["symbols"], murmur64a(text.encode("utf-8"))) == number for text, number in symbols.items()
    )
    assert np.count_nonzero(sections["symbols"].array[:, 1] != MAP_ABSENT) == len(symbols)


def british(norms: Iterable[str]) -> Iterator[str]:
    """Spellings that the table may map to these norms, as the table has ids and no texts."""
    changes = [
        ("z", "s"),
        ("or", "our"),
        ("og", "ogue"),
        ("er", "re"),
        ("e", "ae"),
        ("e", "oe"),
        ("led", "lled"),
        ("ling", "lling"),
        ("ler", "ller"),
        ("ense", "ence"),
        ("ll", "l"),
    ]
    for value in norms:
        for old, new in changes:
            yield value.replace(old, new)
            yield value.replace(old, new).capitalize()


def test_norms_are_those_of_spacys_lexemes(sections, strings, nlp):
    table = nlp.vocab.lookups.get_table("lexeme_norm")
    assert len(table) == 3510  # by id: spaCy has the texts of some of them only
    assert all(strings[map_get(sections["norms"], key)] == value for key, value in table.items())
    assert np.count_nonzero(sections["norms"].array[:, 1] != MAP_ABSENT) == len(table) + len(BASE_NORMS)
    texts = {nlp.vocab.strings[key] for key in table if key in nlp.vocab.strings} | set(british(table.values()))
    assert sum(text in table for text in texts) > 1500
    texts |= set(BASE_NORMS)
    known = sorted(nlp.vocab.strings)
    texts |= {*random.Random(4).sample(known, 4000), "ΟΔΟΣ", "İstanbul", "ǅ", "COLOUR", "Colour", "", "X"}
    wrong = [text for text in texts if norm(sections, strings, text) != nlp.vocab[text].norm_]
    assert not wrong


def flags_of(sections: Sections, table: str) -> np.ndarray:
    """chars/TABLE of every code point."""
    class_of = sections["chars/class"].array[sections["chars/block"].array].reshape(-1)
    return sections[table].array[class_of]


@pytest.fixture(scope="module")
def same_unicode(manifest: dict[str, Any]) -> None:
    version = manifest["versions"]["unicode"]
    if unicodedata.unidata_version != version:
        pytest.skip(f"the file has Unicode {version}, this Python has {unicodedata.unidata_version}")


@pytest.mark.parametrize(
    "bit, count, predicate",
    [
        (Char.ALPHA, 131756, str.isalpha),
        (Char.DIGIT, 788, str.isdigit),
        (Char.UPPER, 1951, str.isupper),
        (Char.LOWER, 2471, str.islower),
        (Char.TITLE, 1982, str.istitle),
        (Char.SPACE, 29, str.isspace),
        (Char.PUNCT, 819, lambda char: unicodedata.category(char).startswith("P")),
        (Char.CURRENCY, 63, lambda char: unicodedata.category(char) == "Sc"),
    ],
)
def test_unicode_facts_of_all_code_points(sections, same_unicode, bit, count, predicate):
    expected = np.fromiter((predicate(chr(c)) for c in range(CODE_POINTS)), dtype=bool, count=CODE_POINTS)
    assert int(expected.sum()) == count
    assert np.array_equal((flags_of(sections, "chars/flags") & bit) != 0, expected)


def test_lower_case_of_all_code_points(sections, same_unicode):
    delta = flags_of(sections, "chars/lower")
    wrong = [c for c in range(CODE_POINTS) if c != 0x130 and chr(c + int(delta[c])) != chr(c).lower()]
    assert not wrong and delta[0x130] == 0


def test_final_sigma_follows_from_the_cased_and_ignorable_flags(sections, same_unicode):
    flags = flags_of(sections, "chars/flags")
    cased = [chr(c) for c in np.flatnonzero(flags & Char.CASED)]
    ignorable = [chr(c) for c in np.flatnonzero(flags & Char.CASE_IGNORABLE)]
    assert (len(cased), len(ignorable)) == (4253, 2602)
    assert not set(cased) & set(ignorable)

    def is_final(text: str, at: int) -> bool:
        before = [c for c in text[:at] if not flags[ord(c)] & Char.CASE_IGNORABLE][-1:]
        after = [c for c in text[at + 1 :] if not flags[ord(c)] & Char.CASE_IGNORABLE][:1]
        return any(flags[ord(c)] & Char.CASED for c in before) and not any(flags[ord(c)] & Char.CASED for c in after)

    source = random.Random(6)
    for _ in range(20000):
        pools = source.choices((cased, ignorable, ["Σ"], [" ", "1", "東"]), k=source.randint(0, 5))
        text = "".join(source.choice(pool) for pool in pools).replace("\u0130", "I")
        at = source.randint(0, len(text))
        text = text[:at] + "Σ" + text[at:]
        assert text.lower()[at] == ("ς" if is_final(text, at) else "σ"), ascii(text)


@pytest.mark.parametrize("name", ["prefix", "suffix", "infix", "url_match"])
def test_expressions_match_as_pythons_re(sections, same_unicode, nlp, name):
    """The tables as the file has them: columns by character class, not by the compiler's intervals."""
    columns = flags_of(sections, f"dfa/{name}/column")
    edges = np.flatnonzero(np.diff(columns, prepend=-1))
    table = {part: sections[f"dfa/{name}/{part}"].array for part in ("next", "accept", "start", "tracker")}
    backwards = name == "suffix" and bool(sections["tokenizer/settings"].array[0])
    expression = Expression(
        [(int(c), int(columns[c])) for c in edges], table["next"].shape[1], reversed=backwards, **table
    )
    pattern = pattern_of(nlp.tokenizer, name)
    assert pattern is not None
    check_expression(expression, pattern, ROLES[name], 1500, seed=11)


def test_absent_expression_has_no_section(sections, nlp):
    assert nlp.tokenizer.token_match is None
    assert not any(name.startswith("dfa/token_match/") for name in sections)


def test_special_cases_are_spacys(sections, strings, nlp):
    starts, pieces = sections["tokenizer/rule_start"].array, sections["tokenizer/rule_pieces"].array
    assert len(starts) == 1347 + 1 and starts[-1] == len(pieces) == 2658
    for key, specs in nlp.tokenizer.rules.items():
        number = map_get(sections["tokenizer/rules"], murmur64a(key.encode("utf-8")))
        rows = pieces[starts[number] : starts[number + 1]]
        orths = [spec[65] for spec in specs]
        assert [(row[0], row[1]) for row in rows] == [(len(orth.encode("utf-8")), len(orth)) for orth in orths]
        norms = [None if row[2] == NO_STRING else strings[row[2]] for row in rows]
        assert norms == [spec.get(67) for spec in specs]
        assert "".join(orths) == key
    assert sections["tokenizer/settings"].array[1] == max(len(key.encode("utf-8")) for key in nlp.tokenizer.rules)


def test_norms_of_special_cases_reach_the_tokens(sections, strings, nlp):
    """A rule's text alone is cut by the rule: its tokens' NORMs are the file's, by override or by the norm table."""
    starts, pieces = sections["tokenizer/rule_start"].array, sections["tokenizer/rule_pieces"].array
    for key in nlp.tokenizer.rules:
        if any(char.isspace() for char in key):
            continue
        number = map_get(sections["tokenizer/rules"], murmur64a(key.encode("utf-8")))
        found, at = [], 0
        for _, length, override in pieces[starts[number] : starts[number + 1]]:
            text = key[at : at + length]
            found.append((text, norm(sections, strings, text) if override == NO_STRING else strings[override]))
            at += length
        assert found == [(token.text, token.norm_) for token in nlp.tokenizer(key)], key


def test_phrases_of_the_second_pass(sections, nlp):
    """Every rule that spaCy gives to its matcher is found token by token; tokens without special cases come from re alone."""
    tokenizer = nlp.tokenizer
    keys = [
        key
        for key in tokenizer.rules
        if tokenizer.find_prefix(key) or tokenizer.find_infix(key) or tokenizer.find_suffix(key) or " " in key
    ]
    assert len(keys) == 366
    longest, phrases = 0, set()
    for key in keys:
        tokens = blind_tokens(tokenizer, key)
        value = 0
        for token in tokens[:-1]:
            value = phrase_hash(value, token)
            assert map_get(sections["tokenizer/phrases"], value) in (PREFIX_OF_PHRASE, PHRASE)
        assert map_get(sections["tokenizer/phrases"], phrase_hash(value, tokens[-1])) == PHRASE, (key, tokens)
        longest = max(longest, len(tokens))
        phrases.add(tuple(tokens))
    assert np.count_nonzero(sections["tokenizer/phrases"].array[:, 1] == PHRASE) == len(phrases)
    assert sections["tokenizer/settings"].array[2] == longest


def blind_tokens(tokenizer: Any, key: str) -> list[str]:
    """A special case's text cut without special cases, by the affix loop of tokenizer.pyx on whitespace-separated pieces."""
    tokens: list[str] = []
    for piece in re.findall(r"\s+|\S+", key):
        if piece == " " and tokens:
            continue
        prefixes, suffixes, size = [], [], -1
        while piece and len(piece) != size:
            size = len(piece)
            front = tokenizer.find_prefix(piece)
            back = tokenizer.find_suffix(piece[front:])
            if front and back and front + back <= len(piece):
                prefixes.append(piece[:front])
                suffixes.append(piece[-back:])
                piece = piece[front:-back]
            elif front:
                prefixes.append(piece[:front])
                piece = piece[front:]
            elif back:
                suffixes.append(piece[-back:])
                piece = piece[:-back]
        middle: list[str] = []
        if piece and not tokenizer.url_match(piece):
            start = 0
            for match in tokenizer.find_infix(piece):
                if match.start() > 0:
                    middle += [piece[start : match.start()], match.group()]
                    start = match.end()
            middle.append(piece[start:])
        elif piece:
            middle = [piece]
        tokens += prefixes + [token for token in middle if token] + suffixes[::-1]
    return tokens


def test_moves_are_spacys_in_order(sections, strings, nlp):
    letters = {1: "B", 2: "I", 3: "L", 4: "U", 5: "O"}
    moves = nlp.get_pipe("ner").moves
    names = [
        letters[action] + ("" if action == 5 else "-" + strings[label]) for action, label in sections["ner/moves"].array
    ]
    assert names == [moves.get_class_name(number) for number in range(moves.n_moves)]
    assert len(names) == 74 and names[72:] == ["U-", "O"] and names[0] == "B-ORG"
    assert strings[sections["ner/moves"].array[73][1]] == ""


def outputs_of(sections: Sections, layer: str) -> int:
    """How many of the columns of a packed layer are outputs, by what else the file says."""
    component = layer.split("/")[0]
    if f"{layer}/G" in sections:
        return len(sections[f"{layer}/G"].array)
    if layer.endswith("linear"):
        return sections[f"{component}/lower/W"].array.shape[2] - 1
    return {"senter": 2, "tagger": len(sections["tagger/labels"].array)}.get(component) or len(
        sections[f"{component}/moves"].array
    )


def lower_params(sections: Sections, component: str, pad: np.ndarray) -> list[np.ndarray]:
    """Weights, bias and pad of a lower layer; the bias is in the first slot's panels and in the first pad."""
    packed, rows = sections[f"{component}/lower/W"].array, sections[f"{component}/lower/pad"].array
    _, slots, hidden, pieces = pad.shape
    weights, biases = zip(*(unpacked(slot.reshape(-1, pieces, 1 + hidden, 16), hidden) for slot in packed))
    found = [unpacked(row.reshape(-1, pieces, 1, 16), hidden)[1] for row in rows]
    assert len(weights) == len(found) == slots and not np.any(biases[1:])
    assert np.array_equal(found[0], pad[0, 0] + biases[0]) and np.array_equal(found[1:], pad[0, 1:])
    return [np.stack(weights), biases[0], pad]


@pytest.mark.parametrize(
    "component, count", [("tok2vec", 1565664), ("tagger", 4850), ("parser", 79786), ("senter", 47954), ("ner", 1536874)]
)
def test_every_weight_of_a_network_is_in_the_file_once(sections, nlp, component, count):
    model = nlp.get_pipe(component).model
    params = [
        np.ascontiguousarray(node.get_param(name), dtype="<f4") for node in model.walk() for name in node.param_names
    ]
    found: list[np.ndarray] = []
    for name, section in sections.items():
        if not name.startswith(component + "/") or section.array.dtype != np.dtype("<f4"):
            continue
        if name.endswith(("lower/pad", "/temperature")):
            continue
        if name.endswith("lower/W"):
            found += lower_params(sections, component, model.get_ref("lower").get_param("pad"))
        elif name.endswith("/W"):
            found += unpacked(section.array, outputs_of(sections, name[:-2]))
        else:
            found.append(section.array)
    assert sorted(array.tobytes() for array in found) == sorted(array.tobytes() for array in params)
    assert sum(param.size for param in params) == count


def test_packed_layers_are_those_of_their_names(sections, nlp):
    """Where a layer is, not only that it is somewhere: weights of the same shape are not exchanged."""
    ner = nlp.get_pipe("ner").model
    maxouts = [node for node in ner.get_ref("tok2vec").walk(order="dfs_pre") if node.name == "maxout"]
    layers = {
        "ner/tok2vec/mix": maxouts[0],
        **{f"ner/tok2vec/conv/{d}": node for d, node in enumerate(maxouts[1:])},
        "ner/linear": ner.get_ref("tok2vec").layers[-1],
        "ner/upper": ner.get_ref("upper"),
        "senter": nlp.get_pipe("senter").model.get_ref("softmax"),
    }
    assert len(maxouts) == 5
    for name, node in layers.items():
        weights, bias = unpacked(sections[f"{name}/W"].array, outputs_of(sections, name))
        assert np.array_equal(weights.ravel(), node.get_param("W").ravel()), name
        assert np.array_equal(bias.ravel(), node.get_param("b").ravel()), name


def test_embeddings_name_features_and_seeds(sections):
    assert sections["ner/tok2vec/attrs"].array.tolist() == [0, 1, 2, 3]
    assert sections["ner/tok2vec/seeds"].array.tolist() == [8, 9, 10, 11]
    assert [sections[f"ner/tok2vec/embed/{f}"].array.shape for f in range(4)] == [
        (5000, 96),
        (1000, 96),
        (2500, 96),
        (2500, 96),
    ]
    assert sections["tok2vec/attrs"].array.tolist() == [0, 1, 2, 3, 4, 5]
    assert sections["tok2vec/seeds"].array.tolist() == [8, 9, 10, 11, 12, 13]
    assert sections["senter/tok2vec/attrs"].array.tolist() == [0, 1, 2, 3, 4]
    assert sections["senter/tok2vec/seeds"].array.tolist() == [8, 9, 10, 11, 12]
