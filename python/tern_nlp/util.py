"""What several modules need, and what users of spacy.util look for."""

from __future__ import annotations

from contextlib import contextmanager
from itertools import islice

from .errors import Errors
from .lexeme import OOV_RANK as OOV_RANK
from .registrations import registry as registry

TYPE_CHECKING = False
if TYPE_CHECKING:
    import re
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from pathlib import Path
    from typing import Any, NoReturn

    from .tokens import Span


def ensure_path(path: str | Path) -> Path:
    """A Path for a str."""
    from pathlib import Path

    return Path(path) if isinstance(path, str) else path


def raise_error(proc_name: str, proc: Any, docs: Sequence[Any], error: Exception) -> NoReturn:
    """The error handler that pipelines and components have at first."""
    raise error


@contextmanager
def make_tempdir() -> Iterator[Path]:
    """A folder that is gone with everything in it at the end of the block."""
    import shutil  # takes time that most programs do not have to spend
    import tempfile
    from pathlib import Path

    folder = Path(tempfile.mkdtemp())
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def is_package(name: str) -> bool:
    """Would tern_nlp.load find a pipeline of that name?"""
    from .loading import model_file

    try:
        model_file(name)
    except OSError:
        return False
    return True


def normalize_slice(length: int, start: int | None, stop: int | None, step: int | None = None) -> tuple[int, int]:
    """The bounds of a slice of so many items: never outside, the end never before the start."""
    if step not in (None, 1):
        raise ValueError(Errors.E057)
    start = 0 if start is None else start + length if start < 0 else start
    start = min(length, max(0, start))
    stop = length if stop is None else stop + length if stop < 0 else stop
    return start, min(length, max(start, stop))


def filter_spans(spans: Iterable[Span]) -> list[Span]:
    """Those that do not overlap, the longest first, of equally long ones the first; in the order of the text."""
    found: list[Span] = []
    taken: set[int] = set()
    for span in sorted(spans, key=lambda span: (span.end - span.start, -span.start), reverse=True):
        if span.start not in taken and span.end - 1 not in taken:
            found.append(span)
            taken.update(range(span.start, span.end))
    return sorted(found, key=lambda span: span.start)


def filter_chain_spans(*spans: Iterable[Span]) -> list[Span]:
    """The same of several sequences."""
    return filter_spans(span for group in spans for span in group)


def get_words_and_spaces(words: Iterable[str], text: str) -> tuple[list[str], list[bool]]:
    """Words and spaces of a Doc with that text: the words given, and what is between them."""
    words = list(words)
    if "".join("".join(words).split()) != "".join(text.split()):
        raise ValueError(Errors.E194.format(text=text, words=words))
    found: list[str] = []
    spaces: list[bool] = []
    at = 0
    for word in words:
        if word.isspace():
            continue
        start = text.find(word, at)
        if start < 0:
            raise ValueError(Errors.E194.format(text=text, words=words))
        if start > at:
            found.append(text[at:start])
            spaces.append(False)
        at = start + len(word)
        found.append(word)
        spaces.append(text[at : at + 1] == " ")
        at += spaces[-1]
    if at < len(text):
        found.append(text[at:])
        spaces.append(False)
    return found, spaces


def minibatch(items: Iterable[Any], size: int | Iterator[int]) -> Iterator[list[Any]]:
    """Lists of so many items."""
    iterator = iter(items)
    while True:
        batch = list(islice(iterator, size if isinstance(size, int) else int(next(size))))
        if not batch:
            return
        yield batch


def to_dict(getters: dict[str, Callable[[], Any]], exclude: Iterable[str]) -> dict[str, Any]:
    """name -> what its getter gives, of those that are not excluded."""
    left = set(exclude)
    return {key: getter() for key, getter in getters.items() if key.split(".")[0] not in left}


def to_bytes(getters: dict[str, Callable[[], Any]], exclude: Iterable[str]) -> bytes:
    from . import _msgpack

    return _msgpack.dumps(to_dict(getters, exclude))


def from_bytes(data: bytes, setters: dict[str, Callable[[Any], Any]], exclude: Iterable[str]) -> Any:
    """Gives each setter what to_bytes wrote under its name."""
    from . import _msgpack

    message = _msgpack.loads(data)
    left = set(exclude)
    for key, setter in setters.items():
        if key.split(".")[0] not in left and key in message:
            setter(message[key])
    return message


def to_disk(path: str | Path, writers: Mapping[str, Callable[[Path], Any]], exclude: Iterable[str]) -> Path:
    """Calls each writer, but those excluded, with a path of its name in a folder, which is made if it is not there."""
    from pathlib import Path

    folder = Path(path)
    folder.mkdir(exist_ok=True)
    left = set(exclude)
    for key, write in writers.items():
        if key.split(".")[0] not in left:
            write(folder / key)
    return folder


