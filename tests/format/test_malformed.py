"""Every class of malformed model file is refused with its own message; none crashes.

Each case damages one thing and makes the checksums right again, so that the check under test is what refuses.
"""

from __future__ import annotations

import os
import struct
from pathlib import Path
from typing import Callable, NamedTuple

import pytest
from common import REDUCED
from model_bytes import F32, HEADER_SIZE, MAP, NAME_SIZE, RECORD_SIZE, TEXT, U8, U32, ModelBytes

OK, E_ARGUMENT, E_MEMORY, E_IO, E_FORMAT, E_VERSION, E_CHECKSUM = range(7)

LAST = -1


class Case(NamedTuple):
    damage: Callable[[ModelBytes], None]  # changes the model in place; sealed afterwards
    words: str  # that the message must contain
    status: int = E_FORMAT


def header(field: str, value) -> Callable[[ModelBytes], None]:
    return lambda m: m.set(field, value)


def record(section: str, field: str, value) -> Callable[[ModelBytes], None]:
    return lambda m: m.set_record(section, field, value)


def number(section: str, index: int, value) -> Callable[[ModelBytes], None]:
    return lambda m: m.set_number(section, index, value)


def check(cases: dict[str, Case], name: str, model_bytes: bytes, tmp_path: Path, open_files, seal: bool = True) -> None:
    case = cases[name]
    model = ModelBytes(model_bytes)
    case.damage(model)
    path = tmp_path / "damaged.tern"
    path.write_bytes(model.seal().data if seal else model.data)
    (outcome,) = open_files([path])
    path.unlink()
    assert outcome.status == case.status, outcome
    for word in case.words.split():
        assert word in outcome.message, outcome
    assert outcome.message[-1] != "\n" and len(outcome.message) > 20


def test_undamaged_file_opens(model_bytes: bytes, tmp_path: Path, open_files) -> None:
    """The counter-test of all that follow: what is taken apart here and sealed again is a good file."""
    path = tmp_path / "good.tern"
    path.write_bytes(ModelBytes(model_bytes).seal().data)
    assert path.read_bytes() == model_bytes
    assert open_files([path])[0].status == OK


# ---- not a file at all -------------------------------------------------------------------------------------------------


def test_missing_file(tmp_path: Path, open_files) -> None:
    (outcome,) = open_files([tmp_path / "nowhere.tern"])
    assert outcome.status == E_IO and "nowhere.tern" in outcome.message and "No such file" in outcome.message


def test_directory(tmp_path: Path, open_files) -> None:
    (outcome,) = open_files([tmp_path])
    assert outcome.status == E_IO and "not a regular file" in outcome.message


def test_fifo_does_not_block(tmp_path: Path, open_files) -> None:
    os.mkfifo(tmp_path / "fifo")
    (outcome,) = open_files([tmp_path / "fifo"])
    assert outcome.status == E_IO and "not a regular file" in outcome.message


def test_device(open_files) -> None:
    (outcome,) = open_files([Path("/dev/null")])
    assert outcome.status == E_IO and "not a regular file" in outcome.message


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read every file")
def test_unreadable_file(tmp_path: Path, open_files) -> None:
    path = tmp_path / "secret.tern"
    path.touch(mode=0)
    (outcome,) = open_files([path])
    assert outcome.status == E_IO and "Permission denied" in outcome.message


def test_empty_file(tmp_path: Path, open_files) -> None:
    (tmp_path / "empty.tern").touch()
    (outcome,) = open_files([tmp_path / "empty.tern"])
    assert outcome.status == E_FORMAT and "empty" in outcome.message


# ---- cut off -----------------------------------------------------------------------------------------------------------


def cuts(model: ModelBytes) -> list[int]:
    """Sizes at which something ends: each byte of the header, each record, each section, and one byte beside each."""
    table_end = HEADER_SIZE + RECORD_SIZE * model.count
    edges = {*range(1, HEADER_SIZE), *range(HEADER_SIZE, table_end + 1, RECORD_SIZE)}
    for i in range(model.count):
        edges |= {model.offset(i), model.offset(i) + model.size(i)}
    edges |= {edge + step for edge in edges for step in (-1, 1)}
    return sorted((edge for edge in edges if 0 < edge < len(model.data)), reverse=True)


