"""Documents made of words, without spaCy's classes, beside spaCy's."""

from __future__ import annotations

import importlib
import json
import pickle
import random
from types import ModuleType
from typing import Any

import pytest
import spacy
from spacy import attrs, parts_of_speech, symbols
from spacy.tokens import Doc as SpacyDoc
from spacy.tokens import DocBin as SpacyDocBin
from spacy.tokens import Span as SpacySpan
from spacy.vocab import Vocab as SpacyVocab

WORDS = "the a cat Dog runs over Berlin , . \U0001f600 zürich na\u0301ive 12th".split()
LABELS = ["PERSON", "GPE", "DATE"]


@pytest.fixture(scope="module")
def tokens(package: ModuleType) -> Any:
    return importlib.import_module("tern_nlp.tokens")


@pytest.fixture(scope="module")
def vocab_class(package: ModuleType) -> Any:
    return importlib.import_module("tern_nlp.vocab").Vocab


def arguments(rng: random.Random) -> dict[str, Any]:
    """Of Doc, at random: some sentences, each a tree."""
    words, heads, deps, ents = [], [], [], []
    for _ in range(rng.randrange(1, 4)):
        first, count = len(words), rng.randrange(1, 9)
        root = rng.randrange(count)
        for i in range(count):
            words.append(rng.choice(WORDS))
            heads.append(first + (root if rng.random() < 0.6 else i) if i != root else first + i)
            deps.append(rng.choice(["nsubj", "dobj", "conj", "mine"]) if heads[-1] != len(words) - 1 else "ROOT")
            ents.append(rng.choice(["O", "", *(f"{iob}-{label}" for iob in "BI" for label in LABELS)]))
    ents[0] = "O"  # neither of them takes an I there
    count = len(words)
    return {
        "words": words,
        "spaces": [rng.random() < 0.7 for _ in words],
        "heads": heads,
        "deps": deps,
        "ents": ents,
        "tags": [rng.choice(["NN", "VB", "mine"]) for _ in range(count)],
        "pos": [rng.choice(["NOUN", "VERB", ""]) for _ in range(count)],
        "lemmas": [word.lower() for word in words],
        "morphs": [rng.choice(["Number=Sing", "Case=Nom|Number=Plur", "Tense=B,A", ""]) for _ in range(count)],
    }


def pair(tokens: Any, vocab_class: Any, rng: random.Random) -> tuple[SpacyDoc, Any]:
    given = arguments(rng)
    return SpacyDoc(SpacyVocab(), **given), tokens.Doc(vocab_class(), **given)


ATTRIBUTES = (
    """ORTH SPACY NORM TAG POS MORPH LEMMA DEP HEAD SENT_START ENT_IOB ENT_TYPE ENT_ID ENT_KB_ID LENGTH IDX""".split()
)


def facts(doc: Any) -> dict[str, Any]:
    """What can be asked of a document."""
    return {
        "text": doc.text,
        "array": doc.to_array(ATTRIBUTES).tolist(),
        "json": doc.to_json(),
        "ents": [(ent.start, ent.end, ent.label_, ent.text, ent.root.i, ent.sent.text) for ent in doc.ents],
        "sents": [(sent.start, sent.end, sent.root.i, sent.text_with_ws) for sent in doc.sents],
        "tokens": [token_facts(token) for token in doc],
        "lca": doc.get_lca_matrix().tolist(),
        "annotated": [
            (name, doc.has_annotation(name), doc.has_annotation(name, require_complete=True)) for name in ATTRIBUTES
        ],
        "counts": doc.count_by(attrs.DEP),
    }


def piece_facts(piece: Any) -> Any:
    return None if piece is None else (piece.start, piece.end, piece.text, piece.label_)


def flat_facts(doc: Any) -> tuple[Any, ...]:
    return (
        doc.to_json(),
        doc.to_array(ATTRIBUTES).tolist(),
        [(t.n_lefts, t.n_rights, t.left_edge.i, t.right_edge.i) for t in doc],
    )


def token_facts(token: Any) -> tuple[Any, ...]:
    numbers = (
        token.i,
        token.idx,
        len(token),
        token.n_lefts,
        token.n_rights,
        token.left_edge.i,
        token.right_edge.i,
        token.head.i,
    )
    trees = [
        [other.i for other in found]
        for found in (token.children, token.lefts, token.rights, token.subtree, token.ancestors, token.conjuncts)
    ]
    strings = (
        token.text_with_ws,
        token.tag_,
        token.pos_,
        token.dep_,
        token.lemma_,
        str(token.morph),
        token.ent_type_,
        token.ent_iob_,
    )
    return (
        *numbers,
        *trees,
        *strings,
        token.is_sent_start,
        token.is_sent_end,
        list(token.morph),
        token.morph.to_dict(),
    )


