"""Documents for people and for other tools: CoNLL-U, pages, tables, trees. Expected values are spaCy's own documents."""

from __future__ import annotations

import json
import os
import re
import subprocess
import unicodedata
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any, Callable

import pytest
from browser import running_browser
from common import Run
from runtime.terminal import on_terminal

XHTML = "{http://www.w3.org/1999/xhtml}"
SVG = "{http://www.w3.org/2000/svg}"
TEXTS = [
    "Alan Turing was born on June 23, 1912, in London, England. He'd never liked it\u2014had he?",
    " \n\n The committee, whose members had been appointed by the president in January, recommended that the government, "
    "despite its financial difficulties, should increase the money it spends on schools.\r\n\tIt didn't.  \n",
    "<b>\"AT&T\"</b> &amp; <script>alert(1)</script> paid $5|6\\7 million to\u00a0Apple\u3000Inc. on Monday, 'they' say.",
    "\u05d0\u05dc\u05d1\u05e8\u05d8 \u05d0\u05d9\u05d9\u05e0\u05e9\u05d8\u05d9\u05d9\u05df and Zo\u00eb "
    "\U0001f469\u200d\U0001f680\U0001f600 saw \u6771\u4eac, e\u0301 and \u041c\u043e\u0441\u043a\u0432\u0430 in Paris.",
    "# Alan\0 Turing\x01 \x1b[31mred\x7f was\u0085 in\ufffe London\u2028 _ .",
    "What did you say that she thought he had bought in New York?",
    "Hi",
]


def good(done: subprocess.CompletedProcess[bytes]) -> str:
    assert (done.returncode, done.stderr) == (0, b"")
    return done.stdout.decode()


@pytest.fixture(scope="module")
def docs(nlp_full) -> list[Any]:
    return [nlp_full(text) for text in TEXTS]


@pytest.fixture(scope="module")
def show(run: Run) -> Callable[..., str]:
    """show("parse", "html", text, option, ...): what tern prints."""

    def call(command: str, form: str, text: str, *options: str) -> str:
        return good(run("tern", command, "--format", form, *options, input=text.encode()))

    return call


# ---- CoNLL-U --------------------------------------------------------------------------------------------------------------


def space_of(escaped: str) -> str:
    meanings = {"s": " ", "t": "\t", "n": "\n", "r": "\r", "p": "|", "\\": "\\"}
    return re.sub(r"\\(.)", lambda m: meanings[m[1]], escaped)


def rows_of(output: str) -> list[list[list[str]]]:
    """Sentences of rows of columns, by the letter of the format: only a line feed ends a line."""
    assert output == "" or output.endswith("\n\n")
    blocks = output.split("\n\n")[:-1]
    sentences = [[line.split("\t") for line in block.split("\n") if not line.startswith("# ")] for block in blocks]
    for number, (block, rows) in enumerate(zip(blocks, sentences), 1):
        assert block.startswith(f"# sent_id = {number}\n# text = ")
        assert all(len(row) == 10 and all(row) for row in rows)
        assert [row[0] for row in rows] == [str(i) for i in range(1, len(rows) + 1)]
    return sentences


def misc_of(row: list[str]) -> dict[str, str]:
    return {} if row[9] == "_" else dict(item.split("=", 1) for item in row[9].split("|"))


def text_of(sentences: list[list[list[str]]]) -> str:
    text = ""
    for row in (row for sentence in sentences for row in sentence):
        misc = misc_of(row)
        after = "" if misc.get("SpaceAfter") == "No" else space_of(misc.get("SpacesAfter", "\\s"))
        text += space_of(misc.get("SpacesBefore", "")) + row[1] + after
    return text


def words_of(doc: Any) -> list[list[Any]]:
    """The tokens of each sentence that are not white space, without sentences that have none."""
    sentences = [[token for token in sentence if not token.is_space] for sentence in doc.sents]
    return [words for words in sentences if words]


def head_among(words: list[Any], token: Any) -> Any | None:
    """The nearest ancestor among the words."""
    while token.head is not token and token.head.i != token.i:
        token = token.head
        if any(word.i == token.i for word in words):
            return token
    return None


