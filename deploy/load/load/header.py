"""A header of the requests, as an option gives it: 'apikey: …' for Kong, 'x-api-key: …' for an API key of API Gateway."""

from __future__ import annotations

import re

TOKEN = r"[!#$%&'*+.^_`|~0-9A-Za-z-]+"  # RFC 9110, section 5.6.2


def parse(text: str) -> tuple[str, str]:
    """(name, value) of 'NAME: VALUE'. ValueError without the text, which may be a secret."""
    found = re.fullmatch(
        rf"({TOKEN}):[ \t]*([\x21-\x7e\x80-\xff](?:[\t\x20-\x7e\x80-\xff]*[\x21-\x7e\x80-\xff])?)[ \t]*", text
    )
    if found is None:
        raise ValueError("a header must be 'NAME: VALUE' on one line")
    return found[1], found[2]
