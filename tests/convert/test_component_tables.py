"""Sections of tagger, parser, senter and of the pipeline: what spaCy has, and what is refused."""

from __future__ import annotations

import copy
import json
from typing import Any, Callable

import numpy as np
import pytest
import spacy
from convert import container
from convert.components import check_class, component_sections, pipeline_sections
from convert.config_check import Component, Plan, plan_conversion, reads_zeros
from convert.constants import NO_STRING, PIPELINE_MAX_LENGTH, Feature
from convert.errors import ConvertError
from convert.morphologizer import morphologizer_sections
from convert.ner import ner_sections
from convert.parser import parser_sections
from convert.senter import senter_sections
from convert.strings import StringTable
from convert.tagger import tagger_sections
from convert.tiny import build_pipeline
from convert.tiny_recipe import SETTINGS, WIDTH
from panels import unpacked
from spacy.pipeline import Tagger
from spacy.tokens import Doc
from spacy.training import Example


def strings_of(sections: Any) -> list[str]:
    return sections["strings/bytes"].data.decode("utf-8").split("\0")[:-1]


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Any:
    return build_pipeline(tmp_path_factory.mktemp("tiny") / "pipeline")


def test_pipeline_is_in_spacys_order(sections, nlp):
    numbers = {"tok2vec": 0, "tagger": 1, "parser": 2, "senter": 3, "attribute_ruler": 4, "lemmatizer": 5, "ner": 6}
    rows = sections["pipeline"].array.tolist()
    assert rows == [[numbers[name], int(name in nlp.pipe_names)] for name in nlp.component_names]
    assert [row[0] for row in rows if not row[1]] == [numbers["senter"]]


def test_labels_of_the_tagger_are_its_rows(sections, nlp):
    labels = [strings_of(sections)[number] for number in sections["tagger/labels"].array]
    assert labels == nlp.get_pipe("tagger").cfg["labels"] and len(labels) == 50
    output = nlp.get_pipe("tagger").model.get_ref("softmax")
    weights, bias = unpacked(sections["tagger/W"].array, len(labels))
    assert np.array_equal(weights[:, 0], output.get_param("W")) and np.array_equal(bias[:, 0], output.get_param("b"))
    assert sections["tagger/W"].array.shape == (4, 1, 97, 16) and sections["senter/W"].array.shape == (1, 1, 17, 16)


def names_of(rows: Any, strings: list[str]) -> list[str]:
    """Names of parser moves in spaCy's manner."""
    names = []
    for action, label, head_label in rows:
        decorated = "" if head_label == NO_STRING else "||" + strings[head_label]
        names.append("SDLRB"[action] + (f"-{strings[label]}{decorated}" if strings[label] else ""))
    return names


def test_moves_are_spacys_in_order(sections, nlp):
    parser = nlp.get_pipe("parser")
    names = names_of(sections["parser/moves"].array, strings_of(sections))
    assert names == parser.move_names and len(names) == 106
    assert names[:2] == ["S", "D"] and names[105] == "B-ROOT" and sum("||" in name for name in names) > 10
    assert strings_of(sections)[sections["parser/root"].array[0]] == "ROOT"


def test_moves_are_ordered_by_action_then_frequency_then_label(sections, nlp):
    """The order that transition_system.pyx initialize_actions makes of the frequencies on the disk."""
    labels = json.loads(json.dumps(nlp.get_pipe("parser").moves.labels))
    expected = [
        ("SDLRB"[int(action)] + (f"-{label}" if label else ""))
        for action in sorted(labels)
        for _, label in sorted(((count, label) for label, count in labels[action].items()), reverse=True)
    ]
    assert names_of(sections["parser/moves"].array, strings_of(sections)) == expected


def test_slots_of_the_parser(sections):
    assert sections["parser/lower/W"].array.shape == (8, 8, 65, 16)  # 64 outputs of 2 pieces are 8 panels
    assert sections["parser/lower/pad"].array.shape == (8, 128)
    assert sections["parser/linear/W"].array.shape == (4, 1, 97, 16)
    assert sections["parser/upper/W"].array.shape == (7, 1, 65, 16)


