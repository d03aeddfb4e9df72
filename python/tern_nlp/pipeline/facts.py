"""What spaCy says of its components: what they set, what they want, how they are scored."""

from __future__ import annotations

from typing import Any

_ENTS = {"ents_f": 1.0, "ents_p": 0.0, "ents_r": 0.0, "ents_per_type": None}
_SENTS = {"sents_f": 1.0, "sents_p": 0.0, "sents_r": 0.0}
_SPANS = {"spans_sc_f": 1.0, "spans_sc_p": 0.0, "spans_sc_r": 0.0}
_PARSE = {"dep_uas": 0.5, "dep_las": 0.5, "dep_las_per_type": None, "sents_p": None, "sents_r": None, "sents_f": 0.0}
_TAGS = {"tag_acc": 1.0, "pos_acc": 0.0, "tag_micro_p": None, "tag_micro_r": None, "tag_micro_f": None}
_CATS = {
    "cats_score": 1.0,
    **dict.fromkeys(
        """cats_score_desc cats_micro_p cats_micro_r cats_micro_f cats_macro_p cats_macro_r cats_macro_f cats_macro_auc
        cats_f_per_type""".split()
    ),
}
_NER = ("doc.ents token.ent_iob token.ent_type", "", _ENTS)
_PARSER = ("token.dep token.head token.is_sent_start doc.sents", "", _PARSE)
_LEMMATIZER = ("token.lemma", "", {"lemma_acc": 1.0})

_FACTS: dict[str, tuple[str, str, dict[str, Any]]] = {
    "beam_ner": _NER,
    "beam_parser": _PARSER,
    "entity_linker": (
        "token.ent_kb_id",
        "doc.ents doc.sents token.ent_iob token.ent_type",
        {"nel_micro_f": 1.0, "nel_micro_r": None, "nel_micro_p": None},
    ),
    "entity_ruler": ("doc.ents token.ent_type token.ent_iob", "", _ENTS),
    "future_entity_ruler": ("doc.ents", "", _ENTS),
    "lemmatizer": _LEMMATIZER,
    "merge_entities": ("", "doc.ents token.ent_iob token.ent_type", {}),
    "merge_noun_chunks": ("", "token.dep token.tag token.pos", {}),
    "merge_subtokens": ("", "token.dep", {}),
    "morphologizer": ("token.morph token.pos", "", {"pos_acc": 0.5, "morph_acc": 0.5, "morph_per_feat": None}),
    "ner": _NER,
    "parser": _PARSER,
    "sentencizer": ("token.is_sent_start doc.sents", "", _SENTS),
    "senter": ("token.is_sent_start", "", _SENTS),
    "span_finder": ("doc.spans", "", _SPANS),
    "span_ruler": (
        "doc.spans",
        "",
        {"spans_ruler_f": 1.0, "spans_ruler_p": 0.0, "spans_ruler_r": 0.0, "spans_ruler_per_type": None},
    ),
    "spancat": ("doc.spans", "", _SPANS),
    "spancat_singlelabel": ("doc.spans", "", _SPANS),
    "tagger": ("token.tag", "", _TAGS),
    "textcat": ("doc.cats", "", _CATS),
    "textcat_multilabel": ("doc.cats", "", _CATS),
    "tok2vec": ("doc.tensor", "", {}),
    "trainable_lemmatizer": _LEMMATIZER,
}
RETOKENIZERS = ("merge_entities", "merge_noun_chunks", "merge_subtokens", "token_splitter")
OF_A_FILE = (
    "beam_ner beam_parser entity_linker lemmatizer morphologizer ner nn_labeller parser senter span_finder spancat "
    "spancat_singlelabel tagger textcat textcat_multilabel tok2vec trainable_lemmatizer"
).split()
"""Components that are trained, or made of tables: they come with a .tern file, or run in spaCy."""


def facts_of(factory: str) -> dict[str, Any]:
    """What FactoryMeta of spaCy's has."""
    assigns, requires, weights = _FACTS.get(factory, ("", "", {}))
    return {
        "assigns": assigns.split(),
        "requires": requires.split(),
        "retokenizes": factory in RETOKENIZERS,
        "default_score_weights": dict(weights),
    }
