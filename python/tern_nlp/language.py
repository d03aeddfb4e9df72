"""Language: a pipeline. Components of a .tern file run in the engine, those that users add run in Python between them."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, ClassVar

from . import util
from .engine import BATCH, Engine, EngineComponent
from .factories import Factory, registered
from .lang import _data, _defaults
from .tokens import Doc
from .vocab import Vocab
from .workers import ordered

MAX_LENGTH = 10**6


class BaseDefaults:
    """What a language says of itself; subclasses of Language may have more."""

    locals().update(_defaults.lazy_attributes(_data.BASE))
    config: ClassVar[dict[str, Any]] = {}


class EngineTokenizer:
    """Cuts texts into words, as the file says."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine

    @property
    def vocab(self) -> Vocab:
        return self.engine.vocab

    def __call__(self, text: str) -> Doc:
        return self.engine.docs([text], [])[0]

    def pipe(self, texts: Iterable[str], batch_size: int = 1000) -> Iterator[Doc]:
        for batch in util.minibatch(texts, batch_size):
            yield from self.engine.docs(batch, [])


class DisabledPipes(list):  # type: ignore[type-arg]
    """Names of disabled components, which are enabled again by restore, or at the end of a with statement."""

    def __init__(self, nlp: Language, names: Iterable[str]) -> None:
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
        for name in self.names:
            if name not in self.nlp.component_names:
                raise ValueError(
                    f"[E008] Can't restore disabled component '{name}': it is not in the pipeline any more."
                )
            self.nlp.enable_pipe(name)
        self[:] = []


def _names(given: str | Iterable[str] | None) -> list[str]:
    return [given] if isinstance(given, str) else list(given or ())


