"""POST /ner with {"text": "..."} -> {"entities": [...]}, behind API Gateway or invoked with the body alone."""

import json

from ner import extract_entities


def _parse_body(event):
    """API Gateway's body is JSON in a string; whoever tries the function by hand gives the object itself."""
    body = event.get("body", event)
    return json.loads(body) if isinstance(body, str) else body


def _response(status, content):
    return {
        "statusCode": status,
        "headers": {"Content-Type": "application/json"},
        "body": json.dumps(content, ensure_ascii=False),
    }


def lambda_handler(event, context):
    try:
        body = _parse_body(event)
    except ValueError:
        return _response(400, {"error": "the body is not valid JSON"})
    text = body.get("text") if isinstance(body, dict) else None
    if not isinstance(text, str) or not text:
        return _response(400, {"error": "the field 'text' is missing, or no string"})
    return _response(200, {"entities": extract_entities(text)})
