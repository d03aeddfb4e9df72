"""tern_nlp.spacy beside the same pipeline without tern: every attribute of every document."""

from __future__ import annotations

import importlib.util
import logging
import os
import pickle
import re
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("spacy")

import spacy
from beside import difference, differences
from common import MODEL, ROOT, SPACY_PACKAGE
from corpus import project_texts
from spacy.language import Language
from spacy.matcher import Matcher
from spacy.tokens import Doc, DocBin, Span

TEXTS = [*project_texts(), "", " ", "\n\n", "I don't can't won't gonna.", "a" * 50, "é\u0301 😀 \u0000 x"]
FEW = TEXTS[:40]


def test_every_document_is_equal(nlp_full: Language, nlp_tern: Language) -> None:
    assert nlp_tern.pipe_names == ["tern"]
    found = differences(nlp_full.pipe(TEXTS), nlp_tern.pipe(TEXTS))
    assert not found, f"{len(found)} of {len(TEXTS)} differ; the first: {found[0]}"


def test_one_at_a_time(nlp_full: Language, nlp_tern: Language) -> None:
    for text in FEW:
        assert difference(nlp_full(text), nlp_tern(text)) is None


def test_tokens_alone(nlp_full: Language, nlp_tern: Language) -> None:
    for text in TEXTS:
        want, got = nlp_full.make_doc(text), nlp_tern.make_doc(text)
        if len(
            want
        ):  # spaCy forgets it where a special case with an affix comes first (tokenizer.pyx _apply_special_cases)
            want[0].is_sent_start = True
        assert difference(want, got) is None
    with nlp_tern.select_pipes(disable=["tern"]):
        assert difference(nlp_full.make_doc(FEW[0]), nlp_tern(FEW[0])) is None


def test_pipe_keeps_contexts_and_order(nlp_full: Language, nlp_tern: Language) -> None:
    given = [(text, i) for i, text in enumerate(FEW)]
    pairs = list(nlp_tern.pipe(given, as_tuples=True, batch_size=7))
    assert [i for _, i in pairs] == list(range(len(FEW)))
    assert not differences(nlp_full.pipe(FEW), [doc for doc, _ in pairs])


@pytest.mark.parametrize("name", ["parser", "ner", "tagger"])
def test_disabled_components(inside: Any, nlp_full: Language, name: str) -> None:
    nlp = inside.load(SPACY_PACKAGE, disable=[name])
    with nlp_full.select_pipes(disable=[name]):
        assert not differences(nlp_full.pipe(FEW), nlp.pipe(FEW))


# ---- documents that come otherwise -----------------------------------------------------------------------------------


def test_given_words(nlp_full: Language, nlp_tern: Language) -> None:
    words, spaces = ["Ada", "Lovelace", "lived", "in", "Lon", "don", "."], [True, True, True, True, False, False, False]
    want = nlp_full(Doc(nlp_full.vocab, words=words, spaces=spaces))
    got = nlp_tern(Doc(nlp_tern.vocab, words=words, spaces=spaces))
    assert difference(want, got) is None


def test_document_of_spacys_tokenizer(nlp_full: Language, nlp_tern: Language) -> None:
    for text in FEW:
        got = nlp_tern(nlp_tern.tokenizer.original(text))
        assert difference(nlp_full(text), got) is None


def test_preset_sentence_starts(nlp_full: Language, nlp_tern: Language) -> None:
    def prepared(nlp: Language, text: str) -> Doc:
        doc = nlp.make_doc(text)
        for token in doc[1:]:
            token.is_sent_start = token.i % 5 == 0
        return doc

    for text in FEW:
        assert difference(nlp_full(prepared(nlp_full, text)), nlp_tern(prepared(nlp_tern, text))) is None


@pytest.fixture(scope="module")
def nlp_that_learns() -> Language:
    """spaCy's recogniser takes over a label that it meets in a document: not with the pipeline of all tests."""
    return spacy.load(SPACY_PACKAGE)


def with_entities(nlp: Language, text: str) -> Doc:
    """A few, one of a label that no model knows, and a blocked token."""
    doc = nlp.make_doc(text)
    spans = [
        Span(doc, i, min(i + 1 + i % 3, len(doc)), label=("PERSON", "DRAGON")[i % 2]) for i in range(2, len(doc), 7)
    ]
    blocked = [Span(doc, 0, 1)] if len(doc) > 3 else []
    doc.set_ents(spans, blocked=blocked, default="missing")
    return doc


