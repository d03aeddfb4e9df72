"""deploy/terraform: structure by python-hcl2; format and schema by terraform where it is; the model's way to the file system.

`terraform validate` needs the AWS provider, so it is skipped where `terraform init` cannot have it.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import re
import shutil
import subprocess
import zipfile
from pathlib import Path
from typing import Any

import pytest
from common import MODEL, ROOT, TINY
from runtime.mock_runtime_api import Invocation, MockRuntimeApi

hcl2 = pytest.importorskip("hcl2")

FOLDER = ROOT / "deploy" / "terraform"
STAND_IN = ROOT.parent / "shared" / "tools" / "terraform-validate" / "validate.sh"


def strip(value: Any) -> Any:
    """hcl2 keeps the quotation marks of names and strings; here they are in the way."""
    if isinstance(value, dict):
        return {strip(key): strip(item) for key, item in value.items() if not key.startswith("__")}
    if isinstance(value, list):
        return [strip(item) for item in value]
    return value[1:-1] if isinstance(value, str) and len(value) > 1 and value[0] == value[-1] == '"' else value


def blocks(kind: str) -> dict[str, dict[str, Any]]:
    """All blocks of a kind by "type.name" (resource, data) or "name" (variable, output)."""
    found: dict[str, dict[str, Any]] = {}
    for path in sorted(FOLDER.glob("*.tf")):
        for block in strip(hcl2.loads(path.read_text(encoding="utf-8"))).get(kind, []):
            for first, inner in block.items():
                if kind in ("resource", "data"):
                    found.update({f"{first}.{name}": body for name, body in inner.items()})
                else:
                    found[first] = inner
    return found


def only(value: Any) -> Any:
    """A block is a list of one, or the one itself."""
    return value[0] if isinstance(value, list) else value


@pytest.fixture(scope="module")
def resources() -> dict[str, dict[str, Any]]:
    return blocks("resource")


def defaults() -> dict[str, Any]:
    return {name: body.get("default") for name, body in blocks("variable").items()}


NAME = defaults()["model_file"]  # what ./provision takes and the function opens, if nothing else is said


# ---- structure ---------------------------------------------------------------------------------------------------------------


def test_defaults() -> None:
    """Seed 002's numbers."""
    values = defaults()
    assert (values["memory_size"], values["timeout"], values["region"]) == (2048, 30, "us-east-1")
    assert (values["model"], values["response_format"], values["vpc_cidr"]) == ("efs", "spacy", "10.0.0.0/16")
    assert values["efs_throughput_mode"] == "bursting"
    assert (values["model_file"], values["more_models"]) == ("en_core_web_md.tern", {})


def test_every_variable_is_described_and_used() -> None:
    text = "\n".join(path.read_text(encoding="utf-8") for path in FOLDER.glob("*.tf") if path.name != "variables.tf")
    for name, body in blocks("variable").items():
        assert body.get("description"), name
        assert re.search(rf"\bvar\.{name}\b", text), name


def test_every_variable_is_documented() -> None:
    guide = (FOLDER / "README.md").read_text(encoding="utf-8")
    rows = " ".join(line for line in guide.splitlines() if line.startswith("| `"))
    assert [name for name in blocks("variable") if f"`{name}`" not in rows] == []


def test_who_looks_for_spacy_model_path_finds_it() -> None:
    """Seed 002's variable."""
    assert "SPACY_MODEL_PATH" in (FOLDER / "README.md").read_text(encoding="utf-8")
    assert re.search(
        r"TERN_MODEL += local.tern_model # .*SPACY_MODEL_PATH", (FOLDER / "function.tf").read_text(encoding="utf-8")
    )


def test_asynchronous_invocations(resources: dict[str, dict[str, Any]]) -> None:
    config = resources["aws_lambda_function_event_invoke_config.live"]
    assert "aws_lambda_alias.live.name" in config["qualifier"]
    assert "var.async_maximum_retry_attempts" in config["maximum_retry_attempts"]
    assert "var.async_maximum_event_age" in config["maximum_event_age_in_seconds"]
    destinations = {
        name: str(block)
        for block in only(only(config["dynamic"])["destination_config"]["content"])["dynamic"]
        for name, block in block.items()
    }
    assert set(destinations) == {"on_success", "on_failure"}
    assert all(f"var.async_{name}" in block for name, block in destinations.items())
    assert "aws_iam_role_policy.destinations" in str(config["depends_on"])
    statement = only(blocks("data")["aws_iam_policy_document.destinations"]["statement"])
    assert set(map(strip, statement["actions"])) == {
        "sqs:SendMessage",
        "sns:Publish",
        "lambda:InvokeFunction",
        "events:PutEvents",
    }
    assert "local.destinations" in str(statement["resources"])


