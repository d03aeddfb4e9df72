"""Factories of components by name: what Language.add_pipe makes."""

from __future__ import annotations

from .registrations import resolved

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from .language import Language

_FACTORIES: dict[str, Factory] = {}


class Factory:
    """facts: what spaCy's decorators take besides (assigns, requires …)."""

    def __init__(
        self, factory: str, function: Callable[..., Any], default_config: dict[str, Any], facts: dict[str, Any]
    ) -> None:
        self.factory = factory
        self.function = function
        self.default_config = default_config
        self.facts = facts

    def __getattr__(self, name: str) -> Any:
        if name in ("assigns", "requires"):
            return list(self.facts.get(name, []))
        if name in ("retokenizes", "default_score_weights"):
            return self.facts.get(name, False if name == "retokenizes" else {})
        if name == "scores":
            return list(self.facts.get("default_score_weights", {}))
        raise AttributeError(name)

    def make(self, nlp: Any, name: str, config: dict[str, Any]) -> Any:
        """A component of this factory."""
        import inspect

        settings = {**self.default_config, **config}
        settings.pop("factory", None)
        try:
            inspect.signature(self.function).bind(nlp, name, **settings)
        except TypeError as error:
            raise ValueError(f"[E964] the settings of the component {name!r} do not fit its factory: {error}") from None
        return self.function(nlp, name, **resolved(settings))


def registered() -> dict[str, Factory]:
    """Name -> factory, for all languages."""
    if not _has_own:
        _add_own()
    return _FACTORIES


_has_own: list[bool] = []


def _add_own() -> None:
    """The components of this package, which are imported when the first is asked for. Those of users prevail."""
    from .pipeline.factories import FACTORIES
    from .pipeline.facts import OF_A_FILE, facts_of

    _has_own.append(True)
    for name, (make, settings) in FACTORIES.items():
        _FACTORIES.setdefault(name, Factory(name, make, dict(settings), facts_of(name)))
    for name in OF_A_FILE:
        _FACTORIES.setdefault(name, Factory(name, _OfAFile(name), {}, facts_of(name)))


class _OfAFile:
    """Stands for what makes a component that only a trained pipeline has."""

    def __init__(self, name: str) -> None:
        self.name = name

    def __call__(self, nlp: Language, name: str, **settings: Any) -> Any:
        raise NotImplementedError(
            f"the component {self.name!r} comes with a .tern file (tern_nlp.load), and is not made by add_pipe: train it with "
            "spaCy, whose pipelines run in tern by tern_nlp.spacy.load"
        )
