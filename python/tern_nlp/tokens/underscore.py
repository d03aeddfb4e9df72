"""The attribute `._` of Doc, Span and Token: what users add to them."""

from __future__ import annotations

from ..errors import Errors

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any, ClassVar


class Underscore:
    """Extension attributes of one object. Values are kept in the document's user_data."""

    mutable_types = (dict, list, set)
    doc_extensions: ClassVar[dict[Any, Any]] = {}
    span_extensions: ClassVar[dict[Any, Any]] = {}
    token_extensions: ClassVar[dict[Any, Any]] = {}

    def __init__(self, extensions: dict[str, Any], obj: Any, start: int | None = None, end: int | None = None) -> None:
        for name, value in (
            ("_extensions", extensions),
            ("_obj", obj),
            ("_doc", obj.doc),
            ("_start", start),
            ("_end", end),
        ):
            object.__setattr__(self, name, value)

    def __dir__(self) -> list[str]:
        return ["set", "get", "has", *self._extensions]

    def __getattr__(self, name: str) -> Any:
        if name not in self._extensions:
            raise AttributeError(Errors.E046.format(name=name))
        default, method, getter, _ = self._extensions[name]
        if getter is not None:
            return getter(self._obj)
        if method is not None:
            return _bound(method, self._obj)
        data, key = self._doc.user_data, self._get_key(name)
        if key in data:
            return data[key]
        if isinstance(default, self.mutable_types):
            from copy import copy

            data[key] = copy(default)
            return data[key]
        return default

    def __setattr__(self, name: str, value: Any) -> None:
        if name not in self._extensions:
            raise AttributeError(Errors.E047.format(name=name))
        setter = self._extensions[name][3]
        if setter is not None:
            setter(self._obj, value)
        else:
            self._doc.user_data[self._get_key(name)] = value

    def set(self, name: str, value: Any) -> None:
        """Sets a custom attribute."""
        setattr(self, name, value)

    def get(self, name: str) -> Any:
        """The value of a custom attribute."""
        return getattr(self, name)

    def has(self, name: str) -> bool:
        """Is there such a custom attribute?"""
        return name in self._extensions

    def _get_key(self, name: str) -> tuple[str, str, int | None, int | None]:
        return ("._.", name, self._start, self._end)

    @classmethod
    def get_state(cls) -> tuple[dict[Any, Any], dict[Any, Any], dict[Any, Any]]:
        """All extensions, for another process."""
        return cls.token_extensions, cls.span_extensions, cls.doc_extensions

    @classmethod
    def load_state(cls, state: tuple[dict[Any, Any], dict[Any, Any], dict[Any, Any]]) -> None:
        """Takes over what get_state gave."""
        cls.token_extensions, cls.span_extensions, cls.doc_extensions = state


def _bound(method: Callable[..., Any], obj: Any) -> Callable[..., Any]:
    from functools import partial

    bound = partial(method, obj)
    note = "This method is a partial function: its first argument, the object it is called on, is filled in. "
    bound.__doc__ = note + (method.__doc__ or "")
    return bound


def get_ext_args(**kwargs: Any) -> tuple[Any, Any, Any, Any]:
    """(default, method, getter, setter) out of the arguments of set_extension, checked."""
    method, getter, setter = (kwargs.get(name) for name in ("method", "getter", "setter"))
    if getter is None and setter is not None:
        raise ValueError(Errors.E089)
    defined = sum(("default" in kwargs, method is not None, getter is not None))
    if defined != 1:
        raise ValueError(Errors.E083.format(nr_defined=defined))
    for name, value in (("setter", setter), ("getter", getter), ("method", method)):
        if value is not None and not callable(value):
            raise ValueError(Errors.E091.format(name=name, value=repr(value)))
    return (kwargs.get("default"), method, getter, setter)


def is_writable_attr(ext: tuple[Any, Any, Any, Any]) -> bool:
    """May a value be assigned to this extension?"""
    default, _, _, setter = ext
    return setter is not None or default is not None or all(part is None for part in ext)


class Extensible:
    """The class methods that Doc, Span and Token share."""

    __slots__ = ()
    _extensions_of: ClassVar[str]

    @classmethod
    def _registered(cls) -> dict[str, Any]:
        return getattr(Underscore, cls._extensions_of)

    @classmethod
    def set_extension(cls, name: str, **kwargs: Any) -> None:
        """Defines the attribute `._.name`, by a default, a method or a getter (and a setter)."""
        if cls.has_extension(name) and not kwargs.get("force", False):
            kind = cls._extensions_of.split("_")[0].capitalize()
            raise ValueError(Errors.E090.format(name=name, obj=kind))
        cls._registered()[name] = get_ext_args(**kwargs)

    @classmethod
    def get_extension(cls, name: str) -> Any:
        """(default, method, getter, setter), or None."""
        return cls._registered().get(name)

    @classmethod
    def has_extension(cls, name: str) -> bool:
        """Is there such a custom attribute?"""
        return name in cls._registered()

    @classmethod
    def remove_extension(cls, name: str) -> Any:
        """Takes a custom attribute out and returns what it was set with."""
        if not cls.has_extension(name):
            raise ValueError(Errors.E046.format(name=name))
        return cls._registered().pop(name)
