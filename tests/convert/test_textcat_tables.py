"""Text classifiers in the converter: sparse weights, what each architecture's sections say, what is refused."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import spacy
from convert.components import component_sections, pipeline_sections
from convert.config_check import plan_conversion
from convert.constants import NO_STRING
from convert.errors import ConvertError
from convert.strings import StringTable
from convert.textcat_tables import sparse_rows, textcat_sections
from panels import unpacked
from spacy.training import Example

LOGISTIC = 2
BOW = {
    "@architectures": "spacy.TextCatBOW.v3",
    "exclusive_classes": False,
    "ngram_size": 2,
    "no_output_layer": False,
    "length": 100,
}
ENCODER = {
    "@architectures": "spacy.HashEmbedCNN.v2",
    "pretrained_vectors": None,
    "width": 8,
    "depth": 1,
    "embed_size": 50,
    "window_size": 1,
    "maxout_pieces": 2,
    "subword_features": True,
}


def classifier(model: dict[str, Any], *labels: str, factory: str = "textcat_multilabel", nlp: Any = None) -> Any:
    """A pipeline with an initialised classifier of that architecture."""
    nlp = nlp or spacy.blank("en")
    pipe = nlp.add_pipe(factory, config={"model": model})
    for label in labels or ("A", "B", "C"):
        pipe.add_label(label)
    cats = {label: float(label == pipe.labels[0]) for label in pipe.labels}
    pipe.initialize(lambda: [Example.from_dict(nlp.make_doc("a b"), {"cats": cats})], nlp=nlp)
    return nlp


def refusal(model: dict[str, Any]) -> str:
    nlp = spacy.blank("en")
    nlp.add_pipe("textcat", name="topics", config={"model": model})
    with pytest.raises(ConvertError) as raised:
        plan_conversion(nlp.config.interpolate())
    return str(raised.value)


def dense(sections: dict[str, np.ndarray], prefix: str, position: int) -> np.ndarray:
    """The weights at a position: the format's description taken word for word."""
    used, before = sections[f"{prefix}/used"], sections[f"{prefix}/before"]
    rows = sections[f"{prefix}/rows"]
    word = int(used[position // 64])
    if not word >> position % 64 & 1:
        return np.zeros(rows.shape[1], dtype="f4")
    return rows[int(before[position // 64]) + bin(word & ((1 << position % 64) - 1)).count("1")]


# ---- sparse weights --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("positions", [1, 63, 64, 65, 1000])
@pytest.mark.parametrize("share", [0.0, 0.03, 0.5, 1.0])
def test_every_row_is_found(positions: int, share: float) -> None:
    numbers = np.random.RandomState(positions)
    weights = (numbers.uniform(-1, 1, (positions, 3)) * (numbers.uniform(size=(positions, 1)) < share)).astype("f4")
    used, before, rows = sparse_rows(weights)
    found = {"x/used": used, "x/before": before, "x/rows": rows}
    assert len(rows) == max(1, weights.any(axis=1).sum()) and len(used) == len(before) == -(-positions // 64)
    assert all((dense(found, "x", position) == weights[position]).all() for position in range(positions))


@pytest.mark.parametrize("version, buckets", [(3, 128), (2, 1 << 18)])
def test_weights_are_where_the_layer_has_them(version: int, buckets: int) -> None:
    settings = {key: value for key, value in BOW.items() if version == 3 or key != "length"}
    nlp = classifier({**settings, "@architectures": f"spacy.TextCatBOW.v{version}"})
    pipe = nlp.get_pipe("textcat_multilabel")
    linear = pipe.model.get_ref("output_layer")
    numbers = np.random.RandomState(1)
    weights = np.zeros(3 * buckets, dtype="f4")
    weights[numbers.randint(0, 3 * buckets, 300)] = numbers.uniform(-1, 1, 300)
    linear.set_param("W", weights)
    network, embeddings = textcat_sections("textcat_multilabel", pipe, StringTable())
    sections = {section.name: section.array for section in network + embeddings}
    prefix = "textcat_multilabel/bow"
    assert sections[f"{prefix}/settings"].tolist() == [2, buckets, LOGISTIC, int(version == 2)]
    for bucket in [*range(100), buckets - 1]:
        if version == 3:  # thinc sparselinear.pyx: weights[(clas * nr_weight) + idx]
            assert (dense(sections, prefix, bucket) == weights[bucket::buckets]).all()
        else:  # weights[idx + clas]
            assert [float(dense(sections, prefix, bucket + c)[0]) for c in range(3)] == weights[
                bucket : bucket + 3
            ].tolist()


# ---- architectures ---------------------------------------------------------------------------------------------------


def test_ensemble_reads_the_bag_before_the_pooled_rows() -> None:
    nlp = classifier({"@architectures": "spacy.TextCatEnsemble.v2", "tok2vec": ENCODER, "linear_model": BOW})
    pipe = nlp.get_pipe("textcat_multilabel")
    network, embeddings = textcat_sections("textcat_multilabel", pipe, StringTable())
    sections = {section.name.split("/", 1)[1]: section.array for section in network + embeddings}
    assert sections["settings"].tolist() == [16, LOGISTIC, 1] and sections["bow/settings"].tolist() == [
        2,
        128,
        LOGISTIC,
        0,
    ]
    linear = next(node for node in pipe.model.walk() if node.name == "linear")
    weights, _ = unpacked(sections["output/W"], 3)
    assert weights.shape == (3, 1, 3 + 8) and np.array_equal(weights[:, 0], linear.get_param("W"))
    assert "key/W" not in sections
    query, bias = unpacked(sections["query/W"], 1)
    assert np.array_equal(query[0, 0], pipe.model.get_ref("attention_layer").get_param("Q")) and not bias.any()


def test_reductions() -> None:
    reductions = {f"use_reduce_{name}": name != "last" for name in ("first", "last", "max", "mean")}
    nlp = classifier(
        {"@architectures": "spacy.TextCatReduce.v1", "exclusive_classes": True, "tok2vec": ENCODER, **reductions},
        factory="textcat",
    )
    network, _ = textcat_sections("textcat", nlp.get_pipe("textcat"), StringTable())
    sections = {section.name: section.array for section in network}
    assert sections["textcat/settings"].tolist() == [1 + 4 + 8, 1, 0]
    assert sections["textcat/output/W"].shape == (1, 1, 1 + 3 * 8, 16)


def test_labels_that_both_have() -> None:
    nlp = classifier(BOW, "x", "é", "y")
    classifier({**BOW, "exclusive_classes": True}, "y", "z", "x", factory="textcat", nlp=nlp)
    plan = plan_conversion(nlp.config.interpolate())
    strings = StringTable()
    parts = component_sections(nlp, plan, strings)
    found = {section.name: section.array for part in parts.values() for section in part.network}
    assert found["textcat/settings"].tolist() == [0, 0, 1 + 4] and found["textcat_multilabel/settings"].tolist() == [
        0,
        0,
        1,
    ]
    assert found["textcat/same"].tolist() == [2, NO_STRING, 0] and "textcat_multilabel/same" not in found
    assert [strings.texts[number] for number in found["textcat_multilabel/labels"]] == ["x", "é", "y"]
    (order,) = pipeline_sections(plan, strings)
    assert order.array.tolist() == [[11, 1], [10, 1]]


# ---- refusals --------------------------------------------------------------------------------------------------------


def test_refusals_by_name() -> None:
    assert refusal({"@architectures": "spacy.TextCatLowData.v1", "width": 8, "dropout": None}) == (
        "architecture spacy.TextCatLowData.v1 in component topics is not supported, only spacy.TextCatBOW.v1, spacy.TextCatBOW.v2, "
        "spacy.TextCatBOW.v3, spacy.TextCatCNN.v1, spacy.TextCatCNN.v2, spacy.TextCatReduce.v1, spacy.TextCatParametricAttention.v1, "  # noqa: E501
        "spacy.TextCatEnsemble.v1, spacy.TextCatEnsemble.v2: train the component with that. Without it, nothing of the pipeline would be left but the tokenizer"  # noqa: E501
    )
    assert refusal({**BOW, "ngram_size": 17}).startswith(
        "spacy.TextCatBOW.v3 in component topics has ngram_size 17; 1 to 16 are supported"
    )
    cnn = {"@architectures": "spacy.TextCatCNN.v2", "exclusive_classes": True, "tok2vec": ENCODER}
    assert refusal({"@architectures": "spacy.TextCatEnsemble.v2", "tok2vec": ENCODER, "linear_model": cnn}).startswith(
        "architecture spacy.TextCatCNN.v2 in component topics is not supported"
    )
    assert "depth 65" in refusal({**cnn, "tok2vec": {**ENCODER, "depth": 65}})
    first = {
        "@architectures": "spacy.TextCatEnsemble.v1",
        "width": 8,
        "embed_size": 9,
        "pretrained_vectors": True,
        "exclusive_classes": True,
        "ngram_size": 1,
        "window_size": 1,
        "conv_depth": 1,
        "dropout": None,
    }
    assert "with pretrained_vectors, which spaCy itself cannot run" in refusal(first)
    assert "conv_depth 0; 1 to 64" in refusal({**first, "pretrained_vectors": False, "conv_depth": 0})
    assert "width 1; 2 to 4096" in refusal({**first, "pretrained_vectors": False, "width": 1})


def test_no_labels() -> None:
    nlp = spacy.blank("en")
    pipe = nlp.add_pipe("textcat", config={"model": BOW})
    with pytest.raises(ConvertError, match="component textcat has no labels"):
        textcat_sections("textcat", pipe, StringTable())
