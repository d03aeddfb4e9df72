"""What of a configuration would convert, said before anything is trained: no weights are needed, no table is read.

The checks are those of a conversion (config_check.py, factories.py, tokenizer_tables.py, ...). What only a trained pipeline shows,
such as patterns, look-up tables and labels, is not looked at.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Callable

from spacy.language import Language
from spacy.util import get_lang_class, load_model_from_config
from thinc.api import Config

from . import source
from .architectures import Node, upstream_of
from .components import check_made
from .config_check import TOKENIZER, Plan, plan_of
from .errors import ConvertError
from .expressions import compile_expressions
from .factories import SHARED_ENCODER
from .loading import check_unchanged, uncreated
from .no_tokenizer import without_tokenizer
from .norms import check_features
from .reasons import reason
from .running_config import check_language, function_refusals, without_unknown
from .tokenizer_tables import check_tokenizer
from .user_code import import_files, import_package

Progress = Callable[[str], None]


@dataclass
class Report:
    """components: names of what converts, in the pipeline's order. reasons: why the rest does not; a component's, or of the whole
    pipeline."""

    components: list[str]
    reasons: list[ConvertError]
    warnings: list[str] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        reasons = [{"component": reason.component, "sentence": str(reason)} for reason in self.reasons]
        return {"converts": not reasons, "components": self.components, "reasons": reasons, "warnings": self.warnings}


# ---- the configuration, with what spaCy fills in ---------------------------------------------------------------------


def _config_of(name: str) -> tuple[Config, str | None]:
    """The configuration of a file, a folder or an installed package; the package."""
    if Path(name).is_file():
        return source.read_config(Path(name)), None
    origin = source.find(name)
    return source.config_of(origin), origin.package


def _sourced(name: str, settings: Node) -> Node:
    """A component that a training copies from another pipeline: its settings there (spacy/language.py from_config)."""
    where, original = str(settings["source"]), str(settings.get("component", name))
    try:
        components = source.config_of(source.find(where))["components"]
    except ConvertError as error:
        raise ConvertError(
            f"component {name} is taken from the pipeline {where!r} (source), which decides whether it converts, and "
            f"cannot be read here: {error}"
        ) from error
    if original not in components:
        raise ConvertError(
            f"component {name} is taken from the pipeline {where!r} (source), which has no component {original}: "
            "correct it"
        )
    found = dict(components[original])
    encoder = _encoder_of(components, upstream_of(found.get("model")))
    if "model.tok2vec" in settings.get("replace_listeners", ()) and encoder is not None:
        found["model"] = {**found["model"], "tok2vec": encoder["model"]}
    return found


def _encoder_of(components: Node, upstream: str | None) -> Node | None:
    """What a component listens to. upstream: its name, or "*" for any."""
    encoders = [(name, node) for name, node in components.items() if node.get("factory") == SHARED_ENCODER]
    return next((node for name, node in encoders if upstream in ("*", name)), None)


def _with_defaults(settings: Node, language: Any) -> Node:
    """As spaCy creates the component, where it knows the factory."""
    try:
        defaults = language.get_factory_meta(settings.get("factory")).default_config
    except ValueError:
        return settings
    return Config(defaults).merge(dict(settings))


def _filled(config: Config, exclude: Sequence[str]) -> tuple[Config, list[ConvertError]]:
    """The configuration with spaCy's defaults; what cannot be filled in."""
    language, refused = get_lang_class(config["nlp"]["lang"]), []
    Language()  # which makes spaCy's factories known
    components = {}
    for name in config["nlp"]["pipeline"]:
        settings = config["components"][name]
        try:
            if settings.get("source") is not None and name not in exclude:
                settings = _sourced(name, settings)
        except ConvertError as error:
            error.component = name
            refused.append(error)
        components[name] = _with_defaults(settings, language)
    nlp = {**language.default_config["nlp"], **config["nlp"]}
    return Config({"nlp": nlp, "components": components}).interpolate(), refused


# ---- reasons ---------------------------------------------------------------------------------------------------------


def _plain_tokenizer(config: Config) -> Config:
    return Config({**config, "nlp": {**config["nlp"], "tokenizer": {"@tokenizers": TOKENIZER}}})


