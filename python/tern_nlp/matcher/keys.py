"""What Matcher and DependencyMatcher have in common: patterns under keys, each with what is called for a match."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

OnMatch = Callable[..., Any]


class Keyed:
    """Base of matchers with patterns under keys. A key is a string or its id."""

    vocab: Any
    _callbacks: dict[int, OnMatch | None]

    def _given(self) -> dict[int, list[Any]]:
        """The patterns of each key, as they were added."""
        raise NotImplementedError

    def __len__(self) -> int:
        """Number of keys."""
        return len(self._given())

    def __contains__(self, key: str | int) -> bool:
        return self.has_key(key)

    def has_key(self, key: str | int) -> bool:
        """Does it have patterns of this key?"""
        return self._normalize_key(key) in self._given()

    def get(self, key: str | int, default: Any = None) -> Any:
        """(on_match, patterns) of a key."""
        key = self._normalize_key(key)
        patterns = self._given()
        return (self._callbacks[key], patterns[key]) if key in patterns else default

    def _normalize_key(self, key: str | int) -> int:
        return self.vocab.strings.add(key) if isinstance(key, str) else key
