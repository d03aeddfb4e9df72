"""The arrays of a .tern file that the engine does not read (docs/file-format.md)."""

from __future__ import annotations

import struct
from typing import Any

_HEADER = struct.Struct("<8s16xIIQ24x")
"""Magic, the number of sections, the size of a record, where the records begin."""
_RECORD = struct.Struct("<48sIIQQII4Q16x")
"""Name, kind, flags, offset, size, type of the elements, rank, dimensions."""
_MAGIC = b"\x89TRN\r\n\x1a\n"
_TYPES = {1: "<u1", 2: "<u2", 3: "<u4", 4: "<u8", 5: "<i4", 6: "<f4", 7: "<f2"}


def sections(path: str) -> dict[str, tuple[int, str, tuple[int, ...]]]:
    """Name -> (offset, type of the elements as numpy names it, dimensions)."""
    with open(path, "rb") as file:
        magic, count, size, offset = _HEADER.unpack(file.read(_HEADER.size))
        if magic != _MAGIC or size != _RECORD.size:
            raise ValueError(f"{path} is not a .tern file that this version reads")
        file.seek(offset)
        records = file.read(count * size)
    found = {}
    for name, _, _, at, _, kind, rank, *dimensions in _RECORD.iter_unpack(records):
        found[name.rstrip(b"\0").decode("ascii")] = (at, _TYPES[kind], tuple(dimensions[:rank]))
    return found


def array(path: str, section: tuple[int, str, tuple[int, ...]]) -> Any:
    """A section's array (numpy), mapped: what is not looked at is not read. Writing into it changes the process's copy alone."""
    import numpy

    offset, kind, shape = section
    if 0 in shape:
        return numpy.zeros(shape, dtype=kind)
    return numpy.memmap(path, dtype=kind, mode="c", offset=offset, shape=shape).view(numpy.ndarray)
