"""tern_nlp._tern: the objects that the package is made of, with what should not be given to them."""

from __future__ import annotations

import gc
import json
import os
import pickle
import signal
import subprocess
import sys
import threading
import time
from array import array
from pathlib import Path
from typing import Any

import pytest
from common import MODEL, TINY, VERSION, heed_interrupts

TEXT = "Alan Turing wasn't born in Paris."


@pytest.fixture(scope="module")
def model(tern: Any) -> Any:
    return tern.Model(MODEL)


def test_description(tern: Any, model: Any) -> None:
    assert tern.version == VERSION
    assert json.loads(model.meta)["model"]["lang"] == "en"
    assert [name for name, _, default in model.components if not default] == ["senter"]
    assert model.has_tokenizer and not model.closed
    assert model.offers & tern.ENTITIES and not model.offers & tern.CATS
    assert tern.kernels() in ("avx512", "avx2", "portable")
    with pytest.raises(ValueError, match="in use already"):
        tern.use_kernels("nonsense")


def test_result(tern: Any, model: Any) -> None:
    (result,) = model.run([TEXT], model.offers | tern.TENSOR)
    assert len(result) == 8 and result.text == TEXT
    assert result.words() == ["Alan", "Turing", "was", "n't", "born", "in", "Paris", "."]
    assert result.spaces() == [True, True, False, True, True, True, False, False]
    assert result.special_norms() == [(2, "was"), (3, "not")]
    assert result.strings("LEMMA")[2:5] == ["be", "not", "bear"]
    assert result.entities() == [(0, 2, "PERSON", ""), (6, 7, "GPE", "")]
    assert list(array("I", result.offsets()))[:4] == [0, 4, 5, 11]
    columns = array("Q", result.array(("TAG", "ENT_IOB", "SPACY")))
    assert [model.string_id(tag) for tag in result.strings("TAG")] == list(columns[:8])
    assert list(columns[8:16]) == [3, 1, 2, 2, 2, 2, 3, 2]
    assert list(columns[16:]) == list(map(int, result.spaces()))
    width, rows = result.tensor()
    assert (width, len(rows)) == (96, 4 * 96 * 8)
    assert result.cats() == {} and result.span_groups() == []


def test_comparing_tokens(tern: Any, model: Any) -> None:
    (result,) = model.run([TEXT], tern.TOKENS)
    orth, spaces = result.orths(), list(map(int, result.spaces()))
    rows = [[a, b, 0] for a, b in zip(orth, spaces)]

    def packed() -> bytes:
        return array("Q", [number for row in rows for number in row]).tobytes()

    assert result.ids("ORTH") == orth and result.agrees(packed(), 3)
    assert not result.agrees(packed()[:-24], 3) and not result.agrees(packed()[:-8], 3)
    assert tern.used_columns(packed(), 3, 2) == 3
    rows[0][2] = 1
    assert (tern.used_columns(packed(), 3, 2), tern.used_columns(packed(), 3, 0)) == (3, 7)
    rows[4][2], rows[5][1] = 1, 0
    assert tern.used_columns(packed(), 3, 2) == 7 and not result.agrees(packed(), 3)
    for width in (-1, 0, 1, 2**62):
        with pytest.raises(ValueError, match="agrees: rows"):
            result.agrees(packed(), width)
    for width in (-1, 0, 65):
        with pytest.raises(ValueError, match="used_columns: whole rows"):
            tern.used_columns(packed(), width, 0)
    with pytest.raises(ValueError, match="no column"):
        result.ids("NOTHING")


def test_unwanted_is_not_there(tern: Any, model: Any) -> None:
    (result,) = model.run([TEXT], tern.TOKENS)
    assert result.annotations == 0 and result.entities() == [] and result.tensor() == (0, b"")
    assert result.special_norms() == [(2, "was"), (3, "not")]
    assert set(result.strings("TAG")) == {""}


def test_words(tern: Any, model: Any) -> None:
    (result,) = model.run_words([(["Ada", "é\0", " "], b"\1\0\0")], model.offers)
    assert (result.text, result.words(), result.spaces()) == ("Ada é\0 ", ["Ada", "é\0", " "], [True, False, False])


