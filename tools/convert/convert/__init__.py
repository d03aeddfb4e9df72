"""Converts an installed spaCy pipeline to a .tern file: `python -m convert PACKAGE_OR_PATH -o FILE`."""

__version__ = "0.1.0"
