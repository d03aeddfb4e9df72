"""POST {"input": "..."} -> the sentiment of the text, by Amazon Comprehend or whatever answers in its place."""

import base64
import json

import boto3
from botocore.exceptions import ClientError

comprehend = boto3.client("comprehend")


def _input_of(event):
    """API Gateway's body is a string; None where there is no text to look at."""
    body = event.get("body") or "{}"
    if event.get("isBase64Encoded"):
        body = base64.b64decode(body)
    try:
        text = json.loads(body).get("input")
    except (ValueError, AttributeError):
        return None
    return text if isinstance(text, str) and text else None


def _response(status, content):
    return {"statusCode": status, "headers": {"Content-Type": "application/json"}, "body": json.dumps(content)}


def lambda_handler(event, context):
    text = _input_of(event)
    if text is None:
        return _response(400, {"message": 'send {"input": "some text"}'})
    try:
        found = comprehend.detect_sentiment(Text=text, LanguageCode="en")
    except ClientError as error:
        return _response(error.response["ResponseMetadata"]["HTTPStatusCode"], {"message": str(error)})
    return _response(200, {"sentiment": found["Sentiment"], "confidence_scores": found["SentimentScore"]})
