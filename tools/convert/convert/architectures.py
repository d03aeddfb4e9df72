"""Which models can be converted: decided by the architectures in the configuration, never by a name.

A check takes a component's model as the configuration has it and the component's name, and refuses what the engine does not run.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Callable, Optional

from .constants import (
    BOW_MAX_BUCKETS,
    BOW_MAX_NGRAM,
    MAX_PIECES,
    TOK2VEC_MAX_CHARS,
    TOK2VEC_MAX_DEPTH,
    TOK2VEC_MAX_FEATURES,
    TOK2VEC_MAX_WIDTH,
    TOK2VEC_MAX_WINDOW,
)
from .errors import ConvertError
from .features import DIFFERING, FEATURES, feature_name

Node = Mapping[str, Any]
Check = Callable[[Optional[Node], str], None]

TOK2VECS = ("spacy.Tok2Vec.v1", "spacy.Tok2Vec.v2")
LISTENER = "spacy.Tok2VecListener.v1"
HASH_EMBED_CNNS = ("spacy.HashEmbedCNN.v1", "spacy.HashEmbedCNN.v2")
EMBEDS = ("spacy.MultiHashEmbed.v1", "spacy.MultiHashEmbed.v2")
CHARACTER_EMBEDS = ("spacy.CharacterEmbed.v1", "spacy.CharacterEmbed.v2")
ENCODES = ("spacy.MaxoutWindowEncoder.v1", "spacy.MaxoutWindowEncoder.v2")
MISH_ENCODES = ("spacy.MishWindowEncoder.v1", "spacy.MishWindowEncoder.v2")
TRANSITIONS = ("spacy.TransitionBasedParser.v1", "spacy.TransitionBasedParser.v2")
TAGGERS = ("spacy.Tagger.v1", "spacy.Tagger.v2")
SPANCAT = "spacy.SpanCategorizer.v1"
SPAN_FINDER = "spacy.SpanFinder.v1"
REDUCERS = (
    "spacy.mean_max_reducer.v1",
    "reduce_first.v1",
    "reduce_last.v1",
    "reduce_max.v1",
    "reduce_mean.v1",
    "reduce_sum.v1",
)
SCORERS = ("spacy.LinearLogistic.v1", "Softmax.v1", "Softmax.v2", "Linear.v1")
BOWS = ("spacy.TextCatBOW.v1", "spacy.TextCatBOW.v2", "spacy.TextCatBOW.v3")
ENSEMBLES = ("spacy.TextCatEnsemble.v1", "spacy.TextCatEnsemble.v2")
POOLED = (
    "spacy.TextCatCNN.v1",
    "spacy.TextCatCNN.v2",
    "spacy.TextCatReduce.v1",
    "spacy.TextCatParametricAttention.v1",
    *ENSEMBLES,
)


def _architecture(node: Node | None, component: str, *allowed: str) -> str:
    """Name of the architecture of a model's node; refuses every other than the allowed ones."""
    if not isinstance(node, Mapping) or "@architectures" not in node:
        raise ConvertError(
            f"component {component} has a model without an architecture in its configuration, which is then not "
            "that of a saved pipeline: save the pipeline with nlp.to_disk"
        )
    name = str(node["@architectures"])
    if name not in allowed:
        raise ConvertError(
            f"architecture {name} in component {component} is not supported, only {', '.join(allowed)}: train "
            "the component with that"
        )
    return name


def _setting(node: Node, key: str, expected: Any, architecture: str, component: str) -> None:
    if node.get(key) != expected:
        raise ConvertError(
            f"architecture {architecture} in component {component} is not supported with "
            f"{key} = {node.get(key)!r}, only with {expected!r}: train the component with that"
        )


def _check_number(node: Node, key: str, limit: int, architecture: str, component: str, least: int = 1) -> None:
    """Refuses what is no whole number from the least to the limit."""
    value = node.get(key)
    if not isinstance(value, int) or not least <= value <= limit:
        raise ConvertError(
            f"{architecture} in component {component} has {key} {value!r}; {least} to {limit} are supported: "
            "train it with such a number"
        )


def _attrs_of(embed: Any) -> list[str]:
    """The features that an embedding reads."""
    if not isinstance(embed, Mapping):
        return []
    is_of_characters = embed.get("@architectures") in CHARACTER_EMBEDS
    attrs = [embed.get("feature", "LOWER")] if is_of_characters else embed.get("attrs", [])
    return [feature_name(attr) for attr in attrs]


