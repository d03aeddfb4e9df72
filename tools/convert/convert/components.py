"""The components of a pipeline, by the table in factories.py: their sections, and the section that lists them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import Any

from .config_check import Component, Plan
from .container import Section, tensor
from .errors import ConvertError, at_fault
from .factories import FACTORIES, kind_of
from .network import NetworkSections, check_embedded
from .noun_chunks import language_of
from .strings import StringTable
from .token_changes import CHUNKS


def check_class(pipe: Any, factory: str) -> None:
    """Refuses a component that a package's own code has given another behaviour."""
    expected = FACTORIES[factory].made
    if expected is not None and type(pipe) is not expected:
        raise ConvertError(
            f"component {pipe.name}: {type(pipe).__module__}.{type(pipe).__qualname__} is not "
            f"supported, only {expected.__module__}.{expected.__qualname__}: train the component with that"
        )


def check_made(nlp: Any, plan: Plan, component: Component) -> None:
    """Refuses a component of another class, or whose settings the engine does not have, or that looks at what the language
    computes in Python. It may be untrained."""
    pipe = nlp.get_pipe(component.name)
    check_class(pipe, component.factory)
    FACTORIES[component.factory].check_pipe(pipe)
    check_embedded(pipe)
    _check_extends(nlp, plan, component)
    if component.factory == CHUNKS and language_of(nlp) is None:
        raise ConvertError(f"component {component.name}: spaCy finds no noun chunks in this language: leave it out")


def _labels_before(nlp: Any, plan: Plan, classifier: Component) -> Sequence[str]:
    """Labels of the other text classifier, if that is earlier in the pipeline."""
    before = plan.before(classifier)
    return next(
        (nlp.get_pipe(component.name).labels for component in before if FACTORIES[component.factory].classifies), ()
    )


def _overwrites(pipe: Any) -> bool:
    return bool(pipe.cfg["overwrite"] if "overwrite" in getattr(pipe, "cfg", {}) else pipe.overwrite)


def _setters_before(plan: Plan, labeller: Component) -> list[str]:
    """Names of earlier components that may have set what a labeller sets."""
    factory = FACTORIES[labeller.factory]
    before = plan.before(labeller) if factory.labels_tokens else []
    return [other.name for other in before if FACTORIES[other.factory].sets & factory.sets]


def _check_extends(nlp: Any, plan: Plan, component: Component) -> None:
    earlier = _setters_before(plan, component)
    if earlier and getattr(nlp.get_pipe(component.name), "cfg", {}).get("extend"):
        raise ConvertError(
            f"component {component.name}: extend = true is not supported behind {earlier[0]}, whose features it would add to: "
            "put it first, or set extend = false"
        )


def _keeps(nlp: Any, plan: Plan, component: Component) -> list[Section]:
    """Of a labeller that leaves alone what an earlier component may have set."""
    if not _setters_before(plan, component) or _overwrites(nlp.get_pipe(component.name)):
        return []
    return [tensor(f"{component.factory}/keeps", [1], "u4")]


def _sections_of(nlp: Any, plan: Plan, component: Component, strings: StringTable) -> NetworkSections:
    pipe, factory = nlp.get_pipe(component.name), FACTORIES[component.factory]
    check_made(nlp, plan, component)
    write = factory.sections
    if factory.classifies and not plan.needs_names:  # a category of both classifiers is in the document only once
        write = partial(write, earlier=_labels_before(nlp, plan, component))
    network, embeddings = write(pipe, strings)
    return NetworkSections([*network, *_keeps(nlp, plan, component)], embeddings)


def _renamed(sections: Sequence[Section], kind: str, prefix: str) -> list[Section]:
    return [replace(section, name=prefix + section.name[len(kind) :]) for section in sections]


def component_sections(nlp: Any, plan: Plan, strings: StringTable) -> dict[str, NetworkSections]:
    """Prefix of a component's sections -> sections, in the order in which a file has them."""
    found: dict[str, NetworkSections] = {}
    for factory in FACTORIES:
        for component in plan.components:
            if component.factory != factory:
                continue
            prefix = plan.prefix(component)
            with at_fault(component.name):
                parts = _sections_of(nlp, plan, component, strings)
            found[prefix] = NetworkSections(*(_renamed(sections, kind_of(factory), prefix) for sections in parts))
    return found


def pipeline_sections(plan: Plan, strings: StringTable) -> list[Section]:
    """pipeline: COMPONENT_* and 1 if it runs by default, in spaCy's order; no row for a tokenizer alone. The names, if they say
    more than the factories."""
    rows = [(FACTORIES[item.factory].number, int(item.enabled)) for item in plan.components]
    found = [Section("pipeline", tensor("pipeline", rows, "u4").array.reshape(-1, 2))]
    if plan.needs_names:
        found.append(tensor("pipeline/names", [strings.label(item.name) for item in plan.components], "u4"))
    return found


def labels_of(nlp: Any, plan: Plan) -> dict[str, tuple[str, ...]]:
    """Name -> sorted labels, of the components that have some which mean something to people."""
    return {
        component.name: tuple(sorted(nlp.get_pipe(component.name).labels))
        for component in plan.components
        if FACTORIES[component.factory].shows_labels
    }
