"""Vocab: the strings, words and vectors that documents share."""

from __future__ import annotations

from contextlib import contextmanager

from . import _tern, util
from . import attrs as _attrs
from .errors import Errors
from .lexeme import FORMS, OOV_RANK, Lexeme
from .lookups import Lookups
from .morphology import Morphology
from .strings import StringStore

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from pathlib import Path
    from typing import Any

    from .vectors import Vectors

NORM, LANG, ORTH = _attrs.IDS["NORM"], _attrs.IDS["LANG"], _attrs.IDS["ORTH"]

_WORD_FORMS = tuple(_attrs.IDS[name] for name in ("LOWER", "NORM", "SHAPE", "PREFIX", "SUFFIX"))


_LANGUAGES_FLAGS = {*range(1, 19)} - {13}
"""IS_ALPHA to IS_CURRENCY, which a language computes; 13 is spaCy's old IS_OOV."""


class _Compute:
    """The vocabulary's lexical attributes of a word, for its lexicon. It does not keep the vocabulary alive."""

    def __init__(self) -> None:
        self.getters: dict[int, Callable[[str], Any]] = {}
        self.word: Callable[[str], tuple[Any, ...]] | None = None  # Model.lexeme of a language

    def __call__(self, word: str) -> tuple[Any, ...]:
        flags = 0
        forms: dict[int, Any] = {}
        if self.word is not None:
            flags, _, *texts = self.word(word)
            forms.update(zip(_WORD_FORMS, texts))
        for attr, getter in self.getters.items():
            value = getter(word) if callable(getter) else getter
            if 0 < attr < 64:
                flags = flags & ~(1 << attr) | bool(value) << attr
            elif value is not None:
                forms[attr] = value if isinstance(value, str) else int(value)
        return (flags, *(forms.get(_attrs.IDS[name]) for name in FORMS), OOV_RANK)


class _Constant:
    """A getter that gives one value, and can be pickled."""

    def __init__(self, value: str) -> None:
        self.value = value

    def __call__(self, word: str) -> str:
        return self.value