class Language:
    """A text-processing pipeline: a tokenizer and components. Made by tern_nlp.load or blank."""

    Defaults: ClassVar[Any] = BaseDefaults
    lang: ClassVar[str | None] = None
    default_error_handler = staticmethod(util.raise_error)

    def __init__(
        self,
        vocab: Vocab | bool = True,
        *,
        max_length: int = MAX_LENGTH,
        meta: dict[str, Any] | None = None,
        create_tokenizer: Callable[[Language], Callable[[str], Doc]] | None = None,
        batch_size: int = BATCH,
        **kwargs: Any,
    ) -> None:
        if vocab is not True and not isinstance(vocab, Vocab):
            raise ValueError(f"[E918] Language wants a Vocab, or True for a new one. Got: {vocab!r} ({type(vocab)})")
        self.vocab: Vocab = self._new_vocab() if vocab is True else vocab
        self.max_length = max_length
        self.batch_size = batch_size
        self._meta = dict(meta or {})
        self._components: list[tuple[str, Any]] = []
        self._factories: dict[str, str] = {}
        self._configs: dict[str, dict[str, Any]] = {}
        self._disabled: set[str] = set()
        self._path: Path | None = None
        self._engine: Engine | None = None
        self.default_error_handler = util.raise_error  # type: ignore[misc]
        self.tokenizer: Any = create_tokenizer(self) if create_tokenizer is not None else self._new_tokenizer()

    def _new_vocab(self) -> Vocab:
        return _defaults.new_vocab(self.lang, self.Defaults)

    def _new_tokenizer(self) -> Any:
        return _defaults.new_tokenizer(self.vocab, self.lang, self.Defaults)

    # ---- what it says of itself

    @property
    def path(self) -> Path | None:
        """The file that it was loaded from."""
        return self._path

    @property
    def meta(self) -> dict[str, Any]:
        """Name, language, version, labels …"""
        self._meta.setdefault("lang", self.vocab.lang or self.lang or "")
        self._meta.setdefault("name", "pipeline")
        self._meta.setdefault("version", "0.0.0")
        self._meta["pipeline"] = list(self.pipe_names)
        self._meta["components"] = list(self.component_names)
        self._meta["disabled"] = list(self.disabled)
        self._meta["labels"] = {name: list(labels) for name, labels in self.pipe_labels.items()}
        return self._meta

    @meta.setter
    def meta(self, value: dict[str, Any]) -> None:
        self._meta = value

    @property
    def config(self) -> dict[str, Any]:
        """The pipeline's parts, as far as they are of spaCy's configuration."""
        components = {name: {"factory": self._factories[name], **self._configs[name]} for name in self.component_names}
        nlp = {"lang": self.meta["lang"], "pipeline": list(self.component_names), "disabled": list(self.disabled)}
        return {"nlp": {**nlp, "batch_size": self.batch_size}, "components": components}

    @property
    def components(self) -> list[tuple[str, Any]]:
        """(name, component), those that are disabled among them."""
        return util.SimpleFrozenList(self._components)

    @property
    def component_names(self) -> list[str]:
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
        return util.SimpleFrozenList([name for name, _ in self._components if name in self._disabled])

    @property
    def pipe_factories(self) -> dict[str, str]:
        return util.SimpleFrozenDict({name: self._factories[name] for name in self.component_names})

    @property
    def pipe_labels(self) -> dict[str, list[str]]:
        found = {name: list(proc.labels) for name, proc in self.pipeline if getattr(proc, "labels", None)}
        return util.SimpleFrozenDict(found)

    @property
    def factory_names(self) -> list[str]:
        return sorted(registered())

    # ---- factories

    @classmethod
    def has_factory(cls, name: str) -> bool:
        return name in registered()

    @classmethod
    def factory(
        cls,
        name: str,
        *,
        default_config: dict[str, Any] | None = None,
        func: Callable[..., Any] | None = None,
        **facts: Any,
    ) -> Any:
        """Registers a function of (nlp, name, settings …) that makes components, under a name for add_pipe."""
        return _registrar(name, func, lambda given: Factory(name, given, dict(default_config or {}), facts))

    @classmethod
    def component(cls, name: str, *, func: Callable[[Doc], Doc] | None = None, **facts: Any) -> Any:
        """Registers a function of a Doc, or a class of such, as a component, under a name for add_pipe."""
        if isinstance(name, str) and "." in name:
            raise ValueError(f"[E853] Unsupported component factory name '{name}': it must not have dots.")
        return _registrar(name, func, lambda given: Factory(name, _giver(given), {}, facts))

    @classmethod
    def get_factory_meta(cls, name: str) -> Any:
        """What is known of a factory."""
        return registered()[name]

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
        return name in self.pipe_names

    def get_pipe(self, name: str) -> Any:
        """A component by its name, disabled or not."""
        for known, proc in self._components:
            if known == name:
                return proc
        raise KeyError(f"[E001] No component '{name}' found in pipeline. Available names: {self.component_names}")

    def get_pipe_meta(self, name: str) -> Any:
        return registered()[self._factories[name]]

    def get_pipe_config(self, name: str) -> dict[str, Any]:
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
        self._configs[name] = dict(config or {})
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
        at = self._index(old_name)
        if new_name in self.component_names:
            raise ValueError(f"[E007] '{new_name}' already exists in pipeline. Existing names: {self.component_names}")
        self._components[at] = (new_name, self._components[at][1])
        for table in (self._factories, self._configs):
            table[new_name] = table.pop(old_name)  # type: ignore[index]
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
        self._index(name)
        self._disabled.discard(name)

    def disable_pipe(self, name: str) -> None:
        self._index(name)
        self._disabled.add(name)

    def disable_pipes(self, *names: Any) -> DisabledPipes:
        """Disables components, for a with statement or until restore."""
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
        off = _names(disable) if disable is not None else None
        if enable is not None:
            left = [name for name in self.pipe_names if name not in _names(enable)]
            if off is not None and off != left:
                raise ValueError(f"[E992] `enable` and `disable` contradict each other: {_names(enable)}, {off}")
            off = left
        return DisabledPipes(self, [name for name in off or () if name in self.pipe_names or self._index(name) < 0])

    # ---- running

    def make_doc(self, text: str) -> Doc:
        """A document with its tokens only."""
        self._check_length(text)
        if self.tokenizer is None:
            raise NotImplementedError(
                f"tern_nlp has no tokenizer for the language {self.vocab.lang or self.lang!r}: load a .tern file, set "
                f"nlp.tokenizer to a function of a text that makes a Doc, or use tern_nlp.spacy"
            )
        return self.tokenizer(text)

    def _check_length(self, text: str) -> None:
        if len(text) > self.max_length:
            raise ValueError(
                f"[E088] Text of length {len(text)} exceeds maximum of {self.max_length}. Parser and entity recogniser need "
                f"memory in proportion to the text: split it, or raise nlp.max_length."
            )

    def _ensure_doc(self, doc_like: Any) -> Doc:
        if isinstance(doc_like, Doc):
            return doc_like
        if isinstance(doc_like, str):
            return self.make_doc(doc_like)
        if isinstance(doc_like, bytes):
            return Doc(self.vocab).from_bytes(doc_like)
        raise ValueError(f"[E1041] Expected a string, Doc, or bytes as input, but got: {type(doc_like)}")

    def _is_engines(self) -> bool:
        return isinstance(self.tokenizer, EngineTokenizer)

    def _plan(self, disable: Iterable[str]) -> tuple[list[EngineComponent], list[tuple[str, Any]]]:
        """Components that run with the tokenizer, on texts, and those after them."""
        off = set(disable)
        rest = [(name, proc) for name, proc in self.pipeline if name not in off]
        first: list[EngineComponent] = []
        while self._is_engines() and rest and self._follows(first, rest[0][1]):
            first.append(rest.pop(0)[1])
        return first, rest

    def _follows(self, before: Sequence[EngineComponent], proc: Any) -> bool:
        is_ours = isinstance(proc, EngineComponent) and proc.engine is self.tokenizer.engine
        return is_ours and (not before or before[-1].place < proc.place)

    def _handler(self, proc: Any) -> Callable[..., Any]:
        return proc.get_error_handler() if hasattr(proc, "get_error_handler") else self.default_error_handler

    def set_error_handler(self, error_handler: Callable[..., Any]) -> None:
        """What is called with (name, component, [doc], error) instead of raising the error."""
        self.default_error_handler = error_handler  # type: ignore[misc]
        for _, proc in self._components:
            if hasattr(proc, "set_error_handler"):
                proc.set_error_handler(error_handler)

    def __call__(
        self, text: Any, *, disable: Iterable[str] = (), component_cfg: dict[str, dict[str, Any]] | None = None
    ) -> Doc:
        """Annotates a text, or a Doc."""
        disable = _names(disable)
        first, rest = self._plan(disable)
        if isinstance(text, str) and self._is_engines():
            self._check_length(text)
            doc = self.tokenizer.engine.docs([text], first)[0]
        else:
            doc = self._ensure_doc(text)
            rest = [(name, proc) for name, proc in self.pipeline if name not in disable]
        found = next(iter(self._rest([doc], rest, component_cfg or {}, first)), None)
        if found is None:
            raise ValueError("[E005] a component's error handler dropped the document, or the component returned None")
        return found

    def _rest(
        self,
        docs: Iterable[Doc],
        procs: Sequence[tuple[str, Any]],
        configs: dict[str, dict[str, Any]],
        before: Sequence[EngineComponent],
    ) -> Iterable[Doc]:
        """Runs components on documents, one after the other; rows of the engine's together."""
        procs = list(procs)
        ran = list(before)
        while procs:
            name, proc = procs.pop(0)
            if not isinstance(proc, EngineComponent):
                docs = self._run_python(docs, name, proc, configs.get(name, {}))
                continue
            row = [proc]
            while procs and isinstance(procs[0][1], EngineComponent) and procs[0][1].engine is proc.engine:
                row.append(procs.pop(0)[1])
            ran += row
            docs = self._run_engine(docs, list(ran), row)
        return docs

    def _run_engine(
        self, docs: Iterable[Doc], ran: Sequence[EngineComponent], row: Sequence[EngineComponent]
    ) -> Iterator[Doc]:
        for doc in docs:
            try:
                row[0].engine.annotate([doc], ran, row)
            except Exception as error:
                self._handler(row[0])(row[0].name, row[0], [doc], error)
            else:
                yield doc

    def _run_python(self, docs: Iterable[Doc], name: str, proc: Any, config: dict[str, Any]) -> Iterator[Doc]:
        if hasattr(proc, "pipe"):
            yield from proc.pipe(docs, **{"batch_size": self.batch_size, **config})
            return
        for doc in docs:
            try:
                found = proc(doc, **config)
            except KeyError as error:
                # language.py says so of a component that was not initialized
                self._handler(proc)(name, proc, [doc], error)
                continue
            except Exception as error:
                self._handler(proc)(name, proc, [doc], error)
                continue
            if not isinstance(found, Doc):
                raise ValueError(f"[E005] Pipeline component '{name}' returned {type(found)} instead of a Doc.")
            yield found

    def pipe(
        self,
        texts: Iterable[Any],
        *,
        as_tuples: bool = False,
        batch_size: int | None = None,
        disable: Iterable[str] = (),
        component_cfg: dict[str, dict[str, Any]] | None = None,
        n_process: int = 1,
    ) -> Iterator[Any]:
        """Annotates texts, or Docs, as a stream. n_process: threads, in which the engine runs without the interpreter's lock.
        as_tuples: texts are (text, context), and so are the results."""
        if as_tuples:
            yield from self._pipe_tuples(texts, batch_size, disable, component_cfg, n_process)
            return
        disable = _names(disable)
        size = self.batch_size if batch_size is None else batch_size
        first, rest = self._plan(disable)
        whole = [(name, proc) for name, proc in self.pipeline if name not in disable]
        if n_process < 1:
            import os

            n_process = os.cpu_count() or 1
        made = self._made(texts, first, size, n_process)
        configs = component_cfg or {}
        if not rest:
            for doc, is_begun in made:
                yield from [doc] if is_begun else self._rest([doc], whole, configs, [])
            return
        yield from self._mixed(made, rest, whole, configs, first)

    def _mixed(
        self, made: Iterator[tuple[Doc, bool]], rest: Any, whole: Any, configs: Any, first: Any
    ) -> Iterator[Doc]:
        """Documents that users made run through everything, those of texts through the rest."""
        others: list[Doc] = []

        def begun() -> Iterator[Doc]:
            for doc, is_begun in made:
                if is_begun:
                    yield doc
                else:
                    others.append(doc)
                    return

        while True:
            yield from self._rest(begun(), rest, configs, first)
            if not others:
                return
            yield from self._rest([others.pop()], whole, configs, [])

    def _made(
        self, texts: Iterable[Any], first: Sequence[EngineComponent], size: int, threads: int
    ) -> Iterator[tuple[Doc, bool]]:
        """(document, did the first components run on it?) of texts, in their order."""

        def work(batch: list[Any]) -> list[tuple[Doc, bool]]:
            if self._is_engines() and all(isinstance(text, str) for text in batch):
                return [(doc, True) for doc in self._batch(batch, first)]
            return [item for text in batch for item in self._one(text, first)]

        if not self._is_engines():
            for text in texts:
                yield self._ensure_doc(text), not first
            return
        for batch in ordered(work, util.minibatch(texts, size), threads):
            yield from batch

    def _one(self, text: Any, first: Sequence[EngineComponent]) -> list[tuple[Doc, bool]]:
        if isinstance(text, str):
            return [(doc, True) for doc in self._batch([text], first)]
        return [(self._ensure_doc(text), False)]

    def _batch(self, texts: list[str], first: Sequence[EngineComponent]) -> list[Doc]:
        for text in texts:
            self._check_length(text)
        try:
            return self.tokenizer.engine.docs(texts, first)
        except Exception as error:
            if self.default_error_handler is util.raise_error or not first:
                raise
            failed = error
        found = []
        for text in texts:
            try:
                found += self.tokenizer.engine.docs([text], first)
            except Exception as error:
                self._handler(first[0])(first[0].name, first[0], [self.tokenizer(text)], error or failed)
        return found

    def _pipe_tuples(
        self, texts: Any, batch_size: Any, disable: Any, component_cfg: Any, n_process: int
    ) -> Iterator[Any]:
        if (
            component_cfg
            or self.default_error_handler is not util.raise_error
            or any(not isinstance(proc, EngineComponent) for _, proc in self.pipeline)
        ):
            yield from self._pipe_contexts(texts, batch_size, disable, component_cfg, n_process)
            return
        contexts: list[Any] = []

        def split() -> Iterator[Any]:
            for text, context in texts:
                contexts.append(context)
                yield text

        at = 0
        options: dict[str, Any] = {"batch_size": batch_size, "disable": disable, "n_process": n_process}
        for doc in self.pipe(split(), **options):
            yield doc, contexts[at]
            contexts[at] = None
            at += 1
            if at == 1000:
                del contexts[:at]
                at = 0

    def _pipe_contexts(
        self, texts: Any, batch_size: Any, disable: Any, component_cfg: Any, n_process: int
    ) -> Iterator[Any]:
        """Each context with its document, whatever components make of the stream."""

        def docs() -> Iterator[Doc]:
            for text, context in texts:
                doc = self._ensure_doc(text)
                doc._context = context
                yield doc

        options: dict[str, Any] = {"batch_size": batch_size, "disable": disable, "component_cfg": component_cfg}
        for doc in self.pipe(docs(), n_process=n_process, **options):
            context, doc._context = doc._context, None
            yield doc, context

    @contextmanager
    def memory_zone(self, mem: Any = None) -> Iterator[Any]:
        """Forgets at its end what the vocabulary was given meanwhile. Documents of texts do not give it anything."""
        with self.vocab.memory_zone(mem):
            yield mem

    # ---- what is spaCy's alone

    def _refuse(self, what: str) -> Any:
        raise NotImplementedError(f"tern_nlp does not {what}: use spaCy, or tern_nlp.spacy.load, for it")

    def initialize(self, *args: Any, **kwargs: Any) -> Any:
        if not any(hasattr(proc, "initialize") for _, proc in self._components):
            return None
        return self._refuse("train")

    begin_training = initialize

    def update(self, *args: Any, **kwargs: Any) -> Any:
        return self._refuse("train")

    evaluate = rehearse = resume_training = update

    def __reduce__(self) -> Any:
        """By the file's path; components that Python runs go along."""
        state = {name: value for name, value in self.__dict__.items() if name != "tokenizer"}
        tokenizer = None if self._is_engines() else self.tokenizer
        return (_unpickle, (type(self), state, tokenizer))


def _unpickle(cls: Any, state: dict[str, Any], tokenizer: Any) -> Language:
    nlp = cls.__new__(cls)
    nlp.__dict__.update(state)
    if nlp._engine is not None and nlp.vocab._compute.word is None:
        nlp.vocab._compute.word = word_source(nlp.vocab.lang, nlp._engine)
    nlp.tokenizer = EngineTokenizer(nlp._engine) if tokenizer is None and nlp._engine is not None else tokenizer
    return nlp


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


def word_source(code: str, engine: Engine) -> Callable[[str], tuple[Any, ...]]:
    """What tells of words: the file of the language alone, which knows its stop words, numbers and addresses; where the package has
    none, the pipeline's own."""
    model = _data.model(code) if code in _data.codes() else engine.model
    return model.lexeme  # type: ignore[no-any-return]
