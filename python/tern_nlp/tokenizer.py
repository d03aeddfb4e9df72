"""Tokenizer: texts to words. By the engine as long as its rules are those of a language's file; by its functions once somebody has
changed them. Both cut as spaCy does (spacy/tokenizer.pyx)."""

from __future__ import annotations

import re

from . import util
from .attrs import NORM, ORTH, intify_attrs
from .errors import Errors

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from pathlib import Path
    from typing import Any

    from .tokens import Doc
    from .vocab import Vocab

Piece = tuple[str, "str | None"]
"""A word, and its NORM where a special case says it."""
MAX_CHARS = 2**30
_NEVER = re.compile("a^")
_FUNCTIONS = ("prefix_search", "suffix_search", "infix_finditer", "token_match", "url_match")


class _Phrases:
    """Sequences of words, found in a text's words."""

    def __init__(self) -> None:
        self.root: dict[str, Any] = {}

    def add(self, words: Sequence[str]) -> None:
        node = self.root
        for word in words:
            node = node.setdefault(word, {})
        if words:
            node[""] = True  # no word is empty

    def find(self, words: Sequence[str]) -> list[tuple[int, int]]:
        """Of those that overlap the longest ones, of equally long ones the first; in the order of the text."""
        found = []
        for start, first in enumerate(words):
            node, end = self.root.get(first), start + 1
            while node is not None:
                if "" in node:
                    found.append((start, end))
                node, end = (node.get(words[end]) if end < len(words) else None), end + 1
        taken: set[int] = set()
        kept = []
        for start, end in sorted(found, key=lambda span: (span[0] - span[1], span[0])):
            if start not in taken and end - 1 not in taken:
                kept.append((start, end))
            taken.update(range(start, end))
        return sorted(kept)


class _Cut:
    """A text's words on their way."""

    def __init__(self) -> None:
        self.words: list[str] = []
        self.norms: list[str | None] = []
        self.spaces: list[bool] = []
        self.has_special = False

    def add(self, pieces: Iterable[Piece]) -> None:
        for word, norm in pieces:
            self.words.append(word)
            self.norms.append(norm)
            self.spaces.append(False)

    def text(self, start: int, end: int) -> str:
        """Of words, without the blank behind the last."""
        parts = [word + " " * space for word, space in zip(self.words[start : end - 1], self.spaces[start : end - 1])]
        return "".join(parts) + self.words[end - 1]


