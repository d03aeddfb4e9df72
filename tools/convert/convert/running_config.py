"""What of a configuration matters for running a pipeline: its [nlp] and [components], not what only training asks for.

A registered function that is not known stops a conversion only if it may change what the pipeline computes. Never asked for:
scorers, and everything in [training], [initialize], [pretraining], [corpora] and [distill] (loggers, readers, batchers, optimizers,
augmenters, callbacks). Of the callbacks in [nlp], before_creation changes the language's defaults, of which the folder itself has
what the tokenizer needs: without its code it does not run, and a warning says so. after_creation and after_pipeline_creation may
change anything: without their code the pipeline is refused.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import spacy
from spacy.language import Language
from spacy.util import get_lang_class, registry
from thinc.api import Config

from .errors import ConvertError

Node = Mapping[str, Any]

TRAINING_SECTIONS = ("training", "initialize", "pretraining", "corpora", "distill")
_REGISTER = "give the Python file that registers it with --code FILE, or install its package"


def interpolated(raw: Config) -> Config:
    """The configuration with its variables' values, without scorers. If a variable of the sections for training has no value, they
    are spaCy's own."""
    try:
        return _without_scorers(raw.interpolate())
    except Exception as error:
        try:
            rest = Config(
                {name: section for name, section in raw.items() if name not in TRAINING_SECTIONS}
            ).interpolate()
        except Exception:
            raise error from None
        return _without_scorers(Config({**Language.default_config.interpolate(), **rest}))


def _without_scorers(config: Config) -> Config:
    components = config.get("components", {})
    if isinstance(components, Mapping):
        components = {name: _without_scorer(settings) for name, settings in components.items()}
    return Config({**config, "components": components})


def _without_scorer(settings: Any) -> Any:
    return (
        {key: value for key, value in settings.items() if key != "scorer"}
        if isinstance(settings, Mapping)
        else settings
    )


# ---- shape -----------------------------------------------------------------------------------------------------------


def _check_names(nlp: Node, key: str) -> None:
    names = nlp.get(key)
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        raise ConvertError(
            f'[nlp] {key} = {names!r} is not a list of components\' names: write it as in ["tagger", "ner"]'
        )


def check_shape(config: Node) -> None:
    """Refuses a configuration without a language, without the names of its components, or without their sections."""
    nlp, components = config.get("nlp"), config["components"]
    if not isinstance(nlp, Mapping):
        raise ConvertError(
            "it has no section [nlp], so it is not of a trained pipeline: save the pipeline with nlp.to_disk"
        )
    if not isinstance(nlp.get("lang", 0), (str, type(None))):
        raise ConvertError(f'[nlp] lang = {nlp.get("lang")!r} is not a language\'s code: write it as in lang = "en"')
    _check_names(nlp, "pipeline")
    if nlp.get("disabled") is not None:
        _check_names(nlp, "disabled")
    for name in nlp["pipeline"]:
        if not isinstance(components, Mapping) or not isinstance(components.get(name), Mapping):
            raise ConvertError(
                f"[nlp] pipeline names {name!r}, but there is no section [components.{name}]: "
                f"add it, or take {name!r} out of the pipeline"
            )


def with_language(config: Config) -> Config:
    """Language() without a language is what spaCy's language of no code, xx, is; by that code spaCy loads it."""
    return Config({**config, "nlp": {**config["nlp"], "lang": config["nlp"]["lang"] or "xx"}})


def check_language(config: Node) -> None:
    code = config["nlp"]["lang"]
    try:
        get_lang_class(code)
    except ImportError as error:
        raise ConvertError(
            f"[nlp] lang = {code!r} is no language that spaCy {spacy.__version__} knows: correct it, or, if it is "
            "your own, give the Python file that registers it with --code FILE"
        ) from error


# ---- registered functions --------------------------------------------------------------------------------------------


def _functions(node: Any, section: str) -> Iterator[tuple[str, str, str]]:
    """(section, registry, name) of every registered function below a node."""
    for key, value in node.items() if isinstance(node, Mapping) else ():
        if isinstance(key, str) and key.startswith("@"):
            yield section, key[1:], str(value)
        else:
            yield from _functions(value, f"{section}.{key}")


def unknown_functions(config: Node, exclude: Sequence[str]) -> list[tuple[str, str, str]]:
    """(section, registry, name) of what spaCy would ask for and does not have. exclude: components that are not created."""
    found = list(_functions(config["nlp"], "nlp"))
    for name, settings in config["components"].items():
        found += _functions(settings, f"components.{name}") if name not in exclude else ()
    return [function for function in found if not registry.has(*function[1:])]


def _refusal(section: str, kind: str, name: str) -> ConvertError:
    changes = ", which may change the pipeline" if section.startswith("nlp.after_") else ""
    error = ConvertError(f"[{section}] @{kind} = {name!r} is a function that is not known here{changes}: {_REGISTER}")
    part, _, rest = section.partition(".")
    error.component = rest.partition(".")[0] if part == "components" else None
    return error


def _is_optional(section: str) -> bool:
    return section.split(".")[:2] == ["nlp", "before_creation"]


def function_refusals(config: Node, exclude: Sequence[str]) -> list[ConvertError]:
    """One for each function that is not known and without which the pipeline is not what it was."""
    unknown = unknown_functions(config, exclude)
    return [_refusal(*function) for function in unknown if not _is_optional(function[0])]


def without_unknown(config: Config, exclude: Sequence[str]) -> tuple[Config, list[str]]:
    """The configuration without a before_creation that is not known, and a warning for it; refuses any other unknown function."""
    for refused in function_refusals(config, exclude):
        raise refused
    warnings = [
        f"[{section}] @{kind} = {name!r} is not known here and was not run: what it changes of the tokenizer is in "
        f"the folder, but if it changes how words are normalised, {_REGISTER}"
        for section, kind, name in unknown_functions(config, exclude)
    ]
    nlp = {**config["nlp"], "before_creation": None} if warnings else config["nlp"]
    return Config({**config, "nlp": nlp}), warnings
