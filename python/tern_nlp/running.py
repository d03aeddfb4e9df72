"""How a pipeline runs: what follows each other in the engine runs there at once, the rest in Python, document after document."""

from __future__ import annotations

from contextlib import contextmanager

from . import util
from .components import Components, names_in
from .engine import EngineComponent, EngineTokenizer
from .tokens import Doc
from .unseen_changes import reads, remembered
from .workers import count, ordered

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from typing import Any, Literal, TypeVar, overload

    from .tables import Annotations

    Context = TypeVar("Context")


class Running(Components):
    """What Language does with texts."""

    tokenizer: Any
    max_length: int
    batch_size: int
    default_error_handler: Callable[..., Any]

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

    def _is_for_engine(self, text: Any) -> bool:
        """Is it a text that the engine cuts?"""
        return isinstance(text, str) and self._is_engines() and self.tokenizer.takes_engine(text)

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
        self.default_error_handler = error_handler
        for _, proc in self._components:
            if hasattr(proc, "set_error_handler"):
                proc.set_error_handler(error_handler)

    def __call__(
        self, text: Any, *, disable: Iterable[str] = (), component_cfg: dict[str, dict[str, Any]] | None = None
    ) -> Doc:
        """Annotates a text, or a Doc."""
        disable = names_in(disable)
        first, rest = self._plan(disable)
        if self._is_for_engine(text):
            self._check_length(text)
            doc = self.tokenizer.engine.docs([text], first)[0]
        else:
            doc, first = self._ensure_doc(text), []
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
        is_behind_engine = True
        while procs:
            name, proc = procs.pop(0)
            if not isinstance(proc, EngineComponent):
                if is_behind_engine and any(isinstance(later, EngineComponent) and reads(later) for _, later in procs):
                    docs = remembered(docs)
                is_behind_engine = False
                docs = self._run_python(docs, name, proc, configs.get(name, {}))
                continue
            is_behind_engine = True
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
            except Exception as error:
                self._handler(proc)(name, proc, [doc], error)
                continue
            if not isinstance(found, Doc):
                raise ValueError(f"[E005] Pipeline component '{name}' returned {type(found)} instead of a Doc.")
            yield found

    if TYPE_CHECKING:

        @overload
        def pipe(
            self,
            texts: Iterable[Any],
            *,
            as_tuples: Literal[False] = False,
            batch_size: int | None = None,
            disable: Iterable[str] = (),
            component_cfg: dict[str, dict[str, Any]] | None = None,
            n_process: int = 1,
        ) -> Iterator[Doc]: ...

        @overload
        def pipe(
            self,
            texts: Iterable[tuple[Any, Context]],
            *,
            as_tuples: Literal[True],
            batch_size: int | None = None,
            disable: Iterable[str] = (),
            component_cfg: dict[str, dict[str, Any]] | None = None,
            n_process: int = 1,
        ) -> Iterator[tuple[Doc, Context]]: ...

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
        disable = names_in(disable)
        size = self.batch_size if batch_size is None else batch_size
        first, rest = self._plan(disable)
        whole = [(name, proc) for name, proc in self.pipeline if name not in disable]
        made = self._made(texts, first, size, count(n_process))
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
            if all(map(self._is_for_engine, batch)):
                return [(doc, True) for doc in self._batch(batch, first)]
            return [item for text in batch for item in self._one(text, first)]

        if not self._is_engines():
            for text in texts:
                yield self._ensure_doc(text), not first
            return
        for batch in ordered(work, util.minibatch(texts, size), threads):
            yield from batch

    def _one(self, text: Any, first: Sequence[EngineComponent]) -> list[tuple[Doc, bool]]:
        if self._is_for_engine(text):
            return [(doc, True) for doc in self._batch([text], first)]
        return [(self._ensure_doc(text), False)]

    def _batch(self, texts: list[str], first: Sequence[EngineComponent]) -> list[Doc]:
        for text in texts:
            self._check_length(text)
        try:
            return self.tokenizer.engine.docs(texts, first)
        except Exception:
            if self.default_error_handler is util.raise_error or not first:
                raise
        found = []
        for text in texts:
            try:
                found += self.tokenizer.engine.docs([text], first)
            except Exception as error:
                self._handler(first[0])(first[0].name, first[0], [self.tokenizer(text)], error)
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

    def annotate(
        self,
        texts: Iterable[Any],
        *,
        fields: Iterable[str] | None = None,
        batch_size: int | None = None,
        n_process: int = 1,
        disable: Iterable[str] = (),
    ) -> Annotations:
        """Annotates texts into a table, for pyarrow, polars, pandas or duckdb: a stream of Arrow record batches. fields: the
        columns (text, tokens, ents, sents, noun_chunks, spans, cats), or parts of one as "tokens.lemma"; only what they need is
        computed; None: all that the pipeline has. batch_size: texts in a batch. n_process: threads. A text that cannot be
        annotated has its reason in the column error, and the others go on; None has a row of nulls."""
        from .tables import BATCH, Annotations, Columns, offered

        if isinstance(texts, (str, bytes, Doc)):
            raise TypeError("annotate: an iterable of texts is wanted; put a single one into a list")
        if batch_size is not None and batch_size < 1:
            raise ValueError("annotate: a batch has at least one text")
        columns = Columns(offered(self.tokenizer.engine if self._is_engines() else None) if fields is None else fields)
        return Annotations(self, texts, columns, batch_size or BATCH, count(n_process), names_in(disable))

    @contextmanager
    def memory_zone(self, mem: Any = None) -> Iterator[Any]:
        """Forgets at its end what the vocabulary was given meanwhile. Documents of texts do not give it anything."""
        with self.vocab.memory_zone(mem):
            yield mem