@pytest.mark.parametrize("seed", range(40))
def test_a_document_is_as_spacys(tokens: Any, vocab_class: Any, seed: int) -> None:
    want, got = pair(tokens, vocab_class, random.Random(seed))
    assert facts(got) == facts(want)


@pytest.mark.parametrize("seed", range(10))
def test_bytes_go_both_ways(tokens: Any, vocab_class: Any, seed: int) -> None:
    want, got = pair(tokens, vocab_class, random.Random(seed))
    assert facts(SpacyDoc(SpacyVocab()).from_bytes(got.to_bytes())) == facts(want)
    assert facts(tokens.Doc(vocab_class()).from_bytes(want.to_bytes())) == facts(want)
    assert facts(pickle.loads(pickle.dumps(got))) == facts(want)
    packed = tokens.DocBin(docs=[got], store_user_data=True).to_bytes()
    assert [facts(doc) for doc in SpacyDocBin().from_bytes(packed).get_docs(SpacyVocab())] == [facts(want)]
    packed = SpacyDocBin(docs=[want], store_user_data=True).to_bytes()
    assert [facts(doc) for doc in tokens.DocBin().from_bytes(packed).get_docs(vocab_class())] == [facts(want)]
    assert facts(got.copy()) == facts(want)
    fresh = tokens.Doc(vocab_class())
    if all(token.dep_ for token in got):
        assert fresh.from_json(got.to_json()).to_json() == want.to_json()


def change(doc: Any, rng: random.Random) -> None:
    """Merges and splits, the same way for both."""
    with doc.retokenize() as retokenizer:
        at = 0
        while at < len(doc):
            end = min(len(doc), at + rng.randrange(1, 4))
            if rng.random() < 0.3:
                retokenizer.merge(doc[at:end], attrs={"LEMMA": "merged", "TAG": "XX"})
            elif rng.random() < 0.2 and end == at + 1 and len(doc[at]) > 1:
                text = doc[at].text
                heads = [(doc[at], 1), doc[at].head]
                retokenizer.split(doc[at], [text[:1], text[1:]], heads=heads, attrs={"POS": ["NOUN", "VERB"]})
            at = end


@pytest.mark.parametrize("seed", range(40))
def test_retokenizing_is_as_spacys(tokens: Any, vocab_class: Any, seed: int) -> None:
    want, got = pair(tokens, vocab_class, random.Random(seed))
    for doc in (want, got):
        change(doc, random.Random(1000 + seed))
    # Merging what is no subtree can make circles, in spaCy as here: no walks along the tree.
    assert flat_facts(got) == flat_facts(want)


@pytest.mark.parametrize("seed", range(20))
def test_setting_is_as_spacys(tokens: Any, vocab_class: Any, seed: int) -> None:
    want, got = pair(tokens, vocab_class, random.Random(seed))
    for doc in (want, got):
        rng = random.Random(2000 + seed)
        bounds = sorted(rng.sample(range(len(doc) + 1), min(len(doc) + 1, 4)))
        spans = [doc[a:b] for a, b in zip(bounds, bounds[1:])]
        for span in spans:
            span.label_ = rng.choice(LABELS)
            span.kb_id_ = "Q1"
        doc.set_ents(
            spans[:1], missing=spans[1:2], blocked=spans[2:3], default=rng.choice(["outside", "unmodified", "missing"])
        )
        doc[0].lemma_, doc[0].tag_, doc[-1].dep_, doc[0].norm_ = "new", "NEW", "newdep", "norm"
        doc[0].set_morph({"Case": "Nom"})
        token = doc[rng.randrange(len(doc))]
        token.head = token.head.head
        doc.spans["group"] = spans
    assert facts(got) == facts(want)
    assert [(s.start, s.end, s.label_) for s in got.spans["group"]] == [
        (s.start, s.end, s.label_) for s in want.spans["group"]
    ]


@pytest.mark.parametrize("seed", range(20))
def test_pieces_are_as_spacys(tokens: Any, vocab_class: Any, seed: int) -> None:
    want, got = pair(tokens, vocab_class, random.Random(seed))
    rng = random.Random(3000 + seed)
    for _ in range(10):
        a, b = sorted(rng.sample(range(-1, len(want.text) + 2), 2))
        mode = rng.choice(["strict", "contract", "expand"])
        pieces = [doc.char_span(a, b, label="X", alignment_mode=mode) for doc in (want, got)]
        assert [piece_facts(piece) for piece in pieces[:1]] == [piece_facts(piece) for piece in pieces[1:]]
    a, b = sorted(rng.sample(range(len(want) + 1), 2))
    assert facts(got[a:b].as_doc()) == facts(want[a:b].as_doc())
    joined = [cls.from_docs([doc, doc[a:b].as_doc()]) for cls, doc in ((SpacyDoc, want), (tokens.Doc, got))]
    assert facts(joined[1]) == facts(joined[0])


