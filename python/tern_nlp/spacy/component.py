"""The component `tern` of a spaCy pipeline."""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, Callable, List, Optional  # noqa: UP035

import srsly
from spacy.language import Language
from spacy.tokens import Doc
from spacy.util import ensure_path, minibatch, raise_error
from spacy.vocab import Vocab

from .engine import Engine
from .original import Original
from .tokenizer import TernTokenizer

BATCH = 64
"""Documents that the engine is given at once where nobody says how many."""
MODEL_FILE = "model.tern"
SETTINGS_FILE = "tern.json"
ASSIGNS = """token.tag token.pos token.morph token.lemma token.dep token.head token.is_sent_start doc.sents doc.ents token.ent_iob
    token.ent_type token.ent_id doc.cats doc.spans doc.tensor""".split()


class Tern:
    """Runs a .tern file for all the components that it was made of.

    model: the file's path, or its bytes. components: names of those that run; None: those that the pipeline enables. original: the
    pipeline that the file was made of, a package or a folder: where a document has annotations that tern does not take into
    account, its components take their turn.
    """

    def __init__(
        self,
        vocab: Vocab,
        name: str = "tern",
        *,
        model: str | Path | bytes | None = None,
        components: Sequence[str] | None = None,
        original: str | None = None,
    ) -> None:
        self.vocab = vocab
        self.name = name
        self.original = None if original is None else Original(vocab, original)
        self.model = Path(model) if isinstance(model, str) else model
        self.components = None if components is None else list(components)
        self._engine: Engine | None = None
        self._error_handler: Callable[..., Any] = raise_error

    @property
    def engine(self) -> Engine:
        """Opened when it is asked for first: a pipeline that is just being loaded has its file elsewhere."""
        if self._engine is None:
            if self.model is None:
                raise ValueError(
                    f"the component {self.name} has no model: give one with nlp.add_pipe('tern', config={{'model': 'file.tern'}})"
                )
            fallback = None if self.original is None else self._run_original
            self._engine = Engine(self.vocab, self.model, self.components, fallback)
        return self._engine

    def _run_original(self, doc: Doc) -> None:
        names = self.components
        if names is None:
            names = [name for name, _, is_default in self.engine.model.components if is_default]
        self.original(doc, names)

    def __call__(self, doc: Doc) -> Doc:
        for left in self.engine.annotate_batch([doc]):
            self.engine.annotate(left)
        return doc

    def pipe(self, stream: Iterable[Doc], *, batch_size: int = BATCH) -> Iterator[Doc]:
        for docs in minibatch(stream, size=batch_size):
            try:
                left = self.engine.annotate_batch(docs)
            except Exception:
                left = docs  # one by one, for whoever handles errors is told which document it is
            failed = {id(doc) for doc in left if not self._annotate(doc)}
            yield from (doc for doc in docs if id(doc) not in failed)

    def _annotate(self, doc: Doc) -> bool:
        try:
            self.engine.annotate(doc)
        except Exception as error:
            self._error_handler(self.name, self, [doc], error)
            return False
        return True

    def set_error_handler(self, error_handler: Callable[..., Any]) -> None:
        self._error_handler = error_handler

    def get_error_handler(self) -> Callable[..., Any]:
        return self._error_handler

    # ---- saving ------------------------------------------------------------------------------------------------------

    def _replace(self, model: Path | bytes, components: list[str] | None) -> None:
        self.model, self.components, self._engine = model, components, None

    def _bytes(self) -> bytes:
        model = self.engine.source
        return model if isinstance(model, bytes) else model.read_bytes()

    def to_disk(self, path: str | Path, *, exclude: Iterable[str] = ()) -> None:
        folder = ensure_path(path)
        folder.mkdir(parents=True, exist_ok=True)
        source, target = self.engine.source, folder / MODEL_FILE
        partial = target.with_suffix(".partial")  # the file that is there may be the one that is open
        if isinstance(source, bytes):
            partial.write_bytes(source)
        else:
            shutil.copyfile(source, partial)
        partial.replace(target)
        srsly.write_json(folder / SETTINGS_FILE, {"components": self.components})

    def from_disk(self, path: str | Path, *, exclude: Iterable[str] = ()) -> Tern:
        folder = ensure_path(path)
        self._replace(folder / MODEL_FILE, srsly.read_json(folder / SETTINGS_FILE)["components"])
        return self

    def to_bytes(self, *, exclude: Iterable[str] = ()) -> bytes:
        return srsly.msgpack_dumps({"components": self.components, "model": self._bytes()})

    def from_bytes(self, data: bytes, *, exclude: Iterable[str] = ()) -> Tern:
        content = srsly.msgpack_loads(data)
        self._replace(content["model"], content["components"])
        return self

    def __getstate__(self) -> dict[str, Any]:
        """By the file's path: processes of one machine share its pages."""
        return {**self.__dict__, "_engine": None}


@Language.factory(
    "tern",
    default_config={"model": None, "components": None, "original": None},
    assigns=ASSIGNS,
    requires=[],
    default_score_weights={},
)
def make_tern(  # spaCy evaluates these annotations, under Python 3.9, too
    nlp: Language,
    name: str,
    model: Optional[str],  # noqa: UP045
    components: Optional[List[str]],  # noqa: UP006, UP045
    original: Optional[str],  # noqa: UP045
) -> Tern:
    """The component; it also takes over nlp.tokenizer, for a model's networks expect the tokens of its own."""
    tern = Tern(nlp.vocab, name, model=model, components=components, original=original)
    if isinstance(nlp.tokenizer, TernTokenizer):
        nlp.tokenizer.tern = tern
    else:
        nlp.tokenizer = TernTokenizer(nlp.tokenizer, tern)
    return tern
