"""Errors and warnings of matchers, of the components made of them, and of displaCy: a part of errors.py."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any


class PatternWarnings:
    W005 = "The Doc has no dependencies, so displaCy has none to draw. Was it made with a pipeline that has a parser?"
    W006 = "The Doc has no entities to draw. Was it made with a pipeline that finds entities?"
    W011 = "In a notebook displacy.serve starts a second web server: displacy.render may be what you want."
    W012 = (
        "A Doc that is added to the PhraseMatcher for '{key}' is parsed or tagged, and '{attr}' does not need that. "
        "`nlp.make_doc(text)` or `nlp.tokenizer.pipe(texts)` are much faster."
    )
    W021 = "Unexpected hash collision in PhraseMatcher. Matches may be incorrect."
    W035 = "Discarding subpattern '{pattern}' due to an unrecognized attribute or operator."
    W036 = "The component '{name}' does not have any patterns defined."
    W105 = "As of spaCy v3.0, `{matcher}.pipe` is deprecated: call the {matcher} on each Doc of `nlp.pipe`."
    W110 = (
        "The DependencyMatcher pattern {pattern} matched the span {tokens}, which is longer than one token. Only its "
        "first token counts."
    )
    W116 = "Unable to clean attribute '{attr}'."
    W117 = "The Doc has no spans to draw under spans_key '{spans_key}'. There are these keys: {keys}"
    W118 = "Term '{term}' not found in glossary. It may however be explained in documentation for the corpora used."
    W124 = "{host}:{port} is already in use, using the nearest available port {serve_port} as an alternative."
    W126 = "These keys are unsupported: {unsupported}"


class PatternErrors:
    E011 = "Unknown operator: '{op}'. Options: {opts}"
    E012 = "A pattern of no tokens cannot be added to the matcher.\nKey: {key}"
    E087 = "Unknown displaCy style: {style}."
    E096 = "displaCy draws a Doc or a Span, or dicts with `manual=True`; this is something else."
    E097 = "Invalid pattern: expected a token pattern (a list of dicts) or a phrase (a str), but got:\n{pattern}"
    E098 = "Invalid pattern: expected both RIGHT_ID and RIGHT_ATTRS."
    E099 = "Invalid pattern: the first node should be an anchor, with RIGHT_ID and RIGHT_ATTRS alone."
    E100 = "Nodes other than the anchor should all have {required}, but these are missing: {missing}"
    E101 = "RIGHT_ID should be a new node, and LEFT_ID should have been declared before it."
    E110 = "Invalid displaCy render wrapper. Expected a callable, got: {obj}"
    E125 = "Unexpected value: {value}"
    E143 = "The component '{name}' has no labels yet."
    E146 = "Could not access {path}."
    E152 = "The attribute {attr} is not supported for token patterns. `validate=True` says more."
    E153 = "The value type {vtype} is not supported for token patterns. `validate=True` says more."
    E154 = "An attribute or a value is not supported for token patterns. `validate=True` says more."
    E155 = (
        "The pipeline needs a {pipe} for Matcher or PhraseMatcher to use the attribute {attr}. Use `nlp()` instead of "
        "`nlp.make_doc()`, or `nlp.pipe()` instead of `nlp.tokenizer.pipe()`."
    )
    E157 = "An arc cannot begin or end before the first token. start: {start}, end: {end}, label: {label}, direction: {dir}"
    E171 = "Matcher.add got an invalid 'on_match': expected a callable or None, but got: {arg_type}"
    E175 = "There is no rule to remove for the match pattern ID: {key}"
    E178 = (
        "Each pattern should be a list of dicts, but got: {pat}. A single pattern, too, goes into a list: "
        "`matcher.add('{key}', [pattern])`"
    )
    E179 = "Expected a list of Doc objects but got a single Doc. It goes into a list: `matcher.add('{key}', [doc])`"
    E195 = "Matcher can be called on {good} only, got {got}."
    E854 = "Unable to set doc.ents. Does the 'ents_filter' let spans overlap?"
    E925 = "Invalid colors for displaCy: expected a dict of labels and colors, but got: {obj}"
    E931 = "A subclass of {parent} has no method {method}, in the component '{name}'."
    E947 = "`Matcher.add` got an invalid `greedy`: expected a str of {expected}, but got: '{arg}'"
    E948 = "`Matcher.add` got invalid 'patterns': expected a list, but got: {arg_type}"
    E1001 = "The token at '{index}' is outside of the matched span '{span}', matched by the patterns '{patterns}'."
    E1007 = "Unsupported DependencyMatcher operator '{op}'."
    E1008 = "Invalid pattern: each pattern should be a list of dicts, in a list of patterns."
    E1016 = (
        "The operators '?', '*' and '+' are not supported in patterns of the DependencyMatcher: each should match one "
        "token. Invalid pattern:\n{node}"
    )
    E1023 = "Couldn't read EntityRuler from {path}. This file doesn't exist."
    E1024 = "A pattern with {attr_type} '{label}' is not present in '{component}' patterns."
    E1049 = "No port is free for displaCy on {host}. Give one with the argument `port`."
    E1050 = "Port {port} is in use. Give another, or use `auto_select_port=True`."


class MatchPatternError(ValueError):
    """A token pattern that is not valid."""

    def __init__(self, key: Any, errors: Mapping[int, Sequence[str]]) -> None:
        """key: of the rule. errors: number of the pattern -> what is wrong with it."""
        found = "".join(
            f"\nPattern {number}:\n" + "\n".join(f"- {error}" for error in listed) + "\n"
            for number, listed in errors.items()
        )
        super().__init__(f"Invalid token patterns for matcher rule '{key}'\n{found}")