def from_disk(path: str | Path, readers: Mapping[str, Callable[[Path], Any]], exclude: Iterable[str]) -> Path:
    """Calls each reader in the same way."""
    from pathlib import Path

    folder = Path(path)
    left = set(exclude)
    for key, read in readers.items():
        if key.split(".")[0] not in left:
            read(folder / key)
    return folder


class _WithTable:
    """A getter of a lexical attribute that looks into tables first."""

    def __init__(self, default: Callable[[str], Any], tables: Sequence[Any]) -> None:
        self.default = default
        self.tables = tables

    def __call__(self, string: str) -> Any:
        for table in self.tables:
            if string in table:
                return table[string]
        return self.default(string)


def add_lookups(default_func: Callable[[str], Any], *lookups: Any) -> Callable[[str], Any]:
    """The function with tables before it."""
    return _WithTable(default_func, lookups)


def check_bool_env_var(env_var: str) -> bool:
    import os

    return os.environ.get(env_var, "0") not in ("", "0")


class SimpleFrozenDict(dict):  # type: ignore[type-arg]
    """A dict that refuses to be changed, for defaults."""

    def __init__(self, *args: Any, error: str = "this dict is a default and cannot be changed", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.error = error

    def _refuse(self, *args: Any, **kwargs: Any) -> Any:
        raise NotImplementedError(self.error)

    __setitem__ = pop = update = _refuse


class SimpleFrozenList(list):  # type: ignore[type-arg]
    """A list that refuses to be changed, for defaults and properties."""

    def __init__(
        self, *args: Any, error: str = "this list is made for each call: change the pipeline by its methods"
    ) -> None:
        super().__init__(*args)
        self.error = error

    def _refuse(self, *args: Any, **kwargs: Any) -> Any:
        raise NotImplementedError(self.error)

    append = clear = extend = insert = pop = remove = reverse = sort = _refuse


# ---- tokenizer rules and languages


def _joined(pieces: Iterable[Any], before: str = "", after: str = "") -> re.Pattern[str]:
    import re

    return re.compile("|".join(before + piece + after for piece in pieces if piece.strip()))


def compile_prefix_regex(entries: Iterable[Any]) -> re.Pattern[str]:
    """The expressions of prefixes as one, for Tokenizer.prefix_search."""
    return _joined(entries, before="^")


def compile_suffix_regex(entries: Iterable[Any]) -> re.Pattern[str]:
    """The expressions of suffixes as one, for Tokenizer.suffix_search."""
    return _joined(entries, after="$")


def compile_infix_regex(entries: Iterable[Any]) -> re.Pattern[str]:
    """The expressions of infixes as one, for Tokenizer.infix_finditer."""
    return _joined(entries)


def expand_exc(excs: Mapping[str, Any], search: str, replace: str) -> dict[str, Any]:
    """Special cases, and each that has a text once more with another in its place."""
    from .attrs import IDS

    orth = IDS["ORTH"]
    found = dict(excs)
    for text, tokens in excs.items():
        if search in text:
            changed = [{**token, orth: token[orth].replace(search, replace)} for token in tokens]
            found[text.replace(search, replace)] = changed
    return found


def update_exc(base_exceptions: Mapping[str, Any], *addition_dicts: Mapping[str, Any]) -> dict[str, Any]:
    """Special cases with others, which go before, and with typographic apostrophes."""
    from .attrs import IDS

    orth = IDS["ORTH"]
    found = dict(base_exceptions)
    for additions in addition_dicts:
        for text, tokens in additions.items():
            if not all(isinstance(token[orth], str) for token in tokens):
                raise ValueError(
                    f"[E055] Invalid ORTH value in exception: key='{text}', orths='{tokens}': texts are wanted"
                )
            made = "".join(token[orth] for token in tokens)
            if text != made:
                raise ValueError(f"[E056] Invalid tokenizer exception: the words of '{text}' make '{made}'")
        found.update(additions)
    return expand_exc(found, "'", "’")


_lang_classes: dict[str, Any] = {}


def lang_class_is_loaded(lang: str) -> bool:
    return lang in _lang_classes


def set_lang_class(name: str, cls: Any) -> None:
    """Makes a class known under a language's code."""
    _lang_classes[name] = cls


def get_lang_class(lang: str) -> Any:
    """The class of a language by its code. ImportError, E048, if there is none."""
    if lang not in _lang_classes:
        from .lang import language_class

        _lang_classes[lang] = language_class(lang)
    return _lang_classes[lang]


def __getattr__(name: str) -> Any:
    """What few programs ask for, and where the rest of spaCy's is."""
    from .elsewhere import missing

    if not name.startswith("_"):
        from . import util_more

        if name in vars(util_more):
            return getattr(util_more, name)
    raise missing(__name__, name)
