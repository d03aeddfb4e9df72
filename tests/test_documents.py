"""The documents: every command in README.md, CONTRIBUTING.md and docs/ is run, here or by the test that is named for it, and prints
what is shown; every link leads somewhere; every file that is named is there."""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Callable, NamedTuple
from urllib.parse import urlsplit

import pytest
from common import REDUCED, ROOT, TINY, VERSION, Run
from runtime.tern_server import TernServer

COMMANDED = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))]
"""Documents whose commands are run."""
LINKED = [
    *sorted(ROOT.glob("*.md")),
    *(
        path
        for folder in ("bench", "deploy", "docs", "tools", "weights", "web")
        for path in sorted((ROOT / folder).rglob("*.md"))
    ),
]
SERVER = "http://127.0.0.1:8080"

QUICKSTART = "tests/parity/test_quickstart.py::test_trained_and_converted"
GIVEN_WORDS = "tests/parity/test_given_words.py::test_tokenizer_of_another_library"
RUN_BY = {
    "tools/run": "tests/install/test_tools_run.py::test_a_build_that_works_stays_as_it_is",
    "tools/test": "tests/test_documents.py::test_programs_of_the_repository_are_there",
    "tools/test --all": "tests/test_documents.py::test_programs_of_the_repository_are_there",
    "tools/package": "tests/deploy/test_package.py::test_files",
    "TERN_ARCH=arm64 tools/package": "tests/deploy/test_package.py::test_files",
    "TERN_WEIGHTS=all tools/package": "tests/deploy/test_package.py::test_models",
    "tools/npm": "tests/js/test_node.py::test_package",
    "tools/delete": "tests/deploy/test_scripts.py::test_delete",
    "tools/smoke https://….execute-api.us-east-1.amazonaws.com": "tests/deploy/test_scripts.py::test_smoke",
    # Of AWS. What can be run without an account is.
    "pip install aws-sam-cli": "tests/deploy/test_template.py::test_sam_build",
    'pip install "./python[spacy]"': "tests/python/test_wheel.py::test_wheel",
    "sam build": "tests/deploy/test_template.py::test_sam_build",
    "sam deploy --guided": "tests/deploy/test_template.py::test_questions_of_sam_deploy",
    # Of spaCy, with packages from the network.
    "pip install ./tools/convert": "tests/test_documents.py::test_converter_can_be_installed",
    "python -m spacy download fr_core_news_md": "tests/parity/test_official.py::test_file",
    "python -m convert fr_core_news_md -o fr.tern": "tests/parity/test_official.py::test_file",
    'tern ner -m fr.tern "Marie Curie est née à Varsovie."': "tests/parity/test_official.py::test_written_texts",
    "python -m spacy init config config.cfg --lang en --pipeline ner --optimize efficiency": QUICKSTART,
    "python -m spacy train config.cfg --output out --paths.train train.spacy --paths.dev dev.spacy": QUICKSTART,
    "python -m convert out/model-best -o mine.tern": QUICKSTART,
    "python -m convert --check config.cfg": "tests/convert/test_check.py::test_the_quickstart",
    "pip install 'tern-nlp[arrow]'": "tests/python/test_corpora.py::test_without_pyarrow",
    "python -m tern_nlp pipe 'reviews-*.parquet' -o annotated.parquet --text review --fields ents,sents": (
        "tests/python/test_corpora.py::test_several_files"
    ),
    'tern pipe "archive/*.jsonl.gz" -o annotated.jsonl': "tests/runtime/test_corpus.py::test_files_patterns_and_standard_input",
    # Of servers and of long runs.
    "tern serve -m en=weights/en_core_web_sm.tern -m fr=fr.tern": "tests/runtime/test_models.py::test_health_lists_the_models",
    "TERN_MODEL=en=weights/en_core_web_sm.tern,fr=fr.tern tern serve": "tests/runtime/test_models.py::test_serve_takes_the_list",
    "cp new.tern en.tern.part && mv en.tern.part en.tern": "tests/runtime/test_reload.py::test_replaced_under_load",
    "python -m convert zh_core_web_sm --no-tokenizer -o zh.tern": GIVEN_WORDS,
    """echo '{"tokens": ["王小明", "在", "北京"], "spaces": [false, false, false]}' | tern pipe -m zh.tern""": (
        GIVEN_WORDS
    ),
    "cmake -S . -B build && cmake --build build --parallel": "tests/install/test_tools_run.py::test_a_half_made_build",
    'cmake --install build --prefix "$HOME/tern"': "tests/install/test_install.py::test_files",
}
"""Command -> the test that runs it, or as much of it as can be run here."""