def test_function(resources: dict[str, dict[str, Any]]) -> None:
    function = resources["aws_lambda_function.ner"]
    assert function["runtime"] == "provided.al2023"
    assert function["publish"] is True  # provisioned concurrency takes a version
    assert "local.tern_model" in strip(only(function["environment"])["variables"])["TERN_MODEL"]
    assert "aws_efs_mount_target.models" in str(function["depends_on"])  # a function whose mount fails does not start
    dynamic = {name for block in function["dynamic"] for name in block}
    assert dynamic == {"vpc_config", "file_system_config"}  # the variant with the model in the package has neither
    files = str([block["file_system_config"] for block in function["dynamic"] if "file_system_config" in block])
    assert "/mnt/models" in files


def test_only_the_efs_variant_has_a_network(resources: dict[str, dict[str, Any]]) -> None:
    for name, body in resources.items():
        if name.startswith(("aws_vpc", "aws_subnet", "aws_security_group", "aws_efs")) or name.endswith(".provision"):
            assert "on_efs" in str(body["count"]) or "local.subnets" in str(body["count"]), name


def test_no_way_out_of_the_network(resources: dict[str, dict[str, Any]]) -> None:
    kinds = {name.split(".")[0] for name in resources}
    assert not kinds & {"aws_internet_gateway", "aws_nat_gateway", "aws_route", "aws_eip"}
    rules = [body for name, body in resources.items() if name.startswith("aws_vpc_security_group_")]
    assert len(rules) == 2
    for rule in rules:
        assert (rule["from_port"], rule["to_port"], rule["ip_protocol"]) == (2049, 2049, "tcp")
        assert "referenced_security_group_id" in rule and "cidr_ipv4" not in rule


def test_file_system(resources: dict[str, dict[str, Any]]) -> None:
    system = resources["aws_efs_file_system.models"]
    assert system["encrypted"] is True
    throughput = system["provisioned_throughput_in_mibps"]  # EFS refuses it with another mode
    assert re.fullmatch(r'\$\{.*var.efs_throughput_mode == "provisioned" \? var.efs_throughput : null.*\}', throughput)
    point = resources["aws_efs_access_point.models"]
    user, root = only(point["posix_user"]), only(point["root_directory"])
    creation = only(root["creation_info"])
    assert (user["uid"], user["gid"], root["path"]) == (1001, 1001, "/models")
    assert (creation["owner_uid"], creation["owner_gid"], creation["permissions"]) == (1001, 1001, "750")


def test_only_the_provisioner_writes() -> None:
    statements = blocks("data")["aws_iam_policy_document.models"]["statement"]
    allowed = {
        action: str(statement["principals"])
        for statement in statements
        if statement.get("effect") != "Deny"
        for action in statement["actions"]
    }
    allowed = {strip(action): principals for action, principals in allowed.items()}
    assert set(allowed) == {"elasticfilesystem:ClientMount", "elasticfilesystem:ClientWrite"}
    assert "aws_iam_role.function" in allowed["elasticfilesystem:ClientMount"]
    assert "aws_iam_role.function" not in allowed["elasticfilesystem:ClientWrite"]
    assert "aws:SecureTransport" in str([statement for statement in statements if statement.get("effect") == "Deny"])


def test_provisioned_concurrency_and_url_are_the_aliass(resources: dict[str, dict[str, Any]]) -> None:
    provisioned = resources["aws_lambda_provisioned_concurrency_config.live"]
    assert "var.provisioned_concurrency > 0" in str(provisioned["count"])
    url = resources["aws_lambda_function_url.live"]
    for body in (provisioned, url):
        assert "aws_lambda_alias.live" in body["qualifier"]
    assert "var.function_url_auth" in url["authorization_type"]
    # What adds both permissions of a public address by itself; an older provider adds one, and callers get 403.
    version = re.search(
        r'hashicorp/aws"\s+version = ">= (\d+)\.(\d+)', (FOLDER / "versions.tf").read_text(encoding="utf-8")
    )
    assert version and tuple(map(int, version.groups())) >= (6, 28)