@pytest.mark.parametrize("index", range(len(TEXTS)))
def test_conllu_is_spacys_parse(show, docs, index: int) -> None:
    doc = docs[index]
    sentences = rows_of(show("parse", "conllu", TEXTS[index]))
    expected = words_of(doc)
    assert len(sentences) == len(expected)
    for rows, words in zip(sentences, expected):
        number = {word.i: i for i, word in enumerate(words, 1)}
        (root,) = (i for i, row in enumerate(rows) if row[6] == "0")
        assert rows[root][7] == "root"
        for row, word in zip(rows, words):
            head = head_among(words, word)
            assert row[1:6] == [word.text, word.lemma_, word.pos_, word.tag_, str(word.morph) or "_"]
            if int(row[0]) != root + 1:
                assert (row[6], row[7]) == (str(number[head.i]) if head else str(root + 1), word.dep_)
            assert row[8] == "_"
    assert text_of(sentences) == TEXTS[index]


def test_conllu_for_another_reader(show, docs) -> None:
    conllu = pytest.importorskip("conllu")
    for text, doc in list(zip(TEXTS, docs))[:4]:  # it strips what Python calls white space from the ends of lines
        sentences = conllu.parse(show("parse", "conllu", text))
        assert [s.metadata["sent_id"] for s in sentences] == [str(i) for i in range(1, len(sentences) + 1)]
        for sentence, words in zip(sentences, words_of(doc)):
            assert [token["form"] for token in sentence] == [word.text for word in words]
            assert [token["lemma"] for token in sentence] == [word.lemma_ for word in words]
            assert [token["feats"] or {} for token in sentence] == [word.morph.to_dict() for word in words]
            tree = sentence.to_tree()  # fails if there is no root or a cycle
            assert tree.token["deprel"] == "root"
            joined = "".join(t["form"] + ("" if (t["misc"] or {}).get("SpaceAfter") == "No" else " ") for t in sentence)
            assert sentence.metadata["text"] == joined.strip()


def test_conllu_where_white_space_is_head(show, nlp_full) -> None:
    """spaCy lets words hang on white space now and then: such a text has to be among these."""
    texts = [a + b + c for a in ("\n", " \n", "\t\t") for b in ("(", "and", "*", "x") for c in ("", "\n\nb", " . \n c")]
    found = 0
    for text in texts:
        doc = nlp_full(text)
        found += any(token.head.is_space and not token.is_space for token in doc)
        for rows, words in zip(rows_of(show("parse", "conllu", text)), words_of(doc)):
            heads = [int(row[6]) for row in rows]
            assert heads.count(0) == 1 and all(head <= len(rows) and head != i for i, head in enumerate(heads, 1))
            assert [row[7] for row in rows if row[6] == "0"] == ["root"]
            assert len(words) == len(rows)
    assert found


def test_conllu_without_components(show, nlp_full) -> None:
    (rows,) = rows_of(show("parse", "conllu", "I saw  it.", "--exclude", "parser,tagger,attribute_ruler,lemmatizer"))
    assert [row[1] for row in rows] == ["I", "saw", "it", "."]
    assert all(row[2:9] == ["_"] * 7 for row in rows)
    (rows,) = rows_of(show("parse", "conllu", "I saw  it.", "--only", "tok2vec,tagger"))
    assert [row[4] for row in rows] == [token.tag_ for token in nlp_full("I saw  it.") if not token.is_space]


NORMS = "He didn't see\u00a0the theatre|U.K., 'cause a|b ... \\ it's  \u0130X."


def test_norms_in_conllu(show, nlp_full) -> None:
    plain, normed = (rows_of(show("parse", "conllu", NORMS, *options)) for options in ((), ("--norm",)))
    words = [word for sentence in words_of(nlp_full(NORMS)) for word in sentence]
    rows = [row for sentence in normed for row in sentence]
    assert [space_of(misc_of(row)["Norm"]) for row in rows] == [word.norm_ for word in words]
    for row in rows:
        row[9] = "|".join(item for item in row[9].split("|") if not item.startswith("Norm=")) or "_"
    assert rows == [row for sentence in plain for row in sentence]


