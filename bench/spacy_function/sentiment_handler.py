"""POST /sentiment of spaCy's textcat, and POST /ner of the evaluated function if that is asked for, too."""

import importlib
import json
import os

import spacy

nlp = spacy.load(os.environ["SENTIMENT_PACKAGE"])
entities = importlib.import_module("handler") if "NER_PACKAGE" in os.environ else None


def lambda_handler(event, context):
    if entities and event["rawPath"] == "/ner":
        return entities.lambda_handler(event, context)
    cats = nlp(json.loads(event["body"])["text"]).cats
    best = max(cats, key=cats.get)
    answer = {
        "sentiment": best,
        "confidence": cats[best],
        "scores": {label.lower(): score for label, score in cats.items()},
    }
    return {"statusCode": 200, "headers": {"Content-Type": "application/json"}, "body": json.dumps(answer)}