def _refused_parts(config: Config, left_out: list[str]) -> tuple[Plan, list[ConvertError]]:
    """The plan of what is left, and why the rest is not; left_out gets its components."""
    reasons: list[ConvertError] = []
    while True:
        try:
            return plan_of(config, left_out), reasons
        except ConvertError as error:
            reasons.append(error)
            if error.component is None:
                config = _plain_tokenizer(config)
            else:
                left_out.append(error.component)


def _created(config: Config, left_out: list[str]) -> tuple[Any, list[ConvertError]]:
    """The untrained pipeline, without what spaCy cannot create; why not. left_out gets its components."""
    reasons: list[ConvertError] = []
    while True:
        try:
            return load_model_from_config(config, exclude=left_out, auto_fill=True), reasons
        except Exception as error:
            refused = ConvertError(f"spaCy cannot create the pipeline: {reason(error, config)}: correct it")
            refused.component = uncreated(config, left_out)
            reasons.append(refused)
            if refused.component is None:
                return None, reasons
            left_out.append(refused.component)


def _tried(checks: Sequence[tuple[str | None, Callable[[], Any]]]) -> list[ConvertError]:
    """What checks refuse, of a component or of the whole pipeline."""
    reasons: list[ConvertError] = []
    for component, check in checks:
        try:
            check()
        except ConvertError as error:
            error.component = error.component or component
            reasons.append(error)
    return reasons


def _check_tokenizer(tokenizer: Any, progress: Progress) -> None:
    check_tokenizer(tokenizer)
    compile_expressions(tokenizer, progress)


def _refused_when_made(nlp: Any, plan: Plan, has_tokenizer: bool, progress: Progress) -> list[ConvertError]:
    checks: list[tuple[str | None, Callable[[], Any]]] = [(None, lambda: check_unchanged(nlp, plan))]
    if has_tokenizer:
        checks.append((None, lambda: _check_tokenizer(nlp.tokenizer, progress)))
    checks.append((None, lambda: check_features(nlp.vocab)))
    reasons = _tried(checks)
    there = [component for component in plan.components if component.name in nlp.component_names]
    return reasons + _tried([(item.name, lambda item=item: check_made(nlp, plan, item)) for item in there])


@dataclass
class Planned:
    """config: with spaCy's defaults, and its tokenizer in place of one that is refused. left_out: what is to be excluded."""

    config: Config
    plan: Plan
    reasons: list[ConvertError]
    left_out: list[str]
    has_tokenizer: bool


def planned(raw: Config, exclude: Sequence[str] = ()) -> Planned:
    """What the configuration alone says; nothing is created."""
    check_language(raw)
    config, reasons = _filled(raw, exclude)
    left_out = [*exclude, *(str(error.component) for error in reasons)]
    plan, refused = _refused_parts(config, left_out)
    has_tokenizer = all(error.component is not None for error in refused)
    config = config if has_tokenizer else _plain_tokenizer(config)
    return Planned(config, plan, [*reasons, *refused], left_out, has_tokenizer)


def reasons_when_created(found: Planned, progress: Progress) -> tuple[list[ConvertError], list[str]]:
    """Besides found.reasons: functions that are not known, what spaCy says when it creates the untrained pipeline, what this says
    then; warnings."""
    unknown = function_refusals(found.config, found.left_out)
    if unknown:
        return unknown, []
    runnable, warnings = without_unknown(found.config, found.left_out)
    progress("create the pipeline")
    nlp, reasons = _created(runnable, found.left_out)
    if nlp is not None and not reasons:
        reasons = _refused_when_made(nlp, found.plan, found.has_tokenizer, progress)
    return reasons, warnings


def check(
    name: str, progress: Progress, exclude: Sequence[str] = (), code: Sequence[str] = (), given_words: bool = False
) -> Report:
    """name: a configuration's file, a pipeline's folder, or an installed package. Raises ConvertError where there is nothing to
    check."""
    progress("configuration")
    import_files(code)
    raw, package = _config_of(name)
    if package is not None and function_refusals(raw, exclude):
        import_package(package)
    found = planned(without_tokenizer(raw) if given_words else raw, exclude)
    when_created, warnings = reasons_when_created(found, progress)
    reasons = found.reasons + when_created
    at_fault = {error.component for error in reasons}
    return Report([item.name for item in found.plan.components if item.name not in at_fault], reasons, warnings)