def test_documents_are_iterables(package: Any) -> None:
    from collections.abc import Iterable

    doc = package.tokens.Doc(package.Vocab(), words=["One", "two"])
    assert isinstance(doc, Iterable) and isinstance(doc[0:1], Iterable)
    assert [token.text for token in iter(doc)] == ["One", "two"]


def test_numbers_are_spacys(package: ModuleType) -> None:
    for name, module in (("symbols", symbols), ("attrs", attrs), ("parts_of_speech", parts_of_speech)):
        ours = importlib.import_module(f"tern_nlp.{name}")
        assert module.IDS == ours.IDS
    assert symbols.NAMES == importlib.import_module("tern_nlp.symbols").NAMES
    store, theirs = importlib.import_module("tern_nlp.strings").StringStore(), spacy.strings.StringStore()
    for text in [*WORDS, *symbols.NAMES, "x" * 300, "\0", "a b"]:
        assert store.add(text) == theirs.add(text)
    assert list(store) == list(theirs) and json.loads(store.to_bytes()) == json.loads(theirs.to_bytes())


def test_bad_input_is_an_exception(tokens: Any, vocab_class: Any) -> None:
    vocab = vocab_class()
    doc = tokens.Doc(vocab, words=["a", "b", "c"])
    token, span = doc[2], doc[1:3]
    for call, error in [
        (lambda: tokens.Doc(vocab, words=["\ud800"]), UnicodeEncodeError),
        (lambda: tokens.Doc(vocab, words=[b"a"]), ValueError),
        (lambda: tokens.Doc(vocab, words=[None]), TypeError),
        (lambda: tokens.Doc(vocab, words=[2**70]), OverflowError),
        (lambda: tokens.Doc(vocab, words=[""]), ValueError),
        (lambda: tokens.Doc(None, words=["a"]), AttributeError),
        (lambda: doc[3], IndexError),
        (lambda: doc[2**80], IndexError),
        (lambda: doc["a"], TypeError),
        (lambda: tokens.Span(doc, 2, 9), IndexError),
        (lambda: tokens.Span(None, 0, 1), TypeError),
        (lambda: tokens.Doc(vocab, words=["a"], heads=[7], deps=["x"]), ValueError),
        (lambda: tokens.Doc.__new__(tokens.Doc).text, ValueError),
        (lambda: vocab.strings[12345678901234567], KeyError),
        (lambda: setattr(token, "lemma_", 3), TypeError),
        (lambda: tokens.Doc(vocab).from_bytes(b"\xdf\xff\xff\xff\xff"), ValueError),
    ]:
        with pytest.raises(error):
            call()
    with doc.retokenize() as retokenizer:
        retokenizer.merge(doc[0:3])
    for call in (lambda: token.text, lambda: span.text, lambda: token.tag_, lambda: token.head):
        with pytest.raises(IndexError):
            call()


def test_groups_made_before_a_merge_name_the_old_places(tokens: Any, vocab_class: Any) -> None:
    """As in spaCy, which does not move them either."""
    vocabs = SpacyVocab(), vocab_class()
    kinds = (SpacyDoc, SpacySpan), (tokens.Doc, tokens.Span)
    compared = 0
    for seed in range(150):
        rng = random.Random(seed)
        words = [rng.choice("abcdef") for _ in range(9)]
        groups = [(start, rng.randrange(start + 1, 10)) for start in (rng.randrange(8) for _ in range(3))]
        first = rng.randrange(7)
        last = rng.randrange(first + 2, 10)
        found = []
        for (doc_class, span_class), vocab in zip(kinds, vocabs):
            doc = doc_class(vocab, words=words)
            doc.set_ents([span_class(doc, 1, 3, label="X"), span_class(doc, 5, 8, label="Y")])
            doc.spans["g"] = [span_class(doc, *place, label="L") for place in groups]
            kept = span_class(doc, *groups[0], label="K")
            with doc.retokenize() as retokenizer:
                retokenizer.merge(doc[first:last])
            try:
                spans = [(span.start, span.end, span.text, span.label_) for span in doc.spans["g"]]
            except IndexError as error:
                assert "E035" in str(error)
                spans = []
            compared += bool(spans)
            ents = [(ent.start, ent.end, ent.label_) for ent in doc.ents]
            found.append((spans, ents, kept.start, kept.end, [token.text for token in doc]))
        assert found[0] == found[1], seed
    assert compared > 20
