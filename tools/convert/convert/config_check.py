"""Which pipelines can be converted: decided by the architectures in the configuration, never by a name."""
from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Callable, Dict, List, Mapping, Optional

from .errors import ConvertError

Node = Mapping[str, Any]
_Check = Callable[[Optional[Node], str], None]

TOKENIZER = "spacy.Tokenizer.v1"
TOK2VEC = "spacy.Tok2Vec.v2"
LISTENER = "spacy.Tok2VecListener.v1"
EMBED = "spacy.MultiHashEmbed.v2"
ENCODE = "spacy.MaxoutWindowEncoder.v2"
TRANSITION = "spacy.TransitionBasedParser.v2"
TAGGER = "spacy.Tagger.v2"

ATTRS = {"NORM": 0, "PREFIX": 1, "SUFFIX": 2, "SHAPE": 3, "SPACY": 4, "IS_SPACE": 5}
"""Features that an embedding may read, with their ATTR_* number (engine/model_bind.h)."""
MAX_FEATURES, MAX_DEPTH, MAX_WIDTH = 8, 8, 4096


COMPONENTS = {"tok2vec": 0, "tagger": 1, "parser": 2, "senter": 3, "attribute_ruler": 4, "lemmatizer": 5, "ner": 6,
              "morphologizer": 7, "trainable_lemmatizer": 8, "sentencizer": 9}
"""Factories of the components that can be converted, with their COMPONENT_* number (engine/model_bind.h)."""
LISTENERS = ("tagger", "morphologizer", "trainable_lemmatizer", "parser")
"""Factories of the components that read the shared tower."""
LABELLERS = LISTENERS[:3]
"""Those among them that set annotations of tokens; the engine lets them run together, before the others."""


@dataclass(frozen=True)
class Component:
    """enabled: does it run by default, or is it among nlp.disabled."""

    name: str
    factory: str
    enabled: bool = True


@dataclass(frozen=True)
class Plan:
    """The components of a pipeline in its order, each factory at most once."""

    components: List[Component]

    def find(self, factory: str) -> Optional[Component]:
        """The component that the factory made, or None."""
        return next((component for component in self.components if component.factory == factory), None)


def _architecture(node: Optional[Node], component: str, *allowed: str) -> str:
    """Name of the architecture of a model's node; refuses every other than the allowed ones."""
    if not isinstance(node, Mapping) or "@architectures" not in node:
        raise ConvertError(f"component {component} has no model architecture in its configuration")
    name = str(node["@architectures"])
    if name not in allowed:
        raise ConvertError(f"architecture {name} in component {component} is not supported")
    return name


def _setting(node: Node, key: str, expected: Any, architecture: str, component: str) -> None:
    if node.get(key) != expected:
        raise ConvertError(f"architecture {architecture} in component {component} is not supported with "
                           f"{key} = {node.get(key)!r}, only with {expected!r}")


def _check_embed(node: Node, component: str) -> None:
    _architecture(node, component, EMBED)
    names = [str(attr) for attr in node.get("attrs", [])]
    for name in names:
        if name not in ATTRS:
            raise ConvertError(f"feature {name} of {EMBED} in component {component} is not supported, only {', '.join(ATTRS)}")
    if not 1 <= len(names) <= MAX_FEATURES:
        raise ConvertError(f"{EMBED} in component {component} has {len(names)} features; 1 to {MAX_FEATURES} are supported")
    width = node.get("width")
    if not isinstance(width, int) or not 1 <= width <= MAX_WIDTH:
        raise ConvertError(f"{EMBED} in component {component} has width {width!r}; 1 to {MAX_WIDTH} are supported")


def _check_encode(node: Node, component: str) -> None:
    _architecture(node, component, ENCODE)
    _setting(node, "window_size", 1, ENCODE, component)
    depth = node.get("depth")
    if not isinstance(depth, int) or not 1 <= depth <= MAX_DEPTH:
        raise ConvertError(f"{ENCODE} in component {component} has depth {depth!r}; 1 to {MAX_DEPTH} are supported")


def _check_tok2vec(node: Optional[Node], component: str) -> None:
    _architecture(node, component, TOK2VEC)
    assert node is not None
    _check_embed(node.get("embed", {}), component)
    _check_encode(node.get("encode", {}), component)


def _check_listener(node: Optional[Node], component: str) -> None:
    """To whom it listens is checked with the whole pipeline in view."""
    _architecture(node, component, LISTENER)


def _check_transition(model: Optional[Node], component: str, state_type: str, check_tower: _Check) -> None:
    _architecture(model, component, TRANSITION)
    assert model is not None
    _setting(model, "state_type", state_type, TRANSITION, component)
    _setting(model, "extra_state_tokens", False, TRANSITION, component)
    _setting(model, "use_upper", True, TRANSITION, component)
    check_tower(model.get("tok2vec"), component)


def _check_tagger(model: Optional[Node], component: str, check_tower: _Check) -> None:
    _architecture(model, component, TAGGER)
    assert model is not None
    check_tower(model.get("tok2vec"), component)


def _check_nothing(model: Optional[Node], component: str) -> None:
    """What has rules and tables has no network."""


