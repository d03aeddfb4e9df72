"""template.yaml as CloudFormation sees it: read, expanded by AWS's own SAM translator, and resolved for given parameters."""

from __future__ import annotations

import copy
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import boto3
import yaml
from samtranslator.parser.parser import Parser
from samtranslator.translator.translator import Translator

Json = Any
NOTHING = object()  # AWS::NoValue


class _Loader(yaml.SafeLoader):
    """YAML with CloudFormation's short forms: !Ref, !Sub, !GetAtt, ..."""


def _short_form(loader: yaml.SafeLoader, suffix: str, node: yaml.Node) -> Json:
    if isinstance(node, yaml.ScalarNode):
        value: Json = loader.construct_scalar(node)
        if suffix == "GetAtt":
            value = value.split(".", 1)
    elif isinstance(node, yaml.SequenceNode):
        value = loader.construct_sequence(node, deep=True)
    else:
        value = loader.construct_mapping(node, deep=True)
    return {suffix if suffix in ("Ref", "Condition") else f"Fn::{suffix}": value}


_Loader.add_multi_constructor("!", _short_form)


def read(path: Path) -> dict[str, Json]:
    return yaml.load(path.read_text(encoding="utf-8"), _Loader)


def parameter_values(template: Mapping[str, Json], given: Mapping[str, str | int]) -> dict[str, str]:
    """Every parameter as a string, as CloudFormation holds them; what is given must be a parameter and be allowed."""
    values: dict[str, str] = {}
    for name, parameter in template["Parameters"].items():
        values[name] = str(given.get(name, parameter["Default"]))
        allowed = parameter.get("AllowedValues")
        assert allowed is None or values[name] in [str(value) for value in allowed], (
            f"{name}: {values[name]} is not allowed"
        )
        assert re.match(parameter.get("AllowedPattern", ""), values[name]), f"{name}: {values[name]} does not match"
        if parameter["Type"] == "Number":
            lowest, highest = (float(parameter.get(key, values[name])) for key in ("MinValue", "MaxValue"))
            assert lowest <= float(values[name]) <= highest, f"{name}: {values[name]} is out of range"
    assert not set(given) - set(values), "not a parameter"
    for rule in template.get("Rules", {}).values():
        for assertion in rule["Assertions"] if _rule_holds(rule["RuleCondition"], values) else []:
            assert _rule_holds(assertion["Assert"], values), assertion["AssertDescription"]
    return values


def _rule_holds(condition: Json, values: Mapping[str, str]) -> bool:
    ((function, (left, right)),) = condition.items()
    left, right = (values[side["Ref"]] if isinstance(side, dict) else side for side in (left, right))
    return {"Fn::Equals": lambda: left == right, "Fn::Contains": lambda: right in left}[function]()


def expand(template: Mapping[str, Json], values: Mapping[str, str]) -> dict[str, Json]:
    """What the SAM transform makes of the template. Raises InvalidDocumentException with what is wrong."""
    document = copy.deepcopy(dict(template))
    for resource in document["Resources"].values():
        if resource["Type"] == "AWS::Serverless::Function":
            resource["Properties"]["CodeUri"] = "s3://bucket/key"  # as `sam package` writes it
    translator = Translator({}, Parser(), boto_session=boto3.Session(region_name="us-east-1"))
    return translator.translate(sam_template=document, parameter_values=dict(values))


class Stack:
    """An expanded template with its conditions and parameters applied; other functions stay as they are."""

    def __init__(self, expanded: Mapping[str, Json], values: Mapping[str, str]) -> None:
        self._expanded = expanded
        self._values = values
        self.resources: dict[str, Json] = self._present("Resources")
        self.outputs: dict[str, Json] = self._present("Outputs")

    def _present(self, section: str) -> dict[str, Json]:
        entries = self._expanded.get(section, {})
        return {
            name: self._resolve(entry)
            for name, entry in entries.items()
            if "Condition" not in entry or self._holds({"Condition": entry["Condition"]})
        }

    def _holds(self, condition: Json) -> bool:
        ((function, argument),) = condition.items()
        if function == "Condition":
            return self._holds(self._expanded["Conditions"][argument])
        if function == "Fn::Equals":
            left, right = (str(self._resolve(side)) for side in argument)
            return left == right
        parts = [self._holds(part) for part in argument]
        return {"Fn::Not": lambda: not parts[0], "Fn::And": lambda: all(parts), "Fn::Or": lambda: any(parts)}[
            function
        ]()

    def _resolve(self, value: Json) -> Json:
        if isinstance(value, list):
            return [item for item in map(self._resolve, value) if item is not NOTHING]
        if not isinstance(value, dict):
            return value
        if len(value) == 1:
            ((function, argument),) = value.items()
            if function == "Ref" and argument == "AWS::NoValue":
                return NOTHING
            if function == "Ref" and argument in self._values:
                return self._values[argument]
            if function == "Fn::If":
                return self._resolve(argument[1 if self._holds({"Condition": argument[0]}) else 2])
            if function == "Fn::FindInMap":
                name, first, second = (self._resolve(item) for item in argument)
                return self._expanded["Mappings"][name][first][second]
        resolved = {key: self._resolve(item) for key, item in value.items()}
        return {key: item for key, item in resolved.items() if item is not NOTHING}

    def of_type(self, kind: str) -> list[Json]:
        """The properties of all resources of a type."""
        return [resource.get("Properties", {}) for resource in self.resources.values() if resource["Type"] == kind]

    def one(self, kind: str) -> Json:
        found = self.of_type(kind)
        assert len(found) == 1, f"{len(found)} of {kind}"
        return found[0]

    def dangling(self) -> set[str]:
        """Names of resources that are referred to and not there."""
        return {
            name
            for name in _references([self.resources, self.outputs])
            if name not in self.resources and "::" not in name
        }


def _references(value: Json) -> Iterator[str]:
    if isinstance(value, list):
        for item in value:
            yield from _references(item)
    elif isinstance(value, dict):
        for key, item in value.items():
            if key == "Ref":
                yield item
            elif key == "Fn::GetAtt":
                yield item[0] if isinstance(item, list) else item.split(".")[0]
            elif key == "DependsOn":
                yield from item if isinstance(item, list) else [item]
            elif key == "Fn::Sub":
                text, own = (item[0], item[1]) if isinstance(item, list) else (item, {})
                yield from (name.split(".")[0] for name in re.findall(r"\$\{([^!}]+)\}", text) if name not in own)
                yield from _references(list(own.values()))
            else:
                yield from _references(item)
