"""The .tern container, written and read. The byte layout is described in docs/file-format.md.

A file is a list of groups of sections. Groups keep their order in the file, so that what a request touches lies together;
a group that is worth it begins on a page of its own.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import reduce
from operator import or_

import numpy as np

from .constants import (
    ALIGNMENT,
    ATTR_OF_PATTERNS,
    ENDIAN_TAG,
    HEADER_SIZE,
    MAJOR_VERSION,
    MAX_RANK,
    MAX_SECTIONS,
    NAME_SIZE,
    RECORD_SIZE,
    Dtype,
    Feature,
    SectionKind,
)
from .crc32c import crc32c
from .errors import ConvertError

MAGIC = b"\x89TRN\r\n\x1a\n"
MINOR = 0
PAGE = 4096
PAGE_WORTH = 16 * PAGE
"""A group of at least this many bytes begins on a page: the gap costs it at most a sixteenth."""

FEATURES = {
    "norms/stems": Feature.STEMS,
    "pipeline/names": Feature.NAMES,
    "tagger/tok2vec/attrs": Feature.OWN_ENCODERS,
    "parser/tok2vec/attrs": Feature.OWN_ENCODERS,
    "morphologizer/tok2vec/attrs": Feature.OWN_ENCODERS,
    "trainable_lemmatizer/tok2vec/attrs": Feature.OWN_ENCODERS,
    "attribute_ruler/patterns/start": Feature.PATTERNS,
    "spancat/settings": Feature.SPANS,
    "spancat_singlelabel/settings": Feature.SPANS,
    "span_finder/settings": Feature.SPANS,
    "entity_ruler/keys": Feature.PATTERNS,
    "span_ruler/keys": Feature.PATTERNS,
}
"""Section that a reader must understand -> its bit among the required features (docs/file-format.md).

Of the components of the first version only these four have a bit: the first readers that knew them took the shared encoder's rows
for them. Another newer component needs none: a reader that does not know it refuses the file by its number.
"""
PARTS = {
    "normalize": Feature.FEATURES,
    "unknown_row": Feature.FEATURES,
    "cuts_edges": Feature.FEATURES,
    "chars": Feature.LAYERS,
    "window": Feature.LAYERS,
    "edge_row": Feature.LAYERS,
    "edge_count": Feature.LAYERS,
    "beam_width": Feature.BEAM,
}
"""The same by the last part of a section's name, whatever component or encoder it is of."""
MANY_LAYERS = re.compile(r"tok2vec[\d.]*/conv/([89]|\d\d+)/W")
"""More than the first readers have room for."""
KNOWN_FEATURES = reduce(or_, Feature)

KIND_NAMES = {kind: kind.name.lower() for kind in SectionKind}
DTYPES = {
    Dtype.U8: "<u1",
    Dtype.U16: "<u2",
    Dtype.U32: "<u4",
    Dtype.U64: "<u8",
    Dtype.I32: "<i4",
    Dtype.F32: "<f4",
    Dtype.F16: "<f2",
}
_DTYPE_CODES = {np.dtype(name): code for code, name in DTYPES.items()}

_HEADER = struct.Struct("<8sHHIQIIQQII8s")
_RECORD = struct.Struct("<48sIIQQII4QI12s")


@dataclass(frozen=True)
class Section:
    """A named array. array: C order, little-endian, rank 1..4, one of DTYPES."""

    name: str
    array: np.ndarray
    kind: int = SectionKind.TENSOR

    @property
    def data(self) -> bytes:
        return self.array.tobytes()


@dataclass(frozen=True)
class Group:
    """Sections that lie together in a file. title: for people; the file does not have it."""

    title: str
    sections: list[Section]


def halved(group: Group) -> Group:
    """The same sections with f16 for f32; refuses what f16 cannot hold."""
    return Group(group.title, [_halved(section) for section in group.sections])


def _halved(section: Section) -> Section:
    if section.array.dtype != np.dtype("<f4"):
        return section
    with np.errstate(over="ignore"):
        array = section.array.astype("<f2")
    if not np.isfinite(array).all():
        raise ConvertError(f"{section.name}: a weight is too large for half precision: convert without --half")
    return Section(section.name, array, section.kind)


