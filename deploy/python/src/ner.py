"""The pipeline is loaded when the module is imported, once for each environment: what is global stays between invocations."""

import tern_nlp as spacy

nlp = spacy.load("en_core_web_sm")


def extract_entities(text: str) -> list:
    return [
        {"text": ent.text, "label": ent.label_, "start": ent.start_char, "end": ent.end_char} for ent in nlp(text).ents
    ]
