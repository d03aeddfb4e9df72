"""What cannot be converted is refused by name: architecture and component, tokenizer, language."""

from __future__ import annotations

import copy
import re
from typing import Any

import pytest
import spacy
from convert.architectures import check_encoder
from convert.config_check import Component, plan_conversion, reads_zeros
from convert.errors import ConvertError
from convert.expressions import compile_expressions
from convert.ner import ner_sections
from convert.norms import _STEMMERS, Stem, _language_norm, check_features, norm_of
from convert.strings import StringTable
from convert.tiny import build_pipeline
from convert.tiny_recipe import SETTINGS
from convert.tokenizer_tables import check_tokenizer, pattern_of, read_rules, stale_cache_chunk
from spacy.attrs import NORM
from spacy.lang.ht.lex_attrs import NORM_MAP
from spacy.lang.norm_exceptions import BASE_NORMS
from spacy.tokenizer import Tokenizer

CONFIG = SETTINGS["ner"]


def config_with(factory: str, settings: dict[str, Any], name: str = "", lang: str = "en") -> Any:
    nlp = spacy.blank(lang)
    nlp.add_pipe(factory, name=name or factory, config=settings)
    return nlp.config.interpolate()


def ner_settings(**changes: Any) -> dict[str, Any]:
    """Settings of the tiny NER; changes: dotted paths below its model ("tok2vec__embed__width") -> values."""
    settings = copy.deepcopy(CONFIG)
    for path, value in changes.items():
        node = settings["model"]
        *parents, last = path.split("__")
        for parent in parents:
            node = node[parent]
        node[last] = value
    return settings


def refusal(config: Any) -> str:
    with pytest.raises(ConvertError) as raised:
        plan_conversion(config)
    return str(raised.value)


def test_supported_settings_are_accepted():
    plan = plan_conversion(config_with("ner", ner_settings(), name="people"))
    assert plan.components == [Component("people", "ner", enabled=True)]


def test_unknown_component():
    assert refusal(config_with("entity_linker", {}, name="s")).startswith(
        "component s (factory entity_linker) is not supported: it looks entities up"
    )


def test_what_to_exclude():
    """All that must go is named at once, and what then remains; each pair of flags is one that converts."""
    nlp = spacy.blank("en")
    for name, factory in (
        ("s", "entity_linker"),
        ("mine", "entity_linker"),
        ("marks", "sentencizer"),
        ("people", "ner"),
    ):
        nlp.add_pipe(factory, name=name, config=CONFIG if factory == "ner" else {})
    config = nlp.config.interpolate()
    assert refusal(config).endswith(". --exclude s --exclude mine converts the rest of the pipeline: marks, people")
    assert [component.name for component in plan_conversion(config, ["s", "mine"]).components] == ["marks", "people"]
    config["nlp"]["tokenizer"] = {"@tokenizers": "mine.v1"}
    assert "--exclude" not in refusal(config)


def test_excluded_components():
    config = config_with("spancat", {}, name="s")
    assert plan_conversion(config, ["s"]).components == []
    with pytest.raises(ConvertError, match="there is no component ner to exclude: the pipeline has s$"):
        plan_conversion(config, ["s", "ner"])


CHARACTERS = {
    "@architectures": "spacy.CharacterEmbed.v2",
    "width": 8,
    "rows": 50,
    "nM": 4,
    "nC": 4,
    "include_static_vectors": False,
}


def hash_embed_cnn(**changes: Any) -> dict[str, Any]:
    return {
        "@architectures": "spacy.HashEmbedCNN.v2",
        "pretrained_vectors": None,
        "width": 8,
        "depth": 1,
        "embed_size": 50,
        "window_size": 1,
        "maxout_pieces": 2,
        "subword_features": True,
        **changes,
    }


@pytest.mark.parametrize(
    "changes, words",
    [
        ({"window_size": 33}, "window_size 33; 0 to 32"),
        ({"depth": 65}, "depth 65; 1 to 64"),
        ({"width": 4097}, "width 4097"),
        ({"maxout_pieces": 9}, "maxout_pieces 9"),
    ],
)
def test_hash_embed_cnn(changes, words):
    def config(encoder: dict[str, Any]) -> Any:
        return config_with("tagger", {"model": {"@architectures": "spacy.Tagger.v2", "tok2vec": encoder}})

    assert plan_conversion(config(hash_embed_cnn())).components == [Component("tagger", "tagger")]
    message = refusal(config(hash_embed_cnn(**changes)))
    assert "spacy.HashEmbedCNN.v2 in component tagger" in message and words in message