class Tokenizer:
    """Cuts texts into words, which make a Doc."""

    prefix_search: Callable[[str], Any] | None
    suffix_search: Callable[[str], Any] | None
    infix_finditer: Callable[[str], Any] | None
    token_match: Callable[[str], Any] | None
    url_match: Callable[[str], Any] | None

    def __init__(
        self,
        vocab: Vocab,
        rules: Mapping[str, Sequence[Mapping[Any, Any]]] | None = None,
        prefix_search: Callable[[str], Any] | None = None,
        suffix_search: Callable[[str], Any] | None = None,
        infix_finditer: Callable[[str], Any] | None = None,
        token_match: Callable[[str], Any] | None = None,
        url_match: Callable[[str], Any] | None = None,
        faster_heuristics: bool = True,
        max_cache_size: int = 10000,
    ) -> None:
        self.vocab = vocab
        self.max_cache_size = max_cache_size
        self._source: Any = None
        self._engine: Any = None
        self._functions = {
            "prefix_search": prefix_search,
            "suffix_search": suffix_search,
            "infix_finditer": infix_finditer,
            "token_match": token_match,
            "url_match": url_match,
        }
        self._faster_heuristics = bool(faster_heuristics)
        self._added: re.Pattern[str] | None = None  # finds special cases that the engine does not know
        self._set_rules(rules)

    @classmethod
    def of_engine(cls, vocab: Vocab, engine: Any, source: Callable[[], Mapping[str, Any]]) -> Tokenizer:
        """One whose rules are an open model's. source: gives __init__'s arguments beside the vocabulary, when somebody asks."""
        tokenizer = cls.__new__(cls)
        tokenizer.vocab = vocab
        tokenizer.max_cache_size = 10000
        tokenizer._engine, tokenizer._source = engine, source
        tokenizer._faster_heuristics = True
        tokenizer._added = None
        return tokenizer

    # ---- rules

    def _read_source(self) -> None:
        """Makes the rules of the engine's tokenizer those of this one, too."""
        if self._source is None:
            return
        source, self._source = self._source, None
        given = dict(source())
        rules = given.pop("rules", None)
        self._functions = {name: given.get(name) for name in _FUNCTIONS}
        self._set_rules(rules)

    def _leave_engine(self) -> None:
        self._read_source()
        self._engine = None

    def _set_rules(self, rules: Mapping[str, Sequence[Mapping[Any, Any]]] | None) -> None:
        self._rules: dict[str, list[Any]] = {}
        self._specials: dict[str, list[Piece]] = {}
        self._cache: dict[str, list[str]] = {}
        self._phrases: _Phrases | None = None
        for chunk, substrings in sorted((rules or {}).items()):
            self._add_rule(chunk, substrings)

    def _add_rule(self, string: str, substrings: Iterable[Mapping[Any, Any]]) -> None:
        substrings = list(substrings)
        pieces = [intify_attrs(spec, strings_map=None, _do_deprecated=True) for spec in substrings]
        self._check_rule(string, substrings, pieces)
        self._specials[string] = [(self._text(piece[ORTH]), self._norm(piece)) for piece in pieces]
        self._rules[string] = substrings
        self._cache.clear()
        self._phrases = None

    def _text(self, value: Any) -> str:
        return value if isinstance(value, str) else self.vocab.strings[value]

    def _norm(self, piece: Mapping[int, Any]) -> str | None:
        norm = piece.get(NORM)
        return self._text(norm) if norm else None

    def _check_rule(self, string: str, substrings: Sequence[Any], pieces: Sequence[Mapping[int, Any]]) -> None:
        orth = "".join(self._text(piece[ORTH]) for piece in pieces)
        if string != orth:
            raise ValueError(Errors.E997.format(chunk=string, orth=orth, token_attrs=substrings))
        for piece in pieces:
            for attr in piece:
                if attr not in (ORTH, NORM):
                    raise ValueError(Errors.E1005.format(attr=self.vocab.strings[attr], chunk=string))

    def add_special_case(self, string: str, substrings: Iterable[Mapping[Any, Any]]) -> None:
        """A text that is cut into these words. substrings: for each ORTH, and NORM if it is not the word's own."""
        self._read_source()
        self._add_rule(string, substrings)
        others = [self._added.pattern] if self._added else []
        self._added = re.compile("|".join([*others, re.escape(string)]))

    def takes_engine(self, string: str) -> bool:
        """Does the engine cut this text as the rules say? A special case that was added tells of no text without it: what is
        looked up among them are pieces of the text."""
        return self._engine is not None and (self._added is None or self._added.search(string) is None)

    def _needs_search(self, string: str) -> bool:
        """Is the special case not found by chunks alone?"""
        if not self.faster_heuristics or " " in string:
            return True
        return bool(self.find_prefix(string) or self.find_infix(string) or self.find_suffix(string))

    def _special_phrases(self) -> _Phrases:
        if self._phrases is None:
            self._phrases = _Phrases()
            for string in self._rules:
                if self._needs_search(string):
                    self._phrases.add(self._cut_affixes(string, False).words)
        return self._phrases

    @property
    def rules(self) -> dict[str, list[Any]]:
        """Special cases: text -> the attributes of its words."""
        self._read_source()
        return self._rules

    @rules.setter
    def rules(self, rules: Mapping[str, Sequence[Mapping[Any, Any]]] | None) -> None:
        self._leave_engine()
        self._set_rules(rules)

    @property
    def faster_heuristics(self) -> bool:
        """Are special cases only looked for where a word may be one?"""
        return self._faster_heuristics

    @faster_heuristics.setter
    def faster_heuristics(self, faster_heuristics: bool) -> None:
        if bool(faster_heuristics) != self._faster_heuristics:
            self._leave_engine()
        self._faster_heuristics = bool(faster_heuristics)
        self._forget()

    def _forget(self) -> None:
        if self._source is None:
            self._cache.clear()
            self._phrases = None

    def _function(self, name: str) -> Any:
        self._read_source()
        return self._functions[name]

    def _set_function(self, name: str, function: Any) -> None:
        self._leave_engine()
        self._functions[name] = function
        self._forget()

    # ---- finding

    def find_infix(self, string: str) -> Any:
        """The matches inside of a text, a list; 0 without a function for them."""
        return 0 if self.infix_finditer is None else list(self.infix_finditer(string))

    def find_prefix(self, string: str) -> int:
        """How many characters the prefix of a text has."""
        return _length(self.prefix_search, string)

    def find_suffix(self, string: str) -> int:
        """How many characters the suffix of a text has."""
        return _length(self.suffix_search, string)

    # ---- cutting

    def __call__(self, string: str) -> Doc:
        from .tokens import Doc

        if not isinstance(string, str):
            raise TypeError(f"Argument 'string' has incorrect type (expected str, got {type(string).__name__})")
        if len(string) >= MAX_CHARS:
            raise ValueError(Errors.E025.format(length=len(string)))
        if self.takes_engine(string):
            return self._by_engine(string)
        cut = self._cut(string)
        doc = Doc(self.vocab, words=cut.words, spaces=cut.spaces)
        for i, norm in enumerate(cut.norms):
            if norm is not None:
                doc[i].norm_ = norm
        return doc

    def _cut(self, string: str) -> _Cut:
        return self._special_cases(self._cut_affixes(string, True))

    def words(self, string: str) -> list[str]:
        """The words alone, by the rules."""
        self._read_source()
        return self._cut(string).words

    def _by_engine(self, string: str) -> Doc:
        from . import _tern
        from .tokens import Doc

        (result,) = self._engine.run([string], _tern.NORMS)
        return Doc._from_result(self.vocab, result)

    def pipe(self, texts: Iterable[str], batch_size: int = 1000) -> Iterator[Doc]:
        """A Doc of each text."""
        for text in texts:
            yield self(text)

    def _cut_affixes(self, string: str, with_special_cases: bool) -> _Cut:
        """Words of a text; special cases as far as they are whole chunks or what affixes leave."""
        cut = _Cut()
        start = 0
        in_space = string[:1].isspace()
        for i, character in enumerate(string):
            if character.isspace() == in_space:
                continue
            if start < i:
                self._cut_chunk(cut, string[start:i], with_special_cases)
            start = i
            if character == " ":
                cut.spaces[-1] = True
                start = i + 1
            in_space = not in_space
        if start < len(string):
            self._cut_chunk(cut, string[start:], with_special_cases)
            cut.spaces[-1] = string[-1] == " " and not in_space
        return cut

    def _add_known(self, cut: _Cut, string: str, with_special_cases: bool) -> bool:
        special = self._specials.get(string) if with_special_cases else None
        if special is not None:
            cut.add(special)
            cut.has_special = True
            return True
        words = self._cache.get(string)
        if words is not None:
            cut.add((word, None) for word in words)
        return words is not None

    def _cut_chunk(self, cut: _Cut, chunk: str, with_special_cases: bool) -> None:
        if self._add_known(cut, chunk, with_special_cases):
            return
        first = len(cut.words)
        prefixes, middle, suffixes = self._split_affixes(chunk, with_special_cases)
        cut.add((prefix, None) for prefix in prefixes)
        if middle and not self._add_known(cut, middle, with_special_cases):
            cut.add((word, None) for word in self._split_middle(middle))
        cut.add((suffix, None) for suffix in reversed(suffixes))
        if len(self._cache) < self.max_cache_size and not cut.has_special and len(cut.words) > first:
            self._cache[chunk] = cut.words[first:]

    def _split_affixes(self, string: str, with_special_cases: bool) -> tuple[list[str], str, list[str]]:
        specials: Mapping[str, Any] = self._specials if with_special_cases else {}
        token_match = self._functions["token_match"]
        prefixes: list[str] = []
        suffixes: list[str] = []
        size = 0
        while string and len(string) != size and not (token_match and token_match(string)) and string not in specials:
            size = len(string)
            before = self.find_prefix(string)
            if before and string[before:] in specials and string[before:]:
                prefixes.append(string[:before])
                return prefixes, string[before:], suffixes
            behind = self.find_suffix(string[before:])
            if behind and string[:-behind] in specials and string[:-behind]:
                suffixes.append(string[-behind:])
                return prefixes, string[:-behind], suffixes
            if before and behind and before + behind > size:
                behind = 0
            if before:
                prefixes.append(string[:before])
            if behind:
                suffixes.append(string[-behind:])
            string = string[before : size - behind]
        return prefixes, string, suffixes

    def _is_whole(self, string: str) -> bool:
        matches = (self._functions[name] for name in ("token_match", "url_match"))
        return any(match and match(string) for match in matches)

    def _split_middle(self, string: str) -> list[str]:
        infixes = [] if self._is_whole(string) else self.find_infix(string)
        words: list[str] = []
        start = 0
        for infix in infixes or ():
            if infix.start() == 0:
                continue
            if infix.start() != start:
                words.append(string[start : infix.start()])
            if infix.start() != infix.end():
                words.append(string[infix.start() : infix.end()])
            start = infix.end()
        return [*words, *([string[start:]] if string[start:] else [])]

    def _special_cases(self, cut: _Cut) -> _Cut:
        """The same with the special cases that only their words tell."""
        spans = self._special_phrases().find(cut.words)
        for start, end in reversed(spans):
            special = self._specials.get(cut.text(start, end))
            if special is None:
                continue
            spaces = [False] * (len(special) - 1) + [cut.spaces[end - 1]]
            cut.words[start:end] = [word for word, _ in special]
            cut.norms[start:end] = [norm for _, norm in special]
            cut.spaces[start:end] = spaces
        return cut

    # ---- explaining

    def _explain_special(self, string: str) -> list[tuple[str, str]]:
        return [(f"SPECIAL-{i}", word) for i, (word, _) in enumerate(self._specials[string], 1)]

    def _explain_chunk(self, string: str) -> list[tuple[str, str]]:
        """spaCy's debugging tokenizer: like the real one, but for its order of questions."""
        found: list[tuple[str, str]] = []
        suffixes: list[tuple[str, str]] = []
        search = {name: self._functions[name] or _never(name) for name in _FUNCTIONS}
        while string:
            if string in self._specials:
                found += self._explain_special(string)
                break
            string, done = self._explain_affixes(string, search, found, suffixes)
            if done:
                break
            if string and string in self._specials and not search["token_match"](string):
                continue
            found += self._explain_middle(string, search) if string else []
            break
        return found + suffixes[::-1]

    def _explain_affixes(
        self, string: str, search: Mapping[str, Any], found: list[tuple[str, str]], suffixes: list[tuple[str, str]]
    ) -> tuple[str, bool]:
        """What is left between affixes; is all done?"""
        while search["prefix_search"](string) or search["suffix_search"](string):
            if search["token_match"](string):
                found.append(("TOKEN_MATCH", string))
                return "", True
            if string in self._specials:
                found += self._explain_special(string)
                return "", True
            prefix = search["prefix_search"](string)
            if prefix:
                if prefix.end() == 0:
                    break
                found.append(("PREFIX", string[: prefix.end()]))
                string = string[prefix.end() :]
                if string in self._specials:
                    continue
            suffix = search["suffix_search"](string)
            if suffix:
                if suffix.start() == len(string):
                    break
                suffixes.append(("SUFFIX", string[suffix.start() :]))
                string = string[: suffix.start()]
        return string, False

    def _explain_middle(self, string: str, search: Mapping[str, Any]) -> list[tuple[str, str]]:
        if search["token_match"](string):
            return [("TOKEN_MATCH", string)]
        if search["url_match"](string):
            return [("URL_MATCH", string)]
        found: list[tuple[str, str]] = []
        offset = 0
        for infix in search["infix_finditer"](string):
            if offset == 0 and infix.start() == 0:
                continue
            if string[offset : infix.start()]:
                found.append(("TOKEN", string[offset : infix.start()]))
            if string[infix.start() : infix.end()]:
                found.append(("INFIX", string[infix.start() : infix.end()]))
            offset = infix.end()
        return found + ([("TOKEN", string[offset:])] if string[offset:] else [])

    def explain(self, text: str) -> list[tuple[str, str]]:
        """Which rule made each word of a text: [("TOKEN", "Hello"), ("SUFFIX", "!")]; white space left out."""
        self._read_source()
        tokens = [token for chunk in text.split() for token in self._explain_chunk(chunk)]
        words, spaces = util.get_words_and_spaces([word for _, word in tokens], text)
        cut = _Cut()
        for word, space in zip(words, spaces):
            if not word.isspace():
                cut.add([(word, None)])
                cut.spaces[-1] = space
        for start, end in reversed(self._special_phrases().find(cut.words)):
            string = cut.text(start, end)
            if string in self._specials:
                tokens[start:end] = self._explain_special(string)
        return tokens

    def score(self, examples: Iterable[Any], **settings: Any) -> dict[str, Any]:
        """How well it cuts: Scorer.score_tokenization."""
        from .scorer import Scorer
        from .training import validate_examples

        validate_examples(examples, "Tokenizer.score")
        return Scorer.score_tokenization(examples)

    # ---- saving

    def __reduce__(self) -> Any:
        return (self.__class__, (self.vocab, self.rules, *(self._function(name) for name in _FUNCTIONS)))

    def to_bytes(self, *, exclude: Iterable[str] = ()) -> bytes:
        """What to_disk writes, as bytes. exclude: parts to leave out."""
        getters: dict[str, Callable[[], Any]] = {"vocab": lambda: self.vocab.to_bytes(exclude=exclude)}
        for name in _FUNCTIONS:
            getters[name] = lambda name=name: _pattern(self._function(name))  # type: ignore[misc]
        getters["exceptions"] = lambda: dict(sorted(self.rules.items()))
        getters["faster_heuristics"] = lambda: self.faster_heuristics
        return util.to_bytes(getters, exclude)

    def from_bytes(self, bytes_data: bytes, *, exclude: Iterable[str] = ()) -> Tokenizer:
        """Takes what to_bytes gave."""
        data: dict[str, Any] = {}
        setters: dict[str, Callable[[Any], Any]] = {"vocab": lambda item: self.vocab.from_bytes(item, exclude=exclude)}
        for name in (*_FUNCTIONS, "exceptions", "faster_heuristics"):
            setters[name] = lambda item, name=name: data.setdefault(name, item)  # type: ignore[misc]
        util.from_bytes(bytes_data, setters, exclude)
        self._leave_engine()
        methods = {"infix_finditer": "finditer", "token_match": "match", "url_match": "match"}
        for name in _FUNCTIONS:
            pattern = data.get(name)
            compiled = re.compile(pattern) if isinstance(pattern, str) else None
            self._functions[name] = getattr(compiled, methods.get(name, "search")) if compiled else None
        self._faster_heuristics = bool(data.get("faster_heuristics", self._faster_heuristics))
        self._set_rules(data.get("exceptions"))
        return self

    def to_disk(self, path: str | Path, *, exclude: Iterable[str] = ()) -> None:
        """Saves it under a path. exclude: parts to leave out."""
        from pathlib import Path

        Path(path).write_bytes(self.to_bytes(exclude=exclude))

    def from_disk(self, path: str | Path, *, exclude: Iterable[str] = ()) -> Tokenizer:
        """Reads what to_disk saved."""
        from pathlib import Path

        return self.from_bytes(Path(path).read_bytes(), exclude=exclude)


