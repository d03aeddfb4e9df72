"""deploy/kong: the plugins' fields against Kong's schemas, the seed's demands, and what deploy/kong/render lets through.

Kong's own checker cannot be installed everywhere, so the schemas are restated here, from kong/plugins/*/schema.lua and
kong/db/schema/entities/*.lua of Kong Gateway 3.x (3.4 to 3.10): field -> type, or the values that are allowed.
"""

from __future__ import annotations

import os
import subprocess
from typing import Any

import pytest
from common import ROOT

yaml = pytest.importorskip("yaml")

RENDER = ROOT / "deploy" / "kong" / "render"
URL = "https://abcdefghijklmnop.lambda-url.us-east-1.on.aws/"
KEY = "0123456789abcdef0123456789abcdef"
SERVICES = {"nlp-ner-service": "ner", "nlp-sentiment-service": "sentiment"}  # and the endpoint of tern behind each

PLUGIN_FIELDS: dict[str, dict[str, Any]] = {
    "key-auth": {
        "key_names": list,
        "hide_credentials": bool,
        "anonymous": str,
        "key_in_header": bool,
        "key_in_query": bool,
        "key_in_body": bool,
        "run_on_preflight": bool,
        "realm": str,
    },
    "rate-limiting": {
        "second": int,
        "minute": int,
        "hour": int,
        "day": int,
        "month": int,
        "year": int,
        "limit_by": ["consumer", "credential", "ip", "service", "header", "path"],
        "header_name": str,
        "path": str,
        "policy": ["local", "redis"],  # without a database; "cluster" takes one
        "fault_tolerant": bool,
        "hide_client_headers": bool,
        "error_code": int,
        "error_message": str,
        "sync_rate": int,
    },
    "correlation-id": {"header_name": str, "generator": ["uuid", "uuid#counter", "tracker"], "echo_downstream": bool},
    "request-size-limiting": {
        "allowed_payload_size": int,
        "size_unit": ["megabytes", "kilobytes", "bytes"],
        "require_content_length": bool,
    },
}
SERVICE_FIELDS = {
    "name": str,
    "url": str,
    "retries": int,
    "connect_timeout": int,
    "write_timeout": int,
    "read_timeout": int,
    "tags": list,
    "enabled": bool,
    "tls_verify": bool,
    "tls_verify_depth": int,
    "routes": list,
    "plugins": list,
}
ROUTE_FIELDS = {
    "name": str,
    "protocols": list,
    "methods": list,
    "hosts": list,
    "paths": list,
    "headers": dict,
    "strip_path": bool,
    "preserve_host": bool,
    "path_handling": ["v0", "v1"],
    "regex_priority": int,
    "request_buffering": bool,
    "response_buffering": bool,
    "https_redirect_status_code": int,
    "tags": list,
    "plugins": list,
}


def render(**variables: str) -> subprocess.CompletedProcess[str]:
    env = {key: value for key, value in os.environ.items() if not key.startswith("DECK_")}
    return subprocess.run(
        ["sh", str(RENDER)], env={**env, **variables}, capture_output=True, text=True, timeout=60, check=False
    )


def rendered(key: str = KEY) -> dict[str, Any]:
    done = render(DECK_TERN_URL=URL, DECK_BATCH_PROCESSOR_KEY=key)
    assert done.returncode == 0, done.stderr
    return yaml.safe_load(done.stdout)


def check_fields(what: str, given: dict[str, Any], schema: dict[str, Any]) -> None:
    for field, value in given.items():
        assert field in schema, f"{what} has no field {field}"
        allowed = schema[field]
        if isinstance(allowed, list):
            assert value in allowed, f"{what}.{field}: {value}"
        else:
            assert type(value) is allowed, f"{what}.{field}: {value!r} is not of type {allowed.__name__}"


def services() -> dict[str, dict[str, Any]]:
    return {service["name"]: service for service in rendered()["services"]}


def plugins(name: str) -> dict[str, dict[str, Any]]:
    return {plugin["name"]: plugin["config"] for plugin in services()[name]["plugins"]}


def upstream(path: str) -> str | None:
    """The address that Kong asks for a path: kong/router/utils.lua, get_upstream_uri, where the service's path ends in no slash."""
    fits = {
        prefix: service
        for service in services().values()
        for route in service["routes"]
        for prefix in route["paths"]
        if path.startswith(prefix)
    }
    if not fits:
        return None
    prefix = max(fits, key=len)
    rest = path[len(prefix) :]
    return fits[prefix]["url"] + ("/" if rest and not rest.startswith("/") else "") + rest


def test_top_level() -> None:
    config = rendered()
    assert config["_format_version"] == "3.0"
    assert set(config) == {"_format_version", "services", "consumers"}


