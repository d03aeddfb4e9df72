"""Which pipelines can be converted: decided by the architectures in the configuration, never by a name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Callable, Optional

from .errors import ConvertError, at_fault
from .unsupported import REASONS

Node = Mapping[str, Any]
_Check = Callable[[Optional[Node], str], None]

TOKENIZER = "spacy.Tokenizer.v1"
TOK2VEC = "spacy.Tok2Vec.v2"
LISTENER = "spacy.Tok2VecListener.v1"
HASH_EMBED_CNN = "spacy.HashEmbedCNN.v2"
EMBED = "spacy.MultiHashEmbed.v2"
ENCODE = "spacy.MaxoutWindowEncoder.v2"
TRANSITION = "spacy.TransitionBasedParser.v2"
TAGGER = "spacy.Tagger.v2"
BOWS = ("spacy.TextCatBOW.v1", "spacy.TextCatBOW.v2", "spacy.TextCatBOW.v3")
ENSEMBLE = "spacy.TextCatEnsemble.v2"
POOLED = (
    "spacy.TextCatCNN.v1",
    "spacy.TextCatCNN.v2",
    "spacy.TextCatReduce.v1",
    "spacy.TextCatParametricAttention.v1",
    ENSEMBLE,
)

ATTRS = {"NORM": 0, "PREFIX": 1, "SUFFIX": 2, "SHAPE": 3, "SPACY": 4, "IS_SPACE": 5, "LOWER": 6, "ORTH": 7}
"""Features that an embedding may read, with their ATTR_* number (engine/model_bind.h)."""
MAX_FEATURES, MAX_DEPTH, MAX_WIDTH, MAX_PIECES = 8, 8, 4096, 8
MAX_NGRAM, MAX_BUCKETS = 16, 1 << 28
"""Of a bag of words."""


COMPONENTS = {
    "tok2vec": 0,
    "tagger": 1,
    "parser": 2,
    "senter": 3,
    "attribute_ruler": 4,
    "lemmatizer": 5,
    "ner": 6,
    "morphologizer": 7,
    "trainable_lemmatizer": 8,
    "sentencizer": 9,
    "textcat": 10,
    "textcat_multilabel": 11,
}
"""Factories of the components that can be converted, with their COMPONENT_* number (engine/model_bind.h)."""
TEXTCATS = ("textcat", "textcat_multilabel")
"""Factories of the text classifiers."""
LABELLERS = ("tagger", "morphologizer", "trainable_lemmatizer")
"""Factories of components that set annotations of tokens; the engine lets those that listen run together, before the others."""


@dataclass(frozen=True)
class Component:
    """enabled: does it run by default, or is it among nlp.disabled. upstream: whom its model listens to (a name, or "*" for
    any tok2vec); None: its encoder is its own, or it has none."""

    name: str
    factory: str
    enabled: bool = True
    upstream: str | None = None


@dataclass(frozen=True)
class Plan:
    """The components of a pipeline in its order, each factory at most once."""

    components: list[Component]

    def find(self, factory: str) -> Component | None:
        """The component that the factory made, or None."""
        return next((component for component in self.components if component.factory == factory), None)


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


def _check_number(node: Node, key: str, limit: int, architecture: str, component: str) -> None:
    """Refuses what is no whole number from 1 to the limit."""
    value = node.get(key)
    if not isinstance(value, int) or not 1 <= value <= limit:
        raise ConvertError(
            f"{architecture} in component {component} has {key} {value!r}; 1 to {limit} are supported: "
            "train it with such a number"
        )


def _check_embed(node: Node, component: str) -> None:
    _architecture(node, component, EMBED)
    names = [str(attr) for attr in node.get("attrs", [])]
    for name in names:
        if name not in ATTRS:
            raise ConvertError(
                f"feature {name} of {EMBED} in component {component} is not supported, only {', '.join(ATTRS)}: "
                "train it with these"
            )
    if not 1 <= len(names) <= MAX_FEATURES:
        raise ConvertError(
            f"{EMBED} in component {component} has {len(names)} features; 1 to {MAX_FEATURES} are supported: "
            "train it with such a number"
        )
    _check_number(node, "width", MAX_WIDTH, EMBED, component)


def _check_window(node: Node, architecture: str, component: str) -> None:
    """The settings of a MaxoutWindowEncoder."""
    _setting(node, "window_size", 1, architecture, component)
    _check_number(node, "depth", MAX_DEPTH, architecture, component)
    _check_number(node, "maxout_pieces", MAX_PIECES, architecture, component)


def _check_encoder(node: Node | None, component: str) -> None:
    name = _architecture(node, component, TOK2VEC, HASH_EMBED_CNN)
    assert node is not None
    if name == HASH_EMBED_CNN:  # MultiHashEmbed and MaxoutWindowEncoder with the settings of both
        _check_number(node, "width", MAX_WIDTH, name, component)
        return _check_window(node, name, component)
    _check_embed(node.get("embed", {}), component)
    encode = node.get("encode", {})
    _architecture(encode, component, ENCODE)
    return _check_window(encode, ENCODE, component)


def _check_tok2vec(model: Node | None, component: str) -> None:
    """What a component reads: an encoder of its own, or rows of the shared one; see _check_upstream."""
    node = model.get("tok2vec") if isinstance(model, Mapping) else None
    if upstream_of(model) is None:
        _check_encoder(node, component)


def upstream_of(model: Node | None) -> str | None:
    """Whom a component's model listens to, or None."""
    node = model.get("tok2vec") if isinstance(model, Mapping) else None
    if not isinstance(node, Mapping) or node.get("@architectures") != LISTENER:
        return None
    return str(node.get("upstream", "*"))  # spacy/ml/models/tok2vec.py tok2vec_listener_v1