class Block(NamedTuple):
    language: str
    text: str


def blocks(document: Path) -> list[Block]:
    return [Block(*found) for found in re.findall(r"^```(\w+)\n(.*?)^```$", document.read_text("utf-8"), re.S | re.M)]


def commands(block: Block) -> list[str]:
    """Those of a shell block: lines, joined where they end with a backslash, without comments."""
    lines = block.text.replace("\\\n", " ").splitlines()
    return [line for line in (re.sub(r"(^|\s+)# .*$", "", line).strip() for line in lines) if line]


class Shown(NamedTuple):
    """A command, and the block below it where that shows what it prints."""

    document: str
    command: str
    output: Block | None


def shown_commands() -> Iterator[Shown]:
    for document in COMMANDED:
        all_blocks = blocks(document)
        for block, below in zip(all_blocks, [*all_blocks[1:], None]):
            found = commands(block) if block.language == "sh" else []
            for command in found:
                shows = below if below and command == found[-1] and below.language in ("text", "json") else None
                yield Shown(str(document.relative_to(ROOT)), command, shows)


SHOWN = list(shown_commands())
REQUESTS = [shown for shown in SHOWN if shown.command.startswith("curl ") and SERVER in shown.command]
MAKE = [shown for shown in SHOWN if shown.command.startswith("make")]
PYTEST = [shown for shown in SHOWN if shown.command.startswith(".venv/bin/python -m pytest ")]
OTHERS = [shown for shown in SHOWN if shown not in REQUESTS + MAKE + PYTEST]
HERE = [
    shown for shown in OTHERS if re.match(r"(echo '[^']*' \| )?tern ", shown.command) and shown.command not in RUN_BY
]


def name_of(shown: Shown) -> str:
    return f"{shown.document}: {shown.command[:60]}"


# ---- commands --------------------------------------------------------------------------------------------------------------