def _function_property(name: str, doc: str) -> property:
    return property(
        lambda self: self._function(name), lambda self, function: self._set_function(name, function), None, doc
    )


Tokenizer.prefix_search = _function_property("prefix_search", "Finds a prefix, as re.compile(…).search.")  # type: ignore[assignment]
Tokenizer.suffix_search = _function_property("suffix_search", "Finds a suffix, as re.compile(…).search.")  # type: ignore[assignment]
Tokenizer.infix_finditer = _function_property("infix_finditer", "Finds infixes, as re.compile(…).finditer.")  # type: ignore[assignment]
Tokenizer.token_match = _function_property("token_match", "Tells what is one word, as re.compile(…).match.")  # type: ignore[assignment]
Tokenizer.url_match = _function_property("url_match", "The same, asked when affixes are gone.")  # type: ignore[assignment]


def _length(search: Callable[[str], Any] | None, string: str) -> int:
    match = search(string) if search is not None else None
    return 0 if match is None else int(match.end() - match.start())


def _never(name: str) -> Any:
    return _NEVER.finditer if name == "infix_finditer" else _NEVER.search


def _pattern(function: Any) -> Any:
    return None if function is None else function.__self__.pattern


class DummyTokenizer:
    """A tokenizer that has nothing to save."""

    def __call__(self, text: str) -> Doc:
        raise NotImplementedError

    def pipe(self, texts: Iterable[str], **kwargs: Any) -> Iterator[Doc]:
        """Documents of texts, as a stream."""
        for text in texts:
            yield self(text)

    def to_bytes(self, **kwargs: Any) -> bytes:
        """What to_disk writes, as bytes. exclude: parts to leave out."""
        return b""

    def from_bytes(self, data: bytes, **kwargs: Any) -> DummyTokenizer:
        """Takes what to_bytes gave."""
        return self

    def to_disk(self, path: str | Path, **kwargs: Any) -> None:
        """Saves it under a path. exclude: parts to leave out."""
        return

    def from_disk(self, path: str | Path, **kwargs: Any) -> DummyTokenizer:
        """Reads what to_disk saved."""
        return self
