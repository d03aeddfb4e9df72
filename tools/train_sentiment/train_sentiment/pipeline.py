"""The spaCy pipeline that is trained: en_core_web_sm's tokenizer, word norms and sentence recogniser, new vectors, textcat."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import spacy
from spacy.language import Language

from . import __version__, vectors

ALL_BUT_VOCABULARY = ["tok2vec", "tagger", "parser", "senter", "ner", "attribute_ruler", "lemmatizer"]
ALL_BUT_SENTER = [name for name in ALL_BUT_VOCABULARY if name != "senter"]


def words_to_keep(texts: Iterable[str], nlp: Language) -> set[str]:
    """The words of the texts, in the spellings of a sentence's start and of capitals too."""
    return vectors.spellings({token.text for text in texts for token in nlp.tokenizer(text)})


def is_ordinary(word: str) -> bool:
    """Letters only, in small letters or capitalised: what is kept of the vectors' 684,830 words besides those of the texts.

    The rest is capitals, mixed spellings, numbers and what the tokenizer splits: a third of the keys, of which the development
    split does not notice that they are gone. (Keeping only the 131,072 words with the most to say cost 0.006 macro-F1 there.)
    """
    return vectors.WORD.fullmatch(word) is not None and word in (word.lower(), word.capitalize())


def base(sm: str, vectors_from: str, valences: Mapping[str, float], texts: Iterable[str]) -> Language:
    """A pipeline of the senter alone, with the vectors and lexicon columns of the words that are kept.

    sm, vectors_from: a package or a folder, as spacy.load takes them.
    """
    nlp = spacy.load(sm, exclude=ALL_BUT_SENTER)
    nlp.enable_pipe("senter")
    kept = words_to_keep(texts, nlp)
    source = spacy.load(vectors_from, exclude=ALL_BUT_VOCABULARY)
    vectors.build(nlp, source.vocab, valences, lambda word: word in kept or is_ordinary(word))
    _describe(nlp, [_name(nlp), _name(source)])
    return nlp


def _name(nlp: Language) -> str:
    return f"{nlp.meta['lang']}_{nlp.meta['name']} {nlp.meta['version']}"


def _describe(nlp: Language, sources: list[str]) -> None:
    """What meta.json says of the pipeline."""
    nlp.meta.update(
        name="tern_sentiment",
        version=__version__,
        description="Sentiment of English texts: NEGATIVE, NEUTRAL, POSITIVE; sentences by senter.",
        author="tern",
        email="",
        url="",
        license="MIT",
        sources=[{"name": name} for name in sources],
        performance={},
    )