def test_services_have_the_seeds_name_and_patience() -> None:
    assert set(services()) == set(SERVICES)
    for name, endpoint in SERVICES.items():
        service = services()[name]
        check_fields("service", service, SERVICE_FIELDS)
        assert service["url"] == URL + endpoint
        assert (service["connect_timeout"], service["read_timeout"], service["retries"]) == (15000, 30000, 2)


@pytest.mark.parametrize("name", SERVICES)
def test_route(name: str) -> None:
    (route,) = services()[name]["routes"]
    check_fields("route", route, ROUTE_FIELDS)
    assert (route["name"], route["methods"], route["strip_path"]) == (name.replace("service", "route"), ["POST"], True)
    assert route["preserve_host"] is False  # a Function URL answers to its own name only
    assert "path_handling" not in route  # v0, as upstream() has it


@pytest.mark.parametrize(
    "path, expected",
    [
        ("/nlp/ner", "ner"),
        ("/nlp/ner/fr", "ner/fr"),
        ("/nlp/sentiment", "sentiment"),
        ("/nlp/sentiment/mine", "sentiment/mine"),
        ("/nlp/healthz", None),
        ("/ner", None),
        ("/", None),
    ],
)
def test_paths_of_models_reach_them(path: str, expected: str | None) -> None:
    assert upstream(path) == (expected and URL + expected)


@pytest.mark.parametrize("service", SERVICES)
@pytest.mark.parametrize("name", PLUGIN_FIELDS)
def test_fields_of_the_plugin(service: str, name: str) -> None:
    check_fields(name, plugins(service)[name], PLUGIN_FIELDS[name])


@pytest.mark.parametrize("service", SERVICES)
def test_plugins(service: str) -> None:
    configured = plugins(service)
    assert set(configured) == set(PLUGIN_FIELDS)
    assert configured["key-auth"]["key_names"] == ["apikey"]
    assert configured["key-auth"]["run_on_preflight"] is False
    assert (configured["rate-limiting"]["minute"], configured["rate-limiting"]["policy"]) == (100, "local")
    assert configured["request-size-limiting"]["allowed_payload_size"] * 2**20 < 6291556  # Lambda's limit in bytes


def test_no_service_is_less_guarded_than_another() -> None:
    first, *others = SERVICES
    assert all(plugins(other) == plugins(first) for other in others)


def test_consumer() -> None:
    (consumer,) = rendered()["consumers"]
    assert consumer == {"username": "batch-processor", "keyauth_credentials": [{"key": KEY}]}


def test_key_of_digits_is_a_text() -> None:
    assert rendered("1" * 32)["consumers"][0]["keyauth_credentials"][0]["key"] == "1" * 32


def test_no_vault_reference_where_kong_resolves_none() -> None:
    """A credential's key is not a referenceable field: Kong would take "{vault://env/...}" itself for the key."""
    lines = (RENDER.parent / "kong.yaml").read_text(encoding="utf-8").splitlines()
    values = [line for line in lines if not line.lstrip().startswith("#")]
    assert not any("vault://" in line for line in values)
    assert sum("${{ env " in line for line in values) == len(SERVICES) + 1  # addresses, and the key


@pytest.mark.parametrize(
    "variables, problem",
    [
        ({}, "DECK_TERN_URL"),
        ({"DECK_TERN_URL": URL}, "DECK_BATCH_PROCESSOR_KEY"),
        ({"DECK_TERN_URL": URL.rstrip("/"), "DECK_BATCH_PROCESSOR_KEY": KEY}, "slash"),
        ({"DECK_TERN_URL": "ftp://host/", "DECK_BATCH_PROCESSOR_KEY": KEY}, "http(s)"),
        ({"DECK_TERN_URL": "http://a|b/", "DECK_BATCH_PROCESSOR_KEY": KEY}, "character"),
        ({"DECK_TERN_URL": "http://a/\nx: y/", "DECK_BATCH_PROCESSOR_KEY": KEY}, "character"),
        ({"DECK_TERN_URL": URL, "DECK_BATCH_PROCESSOR_KEY": KEY[:-1]}, "32 characters"),
        ({"DECK_TERN_URL": URL, "DECK_BATCH_PROCESSOR_KEY": KEY + '"'}, "letters"),
        ({"DECK_TERN_URL": URL, "DECK_BATCH_PROCESSOR_KEY": KEY + "\nx"}, "letters"),
    ],
)
def test_render_refuses(variables: dict[str, str], problem: str) -> None:
    done = render(**variables)
    assert done.returncode == 1
    assert problem in done.stderr
    assert done.stdout == ""
