"""The container: what is written is read back, and whatever is malformed is refused with its own sentence."""

from __future__ import annotations

import random
import struct
from typing import Callable

import numpy as np
import pytest
from convert.constants import HEADER_SIZE, MAP_ABSENT, RECORD_SIZE, SectionKind
from convert.container import Section, read, tensor, text, write
from convert.crc32c import crc32c
from convert.errors import ConvertError
from convert.maps import build_map, map_get


@pytest.mark.parametrize(
    "data, expected",
    [  # RFC 3720, B.4; the first is the usual check value
        (b"123456789", 0xE3069283),
        (bytes(32), 0x8A9136AA),
        (b"\xff" * 32, 0x62A8AB43),
        (bytes(range(32)), 0x46DD794E),
        (bytes(range(31, -1, -1)), 0x113FDB5C),
        (b"", 0),
    ],
)
def test_crc32c_of_known_texts(data, expected):
    assert crc32c(data) == expected


def test_crc32c_of_long_data_equals_the_bitwise_definition():
    data = bytes(random.Random(1).randrange(256) for _ in range(3 * 2048 + 77))
    register = 0xFFFFFFFF
    for byte in data:
        register ^= byte
        for _ in range(8):
            register = (register >> 1) ^ (0x82F63B78 if register & 1 else 0)
    assert crc32c(data) == register ^ 0xFFFFFFFF


SECTIONS = [
    [tensor("b/u2", [1, 2, 65535], "u2"), tensor("a/u1", np.arange(7), "u1")],
    [tensor("c/f4", np.arange(6, dtype="f4").reshape(1, 2, 3), "f4"), tensor("none", np.zeros((0, 3)), "u4")],
    [
        tensor("d/i4", [-5], "i4"),
        text("meta", "né"),
        Section("m", np.array([[3, MAP_ABSENT]], dtype="<u8"), SectionKind.MAP),
    ],
]


def test_written_sections_are_read_back():
    back = read(write(SECTIONS))
    assert list(back) == ["a/u1", "b/u2", "c/f4", "d/i4", "m", "meta", "none"]
    for section in (section for group in SECTIONS for section in group):
        found = back[section.name]
        assert found.kind == section.kind and found.array.dtype == section.array.dtype
        assert found.array.shape == section.array.shape and found.data == section.data
    assert back["meta"].data.decode("utf-8") == "né"


def test_sections_lie_at_multiples_of_64_in_the_order_of_the_groups():
    data = write(SECTIONS)
    offsets = {name: struct.unpack_from("<Q", data, record(index, 56))[0] for index, name in enumerate(read(data))}
    assert all(offset % 64 == 0 for offset in offsets.values())
    assert offsets["b/u2"] < offsets["a/u1"] < offsets["c/f4"] < offsets["d/i4"] < offsets["meta"] < offsets["m"]


def test_values_that_do_not_fit_are_refused():
    with pytest.raises(ConvertError, match="does not fit into u2"):
        tensor("x", [65536], "u2")
    with pytest.raises(ConvertError, match="does not fit into u4"):
        tensor("x", [-1], "u4")


@pytest.mark.parametrize(
    "sections, expected",
    [
        ([], "1 to 4096 sections"),
        ([tensor("x", [1], "u1"), tensor("x", [2], "u1")], "same name"),
        ([tensor("é", [1], "u1")], "printable ASCII"),
        ([tensor("x" * 48, [1], "u1")], "printable ASCII"),
        ([Section("x", np.zeros(1, dtype="<f8"))], "does not know"),
        ([Section("x", np.zeros((1, 1, 1, 1, 1), dtype="<f4"))], "does not know"),
    ],
)
def test_impossible_sections_are_refused(sections, expected):
    with pytest.raises(ConvertError, match=expected):
        write([sections])


def patched(data: bytes, offset: int, value: bytes) -> bytes:
    """data with value at offset and all checksums of header and table right again."""
    out = bytearray(data)
    out[offset : offset + len(value)] = value
    count = struct.unpack_from("<I", out, 24)[0]
    struct.pack_into("<I", out, 48, crc32c(bytes(out[HEADER_SIZE : HEADER_SIZE + count * RECORD_SIZE])))
    struct.pack_into("<I", out, 52, crc32c(bytes(out[:52])))
    return bytes(out)


def record(index: int, field: int) -> int:
    return HEADER_SIZE + index * RECORD_SIZE + field


MALFORMED: dict[str, Callable[[bytes], bytes]] = {
    "fewer than a header": lambda data: data[:63],
    "magic differs": lambda data: b"\x89TRN\n" + data[5:],
    "endian tag differs": lambda data: patched(data, 12, b"\1\2\3\4"),
    "major version 1": lambda data: patched(data, 8, b"\1\0"),
    "header's checksum": lambda data: data[:30] + b"\1" + data[31:],
    "features 0x80000000": lambda data: patched(data, 43, b"\x80"),
    "reserved bytes of the header": lambda data: data[:60] + b"\1" + data[61:],
    "its header says": lambda data: data + b"\0",
    "impossible table": lambda data: patched(data, 32, struct.pack("<Q", 128)),
    "table's checksum": lambda data: data[:70] + b"\1" + data[71:],
    "malformed name": lambda data: patched(data, record(0, 1), b"\1"),
    "unknown kind": lambda data: patched(data, record(0, 48), b"\7"),
    "unknown type": lambda data: patched(data, record(0, 72), b"\x08"),
    "unused dimension": lambda data: patched(data, record(0, 88), b"\1"),
    "not that of its shape": lambda data: patched(data, record(0, 80), struct.pack("<Q", 1 << 62)),
    "misplaced": lambda data: patched(data, record(0, 56), struct.pack("<Q", 64)),
    "beyond the end": lambda data: patched(data, record(0, 56), struct.pack("<Q", 1 << 40)),
    "overlaps": lambda data: patched(data, record(0, 56), data[record(1, 56) : record(1, 64)]),
    "strictly increasing": lambda data: patched(data, record(0, 0), b"zz\0\0"),
    "its checksum differs": lambda data: data[:-1] + bytes([data[-1] ^ 1]),
}


@pytest.mark.parametrize("expected", list(MALFORMED))
def test_malformed_file_is_refused(expected):
    with pytest.raises(ConvertError, match=expected):
        read(MALFORMED[expected](write(SECTIONS)))


def test_maps_find_every_key_and_nothing_else():
    source = random.Random(2)
    entries = {source.getrandbits(64): number for number in range(1000)}
    entries.update({key << 12: key for key in range(1, 50)})  # these all want the same slot
    section = build_map("m", entries)
    capacity = len(section.array)
    assert capacity & (capacity - 1) == 0 and len(entries) <= capacity / 2
    assert all(map_get(section, key) == value for key, value in entries.items())
    assert all(map_get(section, source.getrandbits(64)) == MAP_ABSENT for _ in range(1000))
    assert map_get(build_map("empty", {}), 7) == MAP_ABSENT
    assert build_map("m", dict(reversed(list(entries.items())))).data == section.data