def test_norms_in_a_table(show, nlp_full) -> None:
    lines = show("parse", "table", NORMS, "--norm").split("\n")
    assert lines[0].split() == ["#", "token", "norm", "tag", "pos", "lemma", "dep", "head", "entity", "morph"]
    found = [re.split(r" {2,}", line.strip(" "))[2] for line in lines[1:] if line]
    assert found == [shown(token, token.norm_) for token in nlp_full(NORMS)]


@pytest.mark.parametrize("form", ["tree", "html"])
def test_norms_have_no_place_in_trees_and_pages(run: Run, form: str) -> None:
    done = run("tern", "parse", "--norm", "--format", form, "Hi")
    assert (done.returncode, done.stdout) == (2, b"")
    assert done.stderr.decode().startswith(f"tern: --norm is for the formats table, conllu and json: a {form} does not")


def test_norms_in_conllu_hold_no_separators(run: Run, tmp_path: Path) -> None:
    spacy = pytest.importorskip("spacy")
    from convert.__main__ import main

    nlp = spacy.blank("xx")
    nlp.tokenizer.add_special_case("ab", [{"ORTH": "ab", "NORM": "x|\ty \\\n"}])
    nlp.to_disk(tmp_path / "xx")
    main([str(tmp_path / "xx"), "-o", str(tmp_path / "xx.tern")], standalone_mode=False)
    ((row,),) = rows_of(good(run("tern", "parse", "-m", tmp_path / "xx.tern", "--norm", "--format", "conllu", "ab")))
    assert row[9] == "Norm=x\\p\\ty\\s\\\\\\n|SpaceAfter=No" and space_of(misc_of(row)["Norm"]) == "x|\ty \\\n"


@pytest.mark.parametrize("text", [" ", "\n", " \t\n\u00a0"])
def test_conllu_of_white_space_is_nothing(show, text: str) -> None:
    assert show("parse", "conllu", text) == ""


# ---- pages ----------------------------------------------------------------------------------------------------------------


def visible(text: str) -> str:
    """What a page shows for a text: HTML has no way to carry control characters and noncharacters."""
    shown = []
    for c in text:
        code = ord(c)
        if c in "\t\n\r":
            shown.append(c)
        elif code < 0x20:
            shown.append(chr(0x2400 + code))
        elif code == 0x7F:
            shown.append("\u2421")
        else:
            shown.append(
                "\ufffd"
                if unicodedata.category(c) == "Cc" or code & 0xFFFE == 0xFFFE or 0xFDD0 <= code <= 0xFDEF
                else c
            )
    return "".join(shown).replace("\r\n", "\n").replace("\r", "\n")  # as parsers of HTML and XML read it


