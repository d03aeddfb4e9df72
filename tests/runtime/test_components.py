"""Which components run: the whole pipeline by default, and what --only, --exclude, "components" and TERN_COMPONENTS change."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, Callable

import pytest
from common import ROOT, SPACY_PACKAGE, Run, without_scores
from runtime.mock_runtime_api import Invocation, MockRuntimeApi, run_bootstrap
from runtime.tern_server import TernServer

# Lemmas without parts of speech are among what is compared.
pytestmark = pytest.mark.filterwarnings("ignore:.*W108.*:UserWarning")

NAMES = ["tok2vec", "tagger", "parser", "senter", "attribute_ruler", "lemmatizer", "ner"]
KNOWN = f"(it has: {', '.join(NAMES)})"
# The first two have other entities without the parser, the third others with senter in its place.
TEXTS = [
    "e.g. i.e. etc. vs. v.s. Inc. Ltd. Corp. Co. Bros.",
    "Apr. Aug. Dec. Feb. Jan. Jul. Jun. Mar. Nov. Oct. Sep. Sept.",
    "Mr. Mrs. Ms. Dr. Prof. Sr. Jr. St. Gen. Sen. Rep. Gov. Lt. Col.",
    "Alan Turing was born on June 23, 1912, in London, England. He'd never liked the two children's better mice\u2014had he?",
    " \n\nI can't pay $1,000.50 to https://example.com/a?b=c ... :-)\tThe leaves are leaving; she leaves.\r\nBuffalo buffalo",
    "Zo\u00eb M\u00fcller \U0001f469\u200d\U0001f680 saw \u6771\u4eac and \u041c\u043e\u0441\u043a\u0432\u0430 \0 yesterday.",
    "Hello",
    "  \n ",
    "",
]
BROS = {"text": "v.s. Inc. Ltd. Corp. Co. Bros.", "label": "ORG", "start": 19, "end": 49}
CO = {"text": "v.s. Inc. Ltd. Corp. Co.", "label": "ORG", "start": 19, "end": 43}
ABBREVIATIONS = json.dumps({"text": TEXTS[0]}).encode()


@pytest.fixture(scope="module")
def nlp():
    """Every component, senter too, which the package has switched off; the tests select what runs."""
    spacy = pytest.importorskip("spacy")
    pipeline = spacy.load(SPACY_PACKAGE)
    pipeline.enable_pipe("senter")
    return pipeline


def expected(nlp, components: list[str], texts: list[str] = TEXTS) -> list[dict[str, Any]]:
    """Doc.to_json() with exactly these components."""
    with nlp.select_pipes(enable=components):
        return [nlp(text).to_json() for text in texts]


def pipe(run: Run, *options: str, texts: list[str] = TEXTS, env: dict[str, str] | None = None) -> list[dict[str, Any]]:
    done = run(
        "tern", "pipe", *options, input=b"".join(json.dumps({"text": text}).encode() + b"\n" for text in texts), env=env
    )
    assert (done.returncode, done.stderr) == (0, b"")
    return [json.loads(line) for line in done.stdout.split(b"\n")[:-1]]


def test_documents_as_input(run: Run) -> None:
    """A line of spaCy's Doc.to_json(), or of an earlier answer, has tokens of its own: the text counts."""
    answers = pipe(run)
    lines = b"".join(json.dumps(answer).encode() + b"\n" for answer in answers)
    done = run("tern", "pipe", input=lines)
    assert (done.returncode, done.stderr) == (0, b"")
    assert [json.loads(line) for line in done.stdout.split(b"\n")[:-1]] == answers
    both = run("tern", "pipe", input=b'{"text": "A b", "tokens": ["A", "b"]}\n')
    assert both.returncode == 1 and b"tokens" in both.stdout


