"""Hash maps of the file: u64[capacity][2] = (key, value), open addressing, ready to probe (engine/base/map.h)."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from .constants import ID_ABSENT, MAP_ABSENT, SectionKind
from .container import Section, tensor
from .errors import ConvertError


def capacity_for(count: int, max_load: float) -> int:
    """Smallest power of two, at least 2, that count entries fill to at most max_load."""
    capacity = 2
    while count > capacity * max_load:
        capacity *= 2
    return capacity


def build_map(name: str, entries: Mapping[int, int], max_load: float = 0.5) -> Section:
    """entries: 64-bit key -> value. Slots depend on the entries only, not on their order."""
    capacity = capacity_for(len(entries), max_load)
    slots = np.zeros((capacity, 2), dtype="<u8")
    slots[:, 1] = MAP_ABSENT
    for key in sorted(entries):
        value = entries[key]
        if not 0 <= key <= MAP_ABSENT or not 0 <= value < MAP_ABSENT:
            raise ConvertError(f"map {name}: key {key} or value {value} is out of range: please report this")
        slot = key & (capacity - 1)
        while slots[slot, 1] != MAP_ABSENT:
            slot = (slot + 1) & (capacity - 1)
        slots[slot] = (key, value)
    return Section(name, slots, SectionKind.MAP)


def id_table(name: str, entries: Mapping[int, int]) -> list[Section]:
    """entries: 64-bit key -> value, as two arrays in the order of the keys (engine/base/map.h). A section is never empty."""
    keys = sorted(entries) or [0]
    values = [entries.get(key, ID_ABSENT) for key in keys]
    return [Section(f"{name}/keys", np.array(keys, dtype="<u8")), tensor(f"{name}/values", values, "u4")]


def map_get(section: Section, key: int) -> int:
    """Value of key, or MAP_ABSENT: the same walk as in engine/base/map.h."""
    slots = section.array
    capacity = len(slots)
    for probe in range(capacity):
        found, value = (int(x) for x in slots[(key + probe) & (capacity - 1)])
        if value == MAP_ABSENT or found == key:
            return value
    return MAP_ABSENT
