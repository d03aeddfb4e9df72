"""A program as users of spaCy write them, for mypy (test_types.py): its types are what the package says."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import tern_nlp
from tern_nlp import Language
from tern_nlp.attrs import LOWER
from tern_nlp.matcher import DependencyMatcher, Matcher, PhraseMatcher
from tern_nlp.tables import row
from tern_nlp.tokens import Doc, DocBin, Span, Token


@Language.component("count_tokens")
def count_tokens(doc: Doc) -> Doc:
    doc.user_data["count"] = len(doc)
    return doc


def described(token: Token) -> tuple[str, int, bool]:
    number: int = token.idx + token.head.i + token.lemma
    return token.lemma_ + token.pos_ + token.dep_ + token.ent_iob_, number, token.is_stop


def entities(nlp: Language, texts: list[str]) -> Iterator[tuple[str, str, int]]:
    for doc, number in nlp.pipe(((text, i) for i, text in enumerate(texts)), as_tuples=True, batch_size=10):
        checked: int = number
        for ent in doc.ents:
            yield ent.text, ent.label_, ent.start_char + checked
    for doc in nlp.pipe(texts, n_process=2, disable=["parser"]):
        span: Span = doc[0:2]
        token: Token = span[0]
        yield span.text, token.text, span.root.i


def find(nlp: Language, doc: Doc) -> list[str]:
    matcher = Matcher(nlp.vocab)
    matcher.add("ADJ", [[{"POS": "ADJ", "OP": "+"}, {"POS": "NOUN"}]], greedy="LONGEST")
    phrases = PhraseMatcher(nlp.vocab, attr=LOWER)
    phrases.add("CITY", [nlp.make_doc("london")])
    trees = DependencyMatcher(nlp.vocab)
    assert len(trees) == 0
    return [doc[start:end].text for _, start, end in [*matcher(doc), *phrases(doc)]]


def main() -> None:
    nlp = tern_nlp.load("en_core_web_sm", disable=["parser"])
    nlp.add_pipe("count_tokens", last=True)
    ruler = nlp.add_pipe("entity_ruler", before="ner")
    ruler.add_patterns([{"label": "ORG", "pattern": "tern"}])
    with nlp.select_pipes(disable=["ner"]):
        print(nlp("Alan Turing.").ents, nlp.pipe_names)
    doc = nlp("Alan Turing was born in London.")
    words = Counter(token.text for token in doc if not token.is_punct)
    plain = tern_nlp.blank("en")
    plain.add_pipe("sentencizer")
    sentences: list[str] = [sent.text for sent in plain("One. Two.").sents]
    print(words.most_common(3), sentences, [described(token) for token in doc], find(nlp, doc), list(entities(nlp, [])))
    found = nlp.annotate(["London."], fields=["ents"])
    print(found.column_names, row(doc)["ents"], DocBin(docs=[doc]).to_bytes()[:2], doc.cats.get("A", 0.0))
    print(tern_nlp.explain("ORG"), tern_nlp.displacy.render(doc, style="ent", page=True), nlp.vocab.strings["London"])


if __name__ == "__main__":
    main()
