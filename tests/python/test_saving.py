"""Pipelines as folders, bytes and configurations: what spaCy writes is read, and the other way."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

spacy = pytest.importorskip("spacy")

from corpus import project_texts

PATTERNS = [{"label": "FIRM", "pattern": "startup"}, {"label": "TOWN", "pattern": [{"LOWER": "london"}], "id": "l"}]
TEXT = "I like a startup. It is in London, isn't it? Gimme more."


def add_rules(nlp: Any) -> Any:
    nlp.add_pipe("sentencizer", config={"punct_chars": ["."]})
    nlp.add_pipe("entity_ruler", config={"validate": True, "overwrite_ents": True}).add_patterns(PATTERNS)
    nlp.add_pipe("span_ruler", name="spans", config={"spans_key": "here"}).add_patterns(PATTERNS)
    nlp.add_pipe("attribute_ruler").add([[{"ORTH": "like"}]], {"LEMMA": "love", "POS": "VERB"})
    nlp.tokenizer.add_special_case("Gimme", [{"ORTH": "Gim"}, {"ORTH": "me"}])
    nlp.vocab["London"].norm_ = "the town"
    return nlp


def facts(nlp: Any) -> Any:
    doc = nlp(TEXT)
    return [
        [(token.text, token.norm_, token.lemma_, token.pos_, token.ent_type_, token.ent_id_) for token in doc],
        [sent.text for sent in doc.sents],
        [(span.text, span.label_, span.id_) for span in doc.spans["here"]],
        [name for name in nlp.pipe_names if name != "senter"],
        nlp.meta["name"],
    ]


def test_folders_go_both_ways(package: Any, tmp_path: Path) -> None:
    ours, theirs = add_rules(package.blank("en")), add_rules(spacy.blank("en"))
    want = facts(theirs)
    assert facts(ours) == want and want[2] and want[0][0] != want[0][-1]
    ours.to_disk(tmp_path / "ours")
    theirs.to_disk(tmp_path / "theirs")
    for load, name in ((spacy.load, "ours"), (package.load, "theirs"), (package.load, "ours")):
        assert facts(load(tmp_path / name)) == want, (load, name)
    again = package.load(str(tmp_path / "theirs"), exclude="spans", disable=["sentencizer"])
    assert again.component_names == ["sentencizer", "entity_ruler", "attribute_ruler"]
    assert again.disabled == ["sentencizer"] and again.path == tmp_path / "theirs"
    assert again.get_pipe_config("entity_ruler")["overwrite_ents"] is True


def test_bytes(package: Any) -> None:
    nlp = add_rules(package.blank("en"))
    other = package.blank("en")
    for name in ("sentencizer", "entity_ruler", "attribute_ruler"):
        other.add_pipe(name)
    other.add_pipe("span_ruler", name="spans", after="entity_ruler", config={"spans_key": "here"})
    other.from_bytes(nlp.to_bytes())
    assert facts(other) == facts(nlp)


def test_the_configuration(package: Any) -> None:
    from tern_nlp.config import Config

    ours, theirs = add_rules(package.blank("en")), add_rules(spacy.blank("en"))
    for name in ours.pipe_names:
        assert ours.config["components"][name] == theirs.config["components"][name], name
        assert ours.get_pipe_config(name) == theirs.get_pipe_config(name), name
    read = Config().from_str(theirs.config.to_str())
    assert read["components"] == theirs.config["components"]
    assert read["training"]["batcher"] == theirs.config["training"]["batcher"]
    assert read["training"]["seed"] == theirs.config["system"]["seed"], "a reference was not followed"
    assert Config().from_str(read.to_str()) == read
    made = package.Language.from_config(theirs.config)
    assert made.pipe_names == ours.pipe_names and made.config["components"] == ours.config["components"]
    with pytest.raises(ValueError, match="E956"):
        package.Language.from_config({"nlp": {"pipeline": ["nothing"]}})
    with pytest.raises(ValueError, match="E984"):
        package.Language.from_config({"nlp": {"pipeline": ["x"]}, "components": {"x": {}}})
    with pytest.raises(ValueError, match="E958"):
        package.util.get_lang_class("en").from_config({"nlp": {"lang": "de"}})


def test_a_file_with_components_of_python(package: Any, tmp_path: Path) -> None:
    nlp = package.load("en_core_web_sm", exclude="lemmatizer")
    nlp.add_pipe("span_ruler", first=True).add_patterns(PATTERNS)
    nlp.add_pipe("entity_ruler", after="ner").add_patterns(PATTERNS)
    nlp.rename_pipe("tagger", "tags")
    nlp.disable_pipe("parser")
    nlp.to_disk(tmp_path / "saved")
    nlp.to_disk(tmp_path / "saved")  # a second time is no harm
    again = package.load(tmp_path / "saved")
    assert again.component_names == nlp.component_names and again.disabled == nlp.disabled
    assert type(again) is type(nlp)
    for text in [TEXT, *project_texts()[:10]]:
        want, got = nlp(text), again(text)
        assert got.to_json() == want.to_json()
        assert [(s.text, s.label_) for s in got.spans["ruler"]] == [(s.text, s.label_) for s in want.spans["ruler"]]
    with pytest.raises(OSError, match="E053"):
        spacy.load(tmp_path / "saved")


def test_what_only_a_file_has(package: Any) -> None:
    nlp = package.blank("en")
    for name in ("ner", "tagger", "textcat", "trainable_lemmatizer"):
        assert nlp.has_factory(name)
        with pytest.raises(NotImplementedError, match=r"tern_nlp\.spacy"):
            nlp.add_pipe(name)
    assert nlp.pipe_names == []


def test_factories_are_spacys(package: Any) -> None:
    from spacy.pipeline.factories import register_factories

    register_factories()
    ours, theirs = package.blank("xx"), spacy.blank("xx")
    # Other tests, and tern inside spaCy, register some of their own.
    names = {name for name in theirs.factory_names if "." not in name and name != "tern" and "test" not in name}
    assert names <= set(ours.factory_names)
    for name in sorted(names):
        want, got = theirs.get_factory_meta(name), ours.get_factory_meta(name)
        for fact in ("assigns", "requires", "retokenizes", "scores", "default_score_weights", "factory"):
            assert getattr(got, fact) == getattr(want, fact), (name, fact)


def test_analyses_are_spacys(package: Any, nlp_full: Any, capsys: pytest.CaptureFixture[str]) -> None:
    ours, theirs = package.load("en_core_web_sm"), nlp_full
    assert ours.analyze_pipes() == theirs.analyze_pipes()
    ours, theirs = package.blank("en"), spacy.blank("en")
    for nlp in (ours, theirs):
        nlp.add_pipe("merge_entities")
        nlp.add_pipe("entity_ruler")
    want = theirs.analyze_pipes()
    assert ours.analyze_pipes() == want and want["problems"]["merge_entities"]
    ours.analyze_pipes(pretty=True)
    assert "'merge_entities' requirements not met: doc.ents" in capsys.readouterr().out


def test_initialize_gives_rulers_their_patterns(package: Any) -> None:
    nlp = package.blank("en")
    nlp.add_pipe("entity_ruler")
    nlp.config = {"initialize": {"components": {"entity_ruler": {"patterns": PATTERNS}}}}
    nlp.initialize()
    assert nlp(TEXT).ents[0].label_ == "FIRM"
    with pytest.raises(NotImplementedError, match=r"tern_nlp\.spacy"):
        package.load("en_core_web_sm").initialize()


def test_a_docbin_of_the_c_library(package: Any, run: Any, model_file: Path, tmp_path: Path) -> None:
    """Documents that runtime/formats/docbin.c writes; tests/runtime/test_docbin.py compares its files with spaCy's."""
    own, texts = package.load("en_core_web_sm"), ["", "\0 \n", *project_texts()[:20]]
    lines = "".join(json.dumps({"text": text, "user_data": {"id": i}}) + "\n" for i, text in enumerate(texts))
    done = run("tests/docbin", model_file, tmp_path / "spool", tmp_path / "x.spacy", input=lines.encode())
    assert (done.returncode, done.stderr) == (0, b"")
    docs = list(package.tokens.DocBin().from_disk(tmp_path / "x.spacy").get_docs(package.blank("en").vocab))
    assert [doc.user_data for doc in docs] == [{"id": i} for i in range(len(texts))]
    assert [package.tables.row(doc) for doc in docs] == [package.tables.row(doc) for doc in own.pipe(texts)]
