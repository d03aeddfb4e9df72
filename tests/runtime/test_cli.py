"""The command line: ner, pipe, inspect, verify, serve's options; output for people and for programs, exit codes, messages."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from common import REDUCED, VERSION, Run, without_scores
from model_bytes import ModelBytes
from runtime.terminal import on_terminal, open_terminal

SENTENCE = "Alan Turing was born on June 23, 1912, in London, England."
TABLE = "0\t11\tPERSON\tAlan Turing\n24\t37\tDATE\tJune 23, 1912\n42\t48\tGPE\tLondon\n50\t57\tGPE\tEngland\n"
ANSWER = (
    '{"entities": [{"text": "Alan Turing", "label": "PERSON", "start": 0, "end": 11}, '
    '{"text": "June 23, 1912", "label": "DATE", "start": 24, "end": 37}, '
    '{"text": "London", "label": "GPE", "start": 42, "end": 48}, '
    '{"text": "England", "label": "GPE", "start": 50, "end": 57}]}\n'
)
MAX_LINE = 16 * 1024 * 1024
SUBCOMMANDS = ["ner", "parse", "pipe", "serve", "inspect", "verify"]


def good(result: subprocess.CompletedProcess[bytes]) -> str:
    assert (result.returncode, result.stderr) == (0, b"")
    return result.stdout.decode()


def message(result: subprocess.CompletedProcess[bytes], status: int) -> str:
    """The one line on standard error of a command that failed."""
    text = result.stderr.decode()
    assert result.returncode == status, text
    assert text.startswith("tern: ") and text.count("\n") == 1 and text.endswith("\n")
    return text


@pytest.fixture
def terminal(program, model_file: Path):
    """terminal("ner", "text", TERM="xterm"): exit code and output on a terminal."""

    def call(*args: str, input: bytes | None = None, **variables: str) -> tuple[int, str]:
        clean = {name: value for name, value in os.environ.items() if name not in ("NO_COLOR", "TERM")}
        return on_terminal(
            program("tern"), *args, input=input, env={**clean, "TERN_MODEL": str(model_file), **variables}
        )

    return call


# ---- tern ---------------------------------------------------------------------------------------------------------------


def test_version_is_that_of_the_header(run: Run) -> None:
    assert good(run("tern", "--version")) == f"tern {VERSION}\n"


def test_help_names_every_subcommand(run: Run) -> None:
    text = good(run("tern", "--help"))
    assert good(run("tern", "-h")) == text
    for name in SUBCOMMANDS:
        assert f"tern {name} " in text


@pytest.mark.parametrize("name", SUBCOMMANDS)
def test_help_of_a_subcommand(run: Run, name: str) -> None:
    text = good(run("tern", name, "--help", env={"TERN_MODEL": "/nothing"}))
    assert text.startswith(f"Usage: tern {name} ")
    assert good(run("tern", name, "-h")) == text


@pytest.mark.parametrize(
    "args, word",
    [
        ([], "subcommand"),
        (["frobnicate"], "frobnicate"),
        (["ner", "--frobnicate"], "--frobnicate"),
        (["ner", "-x"], "-x"),
        (["ner", "-xm"], "-x"),
        (["ner", "--json=yes"], "--json=yes"),
        (["ner", "-m"], "-m"),
        (["ner", "--model"], "--model"),
        (["ner", "two", "texts"], "TEXT"),
        (["pipe", "--to", "xml"], "xml"),
        (["ner", "--format", "conllu"], '"conllu"'),
        (["parse", "two", "texts"], "TEXT"),
        (["parse", "--format", "text"], '"text"'),
        (["parse", "--format"], "--format"),
        (["parse", "--json"], "--json"),
        (["pipe", "--only", "tager"], 'no component "tager" (it has: tok2vec, '),
        (["pipe", "--only", "ner,"], "--only"),
        (["pipe", "--only", "NER"], '"NER"'),
        (["inspect"], "missing"),
        (["verify"], "missing"),
        (["inspect", "a.tern", "b.tern"], "more than one"),
        (["verify", "-m", "a.tern"], "-m"),
        (["serve", "here"], "here"),
        (["serve", "--port", "65536"], '"65536"'),
        (["serve", "--port", "-1"], '"-1"'),
        (["serve", "--port", "80 "], '"80 "'),
        (["serve", "--port", ""], '""'),
        (["serve", "--port", "99999999999999999999999"], "--port"),
        (["serve", "--threads", "0"], "--threads"),
        (["serve", "--threads", "many"], "many"),
        (["serve", "--timeout", "0"], "--timeout"),
    ],
)
def test_wrong_usage_says_what_and_where_to_look(run: Run, args: list[str], word: str) -> None:
    result = run("tern", *args)
    text = message(result, 2)
    assert result.stdout == b""
    assert word in text
    assert text.endswith(f'see "tern {args[0]} --help"\n' if args and args[0] in SUBCOMMANDS else 'see "tern --help"\n')


# ---- the model ------------------------------------------------------------------------------------------------------------


def test_model_argument_goes_before_the_variable(run: Run, model_file: Path) -> None:
    for option in (
        ["-m", str(model_file)],
        [f"-m{model_file}"],
        ["--model", str(model_file)],
        [f"--model={model_file}"],
    ):
        assert good(run("tern", "ner", *option, SENTENCE, env={"TERN_MODEL": "/nothing"})) == TABLE


def test_model_is_found_from_the_executable(program, model_file: Path, tmp_path: Path) -> None:
    for weights in ("weights", "share/tern"):
        place = tmp_path / weights.replace("/", "-")
        (place / "bin").mkdir(parents=True)
        (place / weights).mkdir(parents=True)
        tern = Path(shutil.copy(program("tern"), place / "bin" / "tern"))
        clean = {name: value for name, value in os.environ.items() if name != "TERN_MODEL"}
        missing = subprocess.run([str(tern), "ner", SENTENCE], capture_output=True, env=clean, cwd="/")
        assert "TERN_MODEL" in message(missing, 1)
        (place / weights / "en_core_web_sm.tern").symlink_to(model_file)
        assert good(subprocess.run([str(tern), "ner", SENTENCE], capture_output=True, env=clean, cwd="/")) == TABLE


@pytest.mark.parametrize("command", SUBCOMMANDS)
@pytest.mark.parametrize("kind", ["missing", "text", "empty", "folder", "cut"])
def test_wrong_model_file_is_named(run: Run, model_file: Path, tmp_path: Path, command: str, kind: str) -> None:
    path = tmp_path / f"{kind}.tern"
    if kind == "text":
        path.write_text("# A README, not a model\n" * 100)
    elif kind == "empty":
        path.touch()
    elif kind == "folder":
        path.mkdir()
    elif kind == "cut":
        path.write_bytes(model_file.read_bytes()[:100_000])
    argument = [str(path)] if command in ("inspect", "verify") else ["-m", str(path)]
    result = run("tern", command, *argument)
    assert str(path) in message(result, 1)
    assert result.stdout == b""


# ---- tern ner -------------------------------------------------------------------------------------------------------------


def test_piped_output_is_a_table(run: Run) -> None:
    assert good(run("tern", "ner", SENTENCE)) == TABLE


def test_json_is_the_answer_of_post_ner(run: Run) -> None:
    assert without_scores(good(run("tern", "ner", "--json", SENTENCE))) == ANSWER
    assert without_scores(good(run("tern", "ner", SENTENCE, "--json"))) == ANSWER


def test_text_from_standard_input(run: Run) -> None:
    assert good(run("tern", "ner", input=SENTENCE.encode())) == TABLE
    assert without_scores(good(run("tern", "ner", "--json", input=SENTENCE.encode()))) == ANSWER


def test_text_may_begin_with_a_dash(run: Run) -> None:
    assert json.loads(good(run("tern", "ner", "--json", "--", "--Alan Turing"))) is not None


def entities(run: Run, text: bytes) -> list[dict[str, Any]]:
    return without_scores(json.loads(good(run("tern", "ner", "--json", input=text))))["entities"]


@pytest.mark.parametrize(
    "text",
    [
        "Alan\tTuring\nwas born in London.\n",
        "Alan Turing\0 was born in London\0.\r\nApple paid $5 million.",
        "\U0001f469\u200d\U0001f680\U0001f600 Angela Merkel flew to S\u00e3o Paulo.",
        "\u001b[31mBarack Obama\u001b[0m visited\u009bGermany on Monday\\Tuesday.",
    ],
)
def test_entities_are_spacys(run: Run, nlp_full, text: str) -> None:
    expected = [
        {"text": e.text, "label": e.label_, "start": e.start_char, "end": e.end_char} for e in nlp_full(text).ents
    ]
    assert entities(run, text.encode()) == expected
    table = [line.split("\t") for line in good(run("tern", "ner", input=text.encode())).split("\n")[:-1]]
    assert [(int(start), int(end), label) for start, end, label, _ in table] == [
        (e["start"], e["end"], e["label"]) for e in expected
    ]
    for row, entity in zip(table, expected):
        assert not re.search(r"[\x00-\x1f\x7f-\x9f]", row[3])
        unescaped = re.sub(
            r"\\(?:u([0-9a-f]{4})|(.))",
            lambda m: chr(int(m[1], 16)) if m[1] else {"t": "\t", "n": "\n", "r": "\r", "\\": "\\"}[m[2]],
            row[3],
        )
        assert unescaped == entity["text"]


def test_empty_text_has_no_entities(run: Run, terminal) -> None:
    """As in spaCy; POST /ner refuses it."""
    for call in (["ner", ""], ["ner"]):
        assert good(run("tern", *call)) == ""
        assert good(run("tern", *call, "--json")) == '{"entities": []}\n'
        assert "<main></main>" in good(run("tern", *call, "--format", "html"))
    assert terminal("ner", "") == (0, "\n")


@pytest.mark.parametrize(
    "text, position", [(b"\xff", 0), (b"Alan \xc3", 5), (b"ab\xed\xa0\x80", 2), (b"London \xf8\x88", 7)]
)
def test_invalid_utf8_is_located(run: Run, text: bytes, position: int) -> None:
    for result in (run("tern", "ner", input=text), run("tern", "ner", os.fsdecode(text))):
        assert message(result, 1) == (
            f"tern: the text is not valid UTF-8: byte 0x{text[position]:02X} at offset {position} does not "
            "begin a character; encode the text as UTF-8\n"
        )


def test_too_long_text(run: Run) -> None:
    text = message(run("tern", "ner", input="\u00e4".encode() * 1_000_001), 1)
    assert "1000001" in text and "1000000" in text
    assert "67108864" in message(run("tern", "ner", input=b" " * (64 * 1024 * 1024 + 1)), 1)


def test_terminal_shows_the_text_with_colours(terminal) -> None:
    status, shown = terminal("ner", SENTENCE, TERM="xterm-256color")
    assert status == 0
    colours = dict(re.findall(r"\x1b\[([0-9;]+)m(Alan Turing|June 23, 1912|London|England)\x1b\[0m", shown))
    assert len(colours) == 3  # PERSON, DATE and twice GPE
    plain = re.sub(r"\x1b\[[0-9;]*m", "", shown)
    assert plain == "Alan Turing PERSON was born on June 23, 1912 DATE, in London GPE, England GPE.\n"


@pytest.mark.parametrize("variables", [{"TERM": "dumb"}, {}, {"TERM": "xterm", "NO_COLOR": "1"}])
def test_terminal_without_colours_gets_brackets(terminal, variables: dict[str, str]) -> None:
    expected = "[Alan Turing PERSON] was born on [June 23, 1912 DATE], in [London GPE], [England GPE].\n"
    assert terminal("ner", SENTENCE, **variables) == (0, expected)


def test_empty_no_color_does_not_count(terminal) -> None:
    assert "\x1b[" in terminal("ner", SENTENCE, TERM="xterm", NO_COLOR="")[1]


def test_text_cannot_command_the_terminal(terminal) -> None:
    text = "Hi\x1b]0;title\x07 \u009b31m\\ Alan\tTuring\r\nin London\x7f\n"
    status, shown = terminal("ner", input=text.encode(), TERM="dumb")
    assert status == 0
    assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]", shown)
    assert re.sub(r"\[(.*?) [A-Z]+\]", r"\1", shown) == (
        "Hi\\u001b]0;title\\u0007 \\u009b31m\\ Alan\tTuring\\r\nin London\\u007f\n"
    )


def test_json_on_a_terminal_is_json(terminal) -> None:
    status, shown = terminal("ner", "--json", SENTENCE, TERM="xterm")
    assert (status, without_scores(shown)) == (0, ANSWER)


# ---- tern pipe ------------------------------------------------------------------------------------------------------------


def lines_of(result: subprocess.CompletedProcess[bytes]) -> list[dict[str, Any]]:
    """JSON Lines: only a line feed ends a line (str.splitlines would also cut at U+2028 inside a string)."""
    lines = result.stdout.split(b"\n")
    assert lines.pop() == b""
    return [json.loads(line) for line in lines]


def jsonl(*lines: Any) -> bytes:
    return b"".join(json.dumps(line).encode() + b"\n" for line in lines)


def test_pipe_is_doc_to_json(run: Run, nlp_full) -> None:
    """Other components: test_components.py."""
    texts = [
        SENTENCE,
        "",
        "Alan\0 Turing\n\nin S\u00e3o Paulo \U0001f469\u200d\U0001f680 don't. Apple isn't looking\u2028",
    ]
    result = run("tern", "pipe", input=jsonl(*({"text": text} for text in texts)))
    good(result)
    assert lines_of(result) == [nlp_full(text).to_json() for text in texts]


def test_bad_lines_give_errors_and_the_rest_goes_on(run: Run) -> None:
    lines = [
        b'{"text": "Bonn"}',
        b"",
        b"nonsense",
        b'{"text": null}',
        b'{"text": "\xff"}',
        b'{"Text": "x"}',
        b"[" * 100_000,
    ]
    result = run(
        "tern", "pipe", input=b"\n".join([*lines, b'{"text": "in Paris"}\r', b'{"text": "last line, no line feed"}'])
    )
    answers = lines_of(result)
    assert ["error" in answer for answer in answers] == [False] + [True] * 6 + [False] * 2
    assert [list(answer) for answer in answers if "error" in answer] == [
        ["error"],
        ["error"],
        ["text", "error"],
        ["error"],
        ["Text", "error"],
        ["error"],
    ]
    right = [answer["text"] for answer in answers if "error" not in answer]
    assert right == ["Bonn", "in Paris", "last line, no line feed"]
    assert "6 of 9" in message(result, 1)


@pytest.mark.parametrize("size, fits", [(MAX_LINE, True), (MAX_LINE + 1, False), (3 * MAX_LINE, False)])
@pytest.mark.parametrize("ending", [b"\n", b'\n{"text": "after"}\n', b""])
def test_length_of_a_line(run: Run, size: int, fits: bool, ending: bytes) -> None:
    before = b'{"text": "before"}\n'
    result = run("tern", "pipe", input=before + b'{"text": "long"}'.ljust(size) + ending)
    answers = lines_of(result)
    assert len(answers) == (3 if b"after" in ending else 2)
    assert answers[0]["text"] == "before" and answers[-1].get("text") != "before"
    assert (answers[1]["text"] == "long") if fits else ("16777216" in answers[1]["error"])
    assert result.returncode == (0 if fits else 1)
    if b"after" in ending:
        assert answers[2]["text"] == "after"


def test_pipe_of_nothing(run: Run) -> None:
    assert good(run("tern", "pipe")) == ""


def test_pipe_serves_another_program_line_by_line(program, model_file: Path) -> None:
    process = subprocess.Popen(
        [str(program("tern")), "pipe", "-m", str(model_file)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert process.stdin and process.stdout
    for number in range(5):
        process.stdin.write(jsonl({"text": f"question {number}"}) * 2)
        process.stdin.flush()
        for _ in range(2):  # blocks for ever if the answer were held back
            assert json.loads(process.stdout.readline())["text"] == f"question {number}"
    process.stdin.close()
    assert process.stdout.read() == b"" and process.wait(60) == 0
    process.stdout.close()


def test_pipe_keeps_order_and_number_of_many_lines(run: Run) -> None:
    texts = [f"{i} people" * (i % 50) for i in range(200 if REDUCED else 3000)]
    result = run("tern", "pipe", input=jsonl(*({"text": text} for text in texts)))
    assert [document["text"] for document in lines_of(result)] == texts


@pytest.mark.parametrize("signal_ignored", [False, True])
def test_reader_that_stops_ends_the_pipe_quietly(
    program, model_file: Path, tmp_path: Path, signal_ignored: bool
) -> None:
    source = tmp_path / "in.jsonl"
    source.write_bytes(jsonl({"text": SENTENCE}) * 2000)
    ignore = "trap '' PIPE; " if signal_ignored else ""
    command = f'{ignore}"{program("tern")}" pipe -m "{model_file}" < "{source}" | head -n 1'
    result = subprocess.run(["bash", "-c", command], capture_output=True, timeout=60)
    assert (result.returncode, result.stderr) == (0, b"")
    assert json.loads(result.stdout)["text"] == SENTENCE


@pytest.mark.parametrize(
    "args", [["--help"], ["ner", SENTENCE], ["ner", "--json", SENTENCE], ["parse", SENTENCE], ["pipe"]]
)
def test_full_disk_is_reported(program, model_file: Path, args: list[str]) -> None:
    if not os.path.exists("/dev/full"):
        pytest.skip("no /dev/full here")
    with open("/dev/full", "wb") as full:
        result = subprocess.run(
            [str(program("tern")), *args],
            input=jsonl({"text": SENTENCE}),
            stdout=full,
            stderr=subprocess.PIPE,
            env={**os.environ, "TERN_MODEL": str(model_file)},
            timeout=60,
        )
    assert (result.returncode, result.stderr.decode()) == (
        1,
        "tern: cannot write to standard output: No space left on device\n",
    )


def test_progress_only_on_a_terminal(program, model_file: Path, tmp_path: Path) -> None:
    source = tmp_path / "in.jsonl"
    source.write_bytes(jsonl({"text": SENTENCE}) * 7)
    environment = {**os.environ, "TERN_MODEL": str(model_file)}
    command = f'exec "{program("tern")}" pipe < "{source}" > "{tmp_path / "out.jsonl"}"'
    master, slave = open_terminal()
    process = subprocess.Popen(["bash", "-c", command], stderr=slave, env=environment)
    os.close(slave)
    assert process.wait(60) == 0
    assert re.search(rb"\r7 records, [0-9]+ tokens/s, 0 wrong, 0:00\x1b\[K\r?\n$", os.read(master, 65536))
    os.close(master)
    piped = subprocess.run(["bash", "-c", command], stderr=subprocess.PIPE, env=environment, timeout=60)
    assert (piped.returncode, piped.stderr) == (0, b"")


# ---- tern inspect, tern verify ----------------------------------------------------------------------------------------------


def test_inspect_shows_meta_and_every_section(run: Run, model_file: Path) -> None:
    model = ModelBytes(model_file.read_bytes())
    text = good(run("tern", "inspect", str(model_file)))
    meta, table = text.split("\nsection ")
    assert json.loads(meta) == json.loads(section_bytes(model, "meta"))
    rows = [line.split() for line in table.split("\n\n")[0].splitlines()[1:]]
    assert [row[0] for row in rows] == list(model.index)
    for number, row in enumerate(rows):
        rank = model.get_record(number, "rank")
        shape = "x".join(str(model.get_record(number, f"dim{axis}")) for axis in range(rank))
        size, crc = (model.get_record(number, field) for field in ("size", "crc"))
        assert row[-2:] == [str(size), f"{crc:08x}"]
        assert not shape or row[-3] == shape
    # The format gives chars/block 8704 entries of two bytes (0x110000 / 128).
    assert rows[model.index["chars/block"]][1:5] == ["tensor", "u16", "8704", "17408"]
    assert table.endswith(f"\n{len(rows)} sections, {sum(int(row[-2]) for row in rows)} bytes\n")


def section_bytes(model: ModelBytes, name: str) -> bytes:
    offset, size = (model.get_record(model.index[name], field) for field in ("offset", "size"))
    return bytes(model.data[offset : offset + size])


def test_verify_of_an_intact_file(run: Run, model_file: Path) -> None:
    count = ModelBytes(model_file.read_bytes()).count
    assert good(run("tern", "verify", str(model_file))) == f"{model_file}: {count} sections, all intact\n"


@pytest.mark.parametrize("name", ["chars/flags", "strings/bytes", "meta"])
def test_verify_names_the_section_with_one_changed_bit(run: Run, model_file: Path, tmp_path: Path, name: str) -> None:
    model = ModelBytes(model_file.read_bytes())
    record = model.index[name]
    model.data[model.get_record(record, "offset") + model.get_record(record, "size") // 2] ^= 1
    damaged = tmp_path / "damaged.tern"
    damaged.write_bytes(model.data)
    text = message(run("tern", "verify", str(damaged)), 1)
    assert str(damaged) in text and name in text and "checksum" in text
