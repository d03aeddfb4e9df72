"""tern_nlp.load without spaCy, beside spaCy's pipeline: every attribute of every document."""

from __future__ import annotations

import pickle
import re
import subprocess
import sys
from typing import Any

import pytest
import spacy
from beside import difference, differences
from common import SPACY_PACKAGE
from corpus import project_texts
from spacy.language import Language

TEXTS = [*project_texts(), "", " ", "\n\n", "I don't can't won't gonna.", "a" * 50, "é\u0301 😀 \u0000 x"]
FEW = TEXTS[:40]
NAME = "en_core_web_sm"  # the file that comes with the package


@pytest.fixture(scope="module")
def own(package: Any) -> Any:
    return package.load(NAME)


def test_every_document_is_equal(nlp_full: Language, own: Any) -> None:
    assert own.pipe_names == nlp_full.pipe_names and own.disabled == nlp_full.disabled
    found = differences(nlp_full.pipe(TEXTS), own.pipe(TEXTS))
    assert not found, f"{len(found)} of {len(TEXTS)} differ; the first: {found[0]}"


def test_it_is_of_its_languages_class(package: Any, nlp_full: Language, own: Any) -> None:
    assert type(own) is package.util.get_lang_class("en") and isinstance(own, package.Language)
    names = [(type(nlp).__name__, type(nlp).__module__.partition(".")[2], nlp.lang) for nlp in (nlp_full, own)]
    assert names[1] == names[0] == ("English", "lang.en", "en")
    assert own.Defaults.stop_words == nlp_full.Defaults.stop_words
    assert own.vocab.lang == "en" and own.vocab.writing_system == nlp_full.vocab.writing_system