def test_tiny_model_has_every_kind_of_move(tiny):
    strings = StringTable()
    found = {section.name: section for section in parser_sections(tiny.get_pipe("parser"), strings).network}
    names = names_of(found["parser/moves"].array, strings.texts)
    assert names == tiny.get_pipe("parser").move_names
    assert {name[0] for name in names} == set("SDLRB") and any("||" in name for name in names)


def test_tiny_model_has_every_component_under_another_name(tiny, tmp_path):
    """Sections go by factory, not by name, which the file has besides."""
    strings = StringTable()
    tiny.rename_pipe("tagger", "labeller")
    tiny.to_disk(tmp_path / "renamed")
    renamed = spacy.load(tmp_path / "renamed")
    tiny.rename_pipe("labeller", "tagger")
    plan = plan_conversion(renamed.config.interpolate())
    assert [component.name for component in plan.components] == renamed.component_names
    parts = component_sections(renamed, plan, strings)
    assert set(parts) == {
        "tok2vec",
        "tagger",
        "parser",
        "senter",
        "attribute_ruler",
        "lemmatizer",
        "ner",
        "textcat",
        "textcat_multilabel",
    }
    names = next(section for section in pipeline_sections(plan, strings) if section.name == "pipeline/names")
    assert [strings.texts[number] for number in names.array] == renamed.component_names
    assert all(
        section.name.startswith(factory + "/")
        for factory, part in parts.items()
        for section in [*part.network, *part.embeddings]
    )


# ---- refusals: what the configuration says ----


def pipeline_config(change: Callable[[Any], None] = lambda config: None) -> Any:
    """Configuration of tok2vec, tagger, parser, senter and ner of the tiny model, changed."""
    nlp = spacy.blank("en")
    for name, settings in SETTINGS.items():
        nlp.add_pipe(name, config=copy.deepcopy(settings))
    config = nlp.config.interpolate()
    change(config)
    return config


def refusal(change: Callable[[Any], None]) -> str:
    with pytest.raises(ConvertError) as raised:
        plan_conversion(pipeline_config(change))
    return str(raised.value)


def listen_to(component: str, upstream: str) -> Callable[[Any], None]:
    def change(config: Any) -> None:
        config["components"][component]["model"]["tok2vec"]["upstream"] = upstream

    return change


def order(*names: str) -> Callable[[Any], None]:
    def change(config: Any) -> None:
        config["nlp"]["pipeline"] = list(names)

    return change


def made_by(plan: Plan, factory: str) -> Component:
    (found,) = [component for component in plan.components if component.factory == factory]
    return found


def test_listeners_read_the_last_tok2vec_before_them():
    """Whomever they name: Doc.tensor is what that left (spacy/pipeline/tok2vec.py forward)."""
    for upstream in ("*", "tok2vec", "other"):
        plan = plan_conversion(pipeline_config(listen_to("tagger", upstream)))
        assert [component.factory for component in plan.components] == list(SETTINGS)
        assert [encoder.name for encoder in plan.encoders(made_by(plan, "tagger"))] == ["tok2vec"]
        assert not any(reads_zeros(plan, component) for component in plan.components)
    for names in (["tagger", "ner"], ["tagger", "tok2vec"]):
        plan = plan_conversion(pipeline_config(order(*names)))
        assert [component.name for component in plan.components if reads_zeros(plan, component)] == ["tagger"]


def test_a_listener_of_another_width():
    def change(config: Any) -> None:
        config["components"]["tagger"]["model"]["tok2vec"]["width"] = 5

    message = refusal(change)
    assert message.startswith(
        "component tagger listens to rows of width 5, and those of tok2vec, the last tok2vec before it, have 4, so that spaCy"
    )
    assert " --exclude tagger converts the rest of the pipeline: parser, senter, ner" in message


