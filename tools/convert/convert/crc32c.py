"""CRC-32C (Castagnoli) of RFC 3720, the checksum of the file format, fast enough in numpy for megabytes.

A CRC register is linear over GF(2): the bytes are cut into equal lanes that advance together, one table step per byte of a
lane, and neighbouring lanes are then joined by the matrix that stands for "as many zero bytes as the right lane is long".
"""

from __future__ import annotations

import numpy as np

_POLYNOMIAL = 0x82F63B78  # reflected
_LANES = 2048


def _byte_table() -> np.ndarray:
    """u32[256]: what the register becomes for each value of its low byte."""
    table = np.arange(256, dtype=np.uint32)
    for _ in range(8):
        table = (table >> 1) ^ np.where(table & 1, np.uint32(_POLYNOMIAL), np.uint32(0))
    return table


_TABLE = _byte_table()
_BITS = np.arange(32, dtype=np.uint32)


def _apply(matrix: np.ndarray, registers: np.ndarray) -> np.ndarray:
    """matrix u32[32] (image of each bit) times registers u32[n]."""
    bits = (registers[:, None] >> _BITS) & 1
    return np.bitwise_xor.reduce(np.where(bits, matrix, np.uint32(0)), axis=1)


def _advance_by(count: int) -> np.ndarray:
    """Matrix u32[32] that advances a register over count zero bytes."""
    single = np.uint32(1) << _BITS
    power = _TABLE[single & 0xFF] ^ (single >> 8)
    result = single
    while count:
        if count & 1:
            result = _apply(power, result)
        power = _apply(power, power)
        count >>= 1
    return result


def _bytewise(register: int, data: bytes) -> int:
    for byte in data:
        register = int(_TABLE[(register ^ byte) & 0xFF]) ^ (register >> 8)
    return register


def _lanewise(register: int, data: np.ndarray) -> int:
    """data u8[n], n a multiple of _LANES."""
    columns = np.ascontiguousarray(data.reshape(_LANES, -1).T).astype(np.uint32)
    lanes = np.zeros(_LANES, dtype=np.uint32)
    lanes[0] = register
    for column in columns:
        lanes = _TABLE[(lanes ^ column) & 0xFF] ^ (lanes >> 8)
    matrix = _advance_by(len(columns))
    while len(lanes) > 1:
        lanes = _apply(matrix, lanes[0::2]) ^ lanes[1::2]
        matrix = _apply(matrix, matrix)
    return int(lanes[0])


def crc32c(data: bytes) -> int:
    """CRC-32C of data: crc32c(b"123456789") == 0xE3069283."""
    register = 0xFFFFFFFF
    whole = len(data) - len(data) % _LANES
    if whole:
        register = _lanewise(register, np.frombuffer(data, dtype=np.uint8, count=whole))
    return _bytewise(register, data[whole:]) ^ 0xFFFFFFFF