def _check_transition(model: Node | None, component: str, state_type: str) -> None:
    _architecture(model, component, TRANSITION)
    assert model is not None
    _setting(model, "state_type", state_type, TRANSITION, component)
    _check_number(model, "maxout_pieces", MAX_PIECES, TRANSITION, component)
    _check_tok2vec(model, component)


def _check_tagger(model: Node | None, component: str) -> None:
    _architecture(model, component, TAGGER)
    _check_tok2vec(model, component)


def _check_bow(model: Node | None, component: str) -> None:
    name = _architecture(model, component, *BOWS)
    assert model is not None
    _check_number(model, "ngram_size", MAX_NGRAM, name, component)
    if name == BOWS[-1]:  # of the others it is fixed
        _check_number(model, "length", MAX_BUCKETS, name, component)


def _check_textcat(model: Node | None, component: str) -> None:
    name = _architecture(model, component, *BOWS, *POOLED)
    assert model is not None
    if name in BOWS:
        return _check_bow(model, component)
    if name == ENSEMBLE:
        _check_bow(model.get("linear_model"), component)
    return _check_tok2vec(model, component)


def _check_nothing(model: Node | None, component: str) -> None:
    """What has rules and tables has no network."""


_CHECKS: dict[str, _Check] = {
    "ner": lambda model, name: _check_transition(model, name, "ner"),
    "parser": lambda model, name: _check_transition(model, name, "parser"),
    "tok2vec": _check_encoder,
    "tagger": _check_tagger,
    "morphologizer": _check_tagger,
    "trainable_lemmatizer": _check_tagger,
    "senter": _check_tagger,
    "attribute_ruler": _check_nothing,
    "lemmatizer": _check_nothing,
    "sentencizer": _check_nothing,
    "textcat": _check_textcat,
    "textcat_multilabel": _check_textcat,
}


def _no_factory(name: str, settings: Node) -> ConvertError:
    """A saved pipeline has a factory for each component."""
    if settings.get("source") is not None:
        return ConvertError(
            f"component {name} is to be taken from the pipeline {settings['source']!r} (source), so this is the "
            "configuration for a training: convert what was trained by it, such as model-best, or what "
            "spacy.load(...).to_disk(...) makes of it"
        )
    return ConvertError(
        f"[components.{name}] has no factory, which says what the component is: save the pipeline again with "
        "nlp.to_disk"
    )


def _check_factory(name: str, settings: Node) -> None:
    factory = settings.get("factory")
    if factory is None:
        raise _no_factory(name, settings)
    if factory not in COMPONENTS:
        reason = REASONS.get(factory, f"tern knows {', '.join(COMPONENTS)}, and runs no code of a package's own")
        raise ConvertError(f"component {name} (factory {factory}) is not supported: {reason}")


def _check_tokenizer(config: Node) -> None:
    tokenizer = config.get("nlp", {}).get("tokenizer") or {}
    name, language = tokenizer.get("@tokenizers"), config.get("nlp", {}).get("lang")
    if name is None:
        raise ConvertError(
            f"language {language!r}: [nlp.tokenizer] names no tokenizer; only {TOKENIZER} is supported: save the "
            "pipeline with nlp.to_disk, which writes it"
        )
    if name != TOKENIZER:
        raise ConvertError(
            f"language {language!r}: tokenizer {name} is not supported, only {TOKENIZER}, whose expressions and "
            "special cases may be your own: train the pipeline with that"
        )