def test_strings_are_given_once(tern: Any, model: Any) -> None:
    memo = tern.StringMemo()
    (result,) = model.run([TEXT], model.offers)
    found = memo.new_strings(result)
    assert len(found) == len(set(found)) and {"Alan", "bear", "NNP", "_", "PERSON", "not"} <= set(found)
    assert memo.new_strings(result) == []
    texts = [f"word{i}" for i in range(20_000)]
    (many,) = model.run([" ".join(texts)], tern.TOKENS)
    assert memo.new_strings(many) == texts and memo.new_strings(many) == []


BAD_TEXTS = [
    (None, TypeError),
    ("not a list", TypeError),
    (("tuple",), TypeError),
    ([None], TypeError),
    ([b"bytes"], TypeError),
    (["a", 1], TypeError),
    (["\ud800"], UnicodeEncodeError),
    (["x" * 10_000_000], ValueError),
]


@pytest.mark.parametrize("texts, error", BAD_TEXTS, ids=lambda value: repr(value)[:20])
def test_bad_texts(model: Any, texts: Any, error: type[Exception]) -> None:
    with pytest.raises(error):
        model.run(texts, model.offers)
    assert len(model.run(["a b"], 0)[0]) == 2


BAD_WORDS = [
    ([["a"]], TypeError),
    ([(["a"], "\1")], TypeError),
    ([(["a"], b"")], ValueError),
    ([(("a",), b"\1")], ValueError),
    ([([""], b"\0")], ValueError),
    ([([b"a"], b"\0")], TypeError),
    ([(["\udfff"], b"\0")], UnicodeEncodeError),
    ([()], TypeError),
]


@pytest.mark.parametrize("documents, error", BAD_WORDS, ids=lambda value: repr(value)[:20])
def test_bad_words(model: Any, documents: Any, error: type[Exception]) -> None:
    with pytest.raises(error):
        model.run_words(documents, model.offers)


def test_bad_options(tern: Any, model: Any) -> None:
    for call in (
        lambda: model.run(["a b"], tern.CATS | 1 << 20),
        lambda: model.run(["a b"], 0, 1 << 60),
        lambda: model.run(["a b"], 0, 0, [b"\1"]),
        lambda: model.run(["a b"], 0, 0, []),
        lambda: model.run(["a b"], 0, 0, 1),
    ):
        with pytest.raises(ValueError):
            call()
    with pytest.raises(TypeError):
        model.run(["a b"], 0, 0, ["\1\1"])
    (result,) = model.run(["a b"], 0)
    for call in (lambda: result.strings("LEMA"), lambda: result.strings(3), lambda: result.array(("TAG", "X"))):
        with pytest.raises(ValueError, match="no column"):
            call()
    with pytest.raises(ValueError):
        result.array(("TAG",) * 100)
    with pytest.raises(TypeError):
        result.array(["TAG"])
    with pytest.raises(TypeError):
        tern.StringMemo().new_strings("x")


def test_errors_say_what_tern_says(tern: Any, model: Any, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="10000000 characters") as caught:
        model.run(["a", "x" * 10_000_000], 0)
    assert (caught.value.status, caught.value.pos, caught.value.index) == ("TERN_E_TOO_LONG", 10_000_000, 1)
    with pytest.raises(OSError, match="nothing.tern") as missing:
        tern.Model(tmp_path / "nothing.tern")
    assert missing.value.status == "TERN_E_IO"
    (tmp_path / "text.tern").write_text("no model\n" * 1000)
    with pytest.raises(ValueError) as damaged:
        tern.Model(str(tmp_path / "text.tern"))
    assert damaged.value.status == "TERN_E_FORMAT"
    for bad in (None, 3, "a\0b"):
        with pytest.raises((TypeError, ValueError)):
            tern.Model(bad)


def test_bytes_of_a_model(tern: Any) -> None:
    data = TINY.read_bytes()
    model = tern.Model(data)
    assert [result.words() for result in model.run(["a b"], 0)] == [["a", "b"]]
    changed = bytearray(data)
    changed[-100] ^= 1
    with pytest.raises(ValueError) as caught:
        tern.Model(bytes(changed))
    assert caught.value.status == "TERN_E_CHECKSUM"
    with pytest.raises(ValueError):
        tern.Model(b"")


