"""A loaded pipeline -> the groups of sections of a file."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Callable

from thinc.api import Config

from . import describe, source
from .chars import CharFacts, build_classes, char_sections, python_facts
from .components import component_sections, labels_of, pipeline_sections
from .config_check import Plan, plan_conversion, reads_zeros, with_rest
from .constants import Feature
from .container import Group, Section, text
from .errors import ConvertError
from .expressions import class_columns, compile_expressions, expression_sections, suffix_reversed
from .loading import load
from .network import NetworkSections
from .no_tokenizer import without_tokenizer
from .norms import check_features, norms_sections
from .noun_chunks import noun_chunk_sections
from .running_config import check_language, unknown_functions, without_unknown
from .strings import StringTable, symbols_section
from .temperature import temperature_of, with_temperature
from .token_changes import CHUNKS, RETOKENIZERS
from .token_flags import token_flag_sections
from .tokenizer_tables import check_tokenizer, stale_cache_chunk, tokenizer_sections
from .user_code import import_files, import_package
from .vectors import TABLE, index_sections, table_sections

REFERENCE_UNICODE = "14.0.0"
"""The Unicode version of the Python (3.11) that the engine's fixtures were made with."""

Progress = Callable[[str], None]


@dataclass
class Conversion:
    """groups: sections in the order of the file. warnings: sentences for the user. required: bits of the header (container.py)."""

    groups: list[Group]
    plan: Plan
    warnings: list[str] = field(default_factory=list)
    required: int = 0


def _component_groups(components: Mapping[str, NetworkSections]) -> list[Group]:
    """By component: first what every request reads in full, then what it reads a few rows of."""
    networks = [Group(prefix, part.network) for prefix, part in components.items()]
    embeddings = [
        Group(f"{prefix}: embeddings", part.embeddings) for prefix, part in components.items() if part.embeddings
    ]
    return [*networks, *embeddings]


def characters_and_tokenizer(
    tokenizer: Any, facts: CharFacts, strings: StringTable, progress: Progress
) -> list[Section]:
    """tokenizer: None for a file without one."""
    if tokenizer is None:
        return char_sections(facts, build_classes(facts, []))
    check_tokenizer(tokenizer)
    expressions = compile_expressions(tokenizer, progress)
    progress("character classes")
    classes = build_classes(facts, class_columns(expressions))
    progress("tokenizer tables")
    tables = tokenizer_sections(tokenizer, strings, suffix_reversed(expressions))
    return [*char_sections(facts, classes), *expression_sections(expressions, classes), *tables]


def build_groups(
    nlp: Any,
    plan: Plan,
    meta: str,
    facts: CharFacts,
    progress: Progress,
    map_load: float = 0.5,
    given_words: bool = False,
    temperature: float = 1.0,
) -> list[Group]:
    """Sections of a loaded pipeline; what every request touches first, embeddings after it, the description last.

    map_load: how full the maps of symbols and norms may be. given_words: leave the tokenizer out. temperature: of each ner.
    """
    check_features(nlp.vocab)
    strings = StringTable()
    tokenizer = characters_and_tokenizer(None if given_words else nlp.tokenizer, facts, strings, progress)
    progress("components")
    components = component_sections(nlp, plan, strings)
    with_temperature(components, plan, temperature)
    reads_vectors = any(section.name.endswith("/static") for part in components.values() for section in part.embeddings)
    pipeline = pipeline_sections(plan, strings)
    vectors = [Group("vectors", index_sections(nlp.vocab.vectors, strings))] if reads_vectors else []
    norms = norms_sections(nlp.vocab, strings, map_load)
    chunks = noun_chunk_sections(nlp, strings) if _has_any(plan, "parser", CHUNKS) else []
    written = [section for part in components.values() for section in part.network]
    flags = token_flag_sections(nlp.vocab, written, strings)
    tables = [*tokenizer, *strings.sections(), *norms, symbols_section(map_load), *pipeline, *chunks, *flags]
    description = Group("description", [text("meta", meta)])
    return [Group("text", tables), *_component_groups(components), *vectors, description]


def _has_any(plan: Plan, *factories: str) -> bool:
    return any(component.factory in factories for component in plan.components)


def _warnings(nlp: Any, plan: Plan, given_words: bool) -> list[str]:
    found = [
        f"component {component.name} listens, and no tok2vec runs before it: it reads zeros, as it does in spaCy"
        for component in plan.components
        if reads_zeros(plan, component)
    ]
    if unicodedata.unidata_version != REFERENCE_UNICODE:
        found.append(
            f"this Python has Unicode {unicodedata.unidata_version}: the file equals spaCy under this Python, but "
            f"not, in rare characters, under one with Unicode {REFERENCE_UNICODE} (Python 3.11)"
        )
    chunk: str | None = None if given_words else stale_cache_chunk(nlp.tokenizer)
    if chunk is not None:
        found.append(
            f"spaCy itself cuts {chunk!r} against its own special cases, because loading a tokenizer leaves that "
            "text in its cache; the file follows the special cases"
        )
    return found


def _known(config: Config, package: str | None, exclude: Sequence[str]) -> tuple[Config, list[str]]:
    """The configuration with functions that are known, a package's own among them; warnings."""
    if package is not None and unknown_functions(config, exclude):
        import_package(package)
    check_language(config)
    return without_unknown(config, exclude)


def convert(
    name: str,
    progress: Progress,
    exclude: Sequence[str] = (),
    code: Sequence[str] = (),
    given_words: bool = False,
    vectors: bool = False,
    temperature: float | None = None,
) -> Conversion:
    """name: an installed package or a folder. exclude: names of components to leave out. code: Python files that register what
    the pipeline asks for. given_words: leave the tokenizer out. vectors: keep the table of word vectors, for Python. temperature:
    of the scores of entities; None: what is known of the package. Raises ConvertError with one sentence."""
    progress("configuration")
    import_files(code)
    origin = source.find(name)
    config = source.config_of(origin)
    if given_words:
        config = without_tokenizer(config)
    plan = plan_conversion(config, exclude)
    runnable, warnings = _known(config, origin.package, exclude)
    try:
        progress("load the pipeline")
        nlp = load(origin, runnable, plan, exclude, given_words)
        known = source.meta_of(origin)
        meta = describe.meta_json(known, origin, source.file_hashes(origin), plan, labels_of(nlp, plan), given_words)
        progress("Unicode facts")
        warmth = temperature_of(known) if temperature is None else temperature
        groups = build_groups(nlp, plan, meta, python_facts(), progress, given_words=given_words, temperature=warmth)
        if vectors and (table := table_sections(nlp.vocab)):
            groups.append(Group(TABLE, table))
    except ConvertError as error:
        raise with_rest(error, config, exclude) from error
    required = Feature.GIVEN_WORDS * given_words | Feature.RETOKENIZE * _has_any(plan, *RETOKENIZERS)
    return Conversion(groups, plan, [*warnings, *_warnings(nlp, plan, given_words)], required)