def test_the_width_of_the_last_tok2vec_that_runs_counts():
    def change(config: Any) -> None:
        wide = copy.deepcopy(config["components"]["tok2vec"])
        for part in ("embed", "encode"):
            wide["model"][part]["width"] = 5
        config["components"]["wide"] = wide
        config["nlp"]["pipeline"].insert(1, "wide")

    assert "and those of wide, the last tok2vec before it, have 5" in refusal(change)

    def disabled(config: Any) -> None:
        change(config)
        config["nlp"]["disabled"] = ["wide"]

    plan = plan_conversion(pipeline_config(disabled))
    assert [encoder.name for encoder in plan.encoders(made_by(plan, "tagger"))] == ["tok2vec", "wide"]


def test_a_listener_that_names_nobody_listens_to_any():
    """spaCy's default of upstream."""

    def change(config: Any) -> None:
        del config["components"]["tagger"]["model"]["tok2vec"]["upstream"]

    found = made_by(plan_conversion(pipeline_config(change)), "tagger")
    assert found.upstream == "*"


def test_disabled_encoder():
    def change(config: Any) -> None:
        config["nlp"]["disabled"] = ["tok2vec"]

    plan = plan_conversion(pipeline_config(change))
    listeners = ["tagger", "parser", "textcat", "textcat_multilabel"]
    assert [component.name for component in plan.components if reads_zeros(plan, component)] == listeners


def test_disabled_components():
    def change(config: Any) -> None:
        config["nlp"]["disabled"] = ["tok2vec", "tagger", "parser", "textcat", "textcat_multilabel"]

    plan = plan_conversion(pipeline_config(change))
    assert [component.factory for component in plan.components if component.enabled] == ["senter", "ner"]


@pytest.mark.parametrize(
    "component, other, upstream", [("tagger", "senter", None), ("senter", "tagger", "*"), ("ner", "parser", "*")]
)
def test_an_encoder_of_its_own_or_the_shared_one(component, other, upstream):
    def change(config: Any) -> None:
        config["components"][component]["model"]["tok2vec"] = config["components"][other]["model"]["tok2vec"]

    found = made_by(plan_conversion(pipeline_config(change)), component)
    assert found.upstream == upstream


def test_encoder_that_listens():
    def change(config: Any) -> None:
        config["components"]["tok2vec"]["model"] = config["components"]["tagger"]["model"]["tok2vec"]

    message = refusal(change)
    assert message.startswith(
        "architecture spacy.Tok2VecListener.v1 in component tok2vec is not supported, only spacy.Tok2Vec.v1, "
    )
    assert "--exclude tok2vec --exclude tagger --exclude parser" in message and message.endswith(
        " the pipeline: senter, ner"
    )


def twins(factory: str, *names: str) -> Callable[[Any], None]:
    def change(config: Any) -> None:
        for name in names:
            config["components"][name] = config["components"][factory]
            config["nlp"]["pipeline"].append(name)

    return change


@pytest.mark.parametrize("factory", ["tok2vec", "tagger", "ner", "senter", "textcat"])
def test_several_components_of_a_factory(factory):
    assert not plan_conversion(pipeline_config()).needs_names
    plan = plan_conversion(pipeline_config(twins(factory, "twin", "third")))
    assert plan.needs_names
    assert [plan.prefix(component) for component in plan.components] == [*SETTINGS, f"{factory}.2", f"{factory}.3"]


def test_two_parsers():
    message = refusal(twins("parser", "twin"))
    assert message.startswith("components parser and twin both come from the factory parser, and spaCy mixes the trees")


def test_too_many_components():
    names = [f"twin{i}" for i in range(PIPELINE_MAX_LENGTH)]
    assert refusal(twins("senter", *names)).startswith("the pipeline has 71 components; 64 are supported")


def test_a_name_of_its_own_needs_names():
    def change(config: Any) -> None:
        config["components"]["people"] = config["components"].pop("ner")
        config["nlp"]["pipeline"] = ["people" if name == "ner" else name for name in config["nlp"]["pipeline"]]

    assert plan_conversion(pipeline_config(change)).needs_names


@pytest.mark.parametrize("factory", ["parser", "ner"])
def test_a_factory_with_a_beam_has_the_sections_of_the_one_without(factory):
    def change(config: Any) -> None:
        config["components"][factory]["factory"] = f"beam_{factory}"

    plan = plan_conversion(pipeline_config(change))
    (component,) = (component for component in plan.components if component.name == factory)
    assert component.factory == f"beam_{factory}" and plan.prefix(component) == factory
    assert not plan.needs_names


