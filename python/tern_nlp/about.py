"""The package's name and version."""

from ._tern import version as __version__

__title__ = "tern_nlp"

__all__ = ["__title__", "__version__"]
