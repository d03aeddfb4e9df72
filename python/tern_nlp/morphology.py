"""Morphology: normalises features and knows their ids."""

from __future__ import annotations

import warnings
from types import SimpleNamespace

from . import symbols
from .errors import Warnings
from .parts_of_speech import IDS as POS_IDS
from .strings import StringStore

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


class Morphology:
    """The morphological analyses of a vocabulary."""

    FEATURE_SEP = "|"
    FIELD_SEP = "="
    VALUE_SEP = ","
    EMPTY_MORPH = "_"

    def __init__(self, strings: StringStore) -> None:
        self.strings = strings
        self._pairs: dict[int, list[tuple[int, int]]] = {}

    @property
    def mem(self) -> Any:
        """Its size, in analyses: what spaCy counts in bytes."""
        return SimpleNamespace(size=len(self._pairs))

    def __reduce__(self) -> Any:
        return (_unpickle, (self.strings, sorted(self.strings[key] for key in self._pairs)))

    def add(self, features: Any) -> int:
        """The id of features: a string as "Number=Sing|Case=Nom", a dict, or ids of those."""
        if isinstance(features, str):
            key = self.strings[features or self.EMPTY_MORPH]
            if key in self._pairs:
                return key
            features = self.feats_to_dict(features)
        if not isinstance(features, dict):
            warnings.warn(Warnings.W100.format(feature=features), stacklevel=2)
            features = {}
        normal = self.normalize_features(features)
        key = self.strings.add(normal)
        if key not in self._pairs:
            fields = {
                self.strings.as_string(field): self.strings.as_string(values) for field, values in features.items()
            }
            self._pairs[key] = self._pairs_of(fields)
        return key

    def _pairs_of(self, features: dict[str, str]) -> list[tuple[int, int]]:
        """(id of the field, id of "field=value"), ..."""
        return [
            (self.strings.add(field), self.strings.add(f"{field}{self.FIELD_SEP}{value}"))
            for field in sorted(features)
            for value in features[field].split(self.VALUE_SEP)
        ]

    def pairs(self, key: int) -> list[tuple[int, int]]:
        """The same of an id, which may be one that the engine made."""
        if key and key not in self._pairs and key in self.strings:
            features = self.feats_to_dict(self.strings[key])
            self._pairs[key] = self._pairs_of(features)
        return self._pairs.get(key, [])

    def normalize_features(self, features: Any) -> str:
        """As a string with sorted fields and values."""
        if isinstance(features, str):
            features = self.feats_to_dict(features)
        if not isinstance(features, dict):
            warnings.warn(Warnings.W100.format(feature=features), stacklevel=2)
            features = {}
        named = self.normalize_attrs(features)
        fields = [
            f"{self.strings.as_string(field)}{self.FIELD_SEP}{self.strings.as_string(value)}"
            for field, value in named.items()
        ]
        return self.FEATURE_SEP.join(sorted(fields)) or self.EMPTY_MORPH

    def normalize_attrs(self, attrs: dict[Any, Any]) -> dict[Any, Any]:
        """With strings for ids, sorted values, and the number of a part of speech."""
        found: dict[Any, Any] = {}
        for key, value in attrs.items():
            if key == symbols.IDS["POS"] or (isinstance(key, str) and key.upper() == "POS"):
                if isinstance(value, str) and value.upper() in POS_IDS:
                    value = POS_IDS[value.upper()]
                elif isinstance(value, int) and value not in POS_IDS.values():
                    warnings.warn(Warnings.W100.format(feature={key: value}), stacklevel=2)
                    continue
                found[symbols.IDS["POS"]] = value
            elif isinstance(key, (int, str)) and isinstance(value, (int, str)):
                values = self.strings.as_string(value).split(self.VALUE_SEP)
                found[self.strings.as_string(key)] = self.VALUE_SEP.join(sorted(values))
            else:
                warnings.warn(Warnings.W100.format(feature={key: value}), stacklevel=2)
        return found

    def get(self, morph: int) -> str:
        """The string of an id, "" of one that is not known here."""
        return self.strings[morph] if self.pairs(morph) or morph in self._pairs else ""

    @staticmethod
    def feats_to_dict(feats: str) -> dict[str, str]:
        """ "Case=Nom,Acc|Number=Sing" -> {"Case": "Acc,Nom", "Number": "Sing"}"""
        if not feats or feats == Morphology.EMPTY_MORPH:
            return {}
        fields = (feature.split(Morphology.FIELD_SEP) for feature in feats.split(Morphology.FEATURE_SEP))
        return {
            field: Morphology.VALUE_SEP.join(sorted(values.split(Morphology.VALUE_SEP))) for field, values in fields
        }

    @staticmethod
    def dict_to_feats(feats_dict: dict[str, str]) -> str:
        """And back."""
        fields = (
            f"{field}{Morphology.FIELD_SEP}{Morphology.VALUE_SEP.join(sorted(values.split(Morphology.VALUE_SEP)))}"
            for field, values in feats_dict.items()
        )
        return Morphology.FEATURE_SEP.join(sorted(fields))


def _unpickle(strings: StringStore, tags: list[str]) -> Morphology:
    morphology = Morphology(strings)
    for tag in tags:
        morphology.add(tag)
    return morphology