def test_listening_to_nobody():
    config = config_with(
        "ner",
        {
            "model": {
                **CONFIG["model"],
                "tok2vec": {"@architectures": "spacy.Tok2VecListener.v1", "width": 8, "upstream": "*"},
            }
        },
    )
    plan = plan_conversion(config)  # it reads zeros, as it does in spaCy
    assert [component.name for component in plan.components if reads_zeros(plan, component)] == ["ner"]


@pytest.mark.parametrize(
    "changes, words",
    [
        ({"maxout_pieces": 9}, ("spacy.TransitionBasedParser.v2", "component ner", "maxout_pieces 9", "1 to 8")),
        (
            {"tok2vec__encode__@architectures": "spacy.MaxoutWindowEncoder.v1"},
            ("spacy.MaxoutWindowEncoder.v1", "component ner", "spaCy itself cannot run"),
        ),
        ({"state_type": "parser"}, ("spacy.TransitionBasedParser.v2", "component ner", "state_type")),
        (
            {"tok2vec__embed__attrs": ["NORM", "CLUSTER"], "tok2vec__embed__rows": [9, 9]},
            ("feature CLUSTER", "component ner"),
        ),
        (
            {"tok2vec__embed__attrs": ["NORM"] * 17, "tok2vec__embed__rows": [9] * 17},
            ("17 features of which tokens differ", "1 to 16", "component ner"),
        ),
        ({"tok2vec__encode__window_size": 33}, ("spacy.MaxoutWindowEncoder.v2", "component ner", "window_size 33")),
        ({"tok2vec__encode__maxout_pieces": 9}, ("maxout_pieces 9", "1 to 8", "component ner")),
        ({"tok2vec__encode__depth": 65}, ("depth 65", "component ner")),
        ({"tok2vec__embed": {**CHARACTERS, "nM": 16385}}, ("spacy.CharacterEmbed.v2", "nM 16385", "1 to 16384")),
        ({"tok2vec__embed": {**CHARACTERS, "nM": 128, "nC": 129}}, ("nC 129", "1 to 128", "component ner")),
        ({"tok2vec__embed__width": 4097}, ("width 4097", "component ner")),
    ],
)
def test_setting_that_is_not_supported(changes, words):
    message = refusal(config_with("ner", ner_settings(**changes)))
    assert all(word in message for word in words), message


@pytest.mark.parametrize(
    "name, words",
    [
        ("spacy.MishWindowEncoder.v1", "spaCy itself cannot run: train it with spacy.MishWindowEncoder.v2"),
        ("spacy.TorchBiLSTMEncoder.v1", "only spacy.MaxoutWindowEncoder.v1, spacy.MaxoutWindowEncoder.v2, spacy.Mish"),
    ],
)
def test_encoder_that_is_not_supported(name, words):
    encoder = ner_settings()["model"]["tok2vec"]
    with pytest.raises(ConvertError, match=words):
        check_encoder({**encoder, "encode": {**encoder["encode"], "@architectures": name}}, "ner")


def test_two_recognisers():
    nlp = spacy.blank("en")
    nlp.add_pipe("ner", config=CONFIG)
    nlp.add_pipe("ner", name="ner2", config=CONFIG)
    plan = plan_conversion(nlp.config.interpolate())
    assert [plan.prefix(component) for component in plan.components] == ["ner", "ner.2"]


def test_other_tokenizer():
    config = spacy.blank("en").config.interpolate()
    config["nlp"]["lang"] = "ja"
    config["nlp"]["tokenizer"] = {"@tokenizers": "spacy.ja.JapaneseTokenizer", "split_mode": None}
    assert refusal(config) == (
        "language 'ja': tokenizer spacy.ja.JapaneseTokenizer is not supported, only spacy.Tokenizer.v1, whose expressions "
        "and special cases may be your own: train the pipeline with that, or convert with --no-tokenizer and give the file words "
        "that are cut already"
    )


def test_tokenizer_object_of_another_class():
    class Whitespace:
        pass

    with pytest.raises(ConvertError, match="Whitespace is not supported"):
        check_tokenizer(Whitespace())


def test_language_with_a_norm_function_that_is_not_known(monkeypatch):
    vocab = spacy.blank("de").vocab
    vocab.lex_attr_getters = {**vocab.lex_attr_getters, NORM: str.upper}
    with pytest.raises(ConvertError, match="language 'de' computes NORM with .*upper, which is not supported"):
        check_features(vocab)
    check_features(spacy.blank("de").vocab)
    hindi = spacy.blank("hi").vocab
    check_features(hindi)
    monkeypatch.setattr(
        "spacy.lang.hi.lex_attrs._stem_suffixes", [["ो"]]
    )  # as if norm() had other suffixes than it says
    monkeypatch.setitem(_STEMMERS, "spacy.lang.hi.lex_attrs", True)
    check_features(hindi)
    monkeypatch.setattr("convert.norms._stems", lambda groups, short_ends: [Stem("ो", 2, 1)])
    with pytest.raises(ConvertError, match="that is not the known one"):
        check_features(hindi)


