"""Adds pytest's result files up: prints one line and exits 1 if anything failed or nothing ran.

A file that is missing or broken counts as one failure: that run did not come to its end.
"""

import sys
import xml.etree.ElementTree as ElementTree


def count(path: str) -> "tuple[int, int, int]":
    """(passed, failed, skipped) of one file."""
    try:
        suites = list(ElementTree.parse(path).getroot().iter("testsuite"))
        total, errors, failures, skipped = (
            sum(int(s.get(key, "0")) for s in suites) for key in ("tests", "errors", "failures", "skipped")
        )
    except (OSError, ElementTree.ParseError) as problem:
        print(f"{path}: {problem}", file=sys.stderr)
        return 0, 1, 0
    failed = failures + errors
    return max(total - failed - skipped, 0), failed, skipped


def main(paths: "list[str]") -> int:
    passed, failed, skipped = (sum(column) for column in zip(*map(count, paths)))
    print(f"{passed} passed, {failed} failed" + (f", {skipped} skipped" if skipped else ""))
    return 0 if passed and not failed else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
