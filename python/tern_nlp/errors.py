"""Errors and warnings, with spaCy's numbers, by which users tell them apart. The sentences are our own."""

from __future__ import annotations

from .pattern_errors import MatchPatternError as MatchPatternError
from .pattern_errors import PatternErrors, PatternWarnings


class _Numbered(type):
    """Puts the number before the sentence."""

    def __getattribute__(cls, name: str) -> str:
        text = super().__getattribute__(name)
        return f"[{name}] {text}" if name[:1] in "EW" and name[1:].isdigit() else text


class Warnings(PatternWarnings, metaclass=_Numbered):
    """What warnings say, with spaCy's numbers."""

    W007 = (
        "The vocabulary has no word vectors, so {obj}.similarity goes by the model's own rows, which say little of meaning: "
        "load a pipeline with vectors (md or lg)."
    )
    W008 = "Evaluating {obj}.similarity based on empty vectors."
    W028 = "Doc.from_array was given numbers of type '{type}'; uint64 is wanted."
    W030 = 'Some entities could not be aligned in the text "{text}" with entities "{entities}".'
    W100 = (
        'Skipping unsupported morphological feature(s): \'{feature}\'. Give a dict {{"Field1": "Value1,Value2"}} or a string '
        '"Field1=Value1,Value2|Field2=Value3".'
    )
    W101 = "Skipping Doc custom extension '{name}' while merging docs."
    W102 = "Skipping unsupported user data '{key}: {value}' while merging docs."
    W107 = 'Doc.{prop} is deprecated: use Doc.has_annotation("{attr}").'
    W109 = "User hooks are not saved with a document: set them again after loading it."
    W115 = "Skipping {method}: the floret vector table cannot be modified."
    W120 = "Two span groups are named '{group_name}'; only the last one is loaded, without the spans {group_values}"