def with_tags(nlp: Language, text: str) -> Doc:
    doc = nlp.make_doc(text)
    for token in doc:
        if token.i % 4 == 0:
            token.tag_ = ("NNS", "XX")[token.i % 8 == 0]
        if token.i % 5 == 0:
            token.pos_, token.lemma_ = "VERB", "dragon"
    return doc


@pytest.mark.parametrize("prepare", [with_entities, with_tags], ids=lambda prepare: prepare.__name__)
def test_preset_annotations(nlp_that_learns: Language, nlp_tern: Language, prepare: Any) -> None:
    want = nlp_that_learns.pipe(prepare(nlp_that_learns, text) for text in FEW)
    assert not differences(want, nlp_tern.pipe(prepare(nlp_tern, text) for text in FEW))


def test_a_document_again(nlp_full: Language, nlp_tern: Language) -> None:
    for text in FEW[:10]:
        assert difference(nlp_full(nlp_full(text)), nlp_tern(nlp_tern(text))) is None


def test_preset_annotations_of_a_language(inside: Any, nlp_that_learns: Language) -> None:
    """Whose components are not loaded again."""
    nlp = inside.load(spacy.load(SPACY_PACKAGE))
    found = [
        difference(nlp_that_learns(with_entities(nlp_that_learns, text)), nlp(with_entities(nlp, text)))
        for text in FEW[:10]
    ]
    assert found == [None] * len(found)
    assert difference(nlp_that_learns(nlp_that_learns(FEW[0])), pickle.loads(pickle.dumps(nlp))(nlp(FEW[0]))) is None


def test_preset_norms(nlp_full: Language, nlp_tern: Language) -> None:
    """Of special cases that the model does not know, in words that it would not have cut so."""
    docs = []
    for nlp in (nlp_full, nlp_tern):
        doc = Doc(nlp.vocab, words=["Gim", "me", "Lon", "don", "."], spaces=[False, True, False, False, False])
        doc[0].norm_ = "give"
        docs.append(nlp(doc))
    assert difference(*docs) is None


def test_preset_annotations_are_refused_where_nobody_can_do_them(inside: Any) -> None:
    nlp = spacy.blank("en")
    nlp.add_pipe("tern", config={"model": str(MODEL)})
    with pytest.raises(ValueError, match="annotations already.*keep="):
        nlp(with_tags(nlp, FEW[0]))


def test_a_changed_tokenizer(inside: Any, nlp_full: Language) -> None:
    nlp = inside.load(SPACY_PACKAGE)
    nlp.tokenizer.add_special_case("gimme", [{"ORTH": "gim"}, {"ORTH": "me"}])
    doc = nlp("gimme that")
    assert [token.text for token in doc] == ["gim", "me", "that"]
    want = nlp_full(Doc(nlp_full.vocab, words=["gim", "me", "that"], spaces=[False, True, False]))
    assert difference(want, doc) is None


# ---- together with the rest of spaCy ---------------------------------------------------------------------------------


def test_custom_components_go_on(inside: Any) -> None:
    if not Doc.has_extension("of_test"):
        Doc.set_extension("of_test", default=None)

    @Language.component("test_count_entities")
    def count_entities(doc: Doc) -> Doc:
        doc._.of_test = len(doc.ents)
        return doc

    whole = spacy.load(SPACY_PACKAGE)
    whole.add_pipe("test_count_entities", after="parser")
    whole.add_pipe("sentencizer", first=True)
    names = whole.pipe_names
    want = list(whole.pipe(FEW))
    nlp = inside.load(whole)
    assert nlp is whole
    assert nlp.pipe_names == ["tern", "test_count_entities", *names[names.index("test_count_entities") + 1 :]]
    assert not differences(want, nlp.pipe(FEW))


def test_kept_components(inside: Any, nlp_full: Language) -> None:
    nlp = inside.load(SPACY_PACKAGE, keep=["ner"])
    assert nlp.pipe_names == ["tern", "ner"]
    assert not differences(nlp_full.pipe(FEW), nlp.pipe(FEW))


def test_matcher_and_docbin(nlp_full: Language, nlp_tern: Language) -> None:
    found, binary = [], []
    for nlp in (nlp_full, nlp_tern):
        matcher = Matcher(nlp.vocab)
        matcher.add("X", [[{"POS": "PROPN"}, {"LEMMA": {"REGEX": "^[a-z]+$"}}]])
        docs = list(nlp.pipe(FEW))
        found.append([matcher(doc) for doc in docs])
        binary.append(DocBin(docs=docs, store_user_data=True).to_bytes())
    assert found[0] == found[1]
    bins = [DocBin().from_bytes(data).get_docs(nlp_full.vocab) for data in binary]
    assert not differences(*bins)


