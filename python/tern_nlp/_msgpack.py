"""MessagePack with numpy's arrays, as spaCy writes it (srsly): what Doc.to_bytes and DocBin consist of."""

from __future__ import annotations

# Own code, not msgpack of PyPI's: the package installs without any other, on every Python that its one wheel serves, and msgpack
# has a wheel for each version. It reads a document's bytes twelve times faster; but a DocBin, which is how many documents are kept,
# holds its arrays in one piece, and an optional package would make two readers that had to refuse damaged bytes alike.
import struct
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

_DEPTH = 200
"""Data that is nested deeper is refused: it would use up the stack."""


# ---- writing ---------------------------------------------------------------------------------------------------------


def _head(out: bytearray, size: int, fix: tuple[int, int], wide: tuple[int, ...]) -> None:
    """A length: fix is (first byte, limit) of the one-byte form; wide: the first bytes for 1, 2 and 4 bytes, or -1."""
    if size < fix[1]:
        out.append(fix[0] | size)
        return
    for code, limit, form in zip(wide, (0x100, 0x10000, 0x100000000), (">B", ">H", ">I")):
        if code >= 0 and size < limit:
            out.append(code)
            out += struct.pack(form, size)
            return
    raise ValueError(f"MessagePack holds up to 4 GB in one piece, and this has {size} bytes or items")


def _integer(out: bytearray, value: int) -> None:
    if -32 <= value < 128:
        out += struct.pack(">b" if value < 0 else ">B", value)
        return
    forms = ((0xCC, ">B", 1 << 8), (0xCD, ">H", 1 << 16), (0xCE, ">I", 1 << 32), (0xCF, ">Q", 1 << 64))
    if value < 0:
        forms = ((0xD0, ">b", 1 << 7), (0xD1, ">h", 1 << 15), (0xD2, ">i", 1 << 31), (0xD3, ">q", 1 << 63))
    for code, form, limit in forms:
        if value < limit and -value <= limit:
            out.append(code)
            out += struct.pack(form, value)
            return
    raise OverflowError(f"MessagePack has integers of 64 bits, and this is {value}")


def _array_map(value: Any) -> dict[bytes, Any] | None:
    """What stands for an array or a number of numpy's; None for anything else."""
    numpy = sys.modules.get("numpy")
    if numpy is not None and isinstance(value, numpy.ndarray):
        return {b"nd": True, b"type": value.dtype.str, b"kind": b"", b"shape": value.shape, b"data": value.tobytes()}
    if numpy is not None and isinstance(value, (numpy.bool_, numpy.number)):
        return {b"nd": False, b"type": value.dtype.str, b"data": value.data.tobytes()}
    return None


def _write(out: bytearray, value: Any, depth: int) -> None:
    if depth > _DEPTH:
        raise ValueError("the data is nested too deep for MessagePack")
    if value is None or value is True or value is False:
        out.append({None: 0xC0, False: 0xC2, True: 0xC3}[value])
    elif isinstance(value, int):
        _integer(out, int(value))
    elif isinstance(value, str):
        data = value.encode("utf8")
        _head(out, len(data), (0xA0, 32), (0xD9, 0xDA, 0xDB))
        out += data
    elif isinstance(value, (bytes, bytearray, memoryview)):
        data = bytes(value)
        _head(out, len(data), (0, 0), (0xC4, 0xC5, 0xC6))
        out += data
    elif isinstance(value, (list, tuple)):
        _head(out, len(value), (0x90, 16), (-1, 0xDC, 0xDD))
        for item in value:
            _write(out, item, depth + 1)
    else:
        _write_other(out, value, depth)


def _write_other(out: bytearray, value: Any, depth: int) -> None:
    array = _array_map(value)
    if array is None and isinstance(value, float):
        out.append(0xCB)
        out += struct.pack(">d", value)
        return
    if array is None and not isinstance(value, dict):
        raise TypeError(f"can not serialize {type(value).__name__!r} object")
    pairs = value if array is None else array
    _head(out, len(pairs), (0x80, 16), (-1, 0xDE, 0xDF))
    for key, item in pairs.items():
        _write(out, key, depth + 1)
        _write(out, item, depth + 1)


