"""Who includes whom in engine/ and runtime/. `python tests/layers.py` prints the picture of docs/architecture.md.

What a folder may use is read from the tern_folder calls in the CMake files, so that it is said once. A module is NAME.c with
NAME.h.
"""

from __future__ import annotations

import re
import sys
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PARTS = ("engine", "runtime")
# Targets of the engine's that bring tern.h and nothing else.
PUBLIC = {"tern_header", "libtern"}
GENERATED = {"page"}  # page.c is made from web/index.html

INCLUDE = re.compile(r'^\s*#\s*include\s+"([^"]+)"', re.MULTILINE)
COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
DIRECTIVE = re.compile(r"^[ \t]*#(?:.*\\\n)*.*$", re.MULTILINE)
STRING = re.compile(r'"(?:\\.|[^"\\\n])*"')


@dataclass
class Module:
    name: str
    folder: str  # "engine/base"
    files: dict[str, str] = field(default_factory=dict)  # ".c" or ".h" -> source

    def includes(self, suffix: str) -> list[str]:
        return INCLUDE.findall(self.files.get(suffix, ""))


def reachable(graph: dict[str, set[str]], start: str) -> set[str]:
    """What start leads to, itself not counted unless it is on a circle."""
    found, todo = set(), list(graph[start])
    while todo:
        node = todo.pop()
        if node not in found:
            found.add(node)
            todo.extend(graph[node])
    return found


def circles(graph: dict[str, set[str]]) -> list[list[str]]:
    """Groups of nodes each of which leads to every other."""
    leads_to = {node: reachable(graph, node) for node in graph}
    groups = {
        tuple(sorted(other for other in leads_to[node] if node in leads_to[other]))
        for node in graph
        if node in leads_to[node]
    }
    return [list(group) for group in sorted(groups)]


BODY = "\0"


def code_of(source: str) -> str:
    """Without comments, directives and the contents of strings."""
    return re.sub(r"__attribute__\(\(.*?\)\)\)", "", STRING.sub('""', DIRECTIVE.sub("", COMMENT.sub("", source))))


def statements(source: str) -> list[str]:
    """Those outside of functions, each on one line, what stands in braces being BODY."""
    text, found = code_of(source), 1
    while found:
        text, found = re.subn(r"(\)?)\s*\{[^{}]*\}", lambda m: f"){BODY};" if m[1] else BODY, text)
    return [" ".join(statement.split()) for statement in text.split(";") if statement.strip()]


def names_of(statement: str) -> set[str]:
    """What a function's or a variable's declaration, or several variables', is about."""
    function = re.match(r"[^(=]*?(\w+) ?\(", statement)
    if function:
        return {function[1]}
    return {
        name for part in statement.split(",") for name in re.findall(r"(\w+)(?: ?\[[^]]*\])*(?: ?=.*)?$", part.strip())
    }


def is_local(statement: str) -> bool:
    return statement.startswith(("typedef", "static", "enum", f"struct {BODY}")) or bool(
        re.match(r"struct \w+ ?\0?$", statement)
    )


def declared(header: str) -> set[str]:
    """Functions and variables that a header announces: not those that it defines, nor types."""
    return {
        name
        for statement in statements(header)
        if not is_local(statement) and not statement.endswith(BODY)
        for name in names_of(statement.removeprefix("extern "))
    }


def defined(source: str) -> set[str]:
    """Functions and variables that a .c file gives to others."""
    return {
        name
        for statement in statements(source)
        if not is_local(statement) and not statement.startswith("extern")
        for name in names_of(statement)
    }