def _check_upstream(plan: Plan, listener: Component) -> None:
    """A listener reads the rows that the one shared encoder left in the document before it."""
    encoder = plan.find("tok2vec")
    if encoder is None or listener.upstream not in ("*", encoder.name):
        raise ConvertError(
            f"component {listener.name} listens to {listener.upstream!r}, which is no tok2vec component of the "
            "pipeline: give it an encoder of its own, with nlp.replace_listeners, and save the pipeline"
        )
    if plan.components.index(encoder) > plan.components.index(listener) or (listener.enabled and not encoder.enabled):
        raise ConvertError(
            f"component {listener.name} listens to {encoder.name}, which does not run before it: move {encoder.name} to "
            "the front of [nlp] pipeline and out of disabled"
        )


def _check_labeller_order(plan: Plan, labeller: Component) -> None:
    """Nothing that reads or sets annotations of tokens runs before a labeller."""
    before = plan.components[: plan.components.index(labeller)]
    for component in before:
        if component.factory in ("attribute_ruler", "lemmatizer"):
            raise ConvertError(
                f"component {labeller.name} runs after {component.name}: only the other order is supported; "
                "change it in [nlp] pipeline"
            )


def _check_exclude(names: Sequence[str], exclude: Sequence[str]) -> None:
    for name in exclude:
        if name not in names:
            raise ConvertError(
                f"there is no component {name} to exclude: the pipeline has {', '.join(names) or 'none'}"
            )


def _check_twins(plan: Plan, component: Component) -> None:
    twin = plan.find(component.factory)
    if twin is not None:
        raise ConvertError(
            f"components {twin.name} and {component.name} both come from the factory {component.factory}: only one "
            f"is supported in a file; a second file, with --exclude {twin.name}, can hold the other"
        )


def _component(config: Node, name: str) -> Component:
    """A component whose factory and model can be converted; else refused."""
    settings = config.get("components", {}).get(name, {})
    _check_factory(name, settings)
    model = settings.get("model")
    _CHECKS[settings["factory"]](model, name)
    return Component(name, settings["factory"], name not in (config["nlp"].get("disabled") or []), upstream_of(model))


def _plan(config: Node, exclude: Sequence[str]) -> Plan:
    _check_tokenizer(config)
    plan = Plan([])
    for name in config["nlp"]["pipeline"]:
        if name in exclude:
            continue
        with at_fault(name):
            component = _component(config, name)
            _check_twins(plan, component)
        plan.components.append(component)
    for component in plan.components:
        with at_fault(component.name):
            if component.upstream is not None:
                _check_upstream(plan, component)
            if component.factory in LABELLERS:
                _check_labeller_order(plan, component)
    return plan


def _rest(config: Node, exclude: Sequence[str], component: str) -> tuple[list[str], Plan] | None:
    """What must be excluded, with a component, so that the rest converts; the rest. None if something else is refused, too."""
    left_out = [*exclude, component]
    while True:
        try:
            return left_out, _plan(config, left_out)
        except ConvertError as error:
            if error.component is None:
                return None
            left_out.append(error.component)


def with_rest(error: ConvertError, config: Node, exclude: Sequence[str]) -> ConvertError:
    """The error, which says how the rest of the pipeline converts, if a component is at fault and there is a rest."""
    rest = _rest(config, exclude, error.component) if error.component is not None else None
    if rest is None:
        return error
    left_out, plan = rest
    names = [component.name for component in plan.components if component.factory != "tok2vec"]
    if not names:
        return ConvertError(f"{error}. Without it, nothing of the pipeline would be left but the tokenizer")
    flags = " ".join(f"--exclude {name}" for name in left_out)
    return ConvertError(f"{error}. {flags} converts the rest of the pipeline: {', '.join(names)}")


def plan_conversion(config: Node, exclude: Sequence[str] = ()) -> Plan:
    """config: an interpolated spaCy configuration. exclude: names of components that are left out, as spacy.load does. Refuses,
    by name, whatever cannot be converted."""
    _check_exclude(config["nlp"]["pipeline"], exclude)
    try:
        return _plan(config, exclude)
    except ConvertError as error:
        raise with_rest(error, config, exclude) from error