def test_every_cut(model_bytes: bytes, tmp_path: Path, open_files) -> None:
    path = tmp_path / "cut.tern"
    path.write_bytes(model_bytes)
    for size in cuts(ModelBytes(model_bytes))[:: 4 if REDUCED else 1]:
        os.truncate(path, size)
        (outcome,) = open_files([path])
        assert outcome.status == E_FORMAT, (size, outcome)
        expected = "not a .tern" if size < 8 else "cut off"
        assert expected in outcome.message, (size, outcome)


def test_cut_with_a_header_that_agrees(model_bytes: bytes, tmp_path: Path, open_files) -> None:
    """The file size in the header made to fit the cut: the bounds of table and sections are what notices."""
    whole = ModelBytes(model_bytes)
    paths = []
    table_end = HEADER_SIZE + RECORD_SIZE * whole.count
    in_table = [HEADER_SIZE, HEADER_SIZE + 1, table_end - RECORD_SIZE, table_end - 1]
    in_sections = [table_end, *sorted(whole.offset(i) + whole.size(i) - 1 for i in range(whole.count))[-3:]]
    for size in in_table + in_sections:
        cut = ModelBytes(model_bytes)
        del cut.data[size:]
        cut.set("file_size", size)
        cut.seal_header()
        paths.append(tmp_path / f"{size}.tern")
        paths[-1].write_bytes(cut.data)
    outcomes = open_files(paths)
    for outcome in outcomes[: len(in_table)]:
        assert outcome.status == E_FORMAT and "table does not fit" in outcome.message, outcome
    for outcome in outcomes[len(in_table) :]:
        assert outcome.status == E_FORMAT and "outside the file" in outcome.message, outcome


# ---- header ------------------------------------------------------------------------------------------------------------


def lf_only(m: ModelBytes) -> None:
    m.data[:] = bytes(m.data).replace(b"\r\n", b"\n")


def crlf(m: ModelBytes) -> None:
    m.data[:] = bytes(m.data).replace(b"\n", b"\r\n")


def seven_bits(m: ModelBytes) -> None:
    m.data[:] = bytes(byte & 0x7F for byte in m.data)


def flip(at: int) -> Callable[[ModelBytes], None]:
    def damage(m: ModelBytes) -> None:
        m.data[at] ^= 0x10

    return damage


UNSEALED: dict[str, Case] = {
    "crlf_to_lf": Case(lf_only, "text mode"),
    "lf_to_crlf": Case(crlf, "text mode"),
    "eighth_bit_lost": Case(seven_bits, "not a .tern"),
    "byte_order": Case(header("endian", 0x04030201), "byte order"),
    "header_checksum": Case(flip(52), "header's checksum", E_CHECKSUM),
    "header_bit_flip": Case(flip(26), "header's checksum", E_CHECKSUM),
    "table_bit_flip": Case(flip(HEADER_SIZE + 60), "table's checksum", E_CHECKSUM),
    "appended_byte": Case(lambda m: m.data.append(0), "file size"),
}


@pytest.mark.parametrize("name", UNSEALED)
def test_damaged_bytes(name: str, model_bytes: bytes, tmp_path: Path, open_files) -> None:
    check(UNSEALED, name, model_bytes, tmp_path, open_files, seal=False)


def file_size(change: int) -> Callable[[ModelBytes], None]:
    def damage(m: ModelBytes) -> None:
        m.set("file_size", len(m.data) + change)

    return damage


SEALED_HEADER: dict[str, Case] = {
    "wrong_magic": Case(header("magic", b"GGUF\r\n\x1a\n"), "not a .tern"),
    "major_version_1": Case(header("major", 1), "version 1 convert", E_VERSION),
    "major_version_0": Case(header("major", 0), "version 0", E_VERSION),
    "required_feature": Case(header("features", 1 << 40), "feature 0x10000000000", E_VERSION),
    "file_size_larger": Case(file_size(1), "file size"),
    "file_size_smaller": Case(file_size(-1), "file size"),
    "file_size_huge": Case(header("file_size", 2**64 - 1), "file size"),
    "no_sections": Case(header("count", 0), "section count 0"),
    "too_many_sections": Case(header("count", 4097), "section count 4097"),
    "section_count_huge": Case(header("count", 2**32 - 1), "section count"),
    "record_size": Case(header("record_size", 64), "record size"),
    "table_offset": Case(header("table_offset", 128), "table's offset"),
    "table_offset_huge": Case(header("table_offset", 2**64 - 64), "table's offset"),
    "header_reserved": Case(header("reserved", 1), "reserved header"),
}


