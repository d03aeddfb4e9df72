"""Sentences by punctuation: the component sentencizer."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, ClassVar

from .. import _msgpack
from ..attrs import IDS
from ..matcher.doclike import is_doc
from ..util import ensure_path
from .pipe import Pipe
from .saving import PathLike, read_json, write_json
from .scorers import senter_score

SENT_START = IDS["SENT_START"]
_MARKS = (
    "!.?։؟۔܀܁܂߹।॥၊။።፧፨᙮᜵᜶᠃᠉᥄᥅᪨᪩᪪᪫᭚᭛᭞᭟᰻᰼᱾᱿‼‽⁇⁈⁉⸮⸼꓿꘎꘏꛳꛷꡶꡷"
    "꣎꣏꤯꧈꧉꩝꩞꩟꫰꫱꯫﹒﹖﹗！．？𐩖𐩗𑁇𑁈𑂾𑂿𑃀𑃁𑅁𑅂𑅃𑇅𑇆𑇍𑇞𑇟𑈸𑈹𑈻𑈼𑊩𑑋𑑌𑗂𑗃𑗉𑗊𑗋𑗌𑗍𑗎𑗏𑗐"
    "𑗑𑗒𑗓𑗔𑗕𑗖𑗗𑙁𑙂𑜼𑜽𑜾𑩂𑩃𑪛𑪜𑱁𑱂𖩮𖩯𖫵𖬷𖬸𖭄𛲟𝪈｡。"
)
"""Marks that end a sentence, of all scripts, as spaCy's Sentencizer has them (spacy/pipeline/sentencizer.pyx)."""


class Sentencizer(Pipe):
    """Begins a sentence after each token that is a mark, and the punctuation that follows it."""

    default_punct_chars: ClassVar[list[str]] = list(_MARKS)

    def __init__(
        self,
        name: str = "sentencizer",
        *,
        punct_chars: Iterable[str] | None = None,
        overwrite: bool = False,
        scorer: Callable[..., Any] | None = senter_score,
    ) -> None:
        """punct_chars: the marks. overwrite: also where it has been said whether a sentence begins."""
        self.name, self.overwrite, self.scorer = name, overwrite, scorer
        self.punct_chars = set(punct_chars or self.default_punct_chars)

    def __call__(self, doc: Any) -> Any:
        """Sets is_sent_start of a document's tokens."""
        try:
            self.set_annotations([doc], self.predict([doc]))
            return doc
        except Exception as error:
            return self.get_error_handler()(self.name, self, [doc], error)

    def predict(self, docs: Iterable[Any]) -> list[list[bool]]:
        """For each token, whether a sentence begins there."""
        return [self._starts(doc) for doc in docs]

    def _starts(self, doc: Any) -> list[bool]:
        starts: list[bool] = []
        ended = True
        for token in doc:
            is_mark = token.text in self.punct_chars
            starts.append(ended and (not starts or not (is_mark or token.is_punct)))
            if starts[-1] or is_mark:
                ended = is_mark
        return starts

    def set_annotations(self, docs: Any, batch_tag_ids: Iterable[Iterable[bool]]) -> None:
        """The parse of a document that has one is not looked at, as in spaCy."""
        for doc, starts in zip([docs] if is_doc(docs) else docs, batch_tag_ids):
            for token, starts_here in zip(doc, starts):
                if self.overwrite or token.is_sent_start is None:
                    doc._set(token.i, SENT_START, 1 if starts_here else -1)

    # ---- saving ----

    def _settings(self) -> dict[str, Any]:
        return {"punct_chars": list(self.punct_chars), "overwrite": self.overwrite}

    def _use(self, settings: dict[str, Any]) -> Sentencizer:
        self.punct_chars = set(settings.get("punct_chars", self.default_punct_chars))
        self.overwrite = settings.get("overwrite", self.overwrite)
        return self

    def to_bytes(self, *, exclude: Iterable[str] = ()) -> bytes:
        """What to_disk writes, as bytes. exclude: parts to leave out."""
        return _msgpack.dumps(self._settings())

    def from_bytes(self, bytes_data: bytes, *, exclude: Iterable[str] = ()) -> Sentencizer:
        """Takes what to_bytes gave."""
        return self._use(_msgpack.loads(bytes_data))

    def to_disk(self, path: PathLike, *, exclude: Iterable[str] = ()) -> None:
        """Saves it under a path. exclude: parts to leave out."""
        write_json(ensure_path(path).with_suffix(".json"), self._settings())

    def from_disk(self, path: PathLike, *, exclude: Iterable[str] = ()) -> Sentencizer:
        """Reads what to_disk saved."""
        return self._use(read_json(ensure_path(path).with_suffix(".json")))