class Errors(PatternErrors, metaclass=_Numbered):
    """What errors say, with spaCy's numbers."""

    E010 = "Word vectors set to length 0: load a pipeline with vectors, or call vocab.reset_vectors(width=…)."
    E018 = "Can't retrieve string for hash '{hash_value}': the vocabulary's StringStore does not have it."
    E025 = "String is too long: {length} characters. Max is 2**30."
    E026 = "Error accessing token at position {i}: out of bounds in Doc of length {length}."
    E027 = "Arguments `words` and `spaces` should be sequences of the same length; a space is True where a blank follows the word."
    E028 = "`words` expects a list of strings, but got bytes: {value}"
    E029 = "noun_chunks requires the dependency parse: run a parser first."
    E030 = (
        "Sentence boundaries unset: add the 'sentencizer' to the pipeline (nlp.add_pipe('sentencizer')), a parser or a senter, or "
        "set doc[i].is_sent_start."
    )
    E033 = "Cannot load into non-empty Doc of length {length}."
    E035 = "Error creating span with start {start} and end {end} for Doc of length {length}."
    E039 = "The heads of the document go in a circle: no root was found."
    E042 = "Error accessing `doc[{i}].nbor({j})`, for doc of length {length}."
    E043 = "Refusing to write to token.sent_start of a parsed document: its sentences come from the parse."
    E044 = "Invalid value for token.sent_start: {value}. Must be one of: None, True, False"
    E046 = "Can't retrieve unregistered extension attribute '{name}': call set_extension first."
    E047 = "Can't assign a value to unregistered extension attribute '{name}': call set_extension first."
    E057 = "Stepped slices are not supported in Span objects: use list(tokens)[start:stop:step]."
    E058 = "Could not retrieve vector for key {key}."
    E059 = "One (and only one) keyword arg must be set. Got: {kwargs}"
    E060 = "Cannot add new key to vectors: the table is full. Current shape: ({rows}, {cols})."
    E062 = "No bit is left for a new lexical flag: name one of 1 to 63 to replace, add_flag(…, flag_id=…)."
    E063 = "Invalid value for `flag_id`: {value}. Flag ids are 1 to 63."
    E065 = "Only one of the vector table's width and shape can be given. Got width {width} and shape {shape}."
    E067 = "Invalid BILUO tag sequence: {start} without a B before it. Tags up to it: {tags}"
    E068 = "Invalid BILUO tag: '{tag}'."
    E073 = "Cannot assign vector of length {new_length}: those of the vocabulary have {length}. vocab.reset_vectors changes that."
    E083 = (
        "Error setting extension: one of `default`, `method` or `getter` (and a `setter`) is wanted. Got: {nr_defined}"
    )
    E089 = "Extensions can't have a setter argument without a getter argument."
    E090 = "Extension '{name}' already exists on {obj}. To overwrite it, set `force=True` on `{obj}.set_extension`."
    E091 = "Invalid extension attribute {name}: expected callable or None, but got: {value}"
    E093 = "token.ent_iob values make invalid sequence: I without B\n{seq}"
    E102 = (
        "Can't merge spans that overlap: '{token}' is part of another span to merge. util.filter_spans chooses others."
    )
    E103 = "Trying to set conflicting doc.ents: '{span1}' and '{span2}'. A token is in one entity at most."
    E106 = "Can't find `doc._.{attr}` attribute specified in the underscore settings: {opts}"
    E107 = "Value of custom attribute `{attr}` is not JSON-serializable: {value}"
    E111 = "A token cannot be pickled, since it is a view of its Doc: pickle the Doc, with Doc.to_bytes or pickle."
    E112 = "A span cannot be pickled, since it is a view of its Doc: pickle the Doc, or span.as_doc()."
    E115 = "Cannot split a token: give a head for each of its parts."
    E117 = "The newly split tokens must match the text of the original token. New orths: {new}. Old text: {old}."
    E118 = "The custom extension attribute '{attr}' is not registered on Token: Token.set_extension registers it."
    E119 = "Can't set custom extension attribute '{attr}' while retokenizing: it has a getter and no setter."
    E120 = "Can't set custom extension attributes while retokenizing: a dict is wanted, but got: {value}"
    E122 = "Cannot find token to be split. Did it get merged?"
    E123 = "Cannot find head of token to be split. Did it get merged?"
    E165 = "The area under the curve wants two kinds of reference values: {label}"
    E166 = "Can only merge DocBins with the same value for '{param}'. Current DocBin: {current}. Other DocBin: {other}"
    E177 = "Ill-formed IOB input detected: {tag}"
    E189 = "Each argument to `Doc.__init__` should be of equal length."
    E190 = (
        "Token head out of range in `Doc.from_array()` for token '{index}' with value '{value}' (relative: '{rel_head_index}'). "
        "Heads count from the token, not from the beginning."
    )
    E191 = "Invalid head: the head token must be from the same doc as the token itself."
    E193 = "Unable to resize vectors in place: they have {curr_dim} columns, and {new_dim} are wanted."
    E194 = "Unable to align mismatched text '{text}' and words '{words}'."
    E196 = "Refusing to write to `token.is_sent_end`: write to `token.is_sent_start` of the next one."
    E197 = "Row out of bounds, unable to add row {row} for key {key}."
    E198 = "Unable to return {n} most similar vectors of a table that has {n_rows}."
    E199 = "Unable to merge 0-length span at `doc[{start}:{end}]`."
    E200 = "Can't set {attr} from Span."
    E202 = "Unsupported {name} mode '{mode}'. Supported modes: {modes}."
    E849 = "The vocab only supports {method} for vectors of type Vectors, not {vectors_type}."
    E855 = "Invalid {obj}: {obj} is not from the same doc."
    E856 = "Error accessing span at position {i}: out of bounds in span group of length {length}."
    E858 = "The {mode} vector table does not support this operation. {alternative}"
    E859 = "The floret vector table cannot be modified."
    E861 = "Floret vectors have no keys."
    E862 = "'hash_count' must be between 1-4 for floret vectors."
    E863 = "'maxn' must be greater than or equal to 'minn'."
    E864 = "Floret vectors want the whole table: data."
    E865 = "A SpanGroup is not functional after its Doc is gone: keep a reference to the Doc."
    E866 = "Expected a string or 'Doc' as input, but got: {type}."
    E870 = "The DocBin is too large to be written: split it."
    E873 = "Unable to merge a span from doc.spans with key '{key}' and text '{text}'."
    E879 = "Unexpected type for 'spans' data: a dict of lists of (start, end, label, kb_id) is wanted."
    E894 = "The 'noun_chunks' syntax iterator is not implemented for language '{lang}'."
    E908 = "Can't set `spaces` without `words` in `Doc.__init__`."
    E930 = (
        "Received invalid get_examples callback in `{method}`. A function that gives examples is wanted, but got: {obj}"
    )
    E949 = "Unable to align tokens for the predicted and reference docs: their texts differ. {x} and {y}"
    E969 = "Expected string values for field '{field}', but received {types} instead."
    E971 = "Found incompatible lengths in `Doc.from_array`: {array_length} for the array and {doc_length} for the Doc itself."
    E972 = "`Example.__init__` got None for '{arg}'. Requires Doc."
    E973 = "Unexpected type for NER data"
    E974 = "Unknown {obj} attribute: {key}"
    E976 = "The method `Example.from_dict` expects a {type} as {n} argument, but received None."
    E977 = "A MorphAnalysis cannot be compared with a string: compare str(morph)."
    E978 = "The {name} method takes a list of Example objects, but got: {types}"
    E980 = "Each link annotation should have at most one link of 1.0."
    E981 = "The offsets of the annotations for `links` could not be aligned to token boundaries."
    E982 = "The `Token.ent_iob` attribute should be an index into {values}, but found {value}."
    E983 = "Invalid key(s) for '{dict}': {key}. Available keys: {keys}"
    E997 = (
        "Tokenizer special cases are not allowed to modify the text: '{chunk}' would become '{orth}' by {token_attrs}."
    )
    E999 = "Unable to merge the Doc objects because they do not all share the same `Vocab`."
    E1002 = "Span index out of range."
    E1005 = "Unable to set attribute '{attr}' in tokenizer special case for '{chunk}': only ORTH and NORM can be set."
    E1010 = "Unable to set entity information for token {i}, which is in more than one of the spans given."
    E1011 = "Unsupported default '{default}' in `doc.set_ents`. Available options: {modes}"
    E1012 = "Entities and blocked, missing or outside spans are given to `doc.set_ents` as lists of Span objects. Got: {span}"
    E1013 = "Invalid morph: the MorphAnalysis is of another vocab. Use `token.set_morph(str(morph))`."
    E1014 = "Error loading DocBin data: it was not written by DocBin.to_bytes or to_disk, or is damaged."
    E1017 = (
        "A Doc object requires both 'deps' and 'heads' for dependency parses. Without labels, give placeholders: deps=['dep'] * "
        "len(heads)."
    )
    E1021 = '`pos` value "{pp}" is not a valid Universal Dependencies tag. Other tags belong into `tag`.'
    E1022 = "Words must be of type str or int, but input is of type '{wtype}'"
    E1025 = "Cannot intify the value '{value}' as an IOB string. The values are: 'I', 'O', 'B' and ''"
    E1027 = "AlignmentArray only supports slicing with a step of 1."
    E1028 = "AlignmentArray only supports indexing using an int or a slice."
    E1037 = "Invalid attribute value '{attr}'."
    E1038 = "Invalid JSON input: {message}"
    E1039 = "The {obj} start or end annotations (start: {start}, end: {end}) could not be aligned to token boundaries."
    E1040 = "Doc.from_json requires all tokens to have the same attributes. Some tokens have no: {partial_attrs}"
    E1052 = "Unable to copy spans: the character offsets of the span at index {i} do not fit the target document."
