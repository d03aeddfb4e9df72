"""Language.evaluate and initialize."""

from __future__ import annotations

from collections.abc import Iterable
from timeit import default_timer
from typing import TYPE_CHECKING, Any

from .engine import EngineComponent
from .scorer import Scorer
from .training import Example, validate_examples

if TYPE_CHECKING:
    from .language import Language


def evaluate(
    nlp: Language,
    examples: Iterable[Example],
    batch_size: int | None,
    scorer: Scorer | None,
    component_cfg: dict[str, dict[str, Any]] | None,
    scorer_cfg: dict[str, Any] | None,
    per_component: bool,
) -> dict[str, Any]:
    """Figures, and speed in tokens per second."""
    given = list(examples)
    validate_examples(given, "Language.evaluate")
    copies = [Example(example.predicted.copy(), example.reference) for example in given]
    scorer = Scorer(**{"nlp": nlp, **(scorer_cfg or {})}) if scorer is None else scorer
    begun = default_timer()
    docs = nlp.pipe((example.predicted for example in copies), batch_size=batch_size, component_cfg=component_cfg)
    for example, doc in zip(copies, docs):
        example.predicted = doc
    seconds = default_timer() - begun
    results = scorer.score(copies, per_component=per_component)
    results["speed"] = sum(len(example.predicted) for example in copies) / seconds
    return results


def initialize(nlp: Language, get_examples: Any) -> None:
    """Calls the components' initialize, with the settings that the configuration has for them."""
    from .registrations import resolved

    if any(isinstance(proc, EngineComponent) for _, proc in nlp.pipeline):
        nlp._refuse()
    settings = nlp._initialize.get("components", {})
    for name, proc in nlp.pipeline:
        if hasattr(proc, "initialize"):
            proc.initialize(get_examples or list, nlp=nlp, **resolved(settings.get(name, {})))
