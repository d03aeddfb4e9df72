"""Which pipelines can be converted: decided by the architectures in the configuration, never by a name."""
from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Callable, Dict, List, Mapping, Optional

from .errors import ConvertError

Node = Mapping[str, Any]

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


@dataclass(frozen=True)
class Component:
    name: str
    factory: str


@dataclass(frozen=True)
class Plan:
    """What of a pipeline is converted and what is left out, in the pipeline's order. ner: None if there is none."""

    ner: Optional[Component]
    left_out: List[Component]


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
    _setting(node, "include_static_vectors", False, EMBED, component)
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


def _check_tok2vec(node: Optional[Node], component: str, listener_allowed: bool) -> None:
    allowed = (TOK2VEC, LISTENER) if listener_allowed else (TOK2VEC,)
    if _architecture(node, component, *allowed) == LISTENER:
        return
    assert node is not None
    _check_embed(node.get("embed", {}), component)
    _check_encode(node.get("encode", {}), component)


def _check_transition(model: Optional[Node], component: str, state_type: str, listener_allowed: bool) -> None:
    _architecture(model, component, TRANSITION)
    assert model is not None
    _setting(model, "state_type", state_type, TRANSITION, component)
    _setting(model, "extra_state_tokens", False, TRANSITION, component)
    _setting(model, "use_upper", True, TRANSITION, component)
    _check_tok2vec(model.get("tok2vec"), component, listener_allowed)


def _check_tagger(model: Optional[Node], component: str) -> None:
    _architecture(model, component, TAGGER)
    assert model is not None
    _check_tok2vec(model.get("tok2vec"), component, listener_allowed=True)


def _check_nothing(model: Optional[Node], component: str) -> None:
    """The attribute ruler and the rule lemmatizer have no network."""


_CHECKS: Dict[str, Callable[[Optional[Node], str], None]] = {
    "ner": lambda model, name: _check_transition(model, name, "ner", listener_allowed=False),
    "parser": lambda model, name: _check_transition(model, name, "parser", listener_allowed=True),
    "tok2vec": lambda model, name: _check_tok2vec(model, name, listener_allowed=False),
    "tagger": _check_tagger,
    "senter": _check_tagger,
    "attribute_ruler": _check_nothing,
    "lemmatizer": _check_nothing,
}


def _check_tokenizer(config: Node) -> None:
    tokenizer = config.get("nlp", {}).get("tokenizer") or {}
    name = tokenizer.get("@tokenizers")
    if name != TOKENIZER:
        raise ConvertError(f"tokenizer {name} is not supported, only {TOKENIZER}")


def plan_conversion(config: Node) -> Plan:
    """config: an interpolated spaCy configuration. Refuses, by name, whatever cannot be converted or left out."""
    _check_tokenizer(config)
    ner: Optional[Component] = None
    left_out: List[Component] = []
    for name in config["nlp"]["pipeline"]:
        settings = config.get("components", {}).get(name, {})
        component = Component(name, str(settings.get("factory")))
        check = _CHECKS.get(component.factory)
        if check is None:
            raise ConvertError(f"component {name} (factory {component.factory}) is not supported")
        check(settings.get("model"), name)
        if component.factory != "ner":
            left_out.append(component)
        elif ner is not None:
            raise ConvertError(f"components {ner.name} and {name} are both named entity recognisers: only one is supported")
        else:
            ner = component
    return Plan(ner, left_out)