class Tree:
    """The modules, and the folders that CMake knows."""

    @cached_property
    def modules(self) -> dict[str, Module]:
        found: dict[str, Module] = {}
        for part in PARTS:
            for path in sorted((ROOT / part).rglob("*.[ch]")):
                folder = path.parent.relative_to(ROOT).as_posix()
                module = found.setdefault(f"{folder}/{path.stem}", Module(path.stem, folder))
                module.files[path.suffix] = path.read_text(encoding="utf-8")
        return found

    @cached_property
    def folders(self) -> dict[str, str]:
        """Target -> folder."""
        return {target: folder for target, (folder, _) in self._calls.items()}

    @cached_property
    def uses(self) -> dict[str, set[str]]:
        """Folder -> the folders that its target names in USES; "engine" stands for tern.h."""
        known = {**self.folders, **dict.fromkeys(PUBLIC, "engine")}
        graph = {folder: {known[name] for name in names if name in known} for folder, names in self._calls.values()}
        return {"engine": set(), **graph}

    @cached_property
    def _calls(self) -> dict[str, tuple[str, list[str]]]:
        calls = {}
        for part in PARTS:
            text = re.sub(r"#.*", "", (ROOT / part / "CMakeLists.txt").read_text(encoding="utf-8"))
            for arguments in re.findall(r"\btern_folder\(([^)]*)\)", text):
                words = arguments.split()
                named = words[words.index("USES") + 1 :] if "USES" in words else []
                calls[words[0]] = (f"{part}/{words[1]}", named)
        return calls

    @cached_property
    def headers(self) -> dict[str, list[str]]:
        """Name of a header -> the modules that have one of this name."""
        found: dict[str, list[str]] = {}
        for key, module in self.modules.items():
            if ".h" in module.files:
                found.setdefault(f"{module.name}.h", []).append(key)
        return found

    @cached_property
    def includes(self) -> dict[str, set[str]]:
        """Module -> the modules whose headers it includes, in its .c or its .h."""
        return {
            key: {
                other
                for suffix in module.files
                for name in module.includes(suffix)
                for other in self.headers.get(name, [])
                if other != key
            }
            for key, module in self.modules.items()
        }

    @cached_property
    def shared(self) -> dict[str, dict[str, str]]:
        """Header that has no .c of its own -> what it declares -> the module among those that include it that defines it."""
        found = {}
        for key, module in self.modules.items():
            if ".c" in module.files or module.name in GENERATED:
                continue
            users = [other for other, used in self.includes.items() if key in used]
            found[key] = {
                name: next((other for other in users if name in defined(self.modules[other].files.get(".c", ""))), "")
                for name in declared(module.files[".h"])
            }
        return found

    @cached_property
    def graph(self) -> dict[str, set[str]]:
        """Module -> the modules that it needs: by an include, or by a name that a shared header declares for another."""
        graph = {key: set(used) for key, used in self.includes.items()}
        for header, names in self.shared.items():
            for key in (other for other, used in self.includes.items() if header in used):
                words = {
                    word for file in self.modules[key].files.values() for word in re.findall(r"\w+", code_of(file))
                }
                graph[key] |= {definer for name, definer in names.items() if name in words and definer not in ("", key)}
        return graph

    def undefined(self) -> list[str]:
        """What a header declares and its .c (of a shared header: no module that includes it) defines."""
        missing = []
        for key, module in self.modules.items():
            if ".h" not in module.files or module.name in GENERATED:
                continue
            if ".c" in module.files:
                names = declared(module.files[".h"]) - defined(module.files[".c"])
            else:
                names = {name for name, definer in self.shared[key].items() if not definer}
            missing += [f"{key}.h: {name}" for name in sorted(names)]
        return missing

    def used_folders(self, folder: str) -> set[str]:
        """Those that the files of the folder really include from."""
        return {
            self.modules[other].folder
            for key, others in self.includes.items()
            if self.modules[key].folder == folder
            for other in others
        } - {folder}


def picture(tree: Tree) -> str:
    """A line for each folder, from the ground up: how many modules it has, and the folders that it includes from."""
    counts = {folder: sum(m.folder == folder for m in tree.modules.values()) for folder in tree.uses}
    width = max(map(len, tree.uses))
    order = list(tree.uses)
    lines = []
    for folder in order:
        used = ", ".join(sorted(tree.used_folders(folder), key=order.index)) or "-"
        lines.append(f"{folder:{width}}  {counts[folder]:3}  {used}")
    return "\n".join([f"{'folder':{width}}  modules  uses", *lines])


if __name__ == "__main__":
    sys.stdout.write(picture(Tree()) + "\n")