def assert_same(documents: list[dict[str, Any]], reference: list[dict[str, Any]]) -> None:
    """Same values, same keys, in the same order, everywhere."""
    assert len(documents) == len(reference)
    for document, wanted in zip(documents, reference):
        assert json.dumps(document) == json.dumps(wanted)


# ---- tern pipe: equal to spaCy's own document -----------------------------------------------------------------------------


def test_default_is_the_whole_pipeline(run: Run, nlp_full) -> None:
    assert_same(pipe(run), [nlp_full(text).to_json() for text in TEXTS])


def test_document_can_be_loaded_by_spacy(run: Run, nlp_full) -> None:
    from spacy.tokens import Doc

    for text, document in zip(TEXTS, pipe(run)):
        own, loaded = nlp_full(text), Doc(nlp_full.vocab).from_json(document)
        # from_json() takes a document whose morphs are all empty for one without any.
        assert loaded.to_json() == Doc(nlp_full.vocab).from_json(own.to_json()).to_json()
        assert loaded.text == own.text
        assert [e.label_ for e in loaded.ents] == [e.label_ for e in own.ents]
        assert [s.text for s in loaded.sents] == [s.text for s in own.sents]
        for a, b in zip(loaded, own):
            for field in ("text", "whitespace_", "tag_", "pos_", "lemma_", "dep_", "is_sent_start"):
                assert getattr(a, field) == getattr(b, field), (text, b.i, field)
            assert (str(a.morph), a.head.i, a.idx) == (str(b.morph), b.head.i, b.idx)


@pytest.mark.parametrize(
    "only",
    [
        *([name] for name in NAMES),
        ["tok2vec", "tagger"],
        ["tok2vec", "parser"],
        ["tok2vec", "parser", "ner"],
        ["senter", "ner"],
        ["tagger", "attribute_ruler"],
        ["tagger", "attribute_ruler", "lemmatizer"],
        ["attribute_ruler", "lemmatizer"],
        ["tok2vec", "tagger", "senter", "attribute_ruler", "lemmatizer", "ner"],
        NAMES,
    ],
    ids=",".join,
)
def test_only(run: Run, nlp, only: list[str]) -> None:
    assert_same(pipe(run, "--only", ",".join(only)), expected(nlp, only))


@pytest.mark.parametrize(
    "exclude",
    [
        *([name] for name in NAMES),
        ["tok2vec", "ner"],
        ["tagger", "parser"],
        ["parser", "attribute_ruler"],
        ["tagger", "attribute_ruler"],
        ["tagger", "lemmatizer", "ner"],
        NAMES,
    ],
    ids=",".join,
)
def test_exclude(run: Run, nlp, exclude: list[str]) -> None:
    kept = [name for name in NAMES if name != "senter" and name not in exclude]
    assert_same(pipe(run, "--exclude", ",".join(exclude)), expected(nlp, kept))


def test_order_spaces_and_repetition_of_names_mean_nothing(run: Run) -> None:
    documents = pipe(run, "--only", "ner,tagger,tok2vec")
    assert pipe(run, "--only", " tok2vec, ner ,tagger,ner") == documents
    assert pipe(run, "--exclude", "lemmatizer,attribute_ruler,parser") == documents


def test_variable_sets_another_default(run: Run, nlp) -> None:
    env = {"TERN_COMPONENTS": "tok2vec,tagger,senter"}
    assert_same(pipe(run, env=env), expected(nlp, ["tok2vec", "tagger", "senter"]))
    assert_same(pipe(run, "--exclude", "tagger", env=env), expected(nlp, ["tok2vec", "senter"]))
    assert_same(pipe(run, "--only", "ner", env=env), expected(nlp, ["ner"]))
    assert pipe(run, env={"TERN_COMPONENTS": ""}) == pipe(run)


