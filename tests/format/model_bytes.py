"""A .tern file as bytes to damage: fields by name, checksums made right again, so that only the intended damage is left.

Written from the layout in docs/file-format.md, apart from the converter's own reader and writer.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from typing import Union

HEADER_SIZE, RECORD_SIZE, NAME_SIZE = 64, 128, 48

HEADER = {
    "magic": (0, "8s"),
    "major": (8, "H"),
    "minor": (10, "H"),
    "endian": (12, "I"),
    "file_size": (16, "Q"),
    "count": (24, "I"),
    "record_size": (28, "I"),
    "table_offset": (32, "Q"),
    "features": (40, "Q"),
    "table_crc": (48, "I"),
    "header_crc": (52, "I"),
    "reserved": (56, "Q"),
}
RECORD = {
    "name": (0, "48s"),
    "kind": (48, "I"),
    "flags": (52, "I"),
    "offset": (56, "Q"),
    "size": (64, "Q"),
    "dtype": (72, "I"),
    "rank": (76, "I"),
    "dim0": (80, "Q"),
    "dim1": (88, "Q"),
    "dim2": (96, "Q"),
    "dim3": (104, "Q"),
    "crc": (112, "I"),
    "reserved": (116, "12s"),
}
TENSOR, MAP, TEXT = 1, 2, 3
U8, U16, U32, U64, I32, F32 = 1, 2, 3, 4, 5, 6
STRUCT_CODE = {U8: "B", U16: "H", U32: "I", U64: "Q", I32: "i", F32: "f"}

Number = Union[int, float]


def _crc_table() -> list[int]:
    table = []
    for value in range(256):
        for _ in range(8):
            value = (value >> 1) ^ (0x82F63B78 if value & 1 else 0)
        table.append(value)
    return table


_TABLE = _crc_table()


def crc32c(data: bytes | bytearray) -> int:
    """CRC-32C, RFC 3720."""
    crc = 0xFFFFFFFF
    for byte in data:
        crc = (crc >> 8) ^ _TABLE[(crc ^ byte) & 0xFF]
    return crc ^ 0xFFFFFFFF


class ModelBytes:
    """The file's bytes in .data; patches keep the file's checksums wrong until seal()."""

    def __init__(self, data: bytes) -> None:
        self.data = bytearray(data)
        names = [bytes(self.get_record(i, "name")).rstrip(b"\0").decode("ascii") for i in range(self.count)]
        self.index: dict[str, int] = {name: i for i, name in enumerate(names)}

    # ---- fields

    @property
    def count(self) -> int:
        return self.get("count")

    def get(self, field: str):
        at, code = HEADER[field]
        return struct.unpack_from("<" + code, self.data, at)[0]

    def set(self, field: str, value) -> None:
        at, code = HEADER[field]
        struct.pack_into("<" + code, self.data, at, value)

    def record_at(self, section: str | int) -> int:
        index = section if isinstance(section, int) else self.index[section]
        return HEADER_SIZE + RECORD_SIZE * index

    def get_record(self, section: str | int, field: str):
        at, code = RECORD[field]
        return struct.unpack_from("<" + code, self.data, self.record_at(section) + at)[0]

    def set_record(self, section: str | int, field: str, value) -> None:
        at, code = RECORD[field]
        struct.pack_into("<" + code, self.data, self.record_at(section) + at, value)

    # ---- sections

    def offset(self, section: str | int) -> int:
        return self.get_record(section, "offset")

    def size(self, section: str | int) -> int:
        return self.get_record(section, "size")

    def dims(self, section: str | int) -> list[int]:
        return [self.get_record(section, f"dim{i}") for i in range(self.get_record(section, "rank"))]

    def content(self, section: str | int) -> bytes:
        return bytes(self.data[self.offset(section) : self.offset(section) + self.size(section)])

    def _number(self, section: str | int, index: int) -> tuple[str, int]:
        code = "<" + STRUCT_CODE[self.get_record(section, "dtype")]
        total = self.size(section) // struct.calcsize(code)
        return code, self.offset(section) + struct.calcsize(code) * (index % total)

    def number(self, section: str, index: int) -> Number:
        """Element index of the flattened section; negative from its end."""
        code, at = self._number(section, index)
        return struct.unpack_from(code, self.data, at)[0]

    def set_number(self, section: str, index: int, value: Number) -> None:
        code, at = self._number(section, index)
        struct.pack_into(code, self.data, at, value)

    def replace(self, section: str, content: bytes, dims: Sequence[int]) -> None:
        """New content of another shape, put at the end of the file."""
        self.data += bytes(-len(self.data) % 64)
        self.set_record(section, "offset", len(self.data))
        self.set_record(section, "size", len(content))
        self.set_record(section, "rank", len(dims))
        for i in range(4):
            self.set_record(section, f"dim{i}", dims[i] if i < len(dims) else 0)
        self.data += content
        self.set_record(section, "crc", crc32c(content))

    def remove(self, section: str) -> None:
        """Takes the record out of the table; the section's bytes stay where they are."""
        at, end = self.record_at(section), HEADER_SIZE + RECORD_SIZE * self.count
        self.data[at:end] = self.data[at + RECORD_SIZE : end] + bytes(RECORD_SIZE)
        self.set("count", self.count - 1)
        del self.index[section]
        self.index = {name: i for i, name in enumerate(sorted(self.index))}

    # ---- checksums

    def seal_header(self) -> None:
        self.set("header_crc", crc32c(self.data[:52]))

    def seal(self) -> ModelBytes:
        """File size and both checksums of the header as the bytes are now (sections' checksums: left)."""
        self.set("file_size", len(self.data))
        self.set("table_crc", crc32c(self.data[HEADER_SIZE : HEADER_SIZE + RECORD_SIZE * self.count]))
        self.seal_header()
        return self