def test_a_second_parser_is_refused_with_a_beam_too():
    def change(config: Any) -> None:
        config["components"]["second"] = {**config["components"]["parser"], "factory": "beam_parser"}
        config["nlp"]["pipeline"].append("second")

    assert "components parser and second both come from the factory parser" in refusal(change)


# ---- refusals: what the loaded components say ----


def test_senter_that_overwrites(tiny, monkeypatch):
    pipe = tiny.get_pipe("senter")
    normal = {section.name: section for section in senter_sections(pipe, StringTable()).network}
    monkeypatch.setitem(pipe.cfg, "overwrite", True)
    overwriting = {section.name: section for section in senter_sections(pipe, StringTable()).network}
    assert set(overwriting) - set(normal) == {"senter/settings"}
    assert overwriting["senter/settings"].array.tolist() == [1]


def test_tagger_that_overwrites_has_nothing_to(tiny, monkeypatch):
    pipe = tiny.get_pipe("tagger")
    normal = [section.name for section in tagger_sections(pipe, StringTable()).network]
    monkeypatch.setitem(pipe.cfg, "overwrite", True)
    assert [section.name for section in tagger_sections(pipe, StringTable()).network] == normal


@pytest.mark.parametrize("component, sections", [("tagger", tagger_sections), ("senter", senter_sections)])
def test_normalised_scores(tiny, component, sections, monkeypatch):
    pipe = tiny.get_pipe(component)
    monkeypatch.setitem(pipe.model.get_ref("softmax").attrs, "softmax_normalize", True)
    found = {section.name: section for section in sections(pipe, StringTable()).network}
    assert found[f"{component}/normalize"].array.tolist() == [1]
    monkeypatch.setitem(pipe.model.get_ref("softmax").attrs, "softmax_temperature", 0.5)
    with pytest.raises(ConvertError, match=f"component {component}: a softmax temperature of 0.5 is not supported"):
        sections(pipe, StringTable())


@pytest.mark.parametrize(
    "setting, value, words",
    [
        ("learn_tokens", True, "component parser: learn_tokens = true is not supported"),
        ("beam_width", 0, "component parser: beam_width = 0 is not supported, only 1 to 1024"),
        ("beam_width", 1025, "component parser: beam_width = 1025 is not supported"),
    ],
)
def test_other_ways_of_parsing(tiny, setting, value, words, monkeypatch):
    pipe = tiny.get_pipe("parser")
    monkeypatch.setitem(pipe.cfg, setting, value)
    with pytest.raises(ConvertError, match=words):
        parser_sections(pipe, StringTable())


@pytest.mark.parametrize("component, sections", [("parser", parser_sections), ("ner", ner_sections)])
def test_a_search(tiny, component, sections, monkeypatch):
    """Two numbers and a bit of the features; a density below 0 drops as little as 0, one above 1 everything."""
    pipe = tiny.get_pipe(component)
    names = {section.name for section in sections(pipe, StringTable()).network}
    monkeypatch.setitem(pipe.cfg, "beam_width", 5)
    monkeypatch.setitem(pipe.cfg, "beam_density", -0.5)
    found = {section.name: section for section in sections(pipe, StringTable()).network}
    assert set(found) - names == {f"{component}/beam_width", f"{component}/beam_density"}
    assert found[f"{component}/beam_width"].array.tolist() == [5]
    assert found[f"{component}/beam_density"].array.tolist() == [0]
    assert int.from_bytes(container.write([list(found.values())])[40:48], "little") & Feature.BEAM
    monkeypatch.setitem(pipe.cfg, "beam_density", 1.5)
    with pytest.raises(ConvertError, match=f"component {component}: beam_density = 1.5 leaves nothing in the beam"):
        sections(pipe, StringTable())


def test_labels_that_were_never_trained(tiny, monkeypatch):
    pipe = tiny.get_pipe("parser")
    monkeypatch.setitem(pipe.model.attrs, "unseen_classes", {3})
    with pytest.raises(ConvertError, match="component parser has labels that it was never trained on"):
        parser_sections(pipe, StringTable())