def test_memory_zone(inside: Any, nlp_full: Language) -> None:
    nlp = inside.load(SPACY_PACKAGE)
    for turn in range(3):
        with nlp.memory_zone():
            text = f"Zorblaxia{turn} visited Quuxville{turn % 2}."
            doc = nlp(text)
            assert [token.text for token in doc] == [token.text for token in nlp_full(text)]
            assert [token.lemma_ for token in doc] == [token.lemma_ for token in nlp_full(text)]
    assert nlp("Zorblaxia1 visited Quuxville1.")[0].text == "Zorblaxia1"


# ---- saving ----------------------------------------------------------------------------------------------------------


def test_to_disk(nlp_full: Language, nlp_tern: Language, tmp_path: Path) -> None:
    nlp_tern.to_disk(tmp_path / "saved")
    loaded = spacy.load(tmp_path / "saved")
    assert loaded.get_pipe("tern").engine.source == tmp_path / "saved" / "tern" / "model.tern"
    assert not differences(nlp_full.pipe(FEW), loaded.pipe(FEW))
    loaded.to_disk(tmp_path / "saved")  # over the file that is open
    assert not differences(nlp_full.pipe(FEW), spacy.load(tmp_path / "saved").pipe(FEW))


def test_to_bytes(nlp_full: Language, nlp_tern: Language) -> None:
    data = nlp_tern.to_bytes()
    loaded = Language.from_config(nlp_tern.config) if nlp_tern.lang is None else spacy.blank("en")
    loaded = spacy.util.load_model_from_config(nlp_tern.config).from_bytes(data)
    assert isinstance(loaded.get_pipe("tern").engine.source, bytes)
    assert not differences(nlp_full.pipe(FEW), loaded.pipe(FEW))


def test_pickle(nlp_full: Language, nlp_tern: Language) -> None:
    loaded = pickle.loads(pickle.dumps(nlp_tern))
    assert not differences(nlp_full.pipe(FEW), loaded.pipe(FEW))
    assert loaded.tokenizer.tern is loaded.get_pipe("tern")


def test_processes(nlp_full: Language, nlp_tern: Language) -> None:
    assert not differences(nlp_full.pipe(FEW), nlp_tern.pipe(FEW, n_process=2, batch_size=8))


def test_add_pipe(nlp_full: Language, package: Any) -> None:
    nlp = spacy.blank("en")
    nlp.add_pipe("tern", config={"model": str(MODEL)})
    for text in FEW:
        want, got = nlp_full(text), nlp(text)
        assert [(t.text, t.tag_, t.lemma_, t.dep_, str(t.morph)) for t in want] == [
            (t.text, t.tag_, t.lemma_, t.dep_, str(t.morph)) for t in got
        ]
        assert [(e.text, e.label_) for e in want.ents] == [(e.text, e.label_) for e in got.ents]


def test_no_model() -> None:
    nlp = spacy.blank("en")
    nlp.add_pipe("tern")
    with pytest.raises(ValueError, match="has no model"):
        nlp("x")