class Tags(HTMLParser):
    """Every tag and attribute as a browser would read them."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str]] = []
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += [(name, value or "") for name, value in attrs]


def page_of(output: str) -> ET.Element:
    """The page as XML; checked to be safe and to need nothing else."""
    assert output.startswith("<!DOCTYPE html>\n") and output.endswith("</html>\n")
    assert not re.search(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufffe\uffff]", output)
    tags = Tags(output)
    known = "html head meta title style body main mark small figure svg path text"
    assert set(tags.tags) <= set(known.split())
    assert not any(name.startswith("on") or name in ("src", "href") for name, _ in tags.attributes)
    assert "url(" not in output and "@import" not in output
    return ET.fromstring(output)


@pytest.mark.parametrize("index", range(len(TEXTS)))
def test_page_of_entities(show, docs, index: int) -> None:
    page = page_of(show("ner", "html", TEXTS[index]))
    main = page.find(f"{XHTML}body/{XHTML}main")
    assert main is not None
    marks = main.findall(f"{XHTML}mark")
    shown = [(mark.text, mark.find(f"{XHTML}small").text) for mark in marks]  # type: ignore[union-attr]
    assert shown == [(visible(e.text), e.label_) for e in docs[index].ents]
    for small in main.iter(f"{XHTML}small"):
        small.text = ""
    assert "".join(main.itertext()) == visible(TEXTS[index])
    assert all(re.fullmatch(r"background: #[0-9a-f]{6}", mark.get("style", "")) for mark in marks)


def test_each_label_has_a_colour_of_its_own(run: Run) -> None:
    labels = "PERSON NORP FAC ORG GPE LOC PRODUCT EVENT WORK_OF_ART LAW LANGUAGE DATE TIME PERCENT MONEY QUANTITY ORDINAL CARDINAL"
    source = (Path(__file__).parents[2] / "runtime" / "formats" / "labels.c").read_text()
    colours = dict(re.findall(r'\{"([A-Z_]+)", "[0-9;]+", "(#[0-9a-f]{6})"\}', source))
    assert set(colours) == set(labels.split()) and len(set(colours.values())) == len(colours)


def shape_of(path: ET.Element) -> tuple[int, int, int]:
    """Left end, right end and height (y) of an arc."""
    numbers = re.fullmatch(r"M(\d+),\d+V\d+Q\d+,(\d+),\d+,\d+H\d+Q(\d+),\d+,\d+,\d+V\d+", path.get("d", ""))
    assert numbers, path.get("d")
    return int(numbers[1]), int(numbers[3]), int(numbers[2])


def is_projective(sentence: Any) -> bool:
    arcs = [sorted((t.i, t.head.i)) for t in sentence if t.head.i != t.i]
    return not any(a[0] < b[0] < a[1] < b[1] for a in arcs for b in arcs)


def drawn(word: Any) -> str:
    text = word.text
    if word.is_space:
        return "".join({"\n": "\u21b5", "\t": "\u21e5"}.get(c, "\u2423") for c in text)
    return visible(text if len(text) <= 40 else text[:40] + "\u2026")


@pytest.mark.parametrize("index", range(len(TEXTS)))
def test_page_of_dependencies(show, docs, index: int) -> None:
    drawings = page_of(show("parse", "html", TEXTS[index])).findall(f".//{SVG}svg")
    sentences = list(docs[index].sents)
    assert len(drawings) == len(sentences)
    for drawing, sentence in zip(drawings, sentences):
        texts: dict[str, list[ET.Element]] = {"word": [], "pos": [], "dep": []}
        for element in drawing.iter(f"{SVG}text"):
            texts[element.get("class", "").split()[0]].append(element)
        tails = ["".join(t.itertext()) for t in texts["word"]]
        details = [t.findtext(f"{SVG}title") or "" for t in texts["word"]]
        assert [tail[len(detail) :] for tail, detail in zip(tails, details)] == [drawn(t) for t in sentence]
        assert all(detail.startswith(visible(t.lemma_)) for detail, t in zip(details, sentence) if t.text.isprintable())
        assert [t.text for t in texts["pos"]] == [t.pos_ for t in sentence]
        assert sorted(t.text or "" for t in texts["dep"]) == sorted(t.dep_ for t in sentence)
        arcs = [shape_of(p) for p in drawing.iter(f"{SVG}path") if p.get("class") == "arc"]
        assert len(arcs) == sum(t.head.i != t.i for t in sentence) == len(sentence) - 1
        assert len([p for p in drawing.iter(f"{SVG}path") if p.get("class") == "tip"]) == len(sentence)
        width, height = int(drawing.get("width", 0)), int(drawing.get("height", 0))
        assert drawing.get("viewBox") == f"0 0 {width} {height}"
        assert all(0 < left < right < width and 0 < y < height for left, right, y in arcs)
        if is_projective(sentence):
            ends = [end for arc in arcs for end in arc[:2]]
            assert len(set(ends)) == len(ends)
            for a in arcs:
                for b in arcs:
                    assert not a[0] < b[0] < a[1] < b[1], "arcs cross"
                    assert not (a[0] < b[0] and b[1] < a[1]) or b[2] - a[2] >= 15, (
                        "an arc is not below the one around it"
                    )


def test_page_without_dependencies(show) -> None:
    page = page_of(show("parse", "html", "I saw <it>.", "--only", "ner"))
    (drawing,) = page.findall(f".//{SVG}svg")
    assert [t.text for t in drawing.iter(f"{SVG}text")] == ["I", "saw", "<", "it", ">", "."]
    assert not list(drawing.iter(f"{SVG}path"))


# ---- the pages in a real browser --------------------------------------------------------------------------------------------


OVERLAPS = """name => {
  const boxes = Array.from(document.querySelectorAll(name), text => text.getBoundingClientRect());
  const meet = (a, b) => a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;
  return boxes.filter((a, i) => boxes.some((b, k) => k < i && meet(a, b))).length;
}"""
OUTSIDE = """() => Array.from(document.querySelectorAll('svg text'), text => [text.getBBox(), text.ownerSVGElement.viewBox.baseVal])
  .filter(([box, view]) => box.x < 0 || box.y < 0 || box.x + box.width > view.width || box.y + box.height > view.height).length"""


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with running_browser() as browser:
        yield browser


def test_pages_in_a_browser(show, browser: Any, docs, tmp_path: Path) -> None:
    page = browser.new_page(viewport={"width": 500, "height": 800})
    requests: list[str] = []
    page.on("request", lambda request: requests.append(request.url))
    for index, text in enumerate(TEXTS):
        for command in ("parse", "ner"):
            file = tmp_path / f"{command}{index}.html"
            file.write_text(show(command, "html", text), encoding="utf-8", newline="")
            page.goto(file.as_uri())
            assert page.evaluate("document.compatMode") == "CSS1Compat"
            assert page.evaluate("document.documentElement.scrollWidth") <= 500  # only a drawing scrolls, by itself
            if command == "parse":
                assert page.evaluate(OVERLAPS, ".word") == 0 and page.evaluate(OVERLAPS, ".dep") == 0
                assert page.evaluate(OUTSIDE) == 0
            else:
                assert page.evaluate("document.querySelectorAll('mark').length") == len(docs[index].ents)
    page.close()
    assert all(url.startswith("file:") for url in requests) and len(requests) == 2 * len(TEXTS)


# ---- tables and trees -------------------------------------------------------------------------------------------------------


def escaped(text: str) -> str:
    names = {"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"}
    return "".join(names.get(c, f"\\u{ord(c):04x}" if unicodedata.category(c) == "Cc" else c) for c in text)


def shown(token: Any, text: str) -> str:
    """The token's text or lemma; white space is made visible."""
    if not token.is_space:
        return escaped(text)
    return "".join("\u2423" if c == " " else escaped(c) if ord(c) < 0xA0 else f"\\u{ord(c):04x}" for c in text)


