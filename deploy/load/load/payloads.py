"""The texts that are sent and the entities that spaCy finds in them: payloads.json, and how its entities are recorded.

payloads.json: {"made_with": {"spacy": ..., package: version, "python": ...}, "payloads": [{"kind": "short" or "long",
"text": ..., "entities": [{"text", "label", "start", "end"}, ...]}]}; start and end are code points.
"""

from __future__ import annotations

import json
import platform
from dataclasses import dataclass
from pathlib import Path
from typing import Any

FILE = Path(__file__).with_name("payloads.json")
KINDS = ("short", "long")  # sent equally often
PACKAGE = "en_core_web_sm"


@dataclass(frozen=True)
class Payload:
    name: str  # "short 1", "long 12"
    text: str
    entities: list[dict[str, Any]]


def read(path: Path = FILE) -> dict[str, list[Payload]]:
    """Payloads by kind."""
    found: dict[str, list[Payload]] = {kind: [] for kind in KINDS}
    for entry in json.loads(path.read_text(encoding="utf-8"))["payloads"]:
        of_kind = found[entry["kind"]]
        of_kind.append(Payload(f"{entry['kind']} {len(of_kind) + 1}", entry["text"], entry["entities"]))
    return found


def entities(nlp: Any, text: str) -> list[dict[str, Any]]:
    """spaCy's entities in the form of the service's answer."""
    return [{"text": e.text, "label": e.label_, "start": e.start_char, "end": e.end_char} for e in nlp(text).ents]


def record(package: str = PACKAGE, path: Path = FILE) -> int:
    """Has spaCy find the entities of the file's texts anew and writes them, with the versions. Returns the number of texts.

    Only texts whose entities do not depend on the parser are taken: the same file then judges servers that run the whole
    pipeline and servers that run NER alone (where a parser's sentence starts cut an entity, spaCy gives others).
    """
    import spacy

    whole = spacy.load(package)
    alone = spacy.load(package, exclude=[name for name in whole.component_names if name != "ner"])
    document = json.loads(path.read_text(encoding="utf-8"))
    for entry in document["payloads"]:
        entry["entities"] = entities(whole, entry["text"])
        if entities(alone, entry["text"]) != entry["entities"]:
            raise ValueError(f"spaCy's parser changes the entities of this text; write another: {entry['text']!r}")
        if not entry["entities"]:
            raise ValueError(f"spaCy finds no entity in this text; write another: {entry['text']!r}")
    document["made_with"] = {
        "spacy": spacy.__version__,
        package: whole.meta["version"],
        "python": platform.python_version(),
    }
    path.write_text(layout(document), encoding="utf-8")
    return len(document["payloads"])


def layout(document: dict[str, Any]) -> str:
    """JSON with one line for each text and one for its entities."""

    def line(value: Any) -> str:
        return json.dumps(value, ensure_ascii=False)

    blocks = [
        f'    {{"kind": {line(p["kind"])}, "text": {line(p["text"])},\n     "entities": {line(p["entities"])}}}'
        for p in document["payloads"]
    ]
    return f'{{\n  "made_with": {line(document["made_with"])},\n  "payloads": [\n' + ",\n".join(blocks) + "\n  ]\n}\n"
