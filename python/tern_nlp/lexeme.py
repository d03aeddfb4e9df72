"""Lexeme: a word of a vocabulary, whatever document it is in."""

from __future__ import annotations

import warnings

from . import _tern
from . import attrs as _attrs
from .errors import Errors, Warnings

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from .vocab import Vocab

OOV_RANK = 0xFFFFFFFFFFFFFFFF
FORMS = ("LOWER", "NORM", "SHAPE", "PREFIX", "SUFFIX", "LANG")
"""In the order in which the lexicon has them."""

_FORM_OF = {_attrs.IDS[name]: number for number, name in enumerate(FORMS)}
_FLAGS = """is_alpha is_ascii is_digit is_lower is_punct is_space is_title is_upper like_url like_num like_email is_stop is_bracket
    is_quote is_left_punct is_right_punct is_currency""".split()


class Lexeme:
    """An entry of the vocabulary: a word without context."""

    if TYPE_CHECKING:
        lang: int
        lang_: str
        lower: int
        lower_: str
        norm: int
        norm_: str
        prefix: int
        prefix_: str
        shape: int
        shape_: str
        suffix: int
        suffix_: str
        is_alpha: bool
        is_ascii: bool
        is_bracket: bool
        is_currency: bool
        is_digit: bool
        is_left_punct: bool
        is_lower: bool
        is_punct: bool
        is_quote: bool
        is_right_punct: bool
        is_space: bool
        is_stop: bool
        is_title: bool
        is_upper: bool
        like_email: bool
        like_num: bool
        like_url: bool

    __slots__ = ("_text", "orth", "vocab")

    def __init__(self, vocab: Vocab, orth: int) -> None:
        self._open(vocab, orth, vocab.strings[orth])

    def _open(self, vocab: Vocab, orth: int, text: str) -> None:
        self.vocab = vocab
        self.orth = orth
        self._text = text
        vocab._lexicon.ask(orth)

    # ---- comparing: by id, with ids, by text with texts

    def _pair(self, other: Any) -> tuple[Any, Any]:
        if isinstance(other, Lexeme):
            return self.orth, other.orth
        if isinstance(other, int):
            return self.orth, other
        return (self._text, other) if isinstance(other, str) else (0, 1)

    def __eq__(self, other: Any) -> bool:
        mine, its = self._pair(other)
        return bool(mine == its)

    def __ne__(self, other: Any) -> bool:
        return not self == other

    def __lt__(self, other: Any) -> bool:
        mine, its = self._pair(other)
        return other is not None and bool(mine < its)

    def __le__(self, other: Any) -> bool:
        mine, its = self._pair(other)
        return other is not None and bool(mine <= its)

    def __gt__(self, other: Any) -> bool:
        mine, its = self._pair(other)
        return other is None or bool(mine > its)

    def __ge__(self, other: Any) -> bool:
        mine, its = self._pair(other)
        return other is None or bool(mine >= its)

    def __hash__(self) -> int:
        return hash(self.orth)

    def __repr__(self) -> str:
        return f"<Lexeme {self._text!r}>"

    # ---- attributes

    @property
    def text(self) -> str:
        """The word."""
        return self._text

    orth_ = text

    def _attribute(self, attr: int) -> int:
        """By spaCy's number; 0 for what a word has not."""
        lexicon = self.vocab._lexicon
        if attr in _FORM_OF:
            return lexicon.get_id(self.orth, self._text, _FORM_OF[attr])
        if attr == _attrs.IDS["ORTH"]:
            return self.orth
        if attr == _attrs.IDS["ID"]:
            return self.rank
        if attr == _attrs.IDS["LENGTH"]:
            return len(self._text)
        return int(self.check_flag(attr))

    def _set_attribute(self, attr: int, value: int) -> None:
        if attr in _FORM_OF:
            self.vocab._lexicon.set(self.orth, self._text, _FORM_OF[attr], value)
        elif 0 < attr < 64:
            self.set_flag(attr, bool(value))

    def set_attrs(self, **attrs: Any) -> None:
        """Sets attributes by their names."""
        for attr, value in _attrs.intify_attrs(attrs).items():
            if not isinstance(value, float):
                self._set_attribute(attr, value if isinstance(value, int) else self.vocab.strings.add(value))

    def check_flag(self, flag_id: int) -> bool:
        """Is that flag set?"""
        return 0 < flag_id < 64 and bool(self.vocab._lexicon.flags(self.orth, self._text) >> flag_id & 1)

    def set_flag(self, flag_id: int, value: bool) -> None:
        """Sets a flag, 1 to 63, until the vocabulary ends."""
        if not 0 < flag_id < 64:
            raise ValueError(Errors.E063.format(value=flag_id))
        flags = self.vocab._lexicon.flags(self.orth, self._text)
        bit = 1 << flag_id
        self.vocab._lexicon.set_flags(self.orth, self._text, flags | bit if value else flags & ~bit)

    @property
    def flags(self) -> int:
        """All flags, a bit for each."""
        return self.vocab._lexicon.flags(self.orth, self._text)

    @property
    def rank(self) -> int:
        """The same as id."""
        return self.vocab._rank(self.orth, self.vocab._lexicon.rank(self.orth, self._text))

    @rank.setter
    def rank(self, value: int) -> None:
        self.vocab._lexicon.rank(self.orth, self._text, value)

    id = lex_id = rank

    def _from_table(self, name: str, default: float) -> Any:
        return self.vocab.lookups.get_table(name, {}).get(self.orth, default)

    def _into_table(self, name: str, value: Any) -> None:
        lookups = self.vocab.lookups
        (lookups.get_table(name) if name in lookups else lookups.add_table(name))[self.orth] = value

    @property
    def sentiment(self) -> float:
        """A number that users give the word; 0.0 where they did not."""
        return self._from_table("lexeme_sentiment", 0.0)

    @sentiment.setter
    def sentiment(self, value: float) -> None:
        self._into_table("lexeme_sentiment", float(value))

    @property
    def prob(self) -> float:
        """The logarithm of how often the word is met, where the vocabulary has such a table."""
        settings = self.vocab.lookups.get_table("lexeme_settings", {})
        return self._from_table("lexeme_prob", settings.get("oov_prob", -20.0))

    @prob.setter
    def prob(self, value: float) -> None:
        self._into_table("lexeme_prob", float(value))

    @property
    def cluster(self) -> int:
        """The word's Brown cluster, where the vocabulary has such a table."""
        return self._from_table("lexeme_cluster", 0)

    @cluster.setter
    def cluster(self, value: int) -> None:
        self._into_table("lexeme_cluster", value)

    @property
    def is_oov(self) -> bool:
        """Has it no vector?"""
        return self.orth not in self.vocab.vectors

    # ---- vectors

    @property
    def has_vector(self) -> bool:
        """Does the vocabulary have a vector for the word?"""
        return self.vocab.has_vector(self.orth)

    @property
    def vector(self) -> Any:
        """The word's vector (numpy, float32)."""
        if not self.vocab.vectors_length:
            raise ValueError(Errors.E010)
        return self.vocab.get_vector(self.orth)

    @vector.setter
    def vector(self, vector: Any) -> None:
        if len(vector) != self.vocab.vectors_length:
            raise ValueError(Errors.E073.format(new_length=len(vector), length=self.vocab.vectors_length))
        self.vocab.set_vector(self.orth, vector)

    @property
    def vector_norm(self) -> float:
        """The length of the vector."""
        import numpy

        return numpy.sqrt((self.vector**2).sum())

    def similarity(self, other: Any) -> float:
        """The cosine of the angle between the vectors."""
        one = other[0] if hasattr(other, "__len__") and not hasattr(other, "orth") and len(other) == 1 else other
        if getattr(one, "orth", None) == self.orth:
            return 1.0
        if self.vector_norm == 0 or other.vector_norm == 0:
            warnings.warn(Warnings.W008.format(obj="Lexeme"), stacklevel=2)
            return 0.0
        return float(self.vector.dot(other.vector) / (self.vector_norm * other.vector_norm))


def _form(name: str) -> tuple[property, property]:
    number = FORMS.index(name)

    def get(self: Lexeme) -> str:
        return self.vocab._lexicon.get(self.orth, self._text, number)

    def get_id(self: Lexeme) -> int:
        return self.vocab._lexicon.get_id(self.orth, self._text, number)

    def put(self: Lexeme, value: str | int) -> None:
        if name == "NORM":
            self._into_table("lexeme_norm", self.vocab.strings.as_string(value))
        self.vocab._lexicon.set(self.orth, self._text, number, value)

    return property(get, put, doc=f"{name} as a string."), property(get_id, put, doc=f"The id of {name}.")


def _flag(name: str) -> property:
    number = _attrs.IDS[name.upper()]

    def get(self: Lexeme) -> bool:
        return self.check_flag(number)

    def put(self: Lexeme, value: bool) -> None:
        self.set_flag(number, value)

    return property(get, put, doc=getattr(_tern.Token, name).__doc__)


for _name in FORMS:
    _string, _id = _form(_name)
    setattr(Lexeme, f"{_name.lower()}_", _string)
    setattr(Lexeme, _name.lower(), _id)
for _name in _FLAGS:
    setattr(Lexeme, _name, _flag(_name))