def test_a_language_that_the_package_lacks(package: Any, own: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(code: str) -> None:
        raise ImportError(code)

    monkeypatch.setattr(package.util, "get_lang_class", missing)
    nlp = package.load(NAME)
    assert type(nlp) is package.Language and nlp.vocab.lang == nlp.meta["lang"] == "en"
    assert not differences(own.pipe(FEW[:3]), nlp.pipe(FEW[:3]))


def test_one_at_a_time(nlp_full: Language, own: Any) -> None:
    for text in FEW:
        assert difference(nlp_full(text), own(text)) is None
        assert own.make_doc(text).to_array(["ORTH", "SPACY", "NORM"]).tolist() == [
            [token.orth, bool(token.whitespace_), token.norm] for token in nlp_full.make_doc(text)
        ]


def facts(doc: Any) -> list[Any]:
    return [
        (
            t.text_with_ws,
            t.tag_,
            t.pos_,
            t.lemma_,
            t.norm_,
            t.dep_,
            t.head.i,
            str(t.morph),
            t.ent_type_,
            t.ent_iob_,
            t.is_sent_start,
        )
        for t in doc
    ]


def test_strings_and_spans(nlp_full: Language, own: Any) -> None:
    for want, got in zip(nlp_full.pipe(FEW), own.pipe(FEW)):
        assert facts(got) == facts(want)
        for name in ("ents", "sents"):
            spans = [
                [(s.text, s.label_, s.start_char, s.end_char, s.root.i) for s in getattr(doc, name)]
                for doc in (want, got)
            ]
            assert spans[1] == spans[0]


def test_the_vocabulary_does_not_grow(own: Any) -> None:
    list(own.pipe(TEXTS))
    strings, words = len(own.vocab.strings), len(own.vocab)
    for doc in own.pipe([f"{text} unheard{i} of{i}" for i, text in enumerate(FEW)]):
        assert [token.text + token.lemma_ + token.norm_ + token.shape_ for token in doc]
        for token in doc:
            assert len(list(token.ancestors)) <= len(doc) and token in token.sent
        for ent in doc.ents:
            assert ent.root in ent and ent.sent.start <= ent.start
    assert (len(own.vocab.strings), len(own.vocab)) == (strings, words)
    doc = own("Xyzzys were here.")
    assert own.vocab.strings[doc[0].lemma] == doc[0].lemma_ and own.vocab.strings[doc[0].orth] == "Xyzzys"


def test_streams(nlp_full: Language, own: Any) -> None:
    given = [(text, i) for i, text in enumerate(FEW)]
    for options in ({}, {"batch_size": 7}, {"n_process": 3, "batch_size": 2}):
        pairs = list(own.pipe(given, as_tuples=True, **options))
        assert [i for _, i in pairs] == list(range(len(FEW)))
        assert not differences(nlp_full.pipe(FEW), [doc for doc, _ in pairs])
    mixed = [own.make_doc(text) if i % 3 else text for i, text in enumerate(FEW)]
    assert not differences(nlp_full.pipe(FEW), own.pipe(mixed))


@pytest.mark.parametrize("name", ["parser", "ner", "tagger", "lemmatizer", "attribute_ruler"])
def test_disabled_components(package: Any, nlp_full: Language, own: Any, name: str) -> None:
    with nlp_full.select_pipes(disable=[name]):
        want = [doc.copy() for doc in nlp_full.pipe(FEW)]
    with own.select_pipes(disable=[name]):
        assert name not in own.pipe_names
        assert not differences(want, own.pipe(FEW))
    assert name in own.pipe_names
    assert not differences(want, own.pipe(FEW, disable=[name]))
    assert not differences(want, package.load(NAME, exclude=name).pipe(FEW))


def test_components_of_users(package: Any, nlp_full: Language) -> None:
    nlp = package.load(NAME)
    seen: list[str] = []

    @package.Language.component("first_test")
    def first(doc: Any) -> Any:
        seen.append("first" if not doc.has_annotation("TAG") else "late")
        return doc

    @package.Language.factory("between_test", default_config={"word": "x"})
    def make(nlp: Any, name: str, word: str) -> Any:
        def between(doc: Any) -> Any:
            assert doc.has_annotation("TAG") or not len(doc)
            seen.append(word)
            return doc

        return between

    nlp.add_pipe("between_test", before="ner", config={"word": "y"})
    assert not differences(nlp_full.pipe(FEW), nlp.pipe(FEW))
    nlp.add_pipe("first_test", first=True)
    assert nlp.pipe_names[0] == "first_test" and nlp.pipe_names[-2:] == ["between_test", "ner"]
    assert not differences(nlp_full.pipe(FEW), nlp.pipe(FEW))
    assert seen == ["y"] * len(FEW) + ["first"] * len(FEW) + ["y"] * len(FEW) or {"first", "y"} == set(seen)
    assert nlp.remove_pipe("between_test")[0] == "between_test"
    nlp.rename_pipe("first_test", "again")
    assert nlp.has_pipe("again") and not nlp.has_pipe("first_test")


@pytest.mark.parametrize(
    "place, changes, refuses",
    [
        ({"before": "lemmatizer"}, True, True),
        ({"before": "attribute_ruler"}, True, True),
        ({"before": "lemmatizer"}, False, False),
        ({"before": "parser"}, True, False),
        ({"last": True}, True, False),
    ],
)
def test_annotations_that_the_engine_would_not_see(
    package: Any, nlp_full: Language, place: dict[str, Any], changes: bool, refuses: bool
) -> None:
    """No silent difference: what spaCy's lemmatizer would make of another part of speech."""
    own = package.load(NAME)

    @package.Language.component("verbs")
    def verbs(doc: Any) -> Any:
        for token in doc:
            token.pos_ = "VERB" if changes else token.pos_
        return doc

    own.add_pipe("verbs", **place)
    if place == {"before": "parser"}:
        own.remove_pipe("attribute_ruler")
        own.remove_pipe("lemmatizer")
    if refuses:
        with pytest.raises(NotImplementedError, match="would not see the POS that a component before it has set"):
            own("The meeting was long.")
        with pytest.raises(NotImplementedError, match="keep="):
            list(own.pipe(["The meeting was long."]))
        return
    doc = own("The meeting was long.")
    assert [t.pos_ for t in doc] == (["VERB"] * 5 if changes else [t.pos_ for t in nlp_full(doc.text)])


def test_what_it_says_of_itself(nlp_full: Language, own: Any) -> None:
    for name in ("ner", "tagger", "parser"):
        assert own.get_pipe(name).labels == nlp_full.get_pipe(name).labels
    assert own.meta["lang"] == "en" and own.meta["labels"]["ner"] == list(nlp_full.get_pipe("ner").labels)
    assert own.pipe_factories == nlp_full.pipe_factories


def test_errors_are_spacys(package: Any, own: Any) -> None:
    for call, error, code in [
        (lambda: package.load("no_such_model"), OSError, "E050"),
        (lambda: own.get_pipe("nothing"), KeyError, "E001"),
        (lambda: own.add_pipe("no_such_factory"), ValueError, "E002"),
        (lambda: own.add_pipe(lambda doc: doc), ValueError, "E966"),
        (lambda: own("a" * 1_000_001), ValueError, "E088"),
        (lambda: own(None), ValueError, "E1041"),
        (lambda: own("\ud800"), UnicodeEncodeError, "surrogates"),
    ]:
        with pytest.raises(error, match=code):
            call()


def changed(nlp: Any) -> Any:
    nlp.tokenizer.add_special_case("gimme", [{"ORTH": "gim"}, {"ORTH": "me"}])
    return nlp


def test_special_cases_of_a_loaded_pipeline(package: Any) -> None:
    texts = ["gimme that", *FEW[:20], "I said: (gimme-gimme)!", "The gimme."]
    theirs, ours = (changed(load(name)) for load, name in ((spacy.load, SPACY_PACKAGE), (package.load, NAME)))
    for nlp in (ours, pickle.loads(pickle.dumps(ours))):
        assert not differences(theirs.pipe(texts), nlp.pipe(texts, batch_size=4))
        assert not [text for text in texts if difference(theirs(text), nlp(text))]
    assert ours.tokenizer.explain("(gimme)") == theirs.tokenizer.explain("(gimme)")
    assert ours.tokenizer.rules == theirs.tokenizer.rules
    for nlp in (theirs, ours):
        nlp.tokenizer.infix_finditer = re.compile("o").finditer
    for text in texts:
        assert [token.text for token in ours(text)] == [token.text for token in theirs(text)]


def test_rules_that_are_not_the_languages(package: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    nlp = package.load(NAME)
    monkeypatch.setattr(type(nlp).Defaults, "infixes", ["e"])
    with pytest.raises(NotImplementedError, match=r"tern_nlp\.spacy"):
        nlp.tokenizer.add_special_case("gimme", [{"ORTH": "gim"}, {"ORTH": "me"}])
    assert len(nlp("gimme")) == 1


def test_documents_of_its_own_tokenizer(nlp_full: Language, own: Any) -> None:
    for text in FEW:
        assert difference(nlp_full(text), own(own.make_doc(text))) is None


def test_pickling_goes_by_path(nlp_full: Language, own: Any) -> None:
    data = pickle.dumps(own)
    assert len(data) < 1_000_000
    assert not differences(nlp_full.pipe(FEW[:5]), pickle.loads(data).pipe(FEW[:5]))


def test_neither_spacy_nor_numpy_is_imported(package_folder: Any) -> None:
    code = f"""import sys, tern_nlp
doc = tern_nlp.load({NAME!r})("Alan Turing was born in London.")
assert [(ent.text, ent.label_) for ent in doc.ents] == [("Alan Turing", "PERSON"), ("London", "GPE")]
assert not {{"spacy", "numpy", "thinc"}} & set(sys.modules), sorted(sys.modules)"""
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)


@pytest.mark.parametrize("is_read_before", [False, True])
def test_rows_of_the_tensor_follow_the_tokens(nlp_full: Language, own: Any, is_read_before: bool) -> None:
    want, got = (nlp("Ada Lovelace lived in New York City, as she couldn't sleep.") for nlp in (nlp_full, own))
    for doc in (want, got):
        assert not is_read_before or doc.tensor.size
        with doc.retokenize() as retokenizer:
            retokenizer.merge(doc[0:2])
            retokenizer.merge(doc[4:7])
        with doc.retokenize() as retokenizer:
            retokenizer.split(doc[1], ["liv", "ed"], heads=[(doc[1], 1), doc[1].head])
        with doc.retokenize() as retokenizer:
            retokenizer.merge(doc[1:3])
    assert [token.text for token in want] == [token.text for token in got]
    assert want.tensor.shape == got.tensor.shape
    assert abs(want.tensor - got.tensor).max() < 2e-5


def test_tokens_are_joined_without_numpy(package_folder: Any) -> None:
    code = f"""import sys, tern_nlp
sys.modules["numpy"] = None
doc = tern_nlp.load({NAME!r})("Alan Turing was born in New York.")
with doc.retokenize() as retokenizer:
    retokenizer.merge(doc[0:2])
    retokenizer.split(doc[3], ["bo", "rn"], heads=[(doc[3], 1), doc[3].head])
assert [token.text for token in doc] == ["Alan Turing", "was", "bo", "rn", "in", "New", "York", "."]"""
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)


def test_a_start_imports_little(package_folder: Any) -> None:
    """What costs milliseconds and few programs need."""
    program = f"""import sys
sys.path.insert(0, {str(package_folder)!r})
import tern_nlp
doc = tern_nlp.load({NAME!r})("Alan Turing was born in London.")
assert [ent.label_ for ent in doc.ents] == ["PERSON", "GPE"]
dear = {{"typing", "pathlib", "inspect", "dataclasses", "importlib.util", "importlib.metadata", "zlib", "copy", "weakref"}}
assert not dear & set(sys.modules), dear & set(sys.modules)"""
    # Alone: neither the modules of this machine's site nor those of the tests' environment.
    subprocess.run([sys.executable, "-I", "-S", "-c", program], check=True, timeout=60)