def shown_token(token: Any) -> str:
    return shown(token, token.text)


def table_row(token: Any) -> list[str]:
    head = f"{token.head.i} {shown_token(token.head)}" if token.head.i != token.i else ""
    entity = f"{token.ent_iob_}-{token.ent_type_}" if token.ent_type_ else ""
    cells = [
        str(token.i),
        shown_token(token),
        token.tag_,
        token.pos_,
        shown(token, token.lemma_),
        token.dep_,
        head,
        entity,
    ]
    return [cell for cell in [*cells, str(token.morph)] if cell]


@pytest.mark.parametrize("index", range(len(TEXTS)))
def test_table(show, docs, index: int) -> None:
    lines = show("parse", "table", TEXTS[index]).split("\n")
    assert lines.pop() == "" and lines[0].split() == [
        "#",
        "token",
        "tag",
        "pos",
        "lemma",
        "dep",
        "head",
        "entity",
        "morph",
    ]
    expected = []
    for number, sentence in enumerate(docs[index].sents):
        expected += [[]] * bool(number) + [table_row(token) for token in sentence]
    assert [re.split(r" {2,}", line.strip(" ")) if line else [] for line in lines[1:]] == expected
    assert all(line == line.rstrip(" ") for line in lines)


def test_columns_of_a_table_stand_below_each_other(show) -> None:
    lines = show("parse", "table", "Alan Turing liked \u6771\u4eac in e\u0301t\u00e9.").split("\n")[:-1]

    def cells(text: str) -> int:
        return sum(0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)

    for column in ("tag", "pos", "lemma", "dep"):
        at = cells(lines[0][: lines[0].index(f" {column} ") + 1])
        for line in lines[1:]:
            end = next(i for i in range(len(line)) if cells(line[:i]) == at)
            assert line[end - 2 : end] == "  " and line[end] != " "


def test_table_has_the_columns_that_were_set(show) -> None:
    assert show("parse", "table", "I saw it", "--only", "ner").split("\n")[0].split() == ["#", "token", "entity"]
    assert show("parse", "table", "I saw it", "--only", "tok2vec,tagger").split("\n")[0].split() == [
        "#",
        "token",
        "tag",
    ]