class Vocab:
    """A look-up of strings and words, of lexical attributes by functions, and of vectors."""

    def __init__(
        self,
        lex_attr_getters: dict[int, Callable[[str], Any]] | None = None,
        strings: Iterable[str] = (),
        lookups: Lookups | None = None,
        oov_prob: float = -20.0,
        vectors_name: str | None = None,
        writing_system: Mapping[str, Any] | None = None,
        get_noun_chunks: Callable[..., Any] | None = None,
        **deprecated_kwargs: Any,
    ) -> None:
        self.cfg = {"oov_prob": oov_prob}
        self._compute = _Compute()
        self._words_of: str | None = None  # the language whose file says what words are
        self.strings = StringStore()
        self.lex_attr_getters = lex_attr_getters if lex_attr_getters is not None else {}
        self.morphology = Morphology(self.strings)
        self._vectors: Any = None
        self._vectors_from: Any = None  # file_vectors.VectorsOfFile: where they are until somebody asks
        self._vectors_name = vectors_name
        self.lookups = lookups if isinstance(lookups, Lookups) else Lookups()
        self.writing_system = writing_system if writing_system is not None else {}
        self.get_noun_chunks = get_noun_chunks
        self._unused_object: Any = None
        self._zones = 0
        for string in strings:
            self[string]

    # ---- what it is made of

    @property
    def strings(self) -> StringStore:
        """The StringStore."""
        return self._strings

    @strings.setter
    def strings(self, strings: StringStore) -> None:
        self._strings = strings
        self._lexicon = _tern.Lexicon(strings, self._compute)

    @property
    def lex_attr_getters(self) -> dict[int, Callable[[str], Any]]:
        """Number of an attribute -> function of a word that computes it."""
        return self._compute.getters

    @lex_attr_getters.setter
    def lex_attr_getters(self, getters: dict[int, Callable[[str], Any]]) -> None:
        self._compute.getters = getters

    @property
    def vectors(self) -> Any:
        """The table of word vectors."""
        if self._vectors is None:
            if self._vectors_from is not None:
                self.vectors = self._vectors_from(self.strings)
            else:
                self.vectors = _vectors(strings=self.strings, name=self._vectors_name)
        return self._vectors

    @vectors.setter
    def vectors(self, vectors: Any) -> None:
        if hasattr(vectors, "strings") and vectors.strings is not self.strings:
            for string in vectors.strings:
                self.strings.add(string)
        self._vectors = vectors
        self._vectors.strings = self.strings

    @property
    def lookups(self) -> Lookups:
        """Tables of words."""
        return self._lookups

    @lookups.setter
    def lookups(self, lookups: Lookups) -> None:
        self._lookups = lookups
        self._use_norms()

    def _use_norms(self) -> None:
        if self.lookups.has_table("lexeme_norm"):
            before = self.lex_attr_getters.get(NORM, str.lower)
            self.lex_attr_getters[NORM] = util.add_lookups(before, self.lookups.get_table("lexeme_norm"))

    def _use_language(self, code: str, word: Callable[[str], tuple[Any, ...]] | None) -> None:
        """Takes lexical attributes from a language's file: word is its Model.lexeme. Getters that users set go before it."""
        self._compute.word = word
        self.lex_attr_getters[LANG] = _Constant(code)
        self._lexicon.retain(set())

    @property
    def lang(self) -> str:
        """The language's code; "" without a language."""
        getter = self.lex_attr_getters.get(LANG)
        return getter("_") if getter else ""

    # ---- words

    def __len__(self) -> int:
        return len(self._lexicon)

    def __contains__(self, key: str | bytes | int) -> bool:
        if isinstance(key, bytes):
            key = key.decode("utf8")
        return (self.strings[key] if isinstance(key, str) else key) in self._lexicon

    def __iter__(self) -> Iterator[Lexeme]:
        for orth in self._lexicon.keys():  # noqa: SIM118 - no dict
            yield Lexeme(self, orth)

    def __getitem__(self, id_or_string: str | int) -> Lexeme:
        return Lexeme(self, self.strings.add(id_or_string) if isinstance(id_or_string, str) else id_or_string)

    def add_flag(self, flag_getter: Callable[[str], bool], flag_id: int = -1) -> int:
        """Adds a flag that a function of the word computes; returns its number, 1 to 63."""
        if flag_id == -1:
            taken = set(self.lex_attr_getters) | (_LANGUAGES_FLAGS if self._compute.word is not None else set())
            free = [bit for bit in range(1, 64) if bit not in taken]
            if not free:
                raise ValueError(Errors.E062)
            flag_id = free[0]
        elif not 0 < flag_id < 64:
            raise ValueError(Errors.E063.format(value=flag_id))
        for lex in self:
            lex.set_flag(flag_id, flag_getter(lex.orth_))
        self.lex_attr_getters[flag_id] = flag_getter
        return flag_id

    @property
    def in_memory_zone(self) -> bool:
        """Is a memory_zone open?"""
        return self._zones > 0

    @contextmanager
    def memory_zone(self, mem: Any = None) -> Iterator[Any]:
        """Forgets at its end the strings and words that came meanwhile. Documents do not add any by themselves."""
        words = set(self._lexicon.keys())
        analyses = set(self.morphology._pairs)
        with self.strings.memory_zone(mem):
            self._zones += 1
            try:
                yield mem
            finally:
                self._zones -= 1
                self._lexicon.retain(words)
                for key in set(self.morphology._pairs) - analyses:
                    del self.morphology._pairs[key]

    # ---- vectors

    @property
    def vectors_length(self) -> int:
        """Width of the word vectors."""
        return self.vectors.shape[1] if hasattr(self.vectors, "shape") else -1

    def _vector_facts(self) -> dict[str, Any]:
        """For Language.meta: of vectors that nobody has asked for yet what the file says."""
        if self._vectors is None and self._vectors_from is not None:
            return dict(self._vectors_from.facts)
        vectors = self.vectors
        width, count = self.vectors_length, len(vectors)
        return {"width": width, "vectors": count, "keys": vectors.n_keys, "name": vectors.name, "mode": vectors.mode}

    def _vector_key(self, orth: str | int) -> int:
        if self.vectors.attr == ORTH:
            return self.strings.add(orth) if isinstance(orth, str) else orth
        return self[orth]._attribute(self.vectors.attr)

    def _rank(self, orth: int, known: int) -> int:
        """A word's rank, which is the row of its vector in a table that came with the pipeline. known: as the lexicon has it."""
        if known != OOV_RANK or self._vectors_from is None:
            return known
        row = int(self.vectors._row(orth))
        return row if row >= 0 else OOV_RANK

    def has_vector(self, orth: str | int) -> bool:
        """Is there a vector for a word, or its id?"""
        return self._vector_key(orth) in self.vectors

    def get_vector(self, orth: str | int) -> Any:
        """A word's vector; zeros where there is none."""
        return self._vector_of(self._vector_key(orth))

    def _vector_of(self, key: int) -> Any:
        if key in self.vectors:
            return self.vectors[key]
        import numpy

        return numpy.zeros((self.vectors_length,), dtype="f")

    def set_vector(self, orth: str | int, vector: Any) -> None:
        """Sets a word's vector; the table grows if it is full."""
        key = self._vector_key(orth)
        if self.vectors.is_full and key not in self.vectors:
            rows, width = self.vectors.shape
            self.vectors.resize((max(100, int(rows * 1.3)), width or vector.size))
        row = self.vectors.add(key, vector=vector)
        if row >= 0:
            self[orth].rank = row

    def reset_vectors(self, *, width: int | None = None, shape: tuple[int, int] | None = None) -> None:
        """An empty table of another size."""
        if width is not None and shape is not None:
            raise ValueError(Errors.E065.format(width=width, shape=shape))
        rows, columns = self.vectors.shape
        self.vectors = _vectors(strings=self.strings, shape=shape or (rows, columns if width is None else width))

    def deduplicate_vectors(self) -> None:
        """Gives equal rows of the table one row."""
        import numpy

        filled = sorted(set(self.vectors.key2row.values()))
        data = numpy.unique(self.vectors.data[filled], axis=0)
        if data.shape == self.vectors.data.shape:
            return
        place = {row.tobytes(): i for i, row in enumerate(data)}
        rows = {key: place[self.vectors.data[row].tobytes()] for key, row in self.vectors.key2row.items()}
        self.vectors = _vectors(strings=self.strings, data=data, name=self.vectors.name)
        for key, row in rows.items():
            self.vectors.add(key, row=row)

    def prune_vectors(self, nr_row: int, batch_size: int = 1024) -> dict[str, tuple[str, float]]:
        """Keeps so many rows, of the most frequent words, and gives the other words the nearest of them. Returns for each of
        those the word whose vector it has now, and how similar it is."""
        import numpy

        known = {self._vector_key(orth): self[orth].prob for orth in list(self.vectors)}
        order = sorted(
            (-prob, self.vectors.key2row[key], key) for key, prob in known.items() if key in self.vectors.key2row
        )
        rows, keys = [row for _, row, _ in order], [key for *_, key in order]
        keep, toss = self.vectors.data[rows[:nr_row]], self.vectors.data[rows[nr_row:]]
        self.vectors = _vectors(
            strings=self.strings, data=numpy.ascontiguousarray(keep), keys=keys[:nr_row], name=self.vectors.name
        )
        near_keys, near_rows, scores = self.vectors.most_similar(toss, batch_size=batch_size)
        found = {}
        for i, key in enumerate(keys[nr_row:]):
            self.vectors.add(key, row=int(near_rows[i][0]))
            found[self.strings[key]] = (self.strings[int(near_keys[i][0])], scores[i][0])
        return found

    # ---- saving

    def _forget_words(self) -> None:
        self._use_norms()
        self._lexicon.retain(set())

    def to_bytes(self, *, exclude: Iterable[str] = ()) -> bytes:
        """What to_disk writes, as bytes. exclude: parts to leave out."""
        getters = {
            "strings": self.strings.to_bytes,
            "vectors": lambda: self.vectors.to_bytes(exclude=["strings"]),
            "lookups": self.lookups.to_bytes,
        }
        return util.to_bytes(getters, exclude)

    def from_bytes(self, bytes_data: bytes, *, exclude: Iterable[str] = ()) -> Vocab:
        """Takes what to_bytes gave."""
        setters: dict[str, Callable[[Any], Any]] = {
            "strings": self.strings.from_bytes,
            "vectors": lambda data: self.vectors.from_bytes(data, exclude=["strings"]),
            "lookups": self.lookups.from_bytes,
        }
        util.from_bytes(bytes_data, setters, exclude)
        self._forget_words()
        return self

    def to_disk(self, path: str | Path, *, exclude: Iterable[str] = ()) -> None:
        """Saves it under a path. exclude: parts to leave out."""
        from pathlib import Path

        path = Path(path)
        path.mkdir(exist_ok=True)
        if "strings" not in exclude:
            self.strings.to_disk(path / "strings.json")
        if "vectors" not in exclude:
            self.vectors.to_disk(path, exclude=["strings"])
        if "lookups" not in exclude:
            self.lookups.to_disk(path)

    def from_disk(self, path: str | Path, *, exclude: Iterable[str] = ()) -> Vocab:
        """Reads what to_disk saved."""
        from pathlib import Path

        path = Path(path)
        if "strings" not in exclude:
            self.strings.from_disk(path / "strings.json")
        if "vectors" not in exclude:
            self.vectors.from_disk(path, exclude=["strings"])
        if "lookups" not in exclude:
            self.lookups.from_disk(path)
        self._forget_words()
        return self

    def __reduce__(self) -> Any:
        state = (self.strings, self._vectors, self.morphology, self._unused_object, self.lex_attr_getters, self.lookups)
        return (_unpickle, (*state, self.get_noun_chunks, self.writing_system, self._words_of, self._vectors_from))