@pytest.fixture
def place(program: Callable[[str], Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that looks like the repository to who runs `tern` or build/tern in it, and may be written to."""
    build = program("tern").parent
    (tmp_path / "build").symlink_to(build)
    for name in ("weights", "engine"):
        (tmp_path / name).symlink_to(ROOT / name)
    monkeypatch.setenv("PATH", f"{build}{os.pathsep}{os.environ['PATH']}")
    for variable in [name for name in os.environ if name.startswith("TERN_")]:
        monkeypatch.delenv(variable)
    return tmp_path


@pytest.mark.parametrize("shown", HERE, ids=name_of)
def test_command_prints_what_is_shown(shown: Shown, place: Path) -> None:
    done = subprocess.run(
        ["bash", "-c", shown.command], cwd=place, capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stderr
    if shown.output:
        assert done.stdout == shown.output.text


@pytest.fixture(scope="module")
def server(program: Callable[[str], Path]) -> Iterator[TernServer]:
    """With the models that it finds itself, as tools/run starts it."""
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("TERN_MODEL", raising=False)
        running = TernServer(program("tern"), None, scores="")
    with running:
        yield running


def is_near(found: Any, wanted: Any) -> bool:
    """The same but for the last digits of scores, which depend on the processor."""
    if isinstance(wanted, float):
        return isinstance(found, float) and found == pytest.approx(wanted, abs=1e-4)
    if isinstance(wanted, dict):
        return list(found) == list(wanted) and all(map(is_near, found.values(), wanted.values()))
    if isinstance(wanted, list):
        return len(found) == len(wanted) and all(map(is_near, found, wanted))
    return bool(found == wanted)


@pytest.mark.parametrize("shown", REQUESTS, ids=name_of)
def test_request_gets_the_answer_that_is_shown(shown: Shown, server: TernServer) -> None:
    words = shlex.split(shown.command)
    fields = dict(words[i + 1].split(": ", 1) for i, word in enumerate(words) if word == "-H")
    url = next(word for word in words if word.startswith(SERVER))
    answer = server.request("POST", urlsplit(url).path, words[words.index("-d") + 1].encode(), fields)
    assert answer.status == 200 and shown.output
    wanted = json.loads(shown.output.text)
    assert is_near(answer.json, wanted), answer.json


@pytest.mark.parametrize("shown", MAKE, ids=name_of)
def test_make_knows_the_target(shown: Shown) -> None:
    """make -n says what it would run; the targets are what tools/test runs, or are run by hand."""
    done = subprocess.run(
        ["make", "-n", *shlex.split(shown.command)[1:]], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("shown", PYTEST, ids=name_of)
def test_tests_to_be_run_alone_are_there(shown: Shown) -> None:
    paths = [word for word in shlex.split(shown.command) if word.startswith("tests/")]
    assert paths and [path for path in paths if not (ROOT / path.split("::")[0]).exists()] == []


def words_of(command: str) -> str:
    """What RUN_BY has: a text that is given does not count."""
    return "tools/run" if command.startswith("tools/run ") else command


def test_every_command_is_run() -> None:
    unknown = [name_of(shown) for shown in OTHERS if shown not in HERE and words_of(shown.command) not in RUN_BY]
    assert unknown == []
    assert set(RUN_BY) - {words_of(shown.command) for shown in OTHERS} == set()


@pytest.mark.parametrize("test", sorted(set(RUN_BY.values())))
def test_the_test_that_runs_it_is_there(test: str) -> None:
    path, name = test.split("::")
    assert re.search(rf"^def {name}\(", (ROOT / path).read_text("utf-8"), re.M)


def test_first_command_prints_the_sample_entities() -> None:
    if os.environ.get("TERN_BUILD", "build") != "build":
        pytest.skip("tools/run builds into build/, which the release run tests")
    command = next(shown.command for shown in SHOWN if shown.command.startswith("tools/run "))
    done = subprocess.run(shlex.split(command), cwd=ROOT, capture_output=True, text=True, timeout=600, check=False)
    assert done.returncode == 0, done.stderr
    assert [line.split("\t")[2:] for line in done.stdout.splitlines()] == [
        ["PERSON", "Alan Turing"],
        ["DATE", "June 23, 1912"],
        ["GPE", "London"],
        ["GPE", "England"],
    ]


def test_converter_can_be_installed(tmp_path: Path) -> None:
    """What setuptools makes of the folder, as pip has it do: every module is in it."""
    pytest.importorskip("setuptools")
    ignored = shutil.ignore_patterns("build", "*.egg-info", "__pycache__")
    shutil.copytree(ROOT / "tools" / "convert", tmp_path / "convert", ignore=ignored)
    build = [sys.executable, "-c", "import setuptools; setuptools.setup()", "-q", "build", "--build-lib", "built"]
    subprocess.run(build, cwd=tmp_path / "convert", check=True, capture_output=True, timeout=300)
    made, source = tmp_path / "convert" / "built" / "convert", ROOT / "tools" / "convert" / "convert"
    assert [path.name for path in sorted(made.glob("*.py"))] == [path.name for path in sorted(source.glob("*.py"))]


def test_programs_of_the_repository_are_there() -> None:
    programs = {shlex.split(shown.command)[0] for shown in SHOWN}
    assert [name for name in programs if name.startswith("tools/") and not os.access(ROOT / name, os.X_OK)] == []


# ---- programs in other languages -------------------------------------------------------------------------------------------


def only_block(document: str, language: str) -> str:
    found = [block.text for block in blocks(ROOT / document) if block.language == language]
    assert len(found) == 1, f"{document} has {len(found)} blocks of {language}"
    return found[0]


def test_python_of_the_readme(place: Path) -> None:
    code = only_block("README.md", "python") + "tern.stdin.close(); tern.wait()\n"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=place, capture_output=True, text=True, timeout=60, check=False
    )
    expected = [{"start": 0, "end": 11, "label": "PERSON"}, {"start": 24, "end": 30, "label": "GPE"}]
    assert (done.returncode, done.stdout) == (0, f"{expected} Alan\n"), done.stderr


C_AROUND = """\
#include <stdio.h>
#include <string.h>
#include "tern.h"

int main(void)
{
    static const char text[] = "Alan Turing was born in London.";
    const size_t len = strlen(text);
%s
    (void)len;
    tern_ctx_free(ctx);
    tern_model_close(model);
    return 0;
}
"""
# Each block of a document has a scope of its own.
C_OPENED = """\
    tern_model *model; tern_ctx *ctx; const tern_doc *doc; tern_error err;
    if (tern_model_open("weights/en_core_web_sm.tern", &model, &err) || tern_ctx_new(model, &ctx, &err)) return 1;
"""


@pytest.mark.skipif(REDUCED, reason="links the release build's library")
@pytest.mark.parametrize(
    "document, before, expected",
    [
        ("README.md", "", ["Alan Turing PERSON", "London GPE"]),
        (
            "docs/library.md",
            C_OPENED,
            ["tokens 0 to 7", "Alan NNP PROPN Number=Sing Alan compound 1", "6: Ada Lovelace lived in London."],
        ),
    ],
)
def test_c_of_the_documents(document: str, before: str, expected: list[str], place: Path) -> None:
    found = [f"{{\n{block.text}}}\n" for block in blocks(ROOT / document) if block.language == "c"]
    code = found[0][2:-2] if len(found) == 1 else "".join(found)
    (place / "a.c").write_text(C_AROUND % (before + textwrap.indent(code, "    ")))
    compile = "cc -std=c11 -Wall -Werror -I engine -o a a.c build/libtern.a -lm -lpthread -ldl"
    subprocess.run(compile.split(), cwd=place, check=True, timeout=120)
    done = subprocess.run(["./a"], cwd=place, capture_output=True, text=True, timeout=60, check=True)
    assert [line for line in done.stdout.splitlines() if line in expected] == expected


# ---- links and names -------------------------------------------------------------------------------------------------------


def prose(document: Path) -> str:
    """Without blocks and spans of code, which hold no links."""
    return re.sub(r"`[^`\n]*`", "", re.sub(r"^```.*?^```$", "", document.read_text("utf-8"), flags=re.S | re.M))


def anchors(document: Path) -> set[str]:
    """Those that GitHub gives the headings."""
    text = re.sub(r"^```.*?^```$", "", document.read_text("utf-8"), flags=re.S | re.M)
    found: list[str] = []
    for heading in re.findall(r"^#+ (.*)$", text, re.M):
        anchor = re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")
        found.append(f"{anchor}-{found.count(anchor)}" if anchor in found else anchor)
    return set(found)


@pytest.mark.parametrize("document", LINKED, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_link_leads_somewhere(document: Path) -> None:
    wrong = []
    for link in re.findall(r"\]\(([^)\s]+)\)", prose(document)):
        path, _, anchor = link.partition("#")
        if urlsplit(link).scheme:
            continue
        target = (document.parent / path).resolve() if path else document
        if not target.exists() or (anchor and anchor not in anchors(target)):
            wrong.append(link)
    assert wrong == []


@pytest.mark.parametrize("document", COMMANDED, ids=lambda path: str(path.relative_to(ROOT)))
def test_files_that_it_names_exist(document: Path) -> None:
    named = re.findall(
        r"`((?:engine|runtime|tools|tests|weights|bench|web|cmake|docs|deploy)/[\w./-]*)`", document.read_text("utf-8")
    )
    assert [name for name in sorted(set(named)) if not (ROOT / name).exists()] == []


def test_readme_is_short() -> None:
    assert len((ROOT / "README.md").read_text("utf-8").splitlines()) <= 130


# ---- what is said elsewhere, too -------------------------------------------------------------------------------------------


def test_changelog_has_this_version() -> None:
    newest = re.search(r"^## \[(\d[\d.]*)\]", (ROOT / "CHANGELOG.md").read_text("utf-8"), re.M)
    assert newest and newest[1] == VERSION


def test_every_setting_is_documented(run: Run) -> None:
    """Those that the programs list, with their defaults."""
    page = (ROOT / "docs" / "settings.md").read_text("utf-8")
    told = run("bootstrap", "--help").stderr + run("tern", "serve", "--help").stdout
    listed = re.findall(r"^  ([A-Z_]{4,})\s(.*?)\(default: ([^)]*)\)$", told.decode(), re.M | re.S)
    rows = {name: default.strip("`") for name, default in re.findall(r"^\| `(\w+)` \| ([^|]*) \|", page, re.M)}
    assert listed and rows == {name: " ".join(default.split()) for name, _, default in listed}


def test_sections_of_the_committed_models_are_documented(run: Run) -> None:
    """docs/file-format.md has each section by its name, or by the word for the kind of thing that it belongs to. The tiny models
    have every component."""
    page = (ROOT / "docs" / "file-format.md").read_text("utf-8")
    for model in [*(ROOT / "weights").glob("*.tern"), *TINY.parent.glob("*.tern")]:
        listed = run("tern", "inspect", model).stdout.decode()
        names = re.findall(r"^([a-z_0-9]+(?:/[\w/]+)?) +(?:tensor|map|text) ", listed, re.M)
        assert len(names) > 40
        assert [name for name in names if not is_documented(name, page)] == []


def is_documented(name: str, page: str) -> bool:
    encoder = re.sub(r"^(\w+/)?tok2vec/", "ENCODER/", name)
    for general in (
        name,
        re.sub(r"/\d+", "/N", encoder),
        re.sub(r"^dfa/\w+/", "dfa/NAME/", name),
        re.sub(r"^(ner|parser)/(linear|lower|upper|scores)/", r"NETWORK/\2/", name),
        re.sub(r"^textcat(_multilabel)?/", "CLASSIFIER/", encoder if "ENCODER" not in encoder else name),
    ):
        if f"`{general}`" in page:
            return True
    return False