def test_the_document(package: Any, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """The programs of docs/python.md, one after the other. Presidio's is in test_libraries.py, and
    test_tokenizer.py has languages."""
    monkeypatch.chdir(ROOT / "weights")
    text = (ROOT / "docs" / "python.md").read_text("utf-8")
    names: dict[str, Any] = {"spacy": spacy}
    entities = 0
    for block in re.findall(r"^```py\n(.*?)^```$", text, re.S | re.M):
        used = re.findall(r"^(?:import|from) (\w+)", block, re.M)
        if (
            "presidio_analyzer" in used
            or 'tern_nlp.blank("de")' in block
            or not all(importlib.util.find_spec(name) for name in used)
        ):
            continue
        exec(block.replace('spacy.load("en_core_web_sm")', f'spacy.load("{SPACY_PACKAGE}")'), names)
        entities += capsys.readouterr().out == "[('Alan Turing', 'PERSON'), ('London', 'GPE')]\n"
    assert entities == 2


# ---- conversion ------------------------------------------------------------------------------------------------------


def test_converted_once(
    inside: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    nlp = spacy.blank("de")
    nlp.add_pipe("sentencizer")
    nlp.to_disk(tmp_path / "pipeline")
    with caplog.at_level(logging.INFO, "tern_nlp"):
        for _ in range(2):
            assert inside.load(tmp_path / "pipeline").pipe_names == ["tern"]
    assert {record.levelname for record in caplog.records} == {"INFO"}  # strict test suites stay content
    assert [record.getMessage().split(" for tern")[0] for record in caplog.records] == [
        f"converting {tmp_path / 'pipeline'}"
    ]
    assert len(os.listdir(tmp_path / "tern_nlp")) == 1
    nlp.get_pipe("sentencizer").punct_chars.add("#")
    nlp.to_disk(tmp_path / "pipeline")
    assert len(list(inside.load(tmp_path / "pipeline")("a # b c").sents)) == 2
    assert len(os.listdir(tmp_path / "tern_nlp")) == 2


def unwritable(folder: Path) -> Path:
    """For the superuser, too: below a file there are no folders."""
    folder.mkdir()
    (folder / "file").touch()
    return folder / "file" / "cache"


def test_a_cache_that_cannot_be_written(inside: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    nlp = spacy.blank("xx")
    nlp.add_pipe("sentencizer")
    nlp.to_disk(tmp_path / "pipeline")
    (tmp_path / "temporary").mkdir()
    monkeypatch.setenv("XDG_CACHE_HOME", str(unwritable(tmp_path / "home")))
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "temporary"))
    file = inside.load(tmp_path / "pipeline").get_pipe("tern").engine.source
    own = tmp_path / "temporary" / f"tern_nlp-{os.getuid()}"
    assert file.parent == own and own.stat().st_mode & 0o077 == 0
    file.unlink()
    own.chmod(0o777)  # then whoever likes may have put a file there
    with pytest.raises(OSError, match="cannot be written.*XDG_CACHE_HOME"):
        inside.load(tmp_path / "pipeline")


def test_two_processes_convert_at_once(package: Any, tmp_path: Path) -> None:
    nlp = spacy.blank("xx")
    nlp.add_pipe("sentencizer")
    nlp.to_disk(tmp_path / "pipeline")
    program = "import sys, tern_nlp.spacy; print(len(list(tern_nlp.spacy.load(sys.argv[1])('One. Two.').sents)))"
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", program, str(tmp_path / "pipeline")],
            stdout=subprocess.PIPE,
            env={**os.environ, "XDG_CACHE_HOME": str(tmp_path)},
            text=True,
        )
        for _ in range(2)
    ]
    assert [process.communicate(timeout=600)[0] for process in processes] == ["2\n", "2\n"]
    (file,) = (tmp_path / "tern_nlp").iterdir()
    assert file.suffix == ".tern"


def test_nothing_converts(inside: Any, tmp_path: Path) -> None:
    @Language.component("test_nothing")
    def nothing(doc: Doc) -> Doc:
        return doc

    nlp = spacy.blank("en")
    nlp.add_pipe("test_nothing")
    with pytest.raises(ValueError, match="can run no component"):
        inside.load(nlp)
    with pytest.raises(OSError, match="E050"):
        inside.load("no_such_package_of_spacy")


# ---- errors and threads ----------------------------------------------------------------------------------------------


def test_a_bad_document_among_others(package: Any) -> None:
    nlp = spacy.blank("en")
    nlp.add_pipe("tern", config={"model": str(MODEL)})
    failed = []
    nlp.set_error_handler(lambda name, proc, docs, error: failed.extend((doc.text, str(error)) for doc in docs))
    docs = [nlp.make_doc(text) for text in ("One London.", "Two Paris.", "Three Rome.")]
    docs[1][1].tag_ = "NNP"
    assert [doc.text for doc in nlp.pipe(docs)] == ["One London.", "Three Rome."]
    assert [text for text, _ in failed] == ["Two Paris."]


def test_too_long(nlp_tern: Language) -> None:
    with pytest.raises(ValueError, match="E088"):
        nlp_tern("x" * 10_000_000)


def test_threads(nlp_full: Language, nlp_tern: Language) -> None:
    want, found = list(nlp_full.pipe(FEW)), []

    def work() -> None:
        for doc, text in zip(want, FEW):
            found.append(difference(doc, nlp_tern(text)))

    threads = [threading.Thread(target=work) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [None] * (3 * len(FEW))
