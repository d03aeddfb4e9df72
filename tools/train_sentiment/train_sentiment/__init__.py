"""Trains the sentiment model of tern: a plain spaCy text classification pipeline (NEGATIVE, NEUTRAL, POSITIVE)."""

__version__ = "0.1.0"
