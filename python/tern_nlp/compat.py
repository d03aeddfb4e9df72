"""What spaCy's users take from spacy.compat."""

from __future__ import annotations

import copyreg as copy_reg
import pickle
import sys

is_windows = sys.platform.startswith("win")
is_linux = sys.platform.startswith("linux")
is_osx = sys.platform == "darwin"

__all__ = ["copy_reg", "is_linux", "is_osx", "is_windows", "pickle"]