def dumps(value: Any) -> bytes:
    """Bytes of None, bool, int, float, str, bytes, lists, tuples, dicts and numpy's arrays."""
    out = bytearray()
    _write(out, value, 0)
    return bytes(out)


# ---- reading ---------------------------------------------------------------------------------------------------------


class _Reader:
    def __init__(self, data: bytes, use_list: bool) -> None:
        self.data = memoryview(data)
        self.at = 0
        self.sequence: Callable[[Any], Any] = list if use_list else tuple

    def take(self, size: int) -> bytes:
        if size > len(self.data) - self.at:
            raise ValueError("the data ends too early: it is damaged, or no MessagePack")
        self.at += size
        return bytes(self.data[self.at - size : self.at])

    def number(self, form: str) -> Any:
        return struct.unpack(form, self.take(struct.calcsize(form)))[0]

    def items(self, size: int, depth: int) -> Any:
        if size > len(self.data) - self.at:
            raise ValueError("the data ends too early: it is damaged, or no MessagePack")
        return self.sequence([self.value(depth + 1) for _ in range(size)])

    def mapping(self, size: int, depth: int) -> Any:
        if 2 * size > len(self.data) - self.at:
            raise ValueError("the data ends too early: it is damaged, or no MessagePack")
        found = {}
        for _ in range(size):
            key = self.value(depth + 1)
            found[tuple(key) if isinstance(key, list) else key] = self.value(depth + 1)
        return _array_of(found) if b"nd" in found else found

    def value(self, depth: int) -> Any:
        if depth > _DEPTH:
            raise ValueError("the data is nested too deep")
        code = self.take(1)[0]
        if code < 0x80 or code >= 0xE0:
            return code if code < 0x80 else code - 256
        if code < 0x90:
            return self.mapping(code & 15, depth)
        if code < 0xA0:
            return self.items(code & 15, depth)
        if code < 0xC0:
            return self.take(code & 31).decode("utf8")
        if code in (0xC0, 0xC2, 0xC3):
            return {0xC0: None, 0xC2: False, 0xC3: True}[code]
        return self.wide(code, depth)

    def wide(self, code: int, depth: int) -> Any:
        if code in _NUMBERS:
            return self.number(_NUMBERS[code])
        if code in _BLOCKS:
            form, kind = _BLOCKS[code]
            size = self.number(form)
            if kind == "bin":
                return self.take(size)
            if kind == "str":
                return self.take(size).decode("utf8")
            return self.items(size, depth) if kind == "array" else self.mapping(size, depth)
        raise ValueError(f"the data has the byte {code:#x}, which stands for nothing that is known here")


_NUMBERS = {
    0xCA: ">f", 0xCB: ">d", 0xCC: ">B", 0xCD: ">H", 0xCE: ">I", 0xCF: ">Q", 0xD0: ">b", 0xD1: ">h", 0xD2: ">i", 0xD3: ">q",
}  # fmt: skip
_BLOCKS = {
    0xC4: (">B", "bin"), 0xC5: (">H", "bin"), 0xC6: (">I", "bin"), 0xD9: (">B", "str"), 0xDA: (">H", "str"), 0xDB: (">I", "str"),
    0xDC: (">H", "array"), 0xDD: (">I", "array"), 0xDE: (">H", "map"), 0xDF: (">I", "map"),
}  # fmt: skip


def _array_of(found: dict[Any, Any]) -> Any:
    import numpy

    kind = numpy.dtype(found[b"type"])
    if kind.hasobject:
        raise ValueError("an array of objects is not read")
    values = numpy.frombuffer(found[b"data"], dtype=kind)
    return values.reshape(found[b"shape"]).copy() if found[b"nd"] else values[0]


def loads(data: bytes, use_list: bool = True) -> Any:
    """And back; sequences as lists or tuples."""
    reader = _Reader(data, use_list)
    value = reader.value(0)
    if reader.at != len(reader.data):
        raise ValueError("bytes follow the data")
    return value