@pytest.mark.parametrize("name", SEALED_HEADER)
def test_header(name: str, model_bytes: bytes, tmp_path: Path, open_files) -> None:
    case = SEALED_HEADER[name]

    def damage(m: ModelBytes) -> None:
        case.damage(m)
        m.seal_header()

    check({name: case._replace(damage=damage)}, name, model_bytes, tmp_path, open_files, seal=False)


def test_newer_minor_version_is_read(model_bytes: bytes, tmp_path: Path, open_files) -> None:
    model = ModelBytes(model_bytes)
    model.set("minor", 7)
    path = tmp_path / "newer.tern"
    path.write_bytes(model.seal().data)
    assert open_files([path])[0].status == OK


# ---- table -------------------------------------------------------------------------------------------------------------


def swapped(m: ModelBytes) -> None:
    first, second = HEADER_SIZE, HEADER_SIZE + RECORD_SIZE
    end = second + RECORD_SIZE
    m.data[first:end] = m.data[second:end] + m.data[first:second]


def raw_name(name: bytes) -> Callable[[ModelBytes], None]:
    return lambda m: m.set_record(0, "name", name)


def overlap(m: ModelBytes) -> None:
    m.set_record("ner/upper/W", "offset", m.offset("ner/lower/W"))


def overlap_in_part(m: ModelBytes) -> None:
    """By one aligned step: the end of one section, the beginning of the next."""
    large = max(range(m.count), key=m.size)
    small = min((i for i in range(m.count) if m.size(i)), key=m.size)
    m.set_record(small, "offset", m.offset(large) + (m.size(large) - 1) // 64 * 64)


def offset_by(section: str, change: int) -> Callable[[ModelBytes], None]:
    return lambda m: m.set_record(section, "offset", m.offset(section) + change)


def beyond_end(m: ModelBytes) -> None:
    m.set_record("meta", "offset", (len(m.data) + 63) // 64 * 64)


def offset_wraps(m: ModelBytes) -> None:
    """offset + size is 2^64 + something small."""
    m.set_record("ner/lower/W", "offset", 2**64 - 64)


def size_beyond_end(m: ModelBytes) -> None:
    m.set_record("meta", "size", len(m.data))
    m.set_record("meta", "dim0", len(m.data))


def dims_overflow(*dims: int) -> Callable[[ModelBytes], None]:
    def damage(m: ModelBytes) -> None:
        m.set_record("ner/upper/W", "rank", len(dims))
        for i, dim in enumerate(dims):
            m.set_record("ner/upper/W", f"dim{i}", dim)

    return damage


TABLE: dict[str, Case] = {
    "unsorted_names": Case(swapped, "order of names"),
    "duplicate_name": Case(lambda m: m.set_record(1, "name", m.get_record(0, "name")), "twice"),
    "name_without_nul": Case(raw_name(b"a" * NAME_SIZE), "invalid name"),
    "name_empty": Case(raw_name(b""), "invalid name"),
    "name_not_printable": Case(raw_name(b"chars/\x07"), "invalid name"),
    "name_not_ascii": Case(raw_name("ch\u00e4rs".encode()), "invalid name"),
    "name_with_space": Case(raw_name(b"chars block"), "invalid name"),
    "name_padding_not_nul": Case(raw_name(b"chars/block\0hidden"), "invalid name"),
    "kind_0": Case(record("meta", "kind", 0), "meta unknown kind 0"),
    "kind_unknown": Case(record("meta", "kind", 4), "meta unknown kind 4"),
    "flags": Case(record("meta", "flags", 1), "meta reserved"),
    "record_reserved": Case(record("meta", "reserved", b"\0" * 11 + b"\1"), "meta reserved"),
    "record_reserved_first_byte": Case(record("meta", "reserved", b"\1" + b"\0" * 11), "meta reserved"),
    "dtype_0": Case(record("meta", "dtype", 0), "meta unknown dtype 0"),
    "dtype_unknown": Case(record("meta", "dtype", 8), "meta unknown dtype 8"),
    "rank_0": Case(record("meta", "rank", 0), "meta rank 0"),
    "rank_5": Case(record("meta", "rank", 5), "meta rank 5"),
    "unused_dim": Case(record("meta", "dim3", 1), "meta dimensions"),
    "dims_overflow": Case(dims_overflow(2**32, 2**32), "ner/upper/W overflow"),
    "dims_overflow_element_size": Case(dims_overflow(2**62), "ner/upper/W overflow"),
    "dims_overflow_to_true_size": Case(dims_overflow(2**62 + 1, 4, 2**60), "ner/upper/W overflow"),
    "size_mismatch": Case(lambda m: m.set_record("meta", "size", m.size("meta") - 1), "meta size dimensions"),
    "offset_misaligned": Case(offset_by("ner/upper/W", 4), "ner/upper/W misaligned"),
    "offset_unaligned_by_half": Case(offset_by("ner/upper/W", -32), "ner/upper/W misaligned"),
    "offset_beyond_end": Case(beyond_end, "meta outside"),
    "offset_wraps_around": Case(offset_wraps, "ner/lower/W outside"),
    "size_beyond_end": Case(size_beyond_end, "meta outside"),
    "section_in_header": Case(record("meta", "offset", 0), "meta inside the header"),
    "section_in_table": Case(record("meta", "offset", HEADER_SIZE), "meta inside the table"),
    "overlap": Case(overlap, "overlap ner/upper/W ner/lower/W"),
    "overlap_in_part": Case(overlap_in_part, "overlap"),
}


@pytest.mark.parametrize("name", TABLE)
def test_table(name: str, model_bytes: bytes, tmp_path: Path, open_files) -> None:
    check(TABLE, name, model_bytes, tmp_path, open_files)


# ---- what the sections must be -----------------------------------------------------------------------------------------


def test_every_missing_section(model_bytes: bytes, tmp_path: Path, open_files) -> None:
    """None can be left out without the reader naming it: no layer, expression or component disappears silently."""
    names = [name for name in ModelBytes(model_bytes).index if name != "ner/temperature"]  # without it, 1
    path = tmp_path / "missing.tern"
    for name in names:
        model = ModelBytes(model_bytes)
        model.remove(name)
        path.write_bytes(model.seal().data)
        (outcome,) = open_files([path])
        assert outcome.status == E_FORMAT and "no section" in outcome.message and name in outcome.message, (
            name,
            outcome,
        )


def test_unknown_section_is_skipped(model_bytes: bytes, tmp_path: Path, open_files) -> None:
    """A section that this library does not know: here the last one's record once more under a later name."""
    model = ModelBytes(model_bytes)
    whole = [model.content(i) for i in range(model.count)]
    table_end = HEADER_SIZE + RECORD_SIZE * model.count
    shift = RECORD_SIZE  # a multiple of 64, so that every section stays aligned
    records = bytearray(model.data[HEADER_SIZE:table_end])
    extra = struct.pack("<48sIIQQII4QI12s", b"~future", TEXT, 0, len(model.data) + shift, 0, U8, 1, 0, 0, 0, 0, 0, b"")
    for i in range(model.count):
        at = RECORD_SIZE * i + 56
        struct.pack_into("<Q", records, at, struct.unpack_from("<Q", records, at)[0] + shift)
    data = model.data[:HEADER_SIZE] + records + extra + model.data[table_end:]
    data += bytes(-len(data) % 64)
    struct.pack_into("<Q", data, HEADER_SIZE + len(records) + 56, len(data))
    struct.pack_into("<I", data, 24, model.count + 1)
    grown = ModelBytes(bytes(data)).seal()
    assert [grown.content(i) for i in range(model.count)] == whole
    path = tmp_path / "future.tern"
    path.write_bytes(grown.data)
    assert open_files([path])[0].status == OK


def zero_rows(section: str) -> Callable[[ModelBytes], None]:
    return lambda m: m.replace(section, b"", [0, *m.dims(section)[1:]])


def shorter(section: str) -> Callable[[ModelBytes], None]:
    """One row less than it must have."""

    def damage(m: ModelBytes) -> None:
        dims = m.dims(section)
        content = m.content(section)
        m.replace(section, content[: len(content) // dims[0] * (dims[0] - 1)], [dims[0] - 1, *dims[1:]])

    return damage


def longer(section: str, rows: int = 1) -> Callable[[ModelBytes], None]:
    """More rows than it must have, all zero."""

    def damage(m: ModelBytes) -> None:
        dims = m.dims(section)
        content = m.content(section)
        m.replace(section, content + bytes(len(content) // dims[0] * rows), [dims[0] + rows, *dims[1:]])

    return damage


def flat(section: str) -> Callable[[ModelBytes], None]:
    """All numbers in one dimension."""

    def damage(m: ModelBytes) -> None:
        total = 1
        for dim in m.dims(section):
            total *= dim
        m.replace(section, m.content(section), [total])

    return damage


def transposed(section: str) -> Callable[[ModelBytes], None]:
    return lambda m: m.replace(section, m.content(section), m.dims(section)[::-1])


def reshaped(section: str, change: Callable[[list[int]], list[int]]) -> Callable[[ModelBytes], None]:
    """The same numbers in another shape."""
    return lambda m: m.replace(section, m.content(section), change(m.dims(section)))


def panels(section: str, count: int) -> Callable[[ModelBytes], None]:
    """A packed layer with so many panels in its second dimension: pieces of a block, or all panels of a slot."""

    def damage(m: ModelBytes) -> None:
        dims = m.dims(section)
        dims[1] = count
        m.replace(section, bytes(4 * dims[0] * dims[1] * dims[2] * dims[3]), dims)

    return damage


def as_dtype(section: str, dtype: int) -> Callable[[ModelBytes], None]:
    """The same bytes as another type of the same width."""
    return record(section, "dtype", dtype)


def capacity_three(section: str) -> Callable[[ModelBytes], None]:
    return lambda m: m.replace(section, struct.pack("<6Q", *[0, 2**64 - 1] * 3), [3, 2])


def one_dfa(expression: str, table: str, index: int, value: int) -> Callable[[ModelBytes], None]:
    return number(f"dfa/{expression}/{table}", index, value)


def class_count(m: ModelBytes) -> int:
    return m.dims("chars/flags")[0]


def class_out_of_range(m: ModelBytes) -> None:
    m.set_number("chars/class", LAST, class_count(m))


def block_out_of_range(m: ModelBytes) -> None:
    m.set_number("chars/block", LAST, m.dims("chars/class")[0])


def end_column_for_a_character(m: ModelBytes) -> None:
    m.set_number("dfa/prefix/column", 0, m.dims("dfa/prefix/next")[1] - 1)


def next_out_of_range(m: ModelBytes) -> None:
    m.set_number("dfa/suffix/next", LAST, m.dims("dfa/suffix/next")[0])


def start_out_of_range(m: ModelBytes) -> None:
    m.set_number("dfa/infix/start", LAST, m.dims("dfa/infix/next")[0])


def tracker_out_of_range(m: ModelBytes) -> None:
    m.set_number("dfa/infix/tracker", LAST, m.dims("dfa/infix/tracker")[0])


def swap_numbers(section: str, i: int, j: int) -> Callable[[ModelBytes], None]:
    def damage(m: ModelBytes) -> None:
        a, b = m.number(section, i), m.number(section, j)
        assert a != b
        m.set_number(section, i, b)
        m.set_number(section, j, a)

    return damage


def string_without_nul(m: ModelBytes) -> None:
    m.set_number("strings/bytes", int(m.number("strings/start", 3)) - 1, ord("x"))


def in_label(section: str, column: int, content: bytes) -> Callable[[ModelBytes], None]:
    """The first label of a column that is long enough begins so."""

    def damage(m: ModelBytes) -> None:
        width = m.dims(section)[1] if len(m.dims(section)) == 2 else 1
        for string in (m.number(section, i) for i in range(column, m.dims(section)[0] * width, width)):
            begin, end = (int(m.number("strings/start", string + i)) for i in range(2))
            if end - 1 - begin >= len(content):
                break
        for i, byte in enumerate(content):
            m.set_number("strings/bytes", begin + i, byte)

    return damage


def label_that_is_cut(m: ModelBytes) -> None:
    """Its last byte begins a character, that of NUL would go on."""
    m.set_number("strings/bytes", int(m.number("strings/start", m.number("tagger/labels", 0) + 1)) - 2, 0xC3)


def label_out_of_range(m: ModelBytes) -> None:
    m.set_number("ner/moves", LAST, m.dims("strings/id")[0])


def too_many_features(m: ModelBytes) -> None:
    m.replace("ner/tok2vec/attrs", struct.pack("<17I", *[0] * 17), [17])


def norm_out_of_range(m: ModelBytes) -> None:
    m.set_number("tokenizer/rule_pieces", 2, m.dims("strings/id")[0])


SHAPES: dict[str, Case] = {
    "meta_wrong_kind": Case(record("meta", "kind", 1), "meta kind"),
    "tensor_as_map": Case(record("ner/upper/W", "kind", MAP), "ner/upper/W kind"),
    "map_as_tensor": Case(record("symbols", "kind", 1), "symbols kind"),
    "dtype_f32_as_u32": Case(as_dtype("ner/upper/W", U32), "ner/upper/W dtype"),
    "dtype_u32_as_f32": Case(as_dtype("ner/moves", F32), "ner/moves dtype"),
    "wrong_rank": Case(flat("ner/upper/W"), "ner/upper/W rank"),
    "wrong_shape_upper": Case(transposed("ner/upper/W"), "ner/upper/W shape"),
    "wrong_shape_linear": Case(longer("ner/linear/W"), "ner/linear/W shape"),
    "wrong_shape_output": Case(longer("tagger/W"), "tagger/W shape"),
    "wrong_shape_lower_pad": Case(shorter("ner/lower/pad"), "ner/lower/pad shape"),
    "wrong_shape_lower": Case(shorter("ner/lower/W"), "ner/lower/W shape"),
    "panels_one_slot_more": Case(reshaped("ner/lower/W", lambda d: [1, d[0] * d[1], d[2], d[3]]), "ner/lower/W shape"),
    "panels_of_no_input": Case(reshaped("ner/lower/W", lambda d: [d[0], d[1] * d[2], 1, d[3]]), "ner/lower/W panels"),
    "panels_of_another_width": Case(
        reshaped("ner/lower/W", lambda d: [d[0], d[1] * 2, d[2], d[3] // 2]), "ner/lower/W shape"
    ),
    "panels_not_of_blocks": Case(panels("ner/lower/W", 9), "ner/lower/W panels"),
    "panels_of_too_many_pieces": Case(panels("ner/tok2vec/conv/0/W", 9), "ner/tok2vec/conv/0/W pieces"),
    "panels_of_no_piece": Case(panels("ner/tok2vec/conv/0/W", 0), "ner/tok2vec/conv/0/W dimension 0"),
    "panels_of_a_linear_layer_with_pieces": Case(panels("ner/upper/W", 2), "ner/upper/W shape"),
    "panels_of_other_inputs": Case(
        reshaped("ner/tok2vec/conv/0/W", lambda d: [d[0], d[1] * d[2], 1, d[3]]), "ner/tok2vec/conv/0/W shape"
    ),
    "panels_of_other_outputs": Case(
        reshaped("ner/tok2vec/mix/W", lambda d: [d[0] * d[1], 1, d[2], d[3]]), "ner/tok2vec/mix/W shape"
    ),
    "wrong_shape_mix": Case(longer("ner/tok2vec/mix/W"), "ner/tok2vec/mix/W shape"),
    "wrong_shape_layer_norm": Case(shorter("ner/tok2vec/conv/0/G"), "ner/tok2vec/conv/0/G shape"),
    "moves_without_a_panel": Case(longer("ner/moves", 16), "ner/upper/W shape"),
    "labels_without_a_panel": Case(longer("tagger/labels", 16), "tagger/W shape"),
    "zero_rows_embedding": Case(zero_rows("ner/tok2vec/embed/0"), "ner/tok2vec/embed/0 dimension 0"),
    "zero_classes": Case(zero_rows("ner/upper/W"), "ner/upper/W dimension 0"),
    "zero_features": Case(zero_rows("ner/tok2vec/attrs"), "ner/tok2vec/attrs dimension 0"),
    "too_many_features": Case(too_many_features, "features more"),
    "seeds_of_another_number": Case(shorter("ner/tok2vec/seeds"), "ner/tok2vec/seeds shape"),
    "attribute_unknown": Case(number("ner/tok2vec/attrs", 0, 255), "ner/tok2vec attribute"),
    "move_action_out_of_range": Case(number("ner/moves", 0, 6), "ner/moves out of range"),
    "move_label_out_of_range": Case(label_out_of_range, "ner/moves out of range"),
    "chars_class_out_of_range": Case(class_out_of_range, "chars/class out of range"),
    "chars_block_out_of_range": Case(block_out_of_range, "chars/block out of range"),
    "chars_block_short": Case(shorter("chars/block"), "chars/block shape"),
    "chars_lower_short": Case(shorter("chars/lower"), "chars/lower shape"),
    "dfa_column_is_the_end_of_text": Case(end_column_for_a_character, "dfa/prefix out of range"),
    "dfa_column_out_of_range": Case(one_dfa("prefix", "column", LAST, 0xFFFF), "dfa/prefix out of range"),
    "dfa_state_out_of_range": Case(next_out_of_range, "dfa/suffix out of range"),
    "dfa_start_out_of_range": Case(start_out_of_range, "dfa/infix out of range"),
    "dfa_tracker_out_of_range": Case(tracker_out_of_range, "dfa/infix out of range"),
    "dfa_dead_state_moves": Case(one_dfa("infix", "next", 0, 1), "dfa/infix dead"),
    "dfa_dead_state_accepts": Case(one_dfa("infix", "accept", 0, 1), "dfa/infix dead"),
    "dfa_columns_of_other_classes": Case(shorter("dfa/infix/column"), "dfa/infix/column shape"),
    "dfa_accept_short": Case(shorter("dfa/infix/accept"), "dfa/infix/accept shape"),
    "map_capacity_three": Case(capacity_three("norms"), "norms power of two"),
    "map_capacity_zero": Case(zero_rows("tokenizer/rules"), "tokenizer/rules power of two"),
    "map_not_pairs": Case(lambda m: m.replace("norms", bytes(32), [4]), "norms pairs"),
    "rule_start_not_increasing": Case(swap_numbers("tokenizer/rule_start", 1, 2), "tokenizer/rule_start increasing"),
    "rule_start_not_from_zero": Case(number("tokenizer/rule_start", 0, 1), "tokenizer/rule_start"),
    "rule_pieces_short": Case(shorter("tokenizer/rule_pieces"), "tokenizer/rule_pieces shape"),
    "rule_piece_empty": Case(number("tokenizer/rule_pieces", 0, 0), "tokenizer/rule_pieces out of range"),
    "rule_piece_without_characters": Case(number("tokenizer/rule_pieces", 1, 0), "tokenizer/rule_pieces out of range"),
    "rule_piece_norm_out_of_range": Case(norm_out_of_range, "tokenizer/rule_pieces out of range"),
    "settings_short": Case(shorter("tokenizer/settings"), "tokenizer/settings shape"),
    "string_start_not_increasing": Case(swap_numbers("strings/start", 1, 2), "strings/start increasing"),
    "string_start_not_from_zero": Case(number("strings/start", 0, 1), "strings/start"),
    "string_start_beyond_end": Case(number("strings/start", LAST, 2**32 - 1), "strings/start cover"),
    "string_without_nul": Case(string_without_nul, "strings/start NUL"),
    "string_not_utf8": Case(in_label("tagger/labels", 0, b"\xc2"), "strings/bytes UTF-8"),
    "string_with_a_surrogate": Case(in_label("ner/moves", 1, b"\xed\xa0\x80"), "strings/bytes UTF-8"),
    "string_that_is_cut": Case(label_that_is_cut, "strings/bytes UTF-8"),
    "description_not_utf8": Case(number("meta", 10, 0xFF), "meta UTF-8"),
    "tag_that_is_a_terminal_sequence": Case(in_label("tagger/labels", 0, b"\x1b"), "tagger/labels control"),
    "entity_label_with_nul": Case(in_label("ner/moves", 1, b"\0"), "ner/moves control"),
    "arc_label_with_c1": Case(in_label("parser/moves", 1, b"\xc2\x9b"), "parser/moves control"),
    "arc_label_with_del": Case(in_label("parser/moves", 1, b"\x7f"), "parser/moves control"),
    "string_ids_of_another_number": Case(shorter("strings/id"), "strings/id shape"),
}


@pytest.mark.parametrize("name", SHAPES)
def test_section(name: str, model_bytes: bytes, tmp_path: Path, open_files) -> None:
    check(SHAPES, name, model_bytes, tmp_path, open_files)
