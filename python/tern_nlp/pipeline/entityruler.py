"""Entities by rules: the component entity_ruler."""

from __future__ import annotations

import warnings
from collections import defaultdict
from collections.abc import Callable, Iterable
from typing import Any

from .. import _msgpack
from ..errors import Errors, Warnings
from ..matcher import Matcher, PhraseMatcher
from ..matcher.doclike import make_span
from ..matcher.levenshtein import levenshtein_compare
from ..util import ensure_path
from .ruler_patterns import Ruler, only_earlier, split
from .saving import PathLike, from_disk, read_json, read_jsonl, to_disk, write_json, write_jsonl
from .scorers import ner_score

DEFAULT_ENT_ID_SEP = "||"
PatternType = dict[str, Any]
FoundMatch = tuple[int, int, int]


class EntityRuler(Ruler):
    """Adds entities to documents: tokens that patterns match, and phrases."""

    def __init__(
        self,
        nlp: Any,
        name: str = "entity_ruler",
        *,
        phrase_matcher_attr: int | str | None = None,
        matcher_fuzzy_compare: Callable[[str, str, int], bool] = levenshtein_compare,
        validate: bool = False,
        overwrite_ents: bool = False,
        ent_id_sep: str = DEFAULT_ENT_ID_SEP,
        patterns: list[PatternType] | None = None,
        scorer: Callable[..., Any] | None = ner_score,
    ) -> None:
        """phrase_matcher_attr: what phrases are compared by. overwrite_ents: entities that are there give way.
        ent_id_sep: stands between label and id in keys of the matchers."""
        self.nlp, self.name, self.overwrite = nlp, name, overwrite_ents
        self._validate, self.matcher_fuzzy_compare = validate, matcher_fuzzy_compare
        self.phrase_matcher_attr, self.ent_id_sep, self.scorer = phrase_matcher_attr, ent_id_sep, scorer
        self.clear()
        if patterns is not None:
            self.add_patterns(patterns)

    def clear(self) -> None:
        """Forgets all patterns."""
        self.token_patterns: dict[str, list[Any]] = defaultdict(list)
        self.phrase_patterns: dict[str, list[Any]] = defaultdict(list)
        self._ent_ids: dict[int, tuple[str, Any]] = defaultdict(tuple)  # type: ignore[arg-type]
        self.matcher = Matcher(self.nlp.vocab, validate=self._validate, fuzzy_compare=self.matcher_fuzzy_compare)
        self._make_phrase_matcher(self._validate)

    def _make_phrase_matcher(self, validate: bool) -> None:
        self.phrase_matcher = PhraseMatcher(self.nlp.vocab, attr=self.phrase_matcher_attr, validate=validate)

    def initialize(self, get_examples: Any, *, nlp: Any = None, patterns: Iterable[PatternType] | None = None) -> None:
        """Forgets all patterns and takes others."""
        self.clear()
        if patterns:
            self.add_patterns(list(patterns))

    def __len__(self) -> int:
        """Number of patterns."""
        return sum(map(len, (*self.token_patterns.values(), *self.phrase_patterns.values())))

    def __contains__(self, label: str) -> bool:
        return label in self.token_patterns or label in self.phrase_patterns

    # ---- documents ----

    def match(self, doc: Any) -> list[FoundMatch]:
        """Matches, the longest first, then the first. Of those with the same tokens the first in the order of Python's set
        comes first, as in spaCy (spacy/pipeline/entityruler.py)."""
        if len(self) == 0:
            warnings.warn(Warnings.W036.format(name=self.name), stacklevel=2)
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", message="\\[W036")
            found = set([*self.matcher(doc), *self.phrase_matcher(doc)])  # noqa: C405  a set of a tuple may grow otherwise
        return sorted(found, key=lambda match: (match[2] - match[1], -match[1]), reverse=True)

    def set_annotations(self, doc: Any, matches: Iterable[FoundMatch]) -> None:
        """Makes entities of matches, as far as they do not overlap."""
        entities, added = list(doc.ents), []
        taken: set[int] = set()
        for key, start, end in matches:
            if not self.overwrite and any(token.ent_type for token in doc[start:end]):
                continue
            if start in taken or end - 1 in taken:
                continue
            added.append(self._entity(doc, key, start, end))
            entities = [entity for entity in entities if entity.start >= end or entity.end <= start]
            taken.update(range(start, end))
        doc.ents = entities + added

    def _entity(self, doc: Any, key: int, start: int, end: int) -> Any:
        if key not in self._ent_ids:
            return make_span(doc, start, end, key)
        label, ent_id = self._ent_ids[key]
        return type(doc[0:0])(doc, start, end, label=label, span_id=ent_id)

    # ---- patterns ----

    def _keys(self) -> list[str]:
        return list({**self.token_patterns, **self.phrase_patterns})

    @property
    def labels(self) -> tuple[str, ...]:
        """Labels of the patterns."""
        return tuple(sorted({self._split_label(key)[0] for key in self._keys()}))

    @property
    def ent_ids(self) -> tuple[str | None, ...]:
        """Ids of patterns."""
        return tuple({self._split_label(key)[1] for key in self._keys() if self.ent_id_sep in key})

    @property
    def patterns(self) -> list[PatternType]:
        """All patterns, as they were added: those of tokens first."""
        found = [(key, pattern) for key, listed in self.token_patterns.items() for pattern in listed]
        found += [(key, phrase.text) for key, listed in self.phrase_patterns.items() for phrase in listed]
        return [self._entry(key, pattern) for key, pattern in found]

    def _entry(self, key: str, pattern: Any) -> PatternType:
        label, ent_id = self._split_label(key)
        entry = {"label": label, "pattern": pattern}
        return {**entry, "id": ent_id} if ent_id else entry

    def add_patterns(self, patterns: Iterable[PatternType]) -> None:
        """patterns: {"label": …, "pattern": a str or a list of dicts, "id": …}."""
        with only_earlier(self.nlp, self):
            token_patterns, phrases = split(list(patterns))
            docs = list(self.nlp.pipe([entry["pattern"] for entry in phrases]))
            for entry in token_patterns:
                key = self._key(entry, "id" in entry)
                self.token_patterns[key].append(entry["pattern"])
                self.matcher.add(key, [entry["pattern"]])
            for entry, doc in zip(phrases, docs):
                key = self._key(entry, bool(entry.get("id")))
                self.phrase_patterns[key].append(doc)
                self.phrase_matcher.add(key, [doc])

    def _key(self, entry: PatternType, has_id: bool) -> str:
        """Under which the matchers know a pattern."""
        if not has_id:
            return entry["label"]
        key = self._create_label(entry["label"], entry["id"])
        self._ent_ids[self.matcher._normalize_key(key)] = (entry["label"], entry["id"])
        return key

    def _create_label(self, label: Any, ent_id: Any) -> str:
        return f"{label}{self.ent_id_sep}{ent_id}" if isinstance(ent_id, str) else label

    def _split_label(self, label: str) -> tuple[str, str | None]:
        if self.ent_id_sep not in label:
            return label, None
        name, ent_id = label.rsplit(self.ent_id_sep, 1)
        return name, ent_id

    def remove(self, ent_id: str) -> None:
        """Removes the patterns with an id. Raises ValueError if there is none."""
        gone = [self._create_label(label, known) for label, known in self._ent_ids.values() if known == ent_id]
        if not gone:
            raise ValueError(Errors.E1024.format(attr_type="ID", label=ent_id, component=self.name))
        for key in gone:
            self.token_patterns.pop(key, None)
            self.phrase_patterns.pop(key, None)
            if key in self.phrase_matcher:
                self.phrase_matcher.remove(key)
            else:
                self.matcher.remove(key)

    # ---- saving ----

    def _settings(self) -> dict[str, Any]:
        return {
            "overwrite": self.overwrite,
            "phrase_matcher_attr": self.phrase_matcher_attr,
            "ent_id_sep": self.ent_id_sep,
        }

    def _use_settings(self, settings: dict[str, Any]) -> None:
        self.overwrite = settings.get("overwrite", False)
        self.phrase_matcher_attr = settings.get("phrase_matcher_attr")
        self.ent_id_sep = settings.get("ent_id_sep", DEFAULT_ENT_ID_SEP)
        self._make_phrase_matcher(False)

    def to_bytes(self, *, exclude: Iterable[str] = ()) -> bytes:
        """What to_disk writes, as bytes. exclude: parts to leave out."""
        return _msgpack.dumps({**self._settings(), "patterns": self.patterns})

    def from_bytes(self, patterns_bytes: bytes, *, exclude: Iterable[str] = ()) -> EntityRuler:
        """Settings come before patterns: spaCy makes a phrase matcher without phrases after it has added them."""
        saved = _msgpack.loads(patterns_bytes)
        self.clear()
        if isinstance(saved, dict):
            self._use_settings(saved)
            saved = saved.get("patterns", [])
        self.add_patterns(saved)
        return self

    def to_disk(self, path: PathLike, *, exclude: Iterable[str] = ()) -> None:
        """A folder, or patterns alone in a file that ends in .jsonl."""
        path = ensure_path(path)
        if path.suffix == ".jsonl":
            write_jsonl(path, self.patterns)
            return
        parts = {
            "patterns": lambda file: write_jsonl(file.with_suffix(".jsonl"), self.patterns),
            "cfg": lambda file: write_json(file, self._settings()),
        }
        to_disk(path, parts)

    def from_disk(self, path: PathLike, *, exclude: Iterable[str] = ()) -> EntityRuler:
        """Reads what to_disk saved."""
        path = ensure_path(path)
        self.clear()
        lines = path.with_suffix(".jsonl")
        if path.suffix == ".jsonl" and not path.is_file():
            raise ValueError(Errors.E1023.format(path=path))
        if lines.is_file():
            self.add_patterns(read_jsonl(lines))
        elif path.is_dir():
            from_disk(path, {"cfg": lambda file: self._use_settings(read_json(file))})
            parts = {"patterns": lambda file: self.add_patterns(read_jsonl(file.with_suffix(".jsonl")))}
            from_disk(path, parts)
        else:
            raise ValueError(Errors.E146.format(path=path))
        return self