def half_if_exact(section: Section) -> Section:
    """An f32 section as f16 where that holds every value as it is; else the section."""
    with np.errstate(over="ignore"):
        array = section.array.astype("<f2")
    return Section(section.name, array, section.kind) if np.array_equal(array.astype("<f4"), section.array) else section


def tensor(name: str, values: object, dtype: str) -> Section:
    """Section of values (any array-like) as dtype ("u2", "f4", ...). Values that dtype cannot hold are refused."""
    wide = np.asarray(values)
    array = np.ascontiguousarray(wide, dtype=np.dtype("<" + dtype))
    if wide.size and wide.dtype.kind in "iu" and array.dtype.kind in "iu" and not np.array_equal(array, wide):
        raise ConvertError(f"section {name}: a value does not fit into {dtype}: please report this")
    return Section(name, array)


def text(name: str, value: str) -> Section:
    return Section(name, np.frombuffer(value.encode("utf-8"), dtype="<u1"), SectionKind.TEXT)


def _round_up(value: int, multiple: int) -> int:
    return -(-value // multiple) * multiple


def _place(groups: Iterable[Sequence[Section]], begin: int) -> tuple[list[tuple[int, Section]], int]:
    """Offsets of all sections from begin on, and the size of the file."""
    placed: list[tuple[int, Section]] = []
    end = begin
    for group in groups:
        size = sum(_round_up(section.array.nbytes, ALIGNMENT) for section in group)
        end = _round_up(end, PAGE if size >= PAGE_WORTH else ALIGNMENT)
        for section in group:
            offset = _round_up(end, ALIGNMENT)
            placed.append((offset, section))
            end = offset + section.array.nbytes
    return placed, end


def _record(offset: int, section: Section) -> bytes:
    array = section.array
    dims = list(array.shape) + [0] * (MAX_RANK - array.ndim)
    return _RECORD.pack(
        section.name.encode("ascii"),
        section.kind,
        0,
        offset,
        array.nbytes,
        _DTYPE_CODES[array.dtype],
        array.ndim,
        *dims,
        crc32c(section.data),
        bytes(12),
    )


def _check_sections(sections: Sequence[Section]) -> None:
    names = [section.name for section in sections]
    if len(set(names)) != len(names):
        raise ConvertError("two sections have the same name: please report this")
    if not 1 <= len(sections) <= MAX_SECTIONS:
        raise ConvertError(f"a file has 1 to {MAX_SECTIONS} sections, not {len(sections)}: please report this")
    for section in sections:
        if not 0 < len(section.name) < NAME_SIZE or not all(" " < c <= "~" for c in section.name):
            raise ConvertError(
                f"section name {section.name!r} is not 1 to {NAME_SIZE - 1} printable ASCII characters: please "
                "report this"
            )
        if section.array.dtype not in _DTYPE_CODES or not 1 <= section.array.ndim <= MAX_RANK:
            raise ConvertError(
                f"section {section.name} has a type or rank that the format does not know: please report this"
            )


def _feature_of(section: Section) -> int:
    part = section.name.rpartition("/")[2]
    found = FEATURES.get(section.name, 0) | PARTS.get(part, 0)
    if part == "attrs" and section.array.max(initial=0) >= ATTR_OF_PATTERNS:
        found |= Feature.FEATURES
    return found | Feature.LAYERS if MANY_LAYERS.search(section.name) else found


def write(groups: Sequence[Sequence[Section]], required: int = 0) -> bytes:
    """The bytes of a file with these groups of sections, in this order. required: bits that no section stands for, such as
    that of a file without a tokenizer."""
    sections = [section for group in groups for section in group]
    _check_sections(sections)
    placed, size = _place(groups, HEADER_SIZE + RECORD_SIZE * len(sections))
    by_name = sorted(placed, key=lambda item: item[1].name.encode("ascii"))
    table = b"".join(_record(offset, section) for offset, section in by_name)
    features = reduce(or_, map(_feature_of, sections), required)
    header = _HEADER.pack(
        MAGIC,
        MAJOR_VERSION,
        MINOR,
        ENDIAN_TAG,
        size,
        len(sections),
        RECORD_SIZE,
        HEADER_SIZE,
        features,
        crc32c(table),
        0,
        bytes(8),
    )
    header = header[:52] + struct.pack("<I", crc32c(header[:52])) + header[56:]
    out = bytearray(size)
    out[: len(header) + len(table)] = header + table
    for offset, section in placed:
        out[offset : offset + section.array.nbytes] = section.data
    return bytes(out)


def _require(condition: bool, message: str) -> None:
    if not condition:
        raise ConvertError(message)


def _read_header(data: bytes) -> int:
    """Checks the header and the table's checksum; returns the number of sections."""
    _require(len(data) >= HEADER_SIZE, f"the file has {len(data)} bytes, fewer than a header")
    (magic, major, _, endian, size, count, record_size, table_offset, features, table_crc, header_crc, reserved) = (
        _HEADER.unpack_from(data)
    )
    _require(magic == MAGIC, "this is not a .tern file: the magic differs")
    _require(endian == ENDIAN_TAG, "the endian tag differs")
    _require(major == MAJOR_VERSION, f"major version {major} is not {MAJOR_VERSION}")
    _require(header_crc == crc32c(data[:52]), "the header's checksum differs")
    _require(features & ~KNOWN_FEATURES == 0, f"the file needs features {features:#x} that are unknown here")
    _require(reserved == bytes(8), "reserved bytes of the header are not zero")
    _require(size == len(data), f"the file has {len(data)} bytes, its header says {size}")
    _require(
        1 <= count <= MAX_SECTIONS and record_size == RECORD_SIZE and table_offset == HEADER_SIZE,
        "the header describes an impossible table",
    )
    table_end = HEADER_SIZE + count * RECORD_SIZE
    _require(table_end <= size, "the table does not fit into the file")
    _require(table_crc == crc32c(data[HEADER_SIZE:table_end]), "the table's checksum differs")
    return count


def _read_record(data: bytes, index: int, count: int) -> tuple[int, int, Section]:
    """Offset, stored checksum and section of record index."""
    (raw_name, kind, flags, offset, nbytes, dtype, rank, *rest) = _RECORD.unpack_from(
        data, HEADER_SIZE + index * RECORD_SIZE
    )
    dims, crc, reserved = rest[:MAX_RANK], rest[MAX_RANK], rest[MAX_RANK + 1]
    label = raw_name.rstrip(b"\0")
    name = label.decode("ascii", "replace")
    _require(
        0 < len(label) < NAME_SIZE and all(0x20 < byte < 0x7F for byte in label), f"record {index} has a malformed name"
    )
    _require(
        kind in KIND_NAMES and flags == 0 and reserved == bytes(12),
        f"section {name}: unknown kind, flag or reserved byte",
    )
    _require(dtype in DTYPES and 1 <= rank <= MAX_RANK, f"section {name}: unknown type or rank")
    _require(all(dim == 0 for dim in dims[rank:]), f"section {name}: an unused dimension is not zero")
    shape = tuple(dims[:rank])
    expected = np.dtype(DTYPES[dtype]).itemsize
    for dim in shape:
        expected *= dim
    _require(expected == nbytes, f"section {name}: its size is not that of its shape")
    _require(offset % ALIGNMENT == 0 and offset >= HEADER_SIZE + count * RECORD_SIZE, f"section {name}: misplaced")
    _require(offset + nbytes <= len(data), f"section {name}: reaches beyond the end of the file")
    array = np.frombuffer(data, dtype=DTYPES[dtype], count=nbytes // np.dtype(DTYPES[dtype]).itemsize, offset=offset)
    return offset, crc, Section(name, array.reshape(shape), kind)


def features(data: bytes) -> int:
    """The bits that a file's reader must understand."""
    _read_header(data)
    return int(_HEADER.unpack_from(data)[8])


def read(data: bytes) -> dict[str, Section]:
    """Validates a file completely, checksums included; returns its sections by name, in the order of their names."""
    count = _read_header(data)
    records = [_read_record(data, index, count) for index in range(count)]
    names = [section.name for _, _, section in records]
    _require(all(a < b for a, b in zip(names, names[1:])), "the names of the sections are not strictly increasing")
    end = 0
    for offset, crc, section in sorted(records, key=lambda item: (item[0], item[2].array.nbytes)):
        _require(offset >= end, f"section {section.name} overlaps another")
        end = offset + section.array.nbytes
        _require(crc == crc32c(section.data), f"section {section.name}: its checksum differs")
    return {section.name: section for _, _, section in records}