# ---- wrong names ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("command", ["ner", "parse", "pipe"])
@pytest.mark.parametrize("option", ["--only", "--exclude"])
@pytest.mark.parametrize(
    "names", ["", "x", "NER", "ner,", ",ner", "ner;parser", "ner,tagger,\n", "ner\tx", "tok2vec" * 100]
)
def test_unknown_name(run: Run, command: str, option: str, names: str) -> None:
    done = run("tern", command, option, names, input=b"")
    text = done.stderr.decode()
    assert (done.returncode, done.stdout, text.count("\n")) == (2, b"", 1)
    assert (
        text.startswith(f'tern: {option}: the model has no component "')
        and f'{KNOWN}; see "tern {command} --help"' in text
    )


@pytest.mark.parametrize("command", [["ner", "Bonn"], ["parse", "Bonn"], ["pipe"], ["serve", "--port", "0"]])
@pytest.mark.parametrize("value", ["x", "ner parser", "ner,,parser", "\u00e4"])
def test_unknown_name_in_the_variable(run: Run, command: list[str], value: str) -> None:
    done = run("tern", *command, env={"TERN_COMPONENTS": value})
    assert (done.returncode, done.stdout) == (1, b"")
    assert (
        done.stderr.startswith(b"tern: TERN_COMPONENTS: the model has no component ") and KNOWN.encode() in done.stderr
    )


def test_both_options_exclude_each_other(run: Run) -> None:
    done = run("tern", "pipe", "--only", "ner", "--exclude", "parser")
    assert (done.returncode, done.stdout) == (2, b"")
    assert b"--only and --exclude" in done.stderr


def test_entities_need_ner(run: Run) -> None:
    for options in (["--only", "parser"], ["--exclude", "ner"]):
        done = run("tern", "ner", *options, "Bonn")
        assert (done.returncode, done.stdout) == (2, b"") and b'"ner" must run' in done.stderr
    done = run("tern", "ner", "-m", ROOT / "tests/data/tiny_sentiment.tern", "Bonn")  # no option could help
    assert (done.returncode, done.stdout) == (1, b"")
    assert done.stderr == b'tern: the model has no component "ner" (it has: sentencizer, textcat)\n'
    served = run("tern", "serve", "--port", "0", env={"TERN_COMPONENTS": "tok2vec,parser"})
    assert (served.returncode, served.stdout) == (1, b"")
    assert served.stderr.startswith(b"tern: TERN_COMPONENTS:") and b'"ner"' in served.stderr


def test_a_tree_needs_the_parser(run: Run) -> None:
    done = run("tern", "parse", "--tree", "--exclude", "parser", "Bonn")
    assert (done.returncode, done.stdout) == (2, b"") and b'"parser"' in done.stderr


def test_components_that_the_model_lacks(run: Run) -> None:
    from common import TINY

    offered = json.loads(run("tern", "inspect", TINY).stdout.decode().split("\nsection ")[0])
    for name in NAMES:
        done = run("tern", "parse", "--only", name, "Bonn", env={"TERN_MODEL": str(TINY)})
        if done.returncode != 0:
            assert (done.returncode, done.stdout) == (1, b"")
            assert done.stderr.startswith(f'tern: the model has no component "{name}" (it has: '.encode())
    assert offered is not None


# ---- tern ner -------------------------------------------------------------------------------------------------------------


def entities(run: Run, *options: str, env: dict[str, str] | None = None) -> Any:
    return without_scores(json.loads(run("tern", "ner", "--json", *options, TEXTS[0], env=env).stdout))["entities"]


def test_ner_of_the_command_line(run: Run) -> None:
    assert entities(run) == [CO]
    assert entities(run, "--only", "ner") == [BROS]
    assert entities(run, "--exclude", "parser") == [BROS]
    assert entities(run, "--exclude", "tagger,lemmatizer") == [CO]
    assert entities(run, env={"TERN_COMPONENTS": "ner"}) == [BROS]
    assert entities(run, "--only", "tok2vec,parser,ner", env={"TERN_COMPONENTS": "ner"}) == [CO]


