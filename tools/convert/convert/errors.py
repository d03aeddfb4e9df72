"""The one exception that a user's mistake or an unsupported pipeline raises."""
from __future__ import annotations


class ConvertError(Exception):
    """One sentence: what is wrong and what to do. The command line prints it and exits with 2."""
