"""What spaCy has and tern_nlp has not: it is said where somebody asks for it (tests/python/test_names.py)."""

from __future__ import annotations

MODULES = """git_info kb ml pipeline._edit_tree_internals pipeline._parser_internals pipeline.dep_parser
    pipeline.edit_tree_lemmatizer pipeline.entity_linker pipeline.legacy pipeline.lemmatizer pipeline.morphologizer
    pipeline.multitask pipeline.ner pipeline.senter pipeline.span_finder pipeline.spancat pipeline.tagger pipeline.textcat
    pipeline.textcat_multilabel pipeline.tok2vec pipeline.trainable_pipe pipeline.transition_parser tokens._retokenize
    tokens._serialize tokens.graph training.align training.alignment_array training.augment training.batchers training.callbacks
    training.converters training.corpus training.gold_io training.initialize training.iob_utils training.loggers training.loop
    training.pretrain ty""".split()
"""Modules of training, and of spaCy's own components."""
NAMES = {
    "cli": """app assemble benchmark_speed convert debug_config debug_data debug_diff debug_model evaluate find_function
        find_threshold info init_config init_fill_config init_pipeline link package pretrain profile project train validate""",
    "language": "create_tokenizer load_lookups_data",
    "lookups": "load_lookups",
    "pipeline": """DependencyParser EditTreeLemmatizer EntityLinker EntityRecognizer Lemmatizer Morphologizer
        MultiLabel_TextCategorizer SentenceRecognizer SpanCategorizer SpanFinder Tagger TextCategorizer Tok2Vec TrainablePipe""",
    "pipeline.factories": """make_attribute_ruler make_beam_ner make_beam_parser make_doc_cleaner make_edit_tree_lemmatizer
        make_entity_linker make_entity_ruler make_future_entity_ruler make_lemmatizer make_morphologizer make_multilabel_textcat
        make_ner make_nn_labeller make_parser make_sentencizer make_senter make_span_finder make_span_ruler make_spancat
        make_spancat_singlelabel make_tagger make_textcat make_tok2vec make_token_splitter register_factories""",
    "schemas": """ConfigSchema ConfigSchemaInit ConfigSchemaNlp ConfigSchemaPretrain ConfigSchemaPretrainEmpty
        ConfigSchemaTraining ModelMetaSchema RecommendationSchema RecommendationTrf RecommendationTrfItem TokenPattern
        TokenPatternNumber TokenPatternOperatorSimple TokenPatternSchema TokenPatternString get_arg_model
        validate_init_settings""",
    "training": """Corpus JsonlCorpus PlainTextCorpus console_logger create_copy_from_base_model docs_to_json dont_augment
        init_nlp load_vectors_into_model orth_variants_augmenter read_json_file""",
    "util": """ENV_VARS check_lexeme_norms combine_score_weights copy_config create_default_optimizer dot_to_object
        find_available_port find_matching_language get_arg_names get_async get_base_version get_cuda_stream get_minor_version
        get_minor_version_range get_model_lower_version get_module_path get_object_name get_package_path get_package_version
        get_sourced_components ignore_error import_file is_compatible_version is_cython_func is_in_interactive
        is_minor_version_match is_prerelease_version is_same_func is_unconstrained_version load_language_data
        load_model_from_init_py load_model_from_package packages_distributions read_regex replace_model_node resolve_dot_names
        run_command set_dot_to_object split_command split_requirement warn_if_jupyter_cupy""",
    "vectors": "create_mode_vectors",
}
"""Module -> its names that are spaCy's alone."""


class NotHere(NotImplementedError, ModuleNotFoundError):
    """Programs that try an import and go on without it go on."""


def refusal(name: str) -> NotHere:
    return NotHere(
        f"tern_nlp has no {name}, which spaCy has: it belongs to training or to spaCy's own components. Those go on in spaCy, with "
        "tern inside: tern_nlp.spacy.load"
    )


def missing(module: str, name: str) -> Exception:
    """What a module's __getattr__ raises. module: its __name__."""
    if name in NAMES.get(module.partition(".")[2], "").split():
        return refusal(f"{module.partition('.')[2]}.{name}")
    return AttributeError(f"module {module!r} has no attribute {name!r}")


def refuse_module(name: str) -> None:
    """Of a module behind tern_nlp that is not there."""
    if any(name == module or name.startswith(f"{module}.") for module in MODULES):
        raise refusal(name)
