"""Which pipelines can be converted: their tokenizer, their components, and the order of these."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Callable

from .architectures import Node, rows_width_of, upstream_of
from .constants import PIPELINE_MAX_LENGTH
from .errors import ConvertError, at_fault
from .factories import ALIASES, FACTORIES, SHARED_ENCODER, kind_of
from .no_tokenizer import ADVICE
from .token_changes import check_token_changes
from .unsupported import REASONS

TOKENIZER = "spacy.Tokenizer.v1"
PRESET_SUGGESTER = "spacy.preset_spans_suggester.v1"


@dataclass(frozen=True)
class Component:
    """enabled: does it run by default, or is it among nlp.disabled. upstream: whom its model listens to (a name, or "*" for
    any tok2vec); None: its encoder is its own, or it has none. width: of the rows that it makes for others or listens to.
    spans_key: the group of spans that it sets; preset_key: the one whose spans it labels."""

    name: str
    factory: str
    enabled: bool = True
    upstream: str | None = None
    width: int | None = None
    spans_key: str | None = None
    preset_key: str | None = None

    @property
    def kind(self) -> str:
        return kind_of(self.factory)


@dataclass(frozen=True)
class Plan:
    """The components of a pipeline in its order."""

    components: list[Component]

    def before(self, component: Component) -> list[Component]:
        return self.components[: self.components.index(component)]

    def prefix(self, component: Component) -> str:
        """What the names of its sections begin with: the factory, with a number from the second of a factory on."""
        twins = sum(other.kind == component.kind for other in self.before(component))
        return f"{component.kind}.{twins + 1}" if twins else component.kind

    def encoders(self, listener: Component) -> list[Component]:
        """The tok2vec components before a listener. It reads the last of them that runs: it is what Doc.tensor holds,
        whomever its model names as upstream (spacy/pipeline/tok2vec.py forward)."""
        return [component for component in self.before(listener) if component.factory == SHARED_ENCODER]

    @property
    def needs_names(self) -> bool:
        """Does it take a reader that runs every component in its place, and knows it by its name?"""
        kinds = [component.kind for component in self.components]
        return (
            [component.name for component in self.components] != kinds
            or len(set(kinds)) < len(kinds)
            or any(
                component.upstream is not None and SHARED_ENCODER in kinds and not self.encoders(component)
                for component in self.components
            )
            or any(
                FACTORIES[component.factory].labels_tokens and FACTORIES[other.factory].reads_labels
                for component in self.components
                for other in self.before(component)
            )
        )


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
    if ALIASES.get(factory, factory) not in FACTORIES:
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


def _check_width(plan: Plan, listener: Component) -> None:
    """Refuses a listener that cannot read the rows that it finds."""
    encoders = plan.encoders(listener)
    running = [encoder for encoder in encoders if encoder.enabled]
    for encoder in encoders if len(encoders) == 1 else running[-1:]:
        if encoder.width is not None and listener.width is not None and encoder.width != listener.width:
            raise ConvertError(
                f"component {listener.name} listens to rows of width {listener.width}, and those of {encoder.name}, the "
                f"last tok2vec before it, have {encoder.width}, so that spaCy cannot run it either: move the tok2vec that it "
                "was trained with in front of it"
            )


def _check_preset(plan: Plan, component: Component) -> None:
    """spaCy raises KeyError where nothing has set the spans that a suggester takes."""
    before = plan.components[: plan.components.index(component)]
    makers = [other for other in before if other.spans_key == component.preset_key and other.enabled]
    if not makers and component.enabled:
        raise ConvertError(
            f"component {component.name} labels the spans that are in doc.spans[{component.preset_key!r}], which no "
            "component before it sets: move one that does before it in [nlp] pipeline"
        )


def _check_parsers(plan: Plan, component: Component) -> None:
    """spaCy's second parser leaves its roots the heads that the first one found, mostly below themselves, and then fails."""
    twin = next((other for other in plan.components if other.kind == component.kind == "parser"), None)
    if twin is not None:
        raise ConvertError(
            f"components {twin.name} and {component.name} both come from the factory parser, and spaCy mixes the trees "
            "of two into circles: convert each in a file of its own, with --exclude"
        )


def _check_scores(config: Node, plan: Plan, ruler: Component) -> None:
    """A span ruler that adds to a categorizer's spans leaves spaCy with fewer scores than spans."""
    before = plan.components[: plan.components.index(ruler)]
    scored = [
        other.name for other in before if other.factory.startswith("spancat") and other.spans_key == ruler.spans_key
    ]
    if scored and not config["components"][ruler.name].get("overwrite"):
        raise ConvertError(
            f"component {ruler.name} adds spans without scores to those of {scored[0]}, which is not supported: give it a "
            "spans_key of its own"
        )


def _check_exclude(names: Sequence[str], exclude: Sequence[str]) -> None:
    for name in exclude:
        if name not in names:
            raise ConvertError(
                f"there is no component {name} to exclude: the pipeline has {', '.join(names) or 'none'}"
            )


def _preset_key(settings: Node) -> str | None:
    suggester = settings.get("suggester")
    is_preset = isinstance(suggester, Mapping) and suggester.get("@misc") == PRESET_SUGGESTER
    return suggester.get("spans_key") if is_preset else None


def _component(config: Node, name: str) -> Component:
    """A component whose factory and model can be converted; else refused."""
    settings = config.get("components", {}).get(name, {})
    _check_factory(name, settings)
    model, factory = settings.get("model"), ALIASES.get(settings["factory"], settings["factory"])
    FACTORIES[factory].check(model, name)
    enabled = name not in (config["nlp"].get("disabled") or [])
    return Component(
        name,
        factory,
        enabled,
        upstream_of(model),
        rows_width_of(model),
        settings.get("spans_key") if FACTORIES[factory].makes_spans else None,
        _preset_key(settings),
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
            _check_parsers(plan, component)
        plan.components.append(component)
    if len(plan.components) > PIPELINE_MAX_LENGTH:
        raise ConvertError(
            f"the pipeline has {len(plan.components)} components; {PIPELINE_MAX_LENGTH} are supported: leave some out with "
            "--exclude"
        )
    for component in plan.components:
        with at_fault(component.name):
            if component.upstream is not None:
                _check_width(plan, component)
            if component.preset_key is not None:
                _check_preset(plan, component)
            check_token_changes(config, plan, component)
            if component.factory == "span_ruler":
                _check_scores(config, plan, component)
    return plan


def reads_zeros(plan: Plan, component: Component) -> bool:
    """Is there no tok2vec that a listener could read when everything runs that runs by default?"""
    return component.upstream is not None and not any(encoder.enabled for encoder in plan.encoders(component))


def _factory_of(config: Node) -> Callable[[str], Any]:
    return lambda name: config["components"][name].get("factory")


def _rest(config: Node, exclude: Sequence[str], component: str) -> tuple[list[str], Plan] | None:
    """What must be excluded, with a component, so that the rest converts; the rest. None if something else is refused, too."""
    left_out = [*exclude, component]
    while True:
        try:
            plan = plan_of(config, left_out)
        except ConvertError as error:
            if error.component is None:
                return None
            left_out.append(error.component)
            continue
        deaf = [listener.name for listener in plan.components if reads_zeros(plan, listener)]
        if not deaf or SHARED_ENCODER not in map(_factory_of(config), left_out):
            return left_out, plan
        left_out += deaf


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