def test_objects_cannot_be_made_half(tern: Any, model: Any) -> None:
    (result,) = model.run(["a"], 0)
    for make in (tern.Result, lambda: object.__new__(tern.Result), lambda: tern.StringMemo(1)):
        with pytest.raises(TypeError):
            make()
    for thing in (result, model, tern.StringMemo()):
        with pytest.raises(TypeError):
            pickle.dumps(thing)
    unopened = tern.Model.__new__(tern.Model)
    assert unopened.closed
    for use in (lambda: unopened.run(["a"], 0), lambda: unopened.meta, lambda: unopened.string_id("a")):
        with pytest.raises(ValueError, match="closed"):
            use()
    with pytest.raises(ValueError, match="open already"):
        model.__init__(str(MODEL))


def test_a_result_outlives_its_model(tern: Any) -> None:
    model = tern.Model(MODEL)
    (result,) = model.run([TEXT], model.offers)
    model.close()
    model.close()
    assert model.closed
    with pytest.raises(ValueError, match="closed"):
        model.run([TEXT], 0)
    del model
    gc.collect()
    assert result.strings("LEMMA")[4] == "bear" and result.entities()[0][2] == "PERSON"


def test_closed_while_others_run(tern: Any) -> None:
    model, found, started = tern.Model(MODEL), [], threading.Event()

    def work() -> None:
        started.set()
        found.append([len(result) for result in model.run([TEXT * 50] * 20, model.offers)])

    thread = threading.Thread(target=work)
    offers = model.offers
    thread.start()
    started.wait()
    model.close()
    thread.join()
    assert offers and (found == [[found[0][0]] * 20] if found else True)


def test_threads_share_a_model(model: Any) -> None:
    texts = [f"{TEXT} Number {i} is in London." for i in range(200)]
    want, found = [result.entities() for result in model.run(texts, model.offers)], []

    def work() -> None:
        found.append([result.entities() for result in model.run(texts, model.offers)])

    threads = [threading.Thread(target=work) for _ in range(20)]  # more than contexts are kept
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [want] * 20


def _resident() -> int:
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def test_memory_stays_flat(tern: Any, model: Any) -> None:
    def use() -> None:
        results = model.run([TEXT] * 50, model.offers | tern.TENSOR)
        for r in results:
            r.words(), r.orths(), r.spaces(), r.strings("NORM"), r.array(("TAG", "HEAD")), r.entities(), r.tensor()
            r.offsets(), r.cats(), r.span_groups(), r.special_norms(), r.annotations, r.text
            tern.StringMemo().new_strings(r)
        for bad in (["\ud800"], [1], ["x", None]):
            with pytest.raises((TypeError, ValueError)):
                model.run(bad, 0)
        model.run_words([(["a", "b"], b"\1\0")] * 10, 0), model.components, model.meta

    for _ in range(20):
        use()
    before = _resident()
    counts = [sys.getrefcount(thing) for thing in (None, True, TEXT, type(model), tern.Result)]
    for _ in range(200):
        use()
    assert _resident() - before < 4 << 20
    after = [sys.getrefcount(thing) for thing in (None, True, TEXT, type(model), tern.Result)]
    assert max(abs(a - b) for a, b in zip(after, counts)) < 50


def test_interrupt(package_folder: Path) -> None:
    program = f"""
import sys
from tern_nlp import _tern
model = _tern.Model({str(MODEL)!r})
print("ready", flush=True)
try:
    while True:
        model.run(["word " * 200_000] * 100, model.offers)
except KeyboardInterrupt:
    print("interrupted", len(model.run(["a b"], model.offers)[0]))
"""
    process = subprocess.Popen(
        [sys.executable, "-c", program], stdout=subprocess.PIPE, text=True, preexec_fn=heed_interrupts
    )
    assert process.stdout is not None and process.stdout.readline() == "ready\n"
    time.sleep(0.3)
    process.send_signal(signal.SIGINT)
    assert process.communicate(timeout=120)[0] == "interrupted 2\n"


def test_no_numpy_for_the_extension(package_folder: Path) -> None:
    program = f"""
import sys
import tern_nlp
from tern_nlp import _tern
_tern.Model({str(MODEL)!r}).run(["a"], 0)[0].array(("TAG",))
assert not {{"numpy", "spacy"}} & set(sys.modules)
"""
    subprocess.run([sys.executable, "-c", program], check=True, timeout=60)