_CHECKS: Dict[str, _Check] = {
    "ner": lambda model, name: _check_transition(model, name, "ner", _check_tok2vec),
    "parser": lambda model, name: _check_transition(model, name, "parser", _check_listener),
    "tok2vec": _check_tok2vec,
    "tagger": lambda model, name: _check_tagger(model, name, _check_listener),
    "morphologizer": lambda model, name: _check_tagger(model, name, _check_listener),
    "trainable_lemmatizer": lambda model, name: _check_tagger(model, name, _check_listener),
    "senter": lambda model, name: _check_tagger(model, name, _check_tok2vec),
    "attribute_ruler": _check_nothing,
    "lemmatizer": _check_nothing,
    "sentencizer": _check_nothing,
}


_MATCHER = "it finds spans by patterns, which tern cannot match"
_SPANS = "it makes span groups, which tern's documents do not have"
_COREFERENCE = "it links mentions to each other, which tern's documents have no place for"
_TRANSFORMER = "it is a transformer, and tern runs convolutional networks only: take a pipeline whose name ends in sm, md or lg"
_MERGED = "it joins tokens, and tern's stay as the tokenizer cuts them"
_REASONS = {
    "entity_ruler": _MATCHER, "future_entity_ruler": _MATCHER, "span_ruler": _MATCHER,
    "spancat": _SPANS, "spancat_singlelabel": _SPANS, "span_finder": _SPANS,
    "entity_linker": "it looks entities up in a knowledge base, which a file cannot hold",
    "coref": _COREFERENCE, "experimental_coref": _COREFERENCE, "span_resolver": _COREFERENCE,
    "experimental_span_resolver": _COREFERENCE,
    "transformer": _TRANSFORMER, "curated_transformer": _TRANSFORMER,
    "beam_ner": "it searches with a beam, and tern decides greedily: train the factory ner",
    "beam_parser": "it searches with a beam, and tern decides greedily: train the factory parser",
    "doc_cleaner": "it empties attributes of the document, such as its tensor, which tern's documents do not have",
    "merge_entities": _MERGED, "merge_noun_chunks": _MERGED, "merge_subtokens": _MERGED,
    "token_splitter": "it splits tokens, and tern's stay as the tokenizer cuts them",
}
"""Why a factory of spaCy's, or of its well-known extensions, cannot be converted."""


def _refuse_component(name: str, factory: str) -> ConvertError:
    reason = _REASONS.get(factory, f"tern knows {', '.join(COMPONENTS)}, and runs no code of a package's own")
    return ConvertError(f"component {name} (factory {factory}) is not supported: {reason}. To convert the others, save the pipeline "
                        f"without it (nlp.remove_pipe({name!r}), nlp.to_disk)")


def _check_tokenizer(config: Node) -> None:
    tokenizer = config.get("nlp", {}).get("tokenizer") or {}
    name = tokenizer.get("@tokenizers")
    if name != TOKENIZER:
        language = config.get("nlp", {}).get("lang")
        raise ConvertError(f"language {language!r}: tokenizer {name} is not supported, only {TOKENIZER}")


def _check_upstream(config: Node, plan: Plan, listener: Component) -> None:
    """A listener reads the rows that the one shared tower left in the document before it."""
    tower = plan.find("tok2vec")
    upstream = config["components"][listener.name]["model"]["tok2vec"].get("upstream")
    if tower is None or upstream not in ("*", tower.name):
        raise ConvertError(f"component {listener.name} listens to {upstream!r}, which is no tok2vec component of the pipeline")
    if plan.components.index(tower) > plan.components.index(listener) or (listener.enabled and not tower.enabled):
        raise ConvertError(f"component {listener.name} listens to {tower.name}, which does not run before it")


def _check_labeller_order(plan: Plan, labeller: Component) -> None:
    """Nothing that reads or sets annotations of tokens runs before a labeller."""
    before = plan.components[:plan.components.index(labeller)]
    for component in before:
        if component.factory in ("attribute_ruler", "lemmatizer"):
            raise ConvertError(f"component {labeller.name} runs after {component.name}: only the other order is supported")


def plan_conversion(config: Node) -> Plan:
    """config: an interpolated spaCy configuration. Refuses, by name, whatever cannot be converted."""
    _check_tokenizer(config)
    plan = Plan([])
    disabled = config["nlp"].get("disabled") or []
    for name in config["nlp"]["pipeline"]:
        settings = config.get("components", {}).get(name, {})
        component = Component(name, str(settings.get("factory")), name not in disabled)
        check = _CHECKS.get(component.factory)
        if check is None:
            raise _refuse_component(name, component.factory)
        check(settings.get("model"), name)
        twin = plan.find(component.factory)
        if twin is not None:
            raise ConvertError(f"components {twin.name} and {name} both come from the factory {component.factory}: "
                               "only one is supported")
        plan.components.append(component)
    for component in plan.components:
        if component.factory in LISTENERS:
            _check_upstream(config, plan, component)
        if component.factory in LABELLERS:
            _check_labeller_order(plan, component)
    return plan
