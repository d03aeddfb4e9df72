"""--check and a conversion say the same: what a conversion refuses of a trained pipeline, --check refuses of its configuration, in
the same words."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import catalogue
import pytest
import spacy
from convert.build import convert
from convert.check import check
from convert.errors import ConvertError
from convert.tiny_recipe import SENTENCES, SETTINGS
from spacy.tokens import Doc
from spacy.training import Example
from spacy.util import load_model_from_config
from thinc.api import Config

MINE = """
import spacy
from spacy.attrs import IDS
from spacy.lang.en import English


class Defaults(English.Defaults):
    lex_attr_getters = {{**English.Defaults.lex_attr_getters, IDS["{attr}"]: lambda text: {value}}}


@spacy.registry.languages("qx")
class Mine(English):
    lang = "qx"
    Defaults = Defaults
"""
FUNCTION = """
import spacy


@spacy.registry.{registry}("mine.v1")
def make():
    return mine


def mine(*arguments):
    return {value}
"""
CALLBACK = """
import spacy


@spacy.registry.callbacks("mine.v1")
def make():
    return change


def change(nlp):
    {statement}
    return nlp
"""


GOLD = {
    **SENTENCES,
    "pos": ["NOUN"] * 10,
    "morphs": ["Number=Sing"] * 10,
    "lemmas": [f"{word}s" for word in SENTENCES["words"]],
}


def function(registry: str, value: str = "0") -> str:
    return FUNCTION.format(registry=registry, value=value)


def embeds(component: str, *attrs: str) -> dict[str, Any]:
    """Settings of a component whose encoder reads these."""
    embed = {
        "@architectures": "spacy.MultiHashEmbed.v2",
        "width": 16,
        "attrs": list(attrs),
        "rows": [50] * len(attrs),
        "include_static_vectors": False,
    }
    encode = {
        "@architectures": "spacy.MaxoutWindowEncoder.v2",
        "width": 16,
        "depth": 1,
        "window_size": 1,
        "maxout_pieces": 2,
    }
    tok2vec = {"@architectures": "spacy.Tok2Vec.v2", "embed": embed, "encode": encode}
    if component == "tok2vec":
        return {"model": tok2vec}
    if component == "ner":
        return {"model": {"tok2vec": tok2vec}}
    return {"model": {"@architectures": "spacy.Tagger.v2", "tok2vec": tok2vec}}


def changed(component: str, **settings: Any) -> dict[str, Any]:
    return {**SETTINGS.get(component, {}), **settings}


Case = tuple[dict[str, dict[str, Any]], str, str, dict[str, Any]]
"""Components with their settings, words of the refusal, --code, more of [nlp]."""


def case(components: dict[str, dict[str, Any]], words: str, code: str = "", **nlp: Any) -> Case:
    return components, words, code, nlp


def own(attr: str, value: str = "True") -> str:
    return MINE.format(attr=attr, value=value)


def with_callback(statement: str) -> dict[str, Any]:
    return {"code": CALLBACK.format(statement=statement), "after_creation": {"@callbacks": "mine.v1"}}


CASES = {
    "LIKE_NUM of a language's own, embedded": case(
        {"tagger": embeds("tagger", "NORM", "LIKE_NUM")}, "function for LIKE_NUM", own("LIKE_NUM"), lang="qx"
    ),
    "IS_QUOTE of a language's own, embedded": case(
        {"ner": embeds("ner", "NORM", "IS_QUOTE")}, "a function of its own for IS_QUOTE", own("IS_QUOTE"), lang="qx"
    ),
    "IS_ALPHA of a language's own, embedded": case(
        {"tok2vec": embeds("tok2vec", "IS_ALPHA")}, "a function of its own for IS_ALPHA", own("IS_ALPHA"), lang="qx"
    ),
    "LIKE_NUM of a language's own, which nothing reads": case(
        {"tagger": embeds("tagger", "NORM")}, "", own("LIKE_NUM"), lang="qx"
    ),
    "SHAPE of a language's own": case({"sentencizer": {}}, "computes SHAPE with", own("SHAPE", "text"), lang="qx"),
    "NORM of a language's own": case({"sentencizer": {}}, "computes NORM with", own("NORM", "text"), lang="qx"),
    "a backoff": case({"trainable_lemmatizer": changed("trainable_lemmatizer", backoff="tag")}, "backoff = 'tag'"),
    "pieces of a token": case({"token_splitter": {"min_length": 2**32}}, "is no length of a token"),
    "a limit of spans": case({"spancat": changed("spancat", max_positive=-1)}, "max_positive = -1"),
    "sizes of spans": case(
        {"spancat": changed("spancat", suggester={"@misc": "spacy.ngram_suggester.v1", "sizes": [1000]})},
        "its suggester's sizes",
    ),
    "a filter of spans": case(
        {"span_ruler": {"spans_filter": {"@misc": "mine.v1"}}}, "spans_filter is a function", function("misc")
    ),
    "a filter of entities": case(
        {"span_ruler": {"ents_filter": {"@misc": "mine.v1"}}}, "ents_filter is a function", function("misc")
    ),
    "how texts are near, to a span ruler": case(
        {"span_ruler": {"matcher_fuzzy_compare": {"@misc": "mine.v1"}}}, "matcher_fuzzy_compare", function("misc")
    ),
    "how texts are near, to an entity ruler": case(
        {"entity_ruler": {"matcher_fuzzy_compare": {"@misc": "mine.v1"}}}, "matcher_fuzzy_compare", function("misc")
    ),
    "features that are added": case(
        {"attribute_ruler": {}, "morphologizer": changed("morphologizer", extend=True)},
        "extend = true is not supported behind attribute_ruler",
    ),
    "noun chunks of no language": case({"merge_noun_chunks": {}}, "finds no noun chunks", lang="xx"),
    "tokens that a parser learns": case({"parser": changed("parser", learn_tokens=True)}, "learn_tokens = true"),
    "a tokenizer of one's own": case(
        {"sentencizer": {}},
        "tokenizer",
        **with_callback("nlp.tokenizer = type('Mine', (type(nlp.tokenizer),), {})(nlp.vocab)"),
    ),
    "another pipeline": case({"sentencizer": {}}, "changed the pipeline", **with_callback("nlp.add_pipe('senter')")),
    "a function that is not known": case(
        {"sentencizer": {}}, "@callbacks = 'mine.v1'", after_creation={"@callbacks": "mine.v1"}
    ),
    "all that is right": case({"tagger": embeds("tagger", "NORM", "IS_STOP", "LIKE_NUM")}, ""),
}


@pytest.fixture(autouse=True)
def forget(monkeypatch: pytest.MonkeyPatch) -> None:
    """No test knows the functions of another."""
    monkeypatch.setattr(catalogue, "REGISTRY", dict(catalogue.REGISTRY))


spacy.blank("en")  # spaCy registers a language when it is first asked for: once for all tests
spacy.blank("xx")


def configuration(components: dict[str, dict[str, Any]], nlp: dict[str, Any]) -> Config:
    settings = {name: {"factory": name, **of} for name, of in components.items()}
    return Config({"nlp": {"lang": "en", "pipeline": list(components), **nlp}, "components": settings})


def trained(config: Config, folder: Path) -> None:
    """A pipeline of that configuration in a folder. Only weights and tables come from training: functions of the user's code are
    put into its configuration, as spaCy does not know them here."""
    plain = config.copy()
    lang = config["nlp"]["lang"]
    plain["nlp"] = {"lang": lang if lang == "xx" else "en", "pipeline": config["nlp"]["pipeline"]}
    for settings in plain["components"].values():
        for name in [name for name, value in settings.items() if value == {"@misc": "mine.v1"}]:
            settings.pop(name)
    nlp = load_model_from_config(plain, auto_fill=True)
    doc = Doc(nlp.vocab, words=SENTENCES["words"])
    example = Example.from_dict(doc, GOLD)
    for name, pipe in nlp.pipeline:
        if name == "spancat":
            pipe.add_label("X")
    nlp.initialize(lambda: [example])
    nlp.to_disk(folder)
    saved = Config().from_disk(folder / "config.cfg", interpolate=False)
    saved["nlp"].update({key: value for key, value in config["nlp"].items() if key != "pipeline"})
    for name, settings in config["components"].items():
        saved["components"][name].update(
            {key: value for key, value in settings.items() if value == {"@misc": "mine.v1"}}
        )
    saved.to_disk(folder / "config.cfg")


def refusal_of_a_conversion(folder: Path, code: list[str]) -> str:
    try:
        convert(str(folder), lambda what: None, code=code)
    except ConvertError as error:
        return str(error)
    return ""


@pytest.mark.parametrize("name", CASES)
def test_the_verdict_is_the_conversions(name: str, tmp_path: Path) -> None:
    components, words, text, nlp = CASES[name]
    code = [str(tmp_path / "mine.py")] if text else []
    if text:
        (tmp_path / "mine.py").write_text(text, encoding="utf-8")
    config = configuration(components, nlp)
    config.to_disk(tmp_path / "config.cfg")
    reasons = [str(reason) for reason in check(str(tmp_path / "config.cfg"), lambda what: None, code=code).reasons]
    trained(config, tmp_path / "trained")
    refusal = refusal_of_a_conversion(tmp_path / "trained", code)
    assert words in refusal and bool(words) == bool(refusal)
    assert [refusal.startswith(reason) for reason in reasons] == [True] * bool(words), (reasons, refusal)