@pytest.mark.parametrize("index", range(len(TEXTS)))
def test_tree(show, docs, index: int) -> None:
    doc = docs[index]
    lines = show("parse", "tree", TEXTS[index]).split("\n")
    assert lines.pop() == ""

    def walk(token: Any, depth: int) -> Iterator[tuple[int, str]]:
        yield depth, "  ".join(part for part in (shown_token(token), token.dep_, token.pos_) if part)
        for child in token.children:
            yield from walk(child, depth + 1)

    expected: list[tuple[int, str]] = []
    for root in (token for token in doc if token.head.i == token.i):
        expected += [*([(0, "")] if expected else []), *walk(root, 0)]
    found = [re.fullmatch("((?:\u2502  |   )*(?:\u251c\u2500 |\u2514\u2500 )?)(.*)", line) for line in lines]
    assert [(len(m[1]) // 3, m[2]) for m in found if m] == expected
    assert good_branches(lines)


def good_branches(lines: list[str]) -> bool:
    """Below each branch that goes on there is a line, and only there."""
    for line, below in zip(lines, [*lines[1:], ""]):
        for column in range(0, max(len(line), len(below)), 3):
            goes_on = line[column : column + 1] in ("\u2502", "\u251c") and "\u2500" not in line[:column]
            continued = below[column : column + 1] in ("\u2502", "\u251c", "\u2514") and "\u2500" not in below[:column]
            starts = column == len(re.match("(?:\u2502  |   )*(?:\u251c\u2500 |\u2514\u2500 )?", line)[0])  # type: ignore[index]
            if goes_on and not continued or continued and not goes_on and not starts:
                return False
    return True


def test_json_is_a_line_of_the_pipe(run: Run, show, docs) -> None:
    for text, doc in zip(TEXTS, docs):
        line = show("parse", "json", text)
        assert line == good(run("tern", "pipe", input=json.dumps({"text": text}, ensure_ascii=False).encode() + b"\n"))
        assert json.loads(line) == doc.to_json()


@pytest.mark.parametrize("form", ["table", "tree", "conllu", "html", "json"])
def test_empty_text(run: Run, form: str) -> None:
    """A document without tokens, as in spaCy."""
    shown = good(run("tern", "parse", "--format", form, ""))
    if form == "html":
        assert not list(page_of(shown).iter(f"{SVG}svg"))
    else:
        assert (
            shown
            == {
                "json": good(run("tern", "pipe", input=b'{"text": ""}')),
                "conllu": "",
                "tree": "",
                "table": "#  token  tag  pos  lemma  dep  head  entity  morph\n",
            }[form]
        )


@pytest.mark.parametrize("form, most", [("table", 200), ("tree", 300), ("conllu", 200), ("html", 1500), ("json", 300)])
@pytest.mark.parametrize(
    "text",
    ["( " * 5000, "a" * 20000 + " b", "very " * 5000, "x\n\n" * 3000],
    ids=["brackets", "long", "chain", "lines"],
)
def test_size_grows_with_the_text(show, form: str, most: int, text: str) -> None:
    assert len(show("parse", form, text)) < 100_000 + most * len(text.split()) + 20 * len(text)


def terminal(program: Path, env: dict[str, str], *args: str) -> str:
    """What a terminal gets."""
    status, shown = on_terminal(program, *args, env=env)
    assert status == 0
    return shown


@pytest.mark.parametrize("form", ["table", "tree"])
def test_colours_on_a_terminal(program, run: Run, model_file: Path, form: str) -> None:
    text = TEXTS[0]
    env = {name: value for name, value in os.environ.items() if name not in ("NO_COLOR", "TERM")}
    env["TERN_MODEL"] = str(model_file)
    plain = good(run("tern", "parse", "--format", form, text))
    assert "\x1b" not in plain
    coloured = terminal(program("tern"), {**env, "TERM": "xterm"}, "parse", "--format", form, text)
    assert "\x1b[1mTuring\x1b[0m" in coloured and re.sub(r"\x1b\[[0-9;]*m", "", coloured) == plain
    for variables in ({"TERM": "dumb"}, {"TERM": "xterm", "NO_COLOR": "1"}):
        assert terminal(program("tern"), {**env, **variables}, "parse", "--format", form, text) == plain
