"""The bill of materials in the zip: what tools/package_sources.txt says of what is linked, and the files it is about."""

from __future__ import annotations

import hashlib
import json
import re
import zipfile
from typing import Any

import pytest
from common import MODEL, ROOT, VERSION
from packages import Package, package


@pytest.fixture(scope="module")
def text(package: Package) -> str:
    with zipfile.ZipFile(package.archive) as archive:
        return archive.read("sbom.cdx.json").decode("utf-8")


@pytest.fixture(scope="module")
def sbom(text: str) -> dict[str, Any]:
    return json.loads(text)


def sources() -> dict[str, dict[str, Any]]:
    """tools/package_sources.txt by package: version, licence, files: [(name, SHA-256, SHA-1)]."""
    found: dict[str, dict[str, Any]] = {}
    name = ""
    for line in (ROOT / "tools" / "package_sources.txt").read_text(encoding="utf-8").splitlines():
        if line.startswith("    "):
            found[name]["files"].append(tuple(line.split()))
        elif not line.startswith("#"):
            name, version, licence = line.split(" ", 2)
            found[name] = {"version": version, "licence": licence, "files": []}
    return found


def test_schema(text: str) -> None:
    """CycloneDX's own, SPDX's licence expressions included."""
    validation = pytest.importorskip("cyclonedx.validation.json")
    from cyclonedx.schema import SchemaVersion

    assert validation.JsonStrictValidator(SchemaVersion.V1_6).validate_str(text) is None


def test_what_is_linked(sbom: dict[str, Any], package: Package) -> None:
    """Every library whose licence is passed on, as the list has it."""
    with zipfile.ZipFile(package.archive) as archive:
        licences = {name.partition("/")[2] for name in archive.namelist() if name.startswith("licenses/")}
    libraries = {entry["name"]: entry for entry in sbom["components"] if entry["type"] == "library"}
    assert set(libraries) == licences - {"tern"} | {"libgcc"}  # whose exception asks for no notice
    for name in set(libraries) - {"libgcc"}:
        expected, entry = sources()[name], libraries[name]
        assert (entry["version"], entry["licenses"]) == (expected["version"], [{"expression": expected["licence"]}])
        assert entry["purl"] == f"pkg:deb/debian/{name}@{expected['version'].replace('+', '%2B')}?arch=source"
        files = [
            (reference["comment"], *(digest["content"] for digest in reference["hashes"]))
            for reference in entry["externalReferences"]
        ]
        assert files == expected["files"]
        for reference in entry["externalReferences"]:  # snapshot.debian.org goes by SHA-1
            assert reference["url"] == "https://snapshot.debian.org/file/" + reference["hashes"][1]["content"]
    assert re.fullmatch(r"\d+\.\d+\.\d+", libraries["libgcc"]["version"])


def digests(entry: dict[str, Any]) -> list[str]:
    assert {digest["alg"] for digest in entry["hashes"]} == {"SHA-256"}
    return [digest["content"] for digest in entry["hashes"]]


def test_what_it_is_about(sbom: dict[str, Any], package: Package) -> None:
    tern = sbom["metadata"]["component"]
    with zipfile.ZipFile(package.archive) as archive:
        assert digests(tern) == [hashlib.sha256(archive.read("bootstrap")).hexdigest()]
    assert tern["properties"] == [{"name": "architecture", "value": package.arch}]
    assert tern["version"] == VERSION


def test_the_models(sbom: dict[str, Any], package: Package) -> None:
    models = {entry["name"]: entry for entry in sbom["components"] if entry["type"] == "machine-learning-model"}
    assert list(models) == package.models() and MODEL.stem in models
    for name, model in models.items():
        manifest = json.loads((ROOT / "weights" / f"{name}.json").read_text(encoding="utf-8"))
        assert model["version"] == manifest["model"]["version"]
        assert model["licenses"] == [{"expression": manifest["model"]["license"]}]
        assert digests(model) == [manifest["sha256"]]


def test_dependencies(sbom: dict[str, Any]) -> None:
    refs = [entry["bom-ref"] for entry in sbom["components"]]
    assert sbom["dependencies"] == [{"ref": sbom["metadata"]["component"]["bom-ref"], "dependsOn": refs}]
