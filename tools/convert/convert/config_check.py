"""Which pipelines can be converted: their tokenizer, their components, and the order of these."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from .architectures import Node, annotations_read, upstream_of
from .errors import ConvertError, at_fault
from .factories import FACTORIES, SHARED_ENCODER
from .no_tokenizer import ADVICE
from .unsupported import REASONS

TOKENIZER = "spacy.Tokenizer.v1"
PRESET_SUGGESTER = "spacy.preset_spans_suggester.v1"


class NoEncoder(ConvertError):
    """A component listens to an encoder that is not there."""


@dataclass(frozen=True)
class Component:
    """enabled: does it run by default, or is it among nlp.disabled. upstream: whom its model listens to (a name, or "*" for
    any tok2vec); None: its encoder is its own, or it has none. spans_key: the group of spans that it sets; preset_key: the one
    whose spans it labels. reads: features that its encoder embeds and components set."""

    name: str
    factory: str
    enabled: bool = True
    upstream: str | None = None
    spans_key: str | None = None
    preset_key: str | None = None
    reads: tuple[str, ...] = ()


@dataclass(frozen=True)
class Plan:
    """The components of a pipeline in its order, each factory at most once."""

    components: list[Component]

    def find(self, factory: str) -> Component | None:
        """The component that the factory made, or None."""
        return next((component for component in self.components if component.factory == factory), None)


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
    if factory not in FACTORIES:
        known = ", ".join(sorted(FACTORIES, key=lambda known: FACTORIES[known].number))
        reason = REASONS.get(factory, f"tern knows {known}, and runs no code of a package's own")
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
            f"special cases may be your own: train the pipeline with that, or {ADVICE}"
        )


def _check_upstream(plan: Plan, listener: Component) -> None:
    """A listener reads the rows that the one shared encoder left in the document before it."""
    encoder = plan.find(SHARED_ENCODER)
    if encoder is None or listener.upstream not in ("*", encoder.name):
        raise NoEncoder(
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
        if FACTORIES[component.factory].reads_labels:
            raise ConvertError(
                f"component {labeller.name} runs after {component.name}: only the other order is supported; "
                "change it in [nlp] pipeline"
            )


def _check_preset(plan: Plan, component: Component) -> None:
    """spaCy raises KeyError where nothing has set the spans that a suggester takes."""
    before = plan.components[: plan.components.index(component)]
    makers = [other for other in before if other.spans_key == component.preset_key and other.enabled]
    if not makers and component.enabled:
        raise ConvertError(
            f"component {component.name} labels the spans that are in doc.spans[{component.preset_key!r}], which no "
            "component before it sets: put one before it in [nlp] pipeline that does"
        )


SETS_NO_FEATURE = (
    SHARED_ENCODER,
    "textcat",
    "textcat_multilabel",
    "senter",
    "sentencizer",
    "spancat",
    "spancat_singlelabel",
    "span_finder",
)
"""Factories whose components set nothing that an encoder may embed."""


def _check_reads(plan: Plan, reader: Component) -> None:
    """What an encoder embeds is unset when it runs."""
    before = plan.components[: plan.components.index(reader)]
    setter = next((component for component in before if component.factory not in SETS_NO_FEATURE), None)
    if reader.reads and setter is not None:
        raise ConvertError(
            f"component {reader.name} embeds {', '.join(reader.reads)} and runs after {setter.name}, which may set them: "
            "train it without these features, or give the component a place before"
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


def _preset_key(settings: Node) -> str | None:
    suggester = settings.get("suggester")
    is_preset = isinstance(suggester, Mapping) and suggester.get("@misc") == PRESET_SUGGESTER
    return suggester.get("spans_key") if is_preset else None


def _component(config: Node, name: str) -> Component:
    """A component whose factory and model can be converted; else refused."""
    settings = config.get("components", {}).get(name, {})
    _check_factory(name, settings)
    model = settings.get("model")
    FACTORIES[settings["factory"]].check(model, name)
    return Component(
        name,
        settings["factory"],
        name not in (config["nlp"].get("disabled") or []),
        upstream_of(model),
        settings.get("spans_key") if FACTORIES[settings["factory"]].makes_spans else None,
        _preset_key(settings),
        tuple(annotations_read(model)),
    )


def plan_of(config: Node, exclude: Sequence[str]) -> Plan:
    """The components without those to exclude. Raises the first refusal, which names the component at fault, if one is."""
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
            if component.preset_key is not None:
                _check_preset(plan, component)
            _check_reads(plan, component)
            if FACTORIES[component.factory].labels_tokens:
                _check_labeller_order(plan, component)
    return plan


def _rest(config: Node, exclude: Sequence[str], component: str) -> tuple[list[str], Plan] | None:
    """What must be excluded, with a component, so that the rest converts; the rest. None if something else is refused, too."""
    left_out = [*exclude, component]
    while True:
        try:
            return left_out, plan_of(config, left_out)
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
    names = [component.name for component in plan.components if component.factory != SHARED_ENCODER]
    if not names:
        return ConvertError(f"{error}. Without it, nothing of the pipeline would be left but the tokenizer")
    flags = " ".join(f"--exclude {name}" for name in left_out)
    return ConvertError(f"{error}. {flags} converts the rest of the pipeline: {', '.join(names)}")


def plan_conversion(config: Node, exclude: Sequence[str] = ()) -> Plan:
    """config: an interpolated spaCy configuration. exclude: names of components that are left out, as spacy.load does. Refuses,
    by name, whatever cannot be converted."""
    _check_exclude(config["nlp"]["pipeline"], exclude)
    try:
        return plan_of(config, exclude)
    except ConvertError as error:
        raise with_rest(error, config, exclude) from error
