"""The command line: `python -m tern_nlp`, or `tern` where the package is installed. The program lies in the package."""

from __future__ import annotations

import os
import sys
from pathlib import Path

PROGRAM = Path(__file__).parent / "bin" / "tern"
TABLES = (".parquet", ".arrow", ".feather")


def main() -> None:
    """Becomes the program, which finds the package's model by its own place. Parquet and Arrow files it leaves to the package."""
    if sys.argv[1:2] == ["pipe"] and any(argument.lower().endswith(TABLES) for argument in sys.argv):
        from tern_nlp import corpora

        sys.exit(corpora.main(sys.argv[2:]))
    try:
        os.execv(PROGRAM, ["tern", *sys.argv[1:]])
    except OSError as error:
        sys.exit(
            f"tern_nlp: {PROGRAM} cannot be run: {error.strerror}. Wheels made by tools/wheel have the program; from a checkout, "
            "`make` builds it"
        )


if __name__ == "__main__":
    main()
