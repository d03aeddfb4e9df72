"""The folders of engine/ and runtime/ use only those that their CMake targets name, and nothing there goes in a circle.

The CMake files state the order, in their tern_folder calls; the compiler and the *_links programs keep most of it. Here is what
they cannot see. `python tests/layers.py` prints who uses whom, for docs/architecture.md.
"""

from __future__ import annotations

import pytest
from layers import Tree, circles, declared, defined, picture, reachable

# KERNEL_SET in kernels_simd.h makes their definitions.
MADE_BY_MACRO = {f"engine/kernels/kernels_sets.h: kernels_{name}" for name in ("avx2", "avx512", "portable")}


@pytest.fixture(scope="module")
def tree() -> Tree:
    return Tree()


def test_every_folder_of_sources_is_a_target(tree: Tree) -> None:
    folders = {module.folder for module in tree.modules.values()}
    assert folders == set(tree.uses) and len(folders) > 10 and len(tree.modules) > 100


def test_a_header_has_its_name_to_itself(tree: Tree) -> None:
    assert {name: owners for name, owners in tree.headers.items() if len(owners) > 1} == {}


def test_every_header_that_is_included_is_there(tree: Tree) -> None:
    included = {name for module in tree.modules.values() for suffix in module.files for name in module.includes(suffix)}
    assert included - set(tree.headers) == set()


def test_folders_use_what_their_targets_name(tree: Tree) -> None:
    wrong = {folder: tree.used_folders(folder) - reachable(tree.uses, folder) for folder in tree.uses}
    assert {folder: others for folder, others in wrong.items() if others} == {}
    assert circles(tree.uses) == []


def test_the_runtime_knows_the_engine_by_its_public_header_alone(tree: Tree) -> None:
    used = {other for key, others in tree.includes.items() if key.startswith("runtime/") for other in others}
    assert {other for other in used if other.startswith("engine/")} == {"engine/tern"}


def test_a_source_includes_its_own_header_first(tree: Tree) -> None:
    first = {
        f"{module.name}.h": module.includes(".c")[:1] for module in tree.modules.values() if len(module.files) == 2
    }
    assert {name: found for name, found in first.items() if found != [name]} == {}


def test_what_a_header_declares_its_own_source_defines(tree: Tree) -> None:
    """Or the header has no source and stands for several, each of which includes it: a table's rows."""
    missing = set(tree.undefined()) - MADE_BY_MACRO
    assert missing == set()


def test_modules_do_not_go_in_circles(tree: Tree) -> None:
    assert circles(tree.graph) == []


def test_the_picture_has_every_folder() -> None:
    lines = picture(Tree()).splitlines()
    assert [line.split()[0] for line in lines[1:]][:2] == ["engine", "engine/base"]
    assert lines[-1].split() == ["runtime/cli", *lines[-1].split()[1:]] and "runtime/server" in lines[-1]


def test_declarations_and_definitions_are_told_apart() -> None:
    header = """
        typedef struct a { int (*call)(int x); } a;
        struct b;
        static inline int inside(void) { if (1) { return 0; } return 1; }
        __attribute__((format(printf, 1, 2))) int one(const char *format, ...);
        extern const char two[], three[]; /* int four(void); */
        const char *five(void (*back)(int), int x);
    """
    source = """
        static int hidden(void) { return "}"[0]; }
        int one(const char *format, ...) { return 1; }
        const char two[] = "a; int six(void)", three[] = {1, 2};
        const char *five(void (*back)(int), int x)
        {
            return seven(x);
        }
    """
    assert declared(header) == {"one", "two", "three", "five"}
    assert defined(source) == {"one", "two", "three", "five"}


def test_circles_are_found() -> None:
    graph = {"a": {"b"}, "b": {"c"}, "c": {"a", "d"}, "d": {"d"}, "e": {"a"}}
    assert circles(graph) == [["a", "b", "c"], ["d"]]


def test_the_environment_is_read_in_one_place(tree: Tree) -> None:
    readers = {key for key, module in tree.modules.items() if any("getenv(" in file for file in module.files.values())}
    assert readers == {"runtime/base/environment"}