def test_moves_on_subtokens():
    nlp = spacy.blank("en")
    nlp.add_pipe("tok2vec", config=SETTINGS["tok2vec"])
    parser = nlp.add_pipe("parser", config=SETTINGS["parser"])
    parser.add_label("subtok")
    nlp.initialize()
    with pytest.raises(ConvertError, match="transition '.-subtok' of the parser is not supported"):
        parser_sections(parser, StringTable())


def test_shapes_that_do_not_fit(tiny, monkeypatch):
    pipe = tiny.get_pipe("tagger")
    monkeypatch.setitem(pipe.cfg, "labels", [*pipe.labels, "more"])
    with pytest.raises(ConvertError, match=rf"tagger/W: expected float32 \({len(pipe.labels)}, {WIDTH}\)"):
        tagger_sections(pipe, StringTable())


class OtherTagger(Tagger):
    """A component of a package's own under spaCy's factory name."""


def test_class_of_a_component(tiny):
    other = OtherTagger(tiny.vocab, tiny.get_pipe("tagger").model, "mine")
    with pytest.raises(
        ConvertError, match="component mine: .*OtherTagger is not supported, only spacy.pipeline.tagger.Tagger"
    ):
        check_class(other, "tagger")


@pytest.mark.parametrize("factory", ["tagger", "morphologizer", "trainable_lemmatizer"])
@pytest.mark.parametrize("earlier", ["attribute_ruler", "lemmatizer"])
def test_labellers_behind_rules_and_tables_need_names(factory, earlier):
    """Older readers run them first."""
    nlp = spacy.blank("en")
    nlp.add_pipe("tok2vec", config=SETTINGS["tok2vec"])
    nlp.add_pipe(factory, config=SETTINGS["tagger"])
    assert not plan_conversion(nlp.config.interpolate()).needs_names
    nlp.add_pipe(earlier, before=factory)
    assert plan_conversion(nlp.config.interpolate()).needs_names


def kept(overwrite: bool, *, extend: bool = False) -> set[str]:
    """The sections that say that a labeller leaves alone what is set; in a pipeline with two of each."""
    nlp = spacy.blank("en")
    for name in ("first", "second"):
        settings = {**SETTINGS["senter"], "overwrite": overwrite}
        nlp.add_pipe("tagger", name=f"tagger_{name}", config=settings)
        nlp.add_pipe("morphologizer", name=f"morphologizer_{name}", config={**settings, "extend": extend})
    doc = Doc(nlp.vocab, words=["A"], tags=["DT"], pos=["DET"], morphs=["Number=Sing"])
    nlp.initialize(lambda: [Example(nlp.make_doc("A"), doc)])
    parts = component_sections(nlp, plan_conversion(nlp.config.interpolate()), StringTable())
    return {section.name for part in parts.values() for section in part.network if section.name.endswith("/keeps")}


def test_who_keeps_what_is_set():
    assert kept(overwrite=True) == set()
    assert kept(overwrite=False) == {"tagger.2/keeps", "morphologizer.2/keeps"}
    with pytest.raises(
        ConvertError, match="morphologizer_second: extend = true is not supported behind morphologizer_first"
    ):
        kept(overwrite=True, extend=True)


def test_part_of_speech_that_spacy_lacks():
    nlp = spacy.blank("en")
    nlp.add_pipe("tok2vec", config=SETTINGS["tok2vec"])
    morphologizer = nlp.add_pipe("morphologizer", config=SETTINGS["tagger"])
    morphologizer.add_label("Number=Sing|POS=NOUN")
    nlp.initialize()
    rows = morphologizer_sections(morphologizer, StringTable()).network[-1].array.tolist()
    assert rows == [[0, 1]]
    morphologizer.cfg["labels_pos"]["Number=Sing|POS=NOUN"] = 7
    with pytest.raises(ConvertError, match="component morphologizer: the label .* has the part of speech 7"):
        morphologizer_sections(morphologizer, StringTable())
