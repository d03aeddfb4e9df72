"""The components of a pipeline: by name, in their order, some of them disabled; and the factories that make them."""

from __future__ import annotations

from . import util
from .factories import Factory, registered

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from typing import Any, ClassVar, TypeVar

    from .language import Language
    from .tokens import Doc
    from .vocab import Vocab

    Made = TypeVar("Made", bound=Callable[..., Any])


ANALYZED = ("assigns", "requires", "scores", "retokenizes")
"""What analyze_pipes tells of a component."""


class DisabledPipes(list):  # type: ignore[type-arg]
    """Names of disabled components, which are enabled again by restore, or at the end of a with statement."""

    def __init__(self, nlp: Components, names: Iterable[str]) -> None:
        self.nlp = nlp
        self.names = list(names)
        for name in self.names:
            nlp.disable_pipe(name)
        super().__init__(self.names)

    def __enter__(self) -> DisabledPipes:
        return self

    def __exit__(self, *args: Any) -> None:
        self.restore()

    def restore(self) -> None:
        """Lets the components run again."""
        for name in self.names:
            if name not in self.nlp.component_names:
                raise ValueError(
                    f"[E008] Can't restore disabled component '{name}': it is not in the pipeline any more."
                )
            self.nlp.enable_pipe(name)
        self[:] = []


def names_in(given: str | Iterable[str] | None) -> list[str]:
    """A list of names out of one, several or none."""
    return [given] if isinstance(given, str) else list(given or ())