# ---- POST /ner ------------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module", params=[None, "ner"], ids=["default", "TERN_COMPONENTS=ner"])
def server(request: pytest.FixtureRequest, program, model_file) -> Iterator[TernServer]:
    with pytest.MonkeyPatch.context() as patch:
        if request.param:
            patch.setenv("TERN_COMPONENTS", request.param)
        else:
            patch.delenv("TERN_COMPONENTS", raising=False)
        with TernServer(program("tern"), model_file) as running:
            running.default = [BROS] if request.param else [CO]  # type: ignore[attr-defined]
            yield running


def post(server: TernServer, **members: Any) -> Any:
    answer = server.ner(json.dumps({"text": TEXTS[0], **members}).encode())
    return answer.json["entities"] if answer.status == 200 else (answer.status, answer.json["error"])


def test_request_without_components(server: TernServer) -> None:
    assert post(server) == server.default  # type: ignore[attr-defined]


def test_components_of_a_request(server: TernServer, nlp) -> None:
    assert post(server, components=None) == server.default  # type: ignore[attr-defined]
    assert post(server, components=["ner"]) == [BROS]
    assert post(server, components=["tok2vec", "parser", "ner"]) == [CO]
    for components in (["ner"], ["senter", "ner"], ["parser", "ner"], [name for name in NAMES if name != "senter"]):
        with nlp.select_pipes(enable=components):
            docs = [nlp(text) for text in TEXTS[:6]]
        for doc in docs:
            own = [{"text": e.text, "label": e.label_, "start": e.start_char, "end": e.end_char} for e in doc.ents]
            assert post(server, text=doc.text, components=components) == own


@pytest.mark.parametrize(
    "components", ["ner", {}, 1, True, [], ["tagger"], ["x"], ["ner", "x"], ["NER"], [["ner"]], ["ner\0"]]
)
def test_wrong_components_of_a_request(server: TernServer, components: Any) -> None:
    status, error = post(server, components=components)
    assert status == 400 and '"components"' in error and (KNOWN in error or 'must include "ner"' in error)


# ---- bootstrap ------------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def invoke(program, model_file) -> Callable[..., MockRuntimeApi]:
    def call(*events: bytes, **env: str) -> MockRuntimeApi:
        with MockRuntimeApi([Invocation(event) for event in events], (), "") as api:
            run_bootstrap(program("bootstrap"), api.address, model_file, env)
        return api

    return call


def test_components_of_an_event(invoke) -> None:
    restricted = json.dumps({"text": TEXTS[0], "components": ["ner"]})
    api = invoke(ABBREVIATIONS, restricted.encode(), json.dumps({"body": restricted}).encode())
    bare, ner, wrapped = (json.loads(post.body) for post in api.posts)
    assert (bare, ner) == ({"entities": [CO]}, {"entities": [BROS]})
    assert wrapped["statusCode"] == 200 and json.loads(wrapped["body"]) == {"entities": [BROS]}


def test_variable_of_the_function(invoke) -> None:
    full = json.dumps({"text": TEXTS[0], "components": ["tok2vec", "parser", "ner"]}).encode()
    api = invoke(ABBREVIATIONS, full, TERN_COMPONENTS="ner")
    assert [json.loads(post.body) for post in api.posts] == [{"entities": [BROS]}, {"entities": [CO]}]


@pytest.mark.parametrize("value, words", [("x", KNOWN), ("ner,", KNOWN), ("tok2vec,parser", '"ner" must be')])
def test_bad_variable_is_a_failed_start(invoke, value: str, words: str) -> None:
    (report,) = invoke(ABBREVIATIONS, TERN_COMPONENTS=value).posts
    assert report.path.endswith("/runtime/init/error")
    assert report.headers["lambda-runtime-function-error-type"] == "Runtime.BadConfig"
    message = json.loads(report.body)["errorMessage"]
    assert message.startswith("TERN_COMPONENTS: ") and words in message
