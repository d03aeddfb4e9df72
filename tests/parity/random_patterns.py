"""Random token patterns over every attribute, predicate and operator of spaCy's Matcher, with values of real documents."""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import Any

from spacy.tokens import Doc, Token

VALUES = {
    "ORTH": lambda t: t.orth_,
    "TEXT": lambda t: t.text,
    "NORM": lambda t: t.norm_,
    "LOWER": lambda t: t.lower_,
    "SHAPE": lambda t: t.shape_,
    "PREFIX": lambda t: t.prefix_,
    "SUFFIX": lambda t: t.suffix_,
    "LEMMA": lambda t: t.lemma_,
    "POS": lambda t: t.pos_,
    "TAG": lambda t: t.tag_,
    "DEP": lambda t: t.dep_,
    "MORPH": lambda t: str(t.morph),
    "ENT_TYPE": lambda t: t.ent_type_,
    "ENT_ID": lambda t: t.ent_id_,
    "ENT_KB_ID": lambda t: t.ent_kb_id_,
}
FLAGS = (
    "IS_ALPHA IS_ASCII IS_DIGIT IS_LOWER IS_UPPER IS_TITLE IS_PUNCT IS_SPACE IS_BRACKET IS_QUOTE IS_LEFT_PUNCT "
    "IS_RIGHT_PUNCT IS_CURRENCY IS_STOP LIKE_NUM LIKE_URL LIKE_EMAIL SPACY SENT_START"
).split()
OPERATORS = ["!", "?", "*", "+", "{1}", "{2}", "{0}", "{1,2}", "{0,2}", "{,2}", "{1,}", "{2,}", "1"]


class PatternMaker:
    """Draws patterns whose tokens often fit the documents' tokens, one after the other."""

    def __init__(self, docs: Sequence[Doc], seed: int) -> None:
        self.random = random.Random(seed)
        self.docs = [doc for doc in docs if len(doc)]

    def text(self, name: str, token: Token) -> str:
        if self.random.random() < 0.15:
            doc = self.random.choice(self.docs)
            token = doc[self.random.randrange(len(doc))]
        return VALUES[name](token)

    def texts(self, name: str, token: Token) -> list[str]:
        return [self.text(name, token) for _ in range(self.random.choice((0, 1, 1, 2, 3)))]

    def changed(self, text: str) -> str:
        """A text some edits away."""
        letters = list(text)
        for _ in range(self.random.randint(0, 3)):
            at = self.random.randrange(len(letters) + 1)
            letters[at : at + self.random.randint(0, 1)] = self.random.choice(["", "e", "é", "x"])
        return "".join(letters)

    def expression(self, text: str) -> str:
        """Of the texts near to one."""
        escape = "".join("\\" + c if c in r".^$*+?{}[]\|()#&~- " else c for c in text)
        return self.random.choice(
            [
                f"^{escape}$",
                escape[:2] if not escape[:2].endswith("\\") else escape,
                f"(?i)^{escape}",
                f"{escape[-1:]}$" if not escape[-2:].startswith("\\") else f"{escape}$",
                r"^\w+$",
                r"\d",
                r"[aeiou]{2}",
                "^(?:a|the|o[fn])$",
                r"(?<!s)s\b",
                "",
            ]
        )

    def morphs(self, token: Token) -> list[str]:
        features = [str(feature) for feature in token.morph] + ["Number=Sing", "Case=Nom"]
        return self.random.sample(features, self.random.randint(0, min(3, len(features))))

    def predicate(self, name: str, token: Token) -> dict[str, Any]:
        kind = self.random.choice(
            ["IN", "NOT_IN", "IS_SUBSET", "IS_SUPERSET", "INTERSECTS", "REGEX", "FUZZY", "FUZZY1", "FUZZY3", "nested"]
        )
        text = self.text(name, token)
        if kind == "REGEX":
            return {kind: self.expression(text)}
        if kind.startswith("FUZZY"):
            return {kind: self.changed(text)}
        if kind == "nested":
            outer = self.random.choice(["FUZZY", "FUZZY2", "FUZZY5", "REGEX"])
            if outer == "REGEX" and name == "MORPH":
                outer = "FUZZY2"
            change = self.expression if outer == "REGEX" else self.changed
            texts = self.morphs(token) if name == "MORPH" else [change(text) for text in self.texts(name, token)]
            return {outer: {self.random.choice(["IN", "NOT_IN"]): texts}}
        if name == "MORPH":
            return {kind: self.morphs(token)}
        return {kind: self.texts(name, token)}

    def number(self, value: int) -> Any:
        near = value + self.random.choice((-1, 0, 0, 0, 1))
        kind = self.random.choice(
            ["plain", "==", "!=", ">=", "<=", ">", "<", "IN", "NOT_IN", "IS_SUBSET", "INTERSECTS"]
        )
        if kind == "plain":
            return max(near, 0)
        return (
            {kind: near + self.random.choice((0, 0, 0.5))} if len(kind) < 3 and kind != "IN" else {kind: [value, near]}
        )

    def test(self, token: Token) -> tuple[str, Any]:
        draw = self.random.random()
        if draw < 0.25:
            name = self.random.choice(FLAGS)
            return name, self.random.choice([True, False, {"IN": [0, 1]}, {"NOT_IN": [1]}, {"==": 1}, {"!=": 1}][:6])
        if draw < 0.35:
            return "LENGTH", self.number(len(token))
        if draw < 0.4:
            return "ENT_IOB", self.random.choice([token.ent_iob, token.ent_iob_, {"IN": [1, 3]}])
        name = self.random.choice(list(VALUES))
        return name, self.text(name, token) if self.random.random() < 0.5 else self.predicate(name, token)

    def token(self, token: Token) -> dict[str, Any]:
        tests = dict(self.test(token) for _ in range(self.random.choice((0, 1, 1, 1, 2))))
        if self.random.random() < 0.4:
            tests["OP"] = self.random.choice(OPERATORS)
        if self.random.random() < 0.1:
            tests = {key.lower(): value for key, value in tests.items()}
        return tests

    def pattern(self) -> list[dict[str, Any]]:
        doc = self.random.choice(self.docs)
        begin = self.random.randrange(len(doc))
        specs = [self.token(token) for token in doc[begin : begin + self.random.choice((1, 2, 2, 3, 4))]]
        only_none = all(spec.get("OP", spec.get("op")) == "{0}" for spec in specs)  # which has no tokens at all
        return self.pattern() if only_none else specs