def _check_characters(node: Node, name: str, component: str) -> None:
    _check_number(node, "nM", TOK2VEC_MAX_CHARS, name, component)
    _check_number(node, "nC", TOK2VEC_MAX_CHARS // node["nM"], name, component)
    _check_number(node, "width", TOK2VEC_MAX_WIDTH, name, component)


def _check_embed(node: Node, component: str) -> None:
    name = _architecture(node, component, *EMBEDS, *CHARACTER_EMBEDS)
    attrs = _attrs_of(node)
    for attr in attrs:
        if attr not in FEATURES:
            raise ConvertError(
                f"feature {attr} of {name} in component {component} is not supported, only "
                f"{', '.join(name for name in FEATURES if not name.startswith('FLAG'))}: train it with these"
            )
    if name in CHARACTER_EMBEDS:
        return _check_characters(node, name, component)
    differing = sum(attr in DIFFERING for attr in attrs)
    if not 1 <= differing <= TOK2VEC_MAX_FEATURES:
        raise ConvertError(
            f"{name} in component {component} has {differing} features of which tokens differ; 1 to "
            f"{TOK2VEC_MAX_FEATURES} are supported: train it with such a number"
        )
    return _check_number(node, "width", TOK2VEC_MAX_WIDTH, name, component)


def _check_window(node: Node, architecture: str, component: str) -> None:
    """The settings of a MaxoutWindowEncoder or MishWindowEncoder."""
    _check_number(node, "window_size", TOK2VEC_MAX_WINDOW, architecture, component, least=0)
    _check_number(node, "depth", TOK2VEC_MAX_DEPTH, architecture, component)
    if architecture not in MISH_ENCODES:
        _check_number(node, "maxout_pieces", MAX_PIECES, architecture, component)


def check_encoder(node: Node | None, component: str) -> None:
    name = _architecture(node, component, *TOK2VECS, *HASH_EMBED_CNNS)
    assert node is not None
    if name in HASH_EMBED_CNNS:  # MultiHashEmbed and MaxoutWindowEncoder with the settings of both
        _check_number(node, "width", TOK2VEC_MAX_WIDTH, name, component)
        return _check_window(node, name, component)
    _check_embed(node.get("embed", {}), component)
    encode = node.get("encode", {})
    encoder = _architecture(encode, component, *ENCODES, *MISH_ENCODES)
    if name == TOK2VECS[1] and encoder.endswith(".v1"):
        raise ConvertError(
            f"component {component} has {encoder} in {name}, which spaCy itself cannot run: train it with "
            f"{encoder[:-1]}2"
        )
    return _check_window(encode, encoder, component)


def _check_tok2vec(model: Node | None, component: str) -> None:
    """What a component reads: an encoder of its own, or rows of the shared one; see config_check.py."""
    node = model.get("tok2vec") if isinstance(model, Mapping) else None
    if upstream_of(model) is None:
        check_encoder(node, component)


def upstream_of(model: Node | None) -> str | None:
    """Whom a component's model listens to, or None."""
    node = model.get("tok2vec") if isinstance(model, Mapping) else None
    if not isinstance(node, Mapping) or node.get("@architectures") != LISTENER:
        return None
    return str(node.get("upstream", "*"))  # spacy/ml/models/tok2vec.py tok2vec_listener_v1


def width_of(node: Node | None) -> int | None:
    """Of the rows that an encoder makes, or that a listener reads; None if the configuration does not say."""
    node = node or {}
    inner = node.get("encode", node)
    width = inner.get("width") if isinstance(inner, Mapping) else None
    return width if isinstance(width, int) else None


def rows_width_of(model: Node | None) -> int | None:
    """Of the rows that a component makes for others, or listens to."""
    return width_of(model if upstream_of(model) is None else (model or {}).get("tok2vec"))


def check_transition(model: Node | None, component: str, state_type: str) -> None:
    name = _architecture(model, component, *TRANSITIONS)
    assert model is not None
    _setting(model, "state_type", state_type, name, component)
    _check_number(model, "maxout_pieces", MAX_PIECES, name, component)
    _check_tok2vec(model, component)


def check_tagger(model: Node | None, component: str) -> None:
    _architecture(model, component, *TAGGERS)
    _check_tok2vec(model, component)


def _check_bow(model: Node | None, component: str) -> None:
    name = _architecture(model, component, *BOWS)
    assert model is not None
    _check_number(model, "ngram_size", BOW_MAX_NGRAM, name, component)
    if name == BOWS[-1]:  # of the others it is fixed
        _check_number(model, "length", BOW_MAX_BUCKETS, name, component)


def _check_first_ensemble(model: Node, name: str, component: str) -> None:
    """Encoder and bag of words in one, with settings of both (spacy_legacy/architectures/textcat.py)."""
    if model.get("pretrained_vectors"):
        raise ConvertError(
            f"component {component} has {name} with pretrained_vectors, which spaCy itself cannot run: train it without"
        )
    _check_number(model, "width", TOK2VEC_MAX_WIDTH, name, component, least=2)
    _check_number(model, "window_size", TOK2VEC_MAX_WINDOW, name, component, least=0)
    _check_number(model, "conv_depth", TOK2VEC_MAX_DEPTH, name, component)
    _check_number(model, "ngram_size", BOW_MAX_NGRAM, name, component)


def check_textcat(model: Node | None, component: str) -> None:
    name = _architecture(model, component, *BOWS, *POOLED)
    assert model is not None
    if name in BOWS:
        return _check_bow(model, component)
    if name == ENSEMBLES[0]:
        return _check_first_ensemble(model, name, component)
    if name == ENSEMBLES[1]:
        _check_bow(model.get("linear_model"), component)
    return _check_tok2vec(model, component)


def _check_layer(model: Node, key: str, component: str, *allowed: str) -> None:
    """Refuses a layer of a model (its reducer or scorer) other than these."""
    node = model.get(key)
    name = node.get("@layers") if isinstance(node, Mapping) else None
    if name not in allowed:
        raise ConvertError(
            f"{key} {name} in component {component} is not supported, only {', '.join(allowed)}: train the component "
            "with one of these"
        )


def check_spancat(model: Node | None, component: str) -> None:
    _architecture(model, component, SPANCAT)
    assert model is not None
    _check_layer(model, "reducer", component, *REDUCERS)
    _check_layer(model, "scorer", component, *SCORERS)
    _check_tok2vec(model, component)


def check_span_finder(model: Node | None, component: str) -> None:
    _architecture(model, component, SPAN_FINDER)
    assert model is not None
    _check_layer(model, "scorer", component, *SCORERS)
    _check_tok2vec(model, component)


def check_nothing(model: Node | None, component: str) -> None:
    """What has rules and tables has no network."""
