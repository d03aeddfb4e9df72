"""The evaluated function's handler: parses the body, checks the text, answers with its entities (section 4.2 there)."""

import json

from ner import extract_entities


def _parse_body(event):
    body = event.get("body", event)
    return json.loads(body) if isinstance(body, str) else body


def _response(status, content):
    return {"statusCode": status, "headers": {"Content-Type": "application/json"}, "body": json.dumps(content)}


def lambda_handler(event, context):
    try:
        body = _parse_body(event)
    except ValueError:
        return _response(400, {"error": "invalid JSON"})
    text = body.get("text") if isinstance(body, dict) else None
    if not isinstance(text, str) or not text:
        return _response(400, {"error": "text is missing"})
    return _response(200, {"entities": extract_entities(text)})
