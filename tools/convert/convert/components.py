"""The components of a pipeline, by the table in factories.py: their sections, and the section that lists them."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

from .config_check import Component, Plan
from .container import Section, tensor
from .errors import ConvertError, at_fault
from .factories import FACTORIES
from .network import NetworkSections
from .strings import StringTable


def check_class(pipe: Any, factory: str) -> None:
    """Refuses a component that a package's own code has given another behaviour."""
    expected = FACTORIES[factory].made
    if expected is not None and type(pipe) is not expected:
        raise ConvertError(
            f"component {pipe.name}: {type(pipe).__module__}.{type(pipe).__qualname__} is not "
            f"supported, only {expected.__module__}.{expected.__qualname__}: train the component with that"
        )


def check_made(nlp: Any, component: Component) -> None:
    """Refuses a component of another class, or whose settings the engine does not have. It may be untrained."""
    pipe = nlp.get_pipe(component.name)
    check_class(pipe, component.factory)
    FACTORIES[component.factory].check_pipe(pipe)


def _labels_before(nlp: Any, plan: Plan, classifier: Component) -> Sequence[str]:
    """Labels of the other text classifier, if that is earlier in the pipeline."""
    before = plan.components[: plan.components.index(classifier)]
    return next(
        (nlp.get_pipe(component.name).labels for component in before if FACTORIES[component.factory].classifies), ()
    )


def _sections_of(nlp: Any, plan: Plan, component: Component, strings: StringTable) -> NetworkSections:
    pipe, factory = nlp.get_pipe(component.name), FACTORIES[component.factory]
    check_made(nlp, component)
    write = factory.sections
    if factory.classifies:  # a category of both classifiers is in the document only once
        write = partial(write, earlier=_labels_before(nlp, plan, component))
    return write(pipe, strings)


def component_sections(nlp: Any, plan: Plan, strings: StringTable) -> dict[str, NetworkSections]:
    """Factory -> sections, in the order in which a file has them."""
    found: dict[str, NetworkSections] = {}
    for factory in FACTORIES:
        component = plan.find(factory)
        if component is not None:
            with at_fault(component.name):
                found[factory] = _sections_of(nlp, plan, component, strings)
    return found


def pipeline_section(plan: Plan) -> Section:
    """pipeline: COMPONENT_* and 1 if it runs by default, in spaCy's order; no row for a tokenizer alone."""
    rows = [(FACTORIES[item.factory].number, int(item.enabled)) for item in plan.components]
    return Section("pipeline", tensor("pipeline", rows, "u4").array.reshape(-1, 2))


def labels_of(nlp: Any, plan: Plan) -> dict[str, tuple[str, ...]]:
    """Factory -> sorted labels, of the components that have some which mean something to people."""
    return {
        component.factory: tuple(sorted(nlp.get_pipe(component.name).labels))
        for component in plan.components
        if FACTORIES[component.factory].shows_labels
    }