class Components:
    """What Language has of its components."""

    lang: ClassVar[str | None]
    vocab: Vocab
    _components: list[tuple[str, Any]]
    _factories: dict[str, str]
    _configs: dict[str, dict[str, Any]]
    _disabled: set[str]

    @property
    def components(self) -> list[tuple[str, Any]]:
        """(name, component), those that are disabled among them."""
        return util.SimpleFrozenList(self._components)

    @property
    def component_names(self) -> list[str]:
        """Names of all components, those that are disabled among them."""
        return util.SimpleFrozenList([name for name, _ in self._components])

    @property
    def pipeline(self) -> list[tuple[str, Any]]:
        """(name, component) of those that run."""
        return util.SimpleFrozenList([(name, proc) for name, proc in self._components if name not in self._disabled])

    @property
    def pipe_names(self) -> list[str]:
        """Names of those that run."""
        return util.SimpleFrozenList([name for name, _ in self.pipeline])

    @property
    def disabled(self) -> list[str]:
        """Names of the components that do not run."""
        return util.SimpleFrozenList([name for name, _ in self._components if name in self._disabled])

    @property
    def pipe_factories(self) -> dict[str, str]:
        """Name of each component -> name of its factory."""
        return util.SimpleFrozenDict({name: self._factories[name] for name in self.component_names})

    @property
    def pipe_labels(self) -> dict[str, list[str]]:
        """Name of each component that has labels -> its labels."""
        found = {name: list(proc.labels) for name, proc in self.pipeline if getattr(proc, "labels", None)}
        return util.SimpleFrozenDict(found)

    @property
    def factory_names(self) -> list[str]:
        """Names of what add_pipe can make."""
        return sorted(registered())

    # ---- factories

    @classmethod
    def has_factory(cls, name: str) -> bool:
        """Can add_pipe make such a component?"""
        return name in registered()

    @classmethod
    def factory(
        cls,
        name: str,
        *,
        default_config: dict[str, Any] | None = None,
        func: Callable[..., Any] | None = None,
        **facts: Any,
    ) -> Callable[[Made], Made]:
        """Registers a function of (nlp, name, settings …) that makes components, under a name for add_pipe."""
        return _registrar(name, func, lambda given: Factory(name, given, dict(default_config or {}), facts))

    @classmethod
    def component(cls, name: str, *, func: Callable[[Doc], Doc] | None = None, **facts: Any) -> Callable[[Made], Made]:
        """Registers a function of a Doc, or a class of such, as a component, under a name for add_pipe."""
        if isinstance(name, str) and "." in name:
            raise ValueError(f"[E853] Unsupported component factory name '{name}': it must not have dots.")
        return _registrar(name, func, lambda given: Factory(name, _giver(given), {}, facts))

    @classmethod
    def get_factory_meta(cls, name: str) -> Any:
        """What is known of a factory."""
        return registered()[name]

    @classmethod
    def get_factory_name(cls, name: str) -> str:
        """The name that a factory is registered under."""
        return name

    @classmethod
    def set_factory_meta(cls, name: str, value: Any) -> None:
        """Notes what is known of a factory."""
        registered()[name] = value

    @property
    def factories(self) -> dict[str, Any]:
        """Name -> function of (nlp, name, settings …)."""
        return util.SimpleFrozenDict({name: factory.function for name, factory in registered().items()})

    def analyze_pipes(self, *, keys: Iterable[str] = ANALYZED, pretty: bool = False) -> dict[str, Any]:
        """What components set and want, and what is wanted and not set. pretty: prints it, too."""
        from .pipe_analysis import analyze_pipes, print_pipe_analysis

        analysis = analyze_pipes(self, keys=list(keys))
        if pretty:
            print_pipe_analysis(analysis, keys=list(keys))
        return analysis

    def create_pipe_from_source(self, source_name: str, source: Language, *, name: str) -> tuple[Any, str]:
        """A component of another pipeline, and its factory's name."""
        return source.get_pipe(source_name), source._factories[source_name]

    def create_pipe(
        self, factory_name: str, name: str | None = None, *, config: dict[str, Any] | None = None, **kwargs: Any
    ) -> Any:
        """A component, without adding it."""
        factory = registered().get(factory_name)
        if factory is None:
            options = ", ".join(self.factory_names)
            raise ValueError(
                f"[E002] Can't find factory for '{factory_name}' for language {self.lang or self.vocab.lang}. A function is "
                f"registered with @Language.component or @Language.factory. Components that spaCy trains run from a .tern file, or "
                f"by tern_nlp.spacy. Available factories: {options}"
            )
        return factory.make(self, name or factory_name, dict(config or {}))

    # ---- the components

    def has_pipe(self, name: str) -> bool:
        """Is there a component of this name that runs?"""
        return name in self.pipe_names

    def get_pipe(self, name: str) -> Any:
        """A component by its name, disabled or not."""
        for known, proc in self._components:
            if known == name:
                return proc
        raise KeyError(f"[E001] No component '{name}' found in pipeline. Available names: {self.component_names}")

    def get_pipe_meta(self, name: str) -> Any:
        """What is known of the factory of a component."""
        return registered()[self._factories[name]]

    def get_pipe_config(self, name: str) -> dict[str, Any]:
        """The settings that a component was added with."""
        self.get_pipe(name)
        return self._configs[name]

    def add_pipe(
        self,
        factory_name: str,
        name: str | None = None,
        *,
        before: str | int | None = None,
        after: str | int | None = None,
        first: bool | None = None,
        last: bool | None = None,
        source: Language | None = None,
        config: dict[str, Any] | None = None,
        raw_config: Any = None,
        validate: bool = True,
    ) -> Any:
        """Makes a component and puts it in its place; returns it."""
        if not isinstance(factory_name, str):
            raise ValueError(
                f"[E966] nlp.add_pipe takes the name of a factory, and this is {factory_name!r}: register a function with "
                f"@Language.component('name'), then call nlp.add_pipe('name')."
            )
        name = factory_name if name is None else name
        if name in self.component_names:
            raise ValueError(f"[E007] '{name}' already exists in pipeline. Existing names: {self.component_names}")
        proc = (
            source.get_pipe(factory_name) if source is not None else self.create_pipe(factory_name, name, config=config)
        )
        at = self._place(before, after, first, last)
        self._components.insert(at, (name, proc))
        self._factories[name] = source._factories[factory_name] if source is not None else factory_name
        self._configs[name] = (
            dict(source._configs[factory_name]) if source is not None else filled(factory_name, config)
        )
        return proc

    def _place(self, before: str | int | None, after: str | int | None, first: bool | None, last: bool | None) -> int:
        if sum((before is not None, after is not None, bool(first), bool(last))) > 1:
            raise ValueError(
                f"[E006] Only one of before, after, first and last may be given. Got: {before!r}, {after!r}, {first!r}, {last!r}"
            )
        if first:
            return 0
        for given, more in ((before, 0), (after, 1)):
            if isinstance(given, str):
                return self._index(given) + more
            if given is not None:
                if not isinstance(given, int) or not -len(self._components) <= given < len(self._components):
                    raise ValueError(
                        f"[E959] Can't insert component at {given!r}. Existing names: {self.component_names}"
                    )
                return given % len(self._components) + more
        return len(self._components)

    def _index(self, name: str) -> int:
        if name not in self.component_names:
            raise ValueError(f"[E001] No component '{name}' found in pipeline. Available names: {self.component_names}")
        return self.component_names.index(name)

    def remove_pipe(self, name: str) -> tuple[str, Any]:
        """Takes a component out and returns its name and it."""
        removed = self._components.pop(self._index(name))
        del self._factories[name], self._configs[name]
        self._disabled.discard(name)
        return removed

    def rename_pipe(self, old_name: str, new_name: str) -> None:
        """Gives a component another name."""
        at = self._index(old_name)
        if new_name in self.component_names:
            raise ValueError(f"[E007] '{new_name}' already exists in pipeline. Existing names: {self.component_names}")
        self._components[at] = (new_name, self._components[at][1])
        self._factories[new_name] = self._factories.pop(old_name)
        self._configs[new_name] = self._configs.pop(old_name)
        if old_name in self._disabled:
            self._disabled ^= {old_name, new_name}

    def replace_pipe(
        self, name: str, factory_name: str, *, config: dict[str, Any] | None = None, validate: bool = True
    ) -> Any:
        """Puts another component in a component's place."""
        at = self._index(name)
        self.remove_pipe(name)
        return self.add_pipe(factory_name, name=name, before=at if at < len(self._components) else None, config=config)

    def enable_pipe(self, name: str) -> None:
        """Lets a disabled component run again."""
        self._index(name)
        self._disabled.discard(name)

    def disable_pipe(self, name: str) -> None:
        """Lets a component stay, but not run."""
        self._index(name)
        self._disabled.add(name)

    def disable_pipes(self, *names: Any) -> DisabledPipes:
        """Disables components, for a with statement or until restore."""
        import warnings

        warnings.warn(
            "[W096] disable_pipes is deprecated: use nlp.select_pipes(disable=…)", DeprecationWarning, stacklevel=2
        )
        return self.select_pipes(disable=names[0] if len(names) == 1 and isinstance(names[0], (list, tuple)) else names)

    def select_pipes(
        self, *, disable: str | Iterable[str] | None = None, enable: str | Iterable[str] | None = None
    ) -> DisabledPipes:
        """Disables components, or all but some, for a with statement or until restore."""
        if enable is None and disable is None:
            raise ValueError("[E991] select_pipes wants `enable` or `disable`.")
        off = names_in(disable) if disable is not None else None
        if enable is not None:
            left = [name for name in self.pipe_names if name not in names_in(enable)]
            if off is not None and off != left:
                raise ValueError(f"[E992] `enable` and `disable` contradict each other: {names_in(enable)}, {off}")
            off = left
        return DisabledPipes(self, [name for name in off or () if name in self.pipe_names or self._index(name) < 0])


def filled(factory_name: str, config: dict[str, Any] | None) -> dict[str, Any]:
    """A component's settings, with those by default."""
    return {**registered()[factory_name].default_config, **(config or {}), "factory": factory_name}


def disable_as_asked(nlp: Components, disable: list[str], enable: list[str]) -> None:
    """disable: those that do not run; enable: the only ones that do."""
    if enable:
        nlp._disabled |= {name for name in nlp.component_names if name not in enable}
        nlp._disabled -= set(enable)
        wrong = set(enable) & set(disable)
        if wrong:
            raise ValueError(f"[E1042] `enable` and `disable` contradict each other: {sorted(wrong)}")
    nlp._disabled |= {name for name in disable if name in nlp.component_names}


def _giver(component: Callable[..., Any]) -> Callable[..., Any]:
    def make(nlp: Language, name: str) -> Any:
        return component

    return make


def _registrar(name: str, func: Callable[..., Any] | None, make: Callable[[Any], Factory]) -> Any:
    if not isinstance(name, str):
        raise ValueError(f"[E963] the decorator wants a name: @Language.component('name'). Got: {name!r}")

    def register(given: Callable[..., Any]) -> Callable[..., Any]:
        registered()[name] = make(given)
        return given

    return register if func is None else register(func)