def test_logs_end(resources: dict[str, dict[str, Any]]) -> None:
    groups = [body for name, body in resources.items() if name.startswith("aws_cloudwatch_log_group.")]
    assert len(groups) == 2
    assert all("var.log_retention_days" in str(group["retention_in_days"]) for group in groups)


# ---- terraform ---------------------------------------------------------------------------------------------------------------


def terraform(
    *arguments: str, cwd: Path = FOLDER, env: dict[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    program = shutil.which("terraform")
    if program is None:
        pytest.skip("terraform is not installed")
    environment = {**os.environ, "CHECKPOINT_DISABLE": "1", **(env or {})}
    return subprocess.run(
        [program, *arguments], cwd=cwd, env=environment, capture_output=True, text=True, timeout=900, check=False
    )


def test_terraform_fmt() -> None:
    done = terraform("fmt", "-check", "-diff", "-recursive")
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    for path in FOLDER.glob("*.tf"):
        shutil.copy(path, tmp_path)
    return tmp_path


def test_terraform_validate(copy: Path) -> None:
    started = terraform("init", "-backend=false", "-input=false", "-no-color", cwd=copy)
    if started.returncode != 0 and "provider" in started.stderr:
        pytest.skip(f"terraform init cannot have the AWS provider here: {started.stderr.strip().splitlines()[-1]}")
    assert started.returncode == 0, started.stderr
    done = terraform("validate", "-no-color", cwd=copy)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.skipif(not STAND_IN.exists(), reason="no stand-in provider beside the repository")
def test_terraform_validate_with_the_stand_in(copy: Path) -> None:
    done = subprocess.run(["bash", str(STAND_IN), str(copy)], capture_output=True, text=True, timeout=900, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize(
    "variable, value, words",
    [
        ("efs_throughput_mode", "fast", "bursting, elastic or provisioned"),
        ("efs_throughput", "0", "1 to 3414"),
        ("efs_throughput", "3415", "1 to 3414"),
        ("async_maximum_retry_attempts", "3", "0, 1 or 2"),
        ("async_maximum_retry_attempts", "0.5", "0, 1 or 2"),
        ("async_maximum_event_age", "59", "60 to 21600"),
        ("async_maximum_event_age", "21601", "60 to 21600"),
        ("async_on_success", "results", "is the ARN"),
        ("async_on_failure", "arn:aws:dynamodb:us-east-1:123456789012:table/x", "is the ARN"),
    ],
)
def test_wrong_values_are_refused(tmp_path: Path, variable: str, value: str, words: str) -> None:
    done = tern_model(tmp_path, "-var", f"{variable}={value}", expression=f"var.{variable}")
    assert words in " ".join(re.sub(r"\W*\n\W*", " ", done.stderr).split()), done.stderr


@pytest.mark.parametrize(
    "options",
    [
        ["efs_throughput_mode=provisioned", "efs_throughput=3414"],
        ["async_maximum_retry_attempts=0", "async_maximum_event_age=60"],
        [
            "async_on_success=arn:aws:events:us-east-1:123456789012:event-bus/x",
            "async_on_failure=arn:aws-cn:sqs:cn-north-1:1:x",
        ],
    ],
)
def test_right_values_are_taken(tmp_path: Path, options: list[str]) -> None:
    chosen = "[" + ", ".join(f"var.{option.partition('=')[0]}" for option in options) + "]"
    done = tern_model(tmp_path, *(word for option in options for word in ("-var", option)), expression=chosen)
    assert (done.returncode, "Invalid value" in done.stderr) == (0, False), done.stderr
    assert [line.strip(' ",') for line in done.stdout.splitlines()[1:-1]] == [
        option.partition("=")[2] for option in options
    ]


# ---- several models ----------------------------------------------------------------------------------------------------------


def tern_model(folder: Path, *options: str, expression: str = "local.tern_model") -> subprocess.CompletedProcess[str]:
    """What terraform makes of variables.tf and models.tf, which takes no provider."""
    program = shutil.which("terraform")
    if program is None:
        pytest.skip("terraform is not installed")
    for name in ("variables.tf", "models.tf"):
        shutil.copy(FOLDER / name, folder)
    return subprocess.run(
        [program, "console", *options],
        cwd=folder,
        input=f"{expression}\n",
        capture_output=True,
        text=True,
        env={**os.environ, "CHECKPOINT_DISABLE": "1"},
        timeout=120,
        check=False,
    )


@pytest.mark.parametrize(
    "more, names",
    [({}, ["en_core_web_md"]), ({"fr": "fr.tern", "de-2": "d.e.tern"}, ["en_core_web_md", "de-2", "fr"])],
    ids=["one", "three"],
)
def test_function_opens_the_models(tmp_path: Path, program, more: dict[str, str], names: list[str]) -> None:
    done = tern_model(tmp_path, "-var", f"more_models={json.dumps(more)}")
    assert done.returncode == 0, done.stderr
    for name in (NAME, *more.values()):
        shutil.copy(MODEL, tmp_path / name)
    value = json.loads(done.stdout).replace("/mnt/models", str(tmp_path))
    with MockRuntimeApi(
        [event("/healthz", "GET"), *(event(f"/ner/{name}") for name in names), event("/ner/xx")]
    ) as api:
        env = {"TERN_MODEL": value, "AWS_LAMBDA_RUNTIME_API": api.address}
        subprocess.run([program("bootstrap")], env=env, capture_output=True, timeout=60, check=False)
    health, *found, unknown = [json.loads(post.body) for post in api.posts]
    assert json.loads(health["body"])["models"] == names
    assert [answer["statusCode"] for answer in found] == [200] * len(names)
    assert (unknown["statusCode"], json.loads(unknown["body"])["error"].count("en_core_web_md")) == (404, 1)


def test_models_in_the_package(tmp_path: Path) -> None:
    for more, expected in (
        ({}, "/var/task/weights/en_core_web_sm.tern"),
        (
            {"sentiment": "sentiment.tern"},
            "en_core_web_sm=/var/task/weights/en_core_web_sm.tern,sentiment=/var/task/weights/sentiment.tern",
        ),
    ):
        done = tern_model(tmp_path, "-var", "model=package", "-var", f"more_models={json.dumps(more)}")
        assert json.loads(done.stdout) == expected, done.stderr


def event(path: str, method: str = "POST") -> Invocation:
    """As a Function URL gives it: every path comes to the function, so nothing in these files lists any."""
    about = {"http": {"method": method, "path": path}}
    return Invocation(
        json.dumps(
            {
                "version": "2.0",
                "rawPath": path,
                "requestContext": about,
                "body": '{"text": "London"}',
                "headers": {"content-type": "application/json"},
            }
        ).encode()
    )


@pytest.mark.parametrize(
    "more", [{"a/b": "x.tern"}, {"a" * 41: "x.tern"}, {"fr": "models/fr.tern"}, {"fr": "fr.tern,x=/etc/y.tern"}]
)
def test_wrong_names_of_models_are_refused(tmp_path: Path, more: dict[str, str]) -> None:
    done = tern_model(tmp_path, "-var", f"more_models={json.dumps(more)}")
    assert done.returncode != 0 and "have no folder" in done.stderr


# ---- the model's way to the file system --------------------------------------------------------------------------------------


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """Where ./provision finds itself, the weights, and under build/ the model that it takes if none is named."""
    folder = tmp_path / "repository"
    (folder / "deploy").mkdir(parents=True)
    shutil.copytree(FOLDER, folder / "deploy" / "terraform", ignore=shutil.ignore_patterns(".terraform*", "*.tfstate*"))
    (folder / "weights").mkdir()
    shutil.copy(MODEL, folder / "weights" / "en_core_web_sm.tern")
    (folder / "build").mkdir()
    shutil.copy(MODEL, folder / "build" / NAME)  # any model is as good here
    return folder


def provision(repository: Path, *arguments: str, env: dict[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    if shutil.which("zip") is None:
        pytest.skip("zip is not installed")
    return subprocess.run(
        ["sh", "deploy/terraform/provision", *arguments],
        cwd=repository,
        env={**os.environ, **(env or {})},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def test_package_of_the_model(repository: Path) -> None:
    packages: list[bytes] = []
    for _ in range(2):
        done = provision(repository, "--pack")
        assert done.returncode == 0, done.stderr
        packages.append((repository / "build" / "tern-model.zip").read_bytes())
    assert packages[0] == packages[1]
    with zipfile.ZipFile(io.BytesIO(packages[0])) as package:
        assert package.read(f"model/{NAME}") == MODEL.read_bytes()
        assert package.read("model/sha256").decode() == f"{sha256(MODEL)}  {NAME}\n"
        assert package.getinfo("bootstrap").external_attr >> 16 & 0o777 == 0o755


def test_package_of_another_model(repository: Path) -> None:
    (repository / "build" / NAME).unlink()
    done = provision(repository, "--pack", "weights/en_core_web_sm.tern")
    assert done.returncode == 0, done.stderr
    with zipfile.ZipFile(repository / "build" / "tern-model.zip") as package:
        assert set(package.namelist()) == {"bootstrap", "model/en_core_web_sm.tern", "model/sha256"}


def test_pack_says_how_the_missing_model_is_made(repository: Path) -> None:
    (repository / "build" / NAME).unlink()
    done = provision(repository, "--pack")
    assert (done.returncode, done.stdout) == (1, "")
    assert f"there is no build/{NAME}" in done.stderr and "deploy/terraform/README.md" in done.stderr
    assert f"build/{NAME}" in (FOLDER / "README.md").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    "name, content, problem",
    [
        ("model.bin", TINY.read_bytes(), "not a .tern file"),
        ("model.tern", b"not a model", "not a .tern file"),
        ("a b.tern", TINY.read_bytes(), "letters"),
    ],
)
def test_pack_refuses(repository: Path, name: str, content: bytes, problem: str) -> None:
    (repository / name).write_bytes(content)
    done = provision(repository, "--pack", name)
    assert done.returncode == 1
    assert problem in done.stderr
    assert not (repository / "build" / "tern-model.zip").exists()


def write_models(repository: Path, target: Path, invocations: int = 1) -> list[dict[str, Any]]:
    """Runs the package that ./provision made as Lambda would; the answers."""
    task = repository / "task"
    with zipfile.ZipFile(repository / "build" / "tern-model.zip") as package:
        package.extractall(task)
    env = {"PATH": os.environ["PATH"], "LAMBDA_TASK_ROOT": str(task), "TERN_MODELS": str(target)}
    with MockRuntimeApi([Invocation(b"{}", request_id=f"id-{i}") for i in range(invocations)]) as api:
        subprocess.run(
            ["sh", str(task / "bootstrap")],
            env={**env, "AWS_LAMBDA_RUNTIME_API": api.address},
            capture_output=True,
            timeout=120,
            check=False,
        )
    assert [request.path.split("/")[-2] for request in api.posts] == [f"id-{i}" for i in range(invocations)]
    return [{**json.loads(request.body), "path": request.path.split("/")[-1]} for request in api.posts]


@pytest.fixture
def target(tmp_path: Path) -> Path:
    folder = tmp_path / "models"
    folder.mkdir()
    return folder


def test_model_is_written_once(repository: Path, target: Path) -> None:
    assert provision(repository, "--pack").returncode == 0
    first, second = write_models(repository, target, invocations=2)
    assert (first["state"], second["state"]) == ("written", "already there")
    assert first["sha256"] == second["sha256"] == sha256(MODEL) == sha256(target / NAME)
    assert [path.name for path in target.iterdir()] == [NAME]  # no part is left


def test_second_model_leaves_the_first(repository: Path, target: Path) -> None:
    for model in (f"build/{NAME}", "weights/en_core_web_sm.tern"):
        assert provision(repository, "--pack", model).returncode == 0
        shutil.rmtree(repository / "task", ignore_errors=True)
        (answer,) = write_models(repository, target)
        assert answer["state"] == "written"
    assert {path.name: sha256(path) for path in target.iterdir()} == {
        NAME: sha256(MODEL),
        "en_core_web_sm.tern": sha256(MODEL),
    }


def test_damaged_model_is_replaced(repository: Path, target: Path) -> None:
    assert provision(repository, "--pack").returncode == 0
    (target / NAME).write_bytes(MODEL.read_bytes()[:-1] + b"?")
    (answer,) = write_models(repository, target)
    assert answer["state"] == "written"
    assert sha256(target / NAME) == sha256(MODEL)


def test_damaged_package_is_not_written(repository: Path, target: Path) -> None:
    assert provision(repository, "--pack").returncode == 0
    (target / NAME).write_bytes(b"the old model")
    path = repository / "build" / "tern-model.zip"
    with zipfile.ZipFile(path) as package:
        files = {name: package.read(name) for name in package.namelist()}
    with zipfile.ZipFile(path, "w") as package:
        for name, content in files.items():
            package.writestr(name, content[:-1] + b"?" if name.endswith(".tern") else content)
    (answer,) = write_models(repository, target)
    assert (answer["path"], answer["errorType"]) == ("error", "Function.NotWritten")
    assert {path.name: path.read_bytes() for path in target.iterdir()} == {NAME: b"the old model"}


AWS = """#!/bin/sh
echo "$@" >> "$AWS_LOG"
case "$*" in
    *" invoke "*) for answer; do :; done; printf '%s' "$AWS_ANSWER" > "$answer" ;;
esac
"""
TERRAFORM = """#!/bin/sh
case $* in
    "output -no-color -raw provision_function_name") printf tern-ner-provision ;;
    "output -no-color -raw region") printf eu-central-1 ;;
    *) exit 2 ;;
esac
"""
NO_STATE = """#!/bin/sh
printf '\\n\\342\\225\\267\\n\\342\\224\\202 Warning: No outputs found\\n'
"""


def provision_with(repository: Path, folder: Path, **programs: str) -> subprocess.CompletedProcess[str]:
    """With these programs in place of those of PATH; the AWS CLI's calls go to aws.log in the folder."""
    (folder / "bin").mkdir()
    for name, text in programs.items():
        (folder / "bin" / name).write_text(text, encoding="utf-8")
        (folder / "bin" / name).chmod(0o755)
    return provision(
        repository, env={"PATH": f"{folder / 'bin'}:{os.environ['PATH']}", "AWS_LOG": str(folder / "aws.log")}
    )


@pytest.mark.parametrize(
    "state", [NO_STATE, "#!/bin/sh\n", "#!/bin/sh\nexit 1\n"], ids=["a warning", "nothing", "an error"]
)
def test_provisioning_without_a_state(repository: Path, tmp_path: Path, state: str) -> None:
    """terraform warns on standard output, and exits with 0. Nothing is packed anew, nothing sent."""
    packed = repository / "build" / "tern-model.zip"
    packed.write_bytes(b"of another model")
    done = provision_with(repository, tmp_path, terraform=state, aws=AWS)
    assert (done.returncode, done.stdout) == (1, "")
    assert "no function that writes models: terraform apply first" in done.stderr
    assert not (tmp_path / "aws.log").exists() and packed.read_bytes() == b"of another model"


def test_provisioning_without_a_state_of_terraform_itself(repository: Path, tmp_path: Path) -> None:
    if shutil.which("terraform") is None:
        pytest.skip("terraform is not installed")
    done = provision_with(repository, tmp_path, aws=AWS)
    assert (done.returncode, done.stdout) == (1, "")
    assert "no function that writes models: terraform apply first" in done.stderr
    assert not (tmp_path / "aws.log").exists()


def test_outputs_that_provisioning_reads() -> None:
    outputs = blocks("output")
    assert "aws_lambda_function.provision" in outputs["provision_function_name"]["value"]
    assert outputs["region"]["value"] == "${var.region}"


@pytest.mark.parametrize("right", [True, False], ids=["written", "something else"])
def test_provisioning(repository: Path, tmp_path: Path, right: bool) -> None:
    """The calls to the AWS CLI, in their order, and the comparison of the checksum that comes back."""
    programs = tmp_path / "bin"
    programs.mkdir()
    for name, text in {"aws": AWS, "terraform": TERRAFORM}.items():
        (programs / name).write_text(text, encoding="utf-8")
        (programs / name).chmod(0o755)
    log = tmp_path / "aws.log"
    checksum = sha256(MODEL) if right else "0" * 64
    answer = json.dumps({"model": f"/mnt/models/{NAME}", "sha256": checksum, "state": "written"})
    done = provision(
        repository, env={"PATH": f"{programs}:{os.environ['PATH']}", "AWS_LOG": str(log), "AWS_ANSWER": answer}
    )
    calls = log.read_text(encoding="utf-8").splitlines()
    found = [re.search(r"lambda (?:wait )?([a-z-]+) .*--function-name tern-ner-provision", call) for call in calls]
    assert [match and match[1] for match in found] == ["update-function-code", "function-updated", "invoke"]
    assert all("--region eu-central-1" in call for call in calls)
    assert done.returncode == (0 if right else 1), done.stderr
    assert "written" in (done.stdout if right else done.stderr)