def _vectors(**settings: Any) -> Vectors:
    from .vectors import Vectors  # most programs have none

    return Vectors(**settings)


def _unpickle(
    strings: StringStore,
    vectors: Any,
    morphology: Morphology,
    unused: Any,
    getters: dict[int, Callable[[str], Any]],
    lookups: Lookups,
    get_noun_chunks: Any,
    writing_system: Any,
    words_of: str | None = None,
    vectors_from: Any = None,
) -> Vocab:
    vocab = Vocab(writing_system=writing_system, get_noun_chunks=get_noun_chunks)
    vocab._vectors_from = vectors_from
    if words_of is not None:
        from .lang import model

        vocab._words_of = words_of
        vocab._compute.word = model(words_of).lexeme
    vocab.strings = strings
    if vectors is not None:
        vocab.vectors = vectors
    vocab.morphology = morphology
    vocab._unused_object = unused
    vocab.lex_attr_getters = getters
    vocab.lookups = lookups
    return vocab


def create_vocab(lang: str | None, defaults: Any, vectors_name: str | None = None) -> Vocab:
    """A language's: with its lexical attributes, stop words and noun chunks."""
    import functools

    from .lang.lex_attrs import LEX_ATTRS, get_lang, is_stop
    from .lang.norm_exceptions import BASE_NORMS

    getters = {**LEX_ATTRS, **defaults.lex_attr_getters}
    getters[_attrs.IDS["IS_STOP"]] = functools.partial(is_stop, stops=defaults.stop_words)
    getters[LANG] = functools.partial(get_lang, lang=lang)
    getters[NORM] = util.add_lookups(getters.get(NORM, LEX_ATTRS[NORM]), BASE_NORMS)
    return Vocab(
        lex_attr_getters=getters,
        writing_system=defaults.writing_system,
        get_noun_chunks=defaults.syntax_iterators.get("noun_chunks"),
        vectors_name=vectors_name,
    )
