"""Documents as bytes, as spaCy writes them."""

from __future__ import annotations

import warnings

from .. import _msgpack, util
from ..errors import Errors, Warnings

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from ..vocab import Vocab
    from .doc import Doc


def token_strings(doc: Doc) -> set[str]:
    """Whoever reads the ids of the document needs them."""
    found: set[str] = set()
    for token in doc:
        found.update(
            (token.tag_, token.lemma_, str(token.morph), token.dep_, token.ent_type_, token.ent_kb_id_, token.ent_id_)
        )
        found.add(token.norm_)
    return found | span_strings(doc)


def span_strings(doc: Doc) -> set[str]:
    """The same of its groups of spans."""
    strings = doc.vocab.strings
    spans = [span for group in doc.spans.values() for span in group]
    return {
        strings[key]
        for span in spans
        for key in (span.label, span.kb_id, span.id)
        if key == span.label or key in strings
    }


def to_dict(doc: Doc, exclude: set[str]) -> dict[str, Any]:
    head = doc._get_array_attrs()
    getters: dict[str, Any] = {
        "text": lambda: doc.text,
        "array_head": lambda: head,
        "array_body": lambda: doc.to_array(head),
        "sentiment": lambda: doc.sentiment,
        "tensor": lambda: doc.tensor,
        "cats": lambda: doc.cats,
        "spans": lambda: doc.spans.to_bytes(),
        "strings": lambda: list(token_strings(doc)),
        "has_unknown_spaces": lambda: doc.has_unknown_spaces,
    }
    if "user_data" not in exclude and doc.user_data:
        keys, values = list(doc.user_data), list(doc.user_data.values())
        getters["user_data_keys"] = lambda: _msgpack.dumps(keys)
        getters["user_data_values"] = lambda: _msgpack.dumps(values)
    if "user_hooks" not in exclude and any((doc.user_hooks, doc.user_token_hooks, doc.user_span_hooks)):
        warnings.warn(Warnings.W109, stacklevel=4)
    return util.to_dict(getters, exclude)


def from_dict(doc: Doc, msg: dict[str, Any], exclude: set[str]) -> Doc:
    if len(doc):
        raise ValueError(Errors.E033.format(length=len(doc)))
    if "user_data" not in exclude and "user_data_keys" in msg:
        keys = _msgpack.loads(msg["user_data_keys"], use_list=False)
        doc.user_data.update(zip(keys, _msgpack.loads(msg["user_data_values"])))
    for name in ("sentiment", "tensor", "cats", "has_unknown_spaces"):
        if name not in exclude and name in msg:
            setattr(doc, name, msg[name])
    for string in msg.get("strings", ()) if "strings" not in exclude else ():
        doc.vocab.strings.add(string)
    text, body = msg["text"], msg["array_body"]
    words, spaces, at = [], [], 0
    for length, space in body[:, :2].tolist():
        words.append(text[at : at + length])
        spaces.append(bool(space))
        at += length + bool(space)
    doc._append(words, spaces)
    doc.from_array(list(msg["array_head"])[2:], body[:, 2:])
    if "spans" in msg:
        doc.spans.from_bytes(msg["spans"])
    else:
        doc.spans.clear()
    return doc


def unpickle(vocab: Vocab, hooks_and_data: tuple[Any, ...], data: bytes) -> Doc:
    from .doc import Doc

    user_data, hooks, span_hooks, token_hooks = hooks_and_data
    doc = Doc(vocab, user_data=user_data).from_bytes(data, exclude=["user_data"])
    doc.user_hooks.update(hooks)
    doc.user_span_hooks.update(span_hooks)
    doc.user_token_hooks.update(token_hooks)
    return doc
