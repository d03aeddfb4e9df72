"""References: a debug build of Python counts them. After each round of typical calls, wrong ones among them, there are as many as
before. The module is compiled for that Python, since only what its headers count is counted."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest
from common import BUILD, ROOT

PYTHON = "python3-dbg"
PROGRAM = r'''
import gc, sys
sys.path.insert(0, sys.argv[1])
from operator import attrgetter
import tern_nlp
from tern_nlp.matcher import Matcher, PhraseMatcher
from tern_nlp.tokens import Doc, Span

TEXT = "Alan Turing was born in London, and she'd paid $5 to Ada."
nlp = tern_nlp.load("en_core_web_sm")
model = nlp._engine.model
matcher = Matcher(nlp.vocab)
matcher.add("A", [[{"LOWER": {"REGEX": "^l"}}], [{"LIKE_NUM": True, "OP": "+"}]])
phrases = PhraseMatcher(nlp.vocab, attr="LOWER")
phrases.add("C", [nlp.make_doc("london")])
read = attrgetter(*"""i idx text orth_ text_with_ws whitespace_ lemma_ norm_ lower_ shape_ prefix_ suffix_ tag_ pos_ dep_ morph head
    left_edge right_edge n_lefts n_rights is_sent_start ent_type_ ent_iob_ ent_id_ ent_kb_id_ is_alpha is_stop like_num lemma norm
    orth lower rank""".split())

def refused(*calls):
    for call in calls:
        try:
            call()
        except Exception:
            continue
        raise AssertionError("a wrong call went well")

def use():
    doc = nlp(TEXT)
    for token in doc:
        read(token), list(token.children), list(token.ancestors), token.check_flag(5), token < doc[0], hash(token), repr(token)
    for span in [*doc.ents, *doc.sents, *doc.noun_chunks, doc[1:4]]:
        span.text, span.label_, span.root, span.start_char, hash(span), span == doc[0:1], list(span), repr(span)
    doc[0:2].label_, doc[3].lemma_, doc[3].tag_, doc.ents, doc.spans["a"] = "X", "y", "NN", [doc[0:2]], [doc[1:3]]
    doc._array([74, 73]), doc._column(80), doc.copy(), doc.char_span(0, 11), doc.to_json(), matcher(doc), phrases(doc)
    Doc(nlp.vocab, words=["a", "b"], spaces=[True, False]).text
    list(nlp.pipe([TEXT, TEXT], n_process=2)), list(nlp.pipe([(TEXT, 1)], as_tuples=True))
    strings, word = nlp.vocab.strings, nlp.vocab["London"]
    word.is_stop, word.lower_, strings["London"], strings[strings["London"]], "q" in strings, len(nlp.vocab), list(nlp.vocab)
    refused(
        lambda: nlp("\ud800"), lambda: nlp(3), lambda: doc[999], lambda: doc["a"], lambda: doc[::2], lambda: Span(doc, 5, 2),
        lambda: Span(doc, 0, 1, label="\ud800"), lambda: strings[12345], lambda: setattr(doc[0], "tag_", 3),
        lambda: setattr(doc[0], "lemma", "x"), lambda: doc._set(0, 79, 10**6), lambda: strings.add(3),
        lambda: list(nlp.pipe([None])),
        lambda: doc._array(["x"]), lambda: tern_nlp._tern.Model("/nowhere"), lambda: tern_nlp._tern.Model(b"junk"),
        lambda: model.run([b"x"], 1), lambda: model.run_words([(["a"], b"12")], 1),
        lambda: model.run(["a"], 1, sent_starts=["x"]), lambda: model.run(["a"], 1, sent_starts=[b"\1\1\1"]),
        lambda: model.noun_chunks([0], [1, 2], [3]), lambda: Doc(nlp.vocab, words=[""]),
    )

for _ in range(5):
    use()
counts = [0] * 5
for place in range(len(counts)):
    for _ in range(20):
        use()
    gc.collect()
    counts[place] = sys.gettotalrefcount()
grown = [after - before for before, after in zip(counts, counts[1:])]
assert max(grown) < 20, grown  # less than one for each use
'''

pytestmark = [pytest.mark.long, pytest.mark.skipif(not shutil.which(PYTHON), reason=f"{PYTHON} is wanted")]


def test_no_reference_is_lost(package_folder: Path, tmp_path: Path) -> None:
    folder = tmp_path / "tern_nlp"
    shutil.copytree(package_folder / "tern_nlp", folder)
    include = subprocess.run(
        [PYTHON, "-c", "import sysconfig; print(sysconfig.get_path('include'))"],
        check=True,
        capture_output=True,
        text=True,
    ).stdout.strip()
    sources = [*sorted((ROOT / "python" / "src").glob("*.c")), ROOT / "engine" / "base" / "hash.c"]
    flags = ["-std=c11", "-O1", "-shared", "-fPIC", "-fvisibility=hidden", "-D_GNU_SOURCE", "-DPy_DEBUG=1"]
    includes = [f"-I{ROOT}/engine", f"-I{ROOT}/engine/base", "-isystem", include]
    module = ["-o", str(folder / "_tern.abi3.so"), f"-Wl,--version-script={ROOT}/python/exports.map"]
    compiler = ["cc", *flags, *includes, *map(str, sources), str(BUILD / "libtern.a"), *module, "-lm", "-lpthread"]
    subprocess.run(compiler, check=True, timeout=300)
    subprocess.run([PYTHON, "-I", "-c", PROGRAM, str(tmp_path)], check=True, timeout=300)
