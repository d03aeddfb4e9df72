"""Functions that users register under a name, for settings of components: {"@misc": "name"}."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any


class Catalogue:
    """Names and functions of one kind."""

    def __init__(self, kind: str) -> None:
        self.kind = kind
        self._known: dict[str, Any] = {}

    def __call__(self, name: str, func: Any = None) -> Any:
        return self.register(name, func=func)

    def register(self, name: str, *, func: Any = None) -> Any:
        """A decorator, or with func the registering itself."""
        if func is None:
            return lambda given: self.register(name, func=given)
        self._known[name] = func
        return func

    def __contains__(self, name: str) -> bool:
        return name in self._known

    def get(self, name: str) -> Any:
        """What is registered under a name."""
        if name not in self._known:
            options = ", ".join(sorted(self._known)) or "none"
            raise ValueError(
                f"[E893] Could not find function '{name}' in function registry '{self.kind}'. Known: {options}"
            )
        return self._known[name]

    def get_all(self) -> dict[str, Any]:
        """Everything that is registered, by name."""
        return dict(self._known)


class registry:  # noqa: N801  spaCy's name
    """All kinds, as spaCy names them."""

    misc = Catalogue("misc")
    scorers = Catalogue("scorers")
    callbacks = Catalogue("callbacks")
    tokenizers = Catalogue("tokenizers")
    displacy_colors = Catalogue("displacy_colors")

    @classmethod
    def has(cls, kind: str, name: str) -> bool:
        """Is it registered?"""
        return name in getattr(cls, kind, ())

    @classmethod
    def get(cls, kind: str, name: str) -> Any:
        """What is registered under a name in one of the catalogues."""
        return getattr(cls, kind).get(name)


def resolved(settings: dict[str, Any]) -> dict[str, Any]:
    """Settings in which {"@kind": name, …} is replaced by what the registered function gives."""
    return {key: _resolved(value) for key, value in settings.items()}


def _resolved(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    for key in value:
        if isinstance(key, str) and key.startswith("@"):
            make: Callable[..., Any] = registry.get(key[1:], value[key])
            return make(**resolved({name: item for name, item in value.items() if name != key}))
    return value