@pytest.mark.parametrize("code", ["hi", "ne", "ht"])
def test_norms_of_a_language_with_a_function_of_its_own(code):
    """On words of all lengths with every ending that any of these languages knows."""
    vocab = spacy.blank(code).vocab
    table, stems = _language_norm(vocab)
    stemmed = [_language_norm(spacy.blank(other).vocab)[1] for other in ("hi", "ne")]
    endings = ["", *dict.fromkeys(stem.suffix for stems_of_one in stemmed for stem in stems_of_one)]
    words = [start[:length] + ending for ending in endings for length in range(8) for start in ("कमलनयनपुर", "Ab'Émwen")]
    words = [word for word in {*words, *NORM_MAP, *map(str.upper, NORM_MAP)} if word and word not in BASE_NORMS]
    assert len(words) > 1000
    assert [word for word in words if norm_of(word, table, stems) != vocab[word].norm_] == []


def tokenizer(**arguments: Any) -> Tokenizer:
    return Tokenizer(spacy.blank("xx").vocab, **arguments)


def test_expressions_that_are_no_compiled_patterns():
    with pytest.raises(ConvertError, match="prefix_search is not the `search`"):
        pattern_of(tokenizer(prefix_search=lambda text: None), "prefix")
    with pytest.raises(ConvertError, match="url_match is not the `match`"):
        pattern_of(tokenizer(url_match=re.compile("a").fullmatch), "url_match")
    with pytest.raises(ConvertError, match="infix_finditer was compiled with flags"):
        pattern_of(tokenizer(infix_finditer=re.compile("a", re.I).finditer), "infix")
    assert pattern_of(tokenizer(infix_finditer=re.compile("(?i)a").finditer), "infix") == "(?i)a"
    assert pattern_of(tokenizer(), "infix") is None


def test_expression_that_no_automaton_can_match():
    with pytest.raises(ConvertError, match="the tokenizer's suffix_search is not supported"):
        compile_expressions(tokenizer(suffix_search=re.compile(r"(a)\1$").search), lambda what: None)


def test_rules_as_spacy_accepts_them():
    rules = read_rules(tokenizer(rules={"ab": [{"ORTH": "a", "NORM": "x"}, {65: "b", 67: ""}]}))
    assert [(piece.text, piece.norm) for piece in rules["ab"]] == [("a", "x"), ("b", None)]


def test_stale_cache_of_a_loaded_tokenizer_is_found():
    """The case of spaCy's from_bytes: the last rule has a space and a piece that special cases would cut otherwise."""
    rules = {"don't": [{"ORTH": "do"}, {"ORTH": "n't"}], "zz (don't)": [{"ORTH": "zz"}, {"ORTH": " (don't)"}]}
    affixes = {"prefix_search": re.compile(r"^\(").search, "suffix_search": re.compile(r"\)$").search}
    fresh = tokenizer(rules=rules, **affixes)
    assert stale_cache_chunk(fresh) is None
    loaded = tokenizer().from_bytes(fresh.to_bytes(exclude=["vocab"]))
    assert [token.text for token in loaded("(don't)")] == ["(", "don't", ")"]
    assert stale_cache_chunk(loaded) == "(don't)"


def test_weights_that_do_not_fit(tmp_path):
    ner = build_pipeline(tmp_path / "tiny").get_pipe("ner")
    upper = ner.model.get_ref("upper")
    weights = upper.get_param("b").copy()
    weights[0] = float("nan")
    upper.set_param("b", weights)
    with pytest.raises(ConvertError, match="ner/upper/b: a weight is not a finite number"):
        ner_sections(ner, StringTable())
    ner.model.attrs["unseen_classes"].add(1)
    with pytest.raises(ConvertError, match="component ner has labels that it was never trained on"):
        ner_sections(ner, StringTable())


@pytest.mark.parametrize("label", ["A\n", "\x1b[31mB", "a\x7f", "c\x9b", "\0"])
def test_label_that_has_a_control_character(label: str) -> None:
    with pytest.raises(ConvertError, match="has a control character: rename it in the pipeline"):
        StringTable().label(label)
    assert StringTable().number(label) == StringTable().label("LAW\u00a0\u2028 é") == 0  # other strings may be any text
