"""spaCy's pipeline, loaded when the module is imported, as in the evaluated function (Pitzanti, Iannini, 2025, section 4.1)."""

import os

import spacy

nlp = spacy.load(os.environ.get("NER_PACKAGE", "en_core_web_sm"))


def extract_entities(text):
    return [{"text": e.text, "label": e.label_, "start": e.start_char, "end": e.end_char} for e in nlp(text).ents]
