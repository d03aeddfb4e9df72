"""template.yaml: read, expanded by the SAM translator for many parameter values, linted, and built by `sam build`.

`sam` is that of TERN_SAM, of .venv-sam/ or of PATH; its own checks run with --all, and are skipped without one.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import stat
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from common import ROOT

pytest.importorskip("samtranslator")
import cloudformation
from packages import model_files

TEMPLATE = ROOT / "template.yaml"
ROLE = "arn:aws:iam::123456789012:role/LabRole"
TOPIC = "arn:aws:sns:us-east-1:123456789012:alarms"
DESTINATION = "arn:aws:sqs:us-east-1:123456789012:failed"
EVERYTHING: dict[str, str | int] = {
    "Queue": "on",
    "OutputQueue": "on",
    "FunctionUrlAuth": "NONE",
    "ProvisionedConcurrency": 5,
    "AlarmTopicArn": TOPIC,
    "MetricsNamespace": "tern",
    "Tracing": "Active",
    "Architecture": "arm64",
    "Timeout": 60,
    "MemorySize": 1024,
    "SentimentApi": "on",
    "SentimentApiAuth": "APIKEY",
    "QueueBatchSize": 1000,
    "QueueBatchingWindow": 300,
    "AsyncOnSuccess": TOPIC,
    "AsyncOnFailure": DESTINATION,
    "AsyncMaximumRetryAttempts": 0,
    "AsyncMaximumEventAge": 60,
}
PARAMETERS: dict[str, dict[str, str | int]] = {
    "defaults": {},
    "role": {"RoleArn": ROLE},
    "text logs": {"LogFormat": "Text"},
    "url with IAM": {"FunctionUrlAuth": "AWS_IAM"},
    "queue": {"Queue": "on"},
    "one destination": {"AsyncOnFailure": DESTINATION},
    "output without queue": {"OutputQueue": "on"},
    "sentiment": {"SentimentApi": "on"},
    "sentiment with IAM": {"SentimentApi": "on", "SentimentApiAuth": "IAM"},
    "key without sentiment": {"SentimentApiAuth": "APIKEY"},
    "everything": EVERYTHING,
    "everything, role": {**EVERYTHING, "RoleArn": ROLE},
}


def make_stack(**parameters: str | int) -> cloudformation.Stack:
    template = cloudformation.read(TEMPLATE)
    values = cloudformation.parameter_values(template, parameters)
    return cloudformation.Stack(cloudformation.expand(template, values), values)


def function(stack: cloudformation.Stack) -> dict:
    return stack.one("AWS::Lambda::Function")


def variables(stack: cloudformation.Stack) -> dict[str, object]:
    return function(stack)["Environment"]["Variables"]


# ---- expanded ----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("parameters", PARAMETERS.values(), ids=PARAMETERS.keys())
def test_nothing_refers_to_what_is_not_there(parameters: dict[str, str | int]) -> None:
    assert make_stack(**parameters).dangling() == set()


def test_rules_are_cloudformations_to_check() -> None:
    """The transform leaves them where they are."""
    template = cloudformation.read(TEMPLATE)
    assert cloudformation.expand(template, cloudformation.parameter_values(template, {}))["Rules"] == template["Rules"]


def test_every_parameter_is_documented() -> None:
    guide = (ROOT / "deploy" / "README.md").read_text(encoding="utf-8")
    rows = " ".join(line for line in guide.splitlines() if line.startswith("| `"))
    assert [name for name in cloudformation.read(TEMPLATE)["Parameters"] if f"`{name}`" not in rows] == []


def test_every_parameter_and_condition_is_used() -> None:
    template = cloudformation.read(TEMPLATE)
    text = json.dumps({key: value for key, value in template.items() if key != "Parameters"})
    for name in template["Parameters"]:
        assert f'{{"Ref": "{name}"}}' in text, f"parameter {name}"
    for name in template["Conditions"]:
        assert re.search(rf'("Condition": |"Fn::If": \[)"{name}"', text), f"condition {name}"


def test_defaults() -> None:
    """Seed 000's stack: one function of 512 MB and 15 s behind POST /ner, and nothing that was not asked for."""
    stack = make_stack()
    properties = function(stack)
    assert properties["Runtime"] == "provided.al2023"
    assert properties["Handler"] == "bootstrap"
    assert (properties["MemorySize"], properties["Timeout"], properties["Architectures"]) == ("512", "15", ["x86_64"])
    assert variables(stack) == {"TERN_FORMAT": "ner"}
    assert stack.of_type("AWS::SQS::Queue") == stack.of_type("AWS::Lambda::Url") == []
    assert stack.of_type("AWS::Lambda::EventSourceMapping") == []
    assert set(stack.outputs) == {"ApiUrl", "FunctionName", "FunctionAlias", "LogGroupName"}
    alias = stack.one("AWS::Lambda::Alias")
    assert alias["Name"] == "live" and "ProvisionedConcurrencyConfig" not in alias


def test_http_api() -> None:
    stack = make_stack(CorsOrigin="https://www.example.org")
    body = stack.one("AWS::ApiGatewayV2::Api")["Body"]
    assert {path: list(methods) for path, methods in body["paths"].items()} == {
        "/ner": ["post"],
        "/ner/{model}": ["post"],
    }
    for path in body["paths"].values():
        integration = path["post"]["x-amazon-apigateway-integration"]
        assert integration["payloadFormatVersion"] == "2.0"
        assert "TernFunctionAliaslive" in integration["uri"]["Fn::Sub"]  # provisioned concurrency is the alias's
    cors = body["x-amazon-apigateway-cors"]
    assert cors["allowOrigins"] == ["https://www.example.org"]
    assert "POST" in cors["allowMethods"] and cors["allowHeaders"] == ["content-type", "content-encoding"]
    assert cors["exposeHeaders"] == ["server-timing"]  # the page shows it


def test_role_of_its_own_is_minimal() -> None:
    role = make_stack().one("AWS::IAM::Role")
    assert role.get("Policies", []) == []
    managed = [arn.split("/")[-1] for arn in role["ManagedPolicyArns"]]
    assert set(managed) <= {"AWSLambdaBasicExecutionRole", "AWSXrayWriteOnlyAccess"}


@pytest.mark.parametrize("parameters", [{}, EVERYTHING], ids=["function only", "everything"])
def test_existing_role(parameters: dict[str, str | int]) -> None:
    """In a Learner Lab no role can be made."""
    stack = make_stack(**{**parameters, "RoleArn": ROLE})
    assert function(stack)["Role"] == ROLE
    assert [name for name, resource in stack.resources.items() if resource["Type"].startswith("AWS::IAM::")] == []


def test_parameters_of_the_function() -> None:
    stack = make_stack(
        MemorySize=1024,
        Timeout=60,
        Architecture="arm64",
        ResponseFormat="spacy",
        MetricsNamespace="tern",
        ProvisionedConcurrency=5,
        LogLevel="DEBUG",
        LogRetentionDays=30,
    )
    properties = function(stack)
    assert (properties["MemorySize"], properties["Timeout"], properties["Architectures"]) == ("1024", "60", ["arm64"])
    assert variables(stack) == {"TERN_FORMAT": "spacy", "TERN_EMF_NAMESPACE": "tern"}
    assert stack.one("AWS::Lambda::Alias")["ProvisionedConcurrencyConfig"] == {"ProvisionedConcurrentExecutions": "5"}
    assert properties["LoggingConfig"]["ApplicationLogLevel"] == "DEBUG"
    assert properties["LoggingConfig"]["LogGroup"] == {"Ref": "LogGroup"}
    assert stack.one("AWS::Logs::LogGroup")["RetentionInDays"] == "30"


def test_text_logs_take_no_levels() -> None:
    """Lambda refuses log levels with the text format."""
    logging = function(make_stack(LogFormat="Text"))["LoggingConfig"]
    assert set(logging) == {"LogGroup", "LogFormat"}


# ---- the queue ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("timeout", cloudformation.read(TEMPLATE)["Parameters"]["Timeout"]["AllowedValues"])
@pytest.mark.parametrize("window", [0, 1, 300])
def test_visibility_is_six_timeouts_and_the_window(timeout: int, window: int) -> None:
    """What Lambda asks for: messages that wait for their batch have been taken from the queue."""
    queues = make_stack(Queue="on", Timeout=timeout, QueueBatchingWindow=window).of_type("AWS::SQS::Queue")
    (visibility,) = [int(queue["VisibilityTimeout"]) for queue in queues if "RedrivePolicy" in queue]
    assert 6 * timeout + window <= visibility <= 43200  # SQS's limit
    assert window or visibility <= max(30, 6 * timeout)


def test_queue() -> None:
    stack = make_stack(Queue="on", QueueMaximumConcurrency=7, QueueMaxReceiveCount=3)
    queue = stack.resources["TextQueue"]["Properties"]
    assert queue["RedrivePolicy"] == {
        "deadLetterTargetArn": {"Fn::GetAtt": ["DeadLetterQueue", "Arn"]},
        "maxReceiveCount": "3",
    }
    dead = stack.resources["DeadLetterQueue"]["Properties"]
    assert dead["MessageRetentionPeriod"] > queue["MessageRetentionPeriod"]  # it counts from the first sending
    mapping = stack.one("AWS::Lambda::EventSourceMapping")
    assert (mapping["BatchSize"], mapping["MaximumBatchingWindowInSeconds"]) == ("10", "0")
    assert mapping["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
    assert mapping["ScalingConfig"] == {"MaximumConcurrency": "7"}
    assert mapping["EventSourceArn"] == {"Fn::GetAtt": ["TextQueue", "Arn"]}
    assert {"QueueUrl", "DeadLetterQueueUrl"} <= set(stack.outputs)
    assert "TERN_OUTPUT_QUEUE_URL" not in variables(stack)


@pytest.mark.parametrize("size, window", [(1, 0), (10, 0), (10, 300), (11, 1), (10000, 300)])
def test_batches(size: int, window: int) -> None:
    mapping = make_stack(Queue="on", QueueBatchSize=size, QueueBatchingWindow=window).one(
        "AWS::Lambda::EventSourceMapping"
    )
    assert (mapping["BatchSize"], mapping["MaximumBatchingWindowInSeconds"]) == (str(size), str(window))


@pytest.mark.parametrize(
    "size, window, problem",
    [
        (0, 0, "QueueBatchSize"),
        (10001, 1, "QueueBatchSize"),
        (10, -1, "QueueBatchingWindow"),
        (10, 301, "QueueBatchingWindow"),
        (11, 0, "takes a QueueBatchingWindow"),
        (1000, 0, "takes a QueueBatchingWindow"),  # Lambda's own rule
    ],
)
def test_batches_that_lambda_refuses(size: int, window: int, problem: str) -> None:
    with pytest.raises(AssertionError, match=problem):
        make_stack(Queue="on", QueueBatchSize=size, QueueBatchingWindow=window)


# ---- asynchronous invocations ------------------------------------------------------------------------------------------------


def test_asynchronous_invocations() -> None:
    """Of the alias; Lambda's own defaults, unless wanted otherwise."""
    config = make_stack().one("AWS::Lambda::EventInvokeConfig")
    assert config == {
        "FunctionName": {"Ref": "TernFunction"},
        "Qualifier": "live",
        "MaximumRetryAttempts": "2",
        "MaximumEventAgeInSeconds": "21600",
    }
    stack = make_stack(AsyncMaximumRetryAttempts=0, AsyncMaximumEventAge=60, AsyncOnFailure=DESTINATION)
    config = stack.one("AWS::Lambda::EventInvokeConfig")
    assert (config["MaximumRetryAttempts"], config["MaximumEventAgeInSeconds"]) == ("0", "60")
    assert config["DestinationConfig"] == {"OnFailure": {"Destination": DESTINATION}}
    config = make_stack(AsyncOnSuccess=TOPIC, AsyncOnFailure=DESTINATION).one("AWS::Lambda::EventInvokeConfig")
    assert config["DestinationConfig"] == {
        "OnSuccess": {"Destination": TOPIC},
        "OnFailure": {"Destination": DESTINATION},
    }


def test_role_may_send_to_the_destinations() -> None:
    """Lambda refuses a destination that the role may not write to; each permission is for that one ARN."""
    policies = make_stack(AsyncOnSuccess=TOPIC, AsyncOnFailure=DESTINATION).one("AWS::IAM::Role")["Policies"]
    statements = [statement for policy in policies for statement in policy["PolicyDocument"]["Statement"]]
    assert [statement["Resource"] for statement in statements] == [TOPIC, DESTINATION]
    for statement in statements:
        assert set(statement["Action"]) == {
            "sqs:SendMessage",
            "sns:Publish",
            "lambda:InvokeFunction",
            "events:PutEvents",
        }


@pytest.mark.parametrize(
    "destination",
    [
        "failed",
        "https://sqs.us-east-1.amazonaws.com/123456789012/failed",
        "arn:aws:dynamodb:us-east-1:123456789012:table/failed",
    ],
)
def test_what_is_no_destination(destination: str) -> None:
    with pytest.raises(AssertionError, match="AsyncOnFailure"):
        make_stack(AsyncOnFailure=destination)


def policies(stack: cloudformation.Stack) -> dict[str, list[str]]:
    """Queue -> what the role may do with it."""
    allowed: dict[str, list[str]] = {}
    for policy in stack.one("AWS::IAM::Role")["Policies"]:
        for statement in policy["PolicyDocument"]["Statement"]:
            actions = statement["Action"]
            allowed[statement["Resource"]["Fn::GetAtt"][0]] = [actions] if isinstance(actions, str) else actions
    return allowed


def test_permissions_of_the_queues() -> None:
    polling = {
        "sqs:ReceiveMessage",
        "sqs:DeleteMessage",
        "sqs:GetQueueAttributes",
    }  # what Lambda asks of a role that polls
    allowed = policies(make_stack(Queue="on"))
    assert set(allowed) == {"TextQueue"} and polling <= set(allowed["TextQueue"])
    assert policies(make_stack(Queue="on", OutputQueue="on"))["ResultQueue"] == ["sqs:SendMessage"]


def test_output_queue() -> None:
    stack = make_stack(Queue="on", OutputQueue="on")
    assert variables(stack)["TERN_OUTPUT_QUEUE_URL"] == {"Ref": "ResultQueue"}
    assert "OutputQueueUrl" in stack.outputs
    assert make_stack(OutputQueue="on").of_type("AWS::SQS::Queue") == []  # nothing comes out where nothing goes in


# ---- the Function URL --------------------------------------------------------------------------------------------------------


def url_permissions(stack: cloudformation.Stack) -> list[dict]:
    return [permission for permission in stack.of_type("AWS::Lambda::Permission") if permission["Principal"] == "*"]


def test_function_url_with_iam() -> None:
    stack = make_stack(FunctionUrlAuth="AWS_IAM")
    url = stack.one("AWS::Lambda::Url")
    assert (url["AuthType"], url["Qualifier"]) == ("AWS_IAM", "live")
    assert url["Cors"]["ExposeHeaders"] == ["server-timing", "x-amzn-requestid", "x-amzn-errortype"]
    assert {"content-type", "authorization", "x-amz-target", "x-amz-date"} <= set(url["Cors"]["AllowHeaders"])
    assert url_permissions(stack) == []
    assert "FunctionUrl" in stack.outputs


def test_public_function_url() -> None:
    """Both permissions, and each only through the address: nobody may call the function's API."""
    stack = make_stack(FunctionUrlAuth="NONE")
    assert stack.one("AWS::Lambda::Url")["AuthType"] == "NONE"
    by_action = {permission["Action"]: permission for permission in url_permissions(stack)}
    assert set(by_action) == {"lambda:InvokeFunctionUrl", "lambda:InvokeFunction"}
    assert by_action["lambda:InvokeFunctionUrl"]["FunctionUrlAuthType"] == "NONE"
    assert by_action["lambda:InvokeFunction"]["InvokedViaFunctionUrl"] is True


# ---- the REST API of sentiment -------------------------------------------------------------------------------------------------


def test_sentiment_api() -> None:
    """Seed 004's stack: a REST API with the stage dev, open to all unless wanted otherwise, and its address as an output."""
    stack = make_stack(SentimentApi="on", CorsOrigin="https://www.example.org")
    body = stack.one("AWS::ApiGateway::RestApi")["Body"]
    methods = {path: list(methods) for path, methods in body["paths"].items()}
    assert methods == {"/sentiment": ["post", "options"], "/sentiment/{model}": ["parameters", "post", "options"]}
    for path in body["paths"].values():
        for method in ("post", "options"):
            integration = path[method]["x-amazon-apigateway-integration"]
            assert (integration["type"], integration["httpMethod"]) == ("aws_proxy", "POST")  # the function's
            assert integration["uri"]["Fn::Sub"][1] == {"Function": {"Ref": "TernFunctionAliaslive"}}
        assert path["post"]["security"] == []
    assert stack.one("AWS::ApiGateway::Stage")["StageName"] == "dev"
    url = stack.outputs["SentimentAnalysisAPI"]["Value"]["Fn::Sub"]
    assert url.startswith("https://${SentimentRestApi}.execute-api.") and url.endswith("/dev/sentiment")
    permission = stack.resources["SentimentPermission"]["Properties"]
    assert permission["Principal"] == "apigateway.amazonaws.com"
    assert permission["SourceArn"]["Fn::Sub"].endswith("${SentimentRestApi}/dev/*/sentiment*")
    assert variables(stack)["TERN_CORS_ORIGIN"] == "https://www.example.org"  # REST APIs leave it to the function
    assert stack.of_type("AWS::ApiGateway::ApiKey") == []


def test_function_holds_both_models() -> None:
    """Those that `sam build` packs (test_package.py)."""
    listed = variables(make_stack(SentimentApi="on"))["TERN_MODEL"].split(",")
    assert [item.split("=") for item in listed] == [
        ["en_core_web_sm", "/var/task/weights/en_core_web_sm.tern"],
        ["sentiment", "/var/task/weights/sentiment.tern"],
    ]
    assert {"TERN_MODEL", "TERN_CORS_ORIGIN"}.isdisjoint(variables(make_stack()))


@pytest.mark.parametrize("auth, scheme", [("IAM", "sigv4"), ("APIKEY", "api_key")])
def test_sentiment_api_for_some(auth: str, scheme: str) -> None:
    """Each request needs what the parameter says, but for the browser's question, which can carry neither."""
    body = make_stack(SentimentApi="on", SentimentApiAuth=auth).one("AWS::ApiGateway::RestApi")["Body"]
    assert [path["post"]["security"] for path in body["paths"].values()] == [[{scheme: []}]] * 2
    assert ["security" in path["options"] for path in body["paths"].values()] == [False, False]
    assert body["securityDefinitions"]["sigv4"]["x-amazon-apigateway-authtype"] == "awsSigv4"
    assert body["securityDefinitions"]["api_key"]["name"] == "x-api-key"


def test_sentiment_key_has_a_usage_plan() -> None:
    stack = make_stack(SentimentApi="on", SentimentApiAuth="APIKEY")
    assert stack.one("AWS::ApiGateway::ApiKey")["Enabled"] is True
    plan = stack.one("AWS::ApiGateway::UsagePlan")
    assert plan["ApiStages"] == [{"ApiId": {"Ref": "SentimentRestApi"}, "Stage": {"Ref": "SentimentRestApidevStage"}}]
    assert plan["Throttle"] == {"BurstLimit": 20, "RateLimit": 10}
    assert stack.one("AWS::ApiGateway::UsagePlanKey")["KeyId"] == {"Ref": "SentimentKey"}
    assert "SentimentKeyId" in stack.outputs
    assert make_stack(SentimentApiAuth="APIKEY").of_type("AWS::ApiGateway::ApiKey") == []  # a key for nothing


def test_a_change_of_the_authentication_is_deployed() -> None:
    """The body depends on a condition, which the hash that names a deployment does not see: it must be a new one each time."""
    api = cloudformation.read(TEMPLATE)["Resources"]["SentimentRestApi"]["Properties"]
    assert api["AlwaysDeploy"] is True


def test_browsers_get_cors_once() -> None:
    """Where the function answers the REST API's callers with CORS, the Function URL must not add its own."""
    assert "Cors" in make_stack(FunctionUrlAuth="NONE").one("AWS::Lambda::Url")
    assert "Cors" not in make_stack(FunctionUrlAuth="NONE", SentimentApi="on").one("AWS::Lambda::Url")


# ---- alarms ------------------------------------------------------------------------------------------------------------------


def test_alarms() -> None:
    (errors,) = make_stack().of_type("AWS::CloudWatch::Alarm")
    total, *parts = errors["Metrics"]
    assert re.findall(r"\w+(?=, 0)", total["Expression"]) == [part["Id"] for part in parts]
    failed, faults = (part["MetricStat"]["Metric"] for part in parts)
    assert (failed["Namespace"], failed["MetricName"]) == ("AWS/Lambda", "Errors")
    assert failed["Dimensions"] == [{"Name": "FunctionName", "Value": {"Ref": "TernFunction"}}]
    (counted,) = make_stack().one("AWS::Logs::MetricFilter")["MetricTransformations"]
    assert (faults["Namespace"], faults["MetricName"]) == (counted["MetricNamespace"], counted["MetricName"])
    stack = make_stack(Queue="on", AlarmTopicArn=TOPIC)
    _, waiting = alarms = stack.of_type("AWS::CloudWatch::Alarm")
    assert waiting["MetricName"] == "ApproximateNumberOfMessagesVisible"
    assert waiting["Dimensions"] == [{"Name": "QueueName", "Value": {"Fn::GetAtt": ["DeadLetterQueue", "QueueName"]}}]
    for alarm in alarms:
        assert alarm["AlarmActions"] == [TOPIC]
        assert (alarm["Threshold"], alarm["ComparisonOperator"]) == (0, "GreaterThanThreshold")


@pytest.mark.parametrize("log_format", ["JSON", "Text"])
def test_filter_counts_what_the_function_is_at_fault_for(log_format: str) -> None:
    """A line of the log begins with the error's type (runtime/lambda/loop.c); 500 and above are the function's own."""
    source = "".join(
        (ROOT / "runtime" / "answer" / name).read_text(encoding="utf-8") for name in ("response.h", "response.c")
    )
    types = dict(re.findall(r'#define (\w+) "((?:Function|Runtime)[.]\w+)"', source))
    by_status: dict[str, set[str]] = {}
    for status, name in re.findall(r"respond_error\(out, (\d+), (\w+),", source):
        by_status.setdefault(status[0], set()).add(types[name])
    assert len(by_status["5"]) == 3 and by_status["4"]
    pattern = make_stack(LogFormat=log_format).one("AWS::Logs::MetricFilter")["FilterPattern"]
    starts = re.findall(r'"([^"*]+)[*]?"', pattern)
    assert pattern.count("$.message = ") == (len(starts) if log_format == "JSON" else 0)
    assert all(kind.startswith(tuple(starts)) for kind in by_status["5"])
    assert not any(kind.startswith(tuple(starts)) for kind in by_status["4"])


# ---- linters -----------------------------------------------------------------------------------------------------------------


def lint(path: Path) -> None:
    pytest.importorskip("cfnlint")
    command = [sys.executable, str(Path(sys.executable).with_name("cfn-lint")), "-r", "us-east-1", "--", str(path)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_cfn_lint() -> None:
    lint(TEMPLATE)


@pytest.mark.parametrize("name", ["defaults", "everything", "everything, role"])
def test_cfn_lint_of_the_expansion(name: str, tmp_path: Path) -> None:
    """Linting SAM alone misses what it does not know; the expansion has no SAM left."""
    template = cloudformation.read(TEMPLATE)
    values = cloudformation.parameter_values(template, PARAMETERS[name])
    path = tmp_path / "expanded.json"
    path.write_text(json.dumps(cloudformation.expand(template, values)), encoding="utf-8")
    lint(path)


# ---- sam ---------------------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def sam() -> str:
    own = ROOT / ".venv-sam" / "bin" / "sam"
    path = os.environ.get("TERN_SAM") or (str(own) if own.exists() else shutil.which("sam"))
    if not path:
        pytest.skip("no AWS SAM CLI: pip install aws-sam-cli, or name one in TERN_SAM")
    return path


def run_sam(sam: str, folder: Path, *arguments: str) -> str:
    env = {
        **os.environ,
        "SAM_CLI_TELEMETRY": "0",
        "AWS_DEFAULT_REGION": "us-east-1",
        "TERN_PACKAGE_CACHE": str(ROOT / "build-package"),
    }
    done = subprocess.run(
        [sam, *arguments], cwd=folder, env=env, capture_output=True, text=True, timeout=1800, check=False
    )
    assert done.returncode == 0, f"sam {' '.join(arguments)}\n{done.stdout}\n{done.stderr}"
    return done.stdout + done.stderr


@pytest.mark.long
def test_sam_validate(sam: str) -> None:
    assert "is a valid SAM Template" in run_sam(sam, ROOT, "validate", "--lint")


def test_makefile_has_the_functions_target() -> None:
    template = cloudformation.read(TEMPLATE)
    functions = [
        name for name, resource in template["Resources"].items() if resource["Type"] == "AWS::Serverless::Function"
    ]
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    for name in functions:
        assert template["Resources"][name]["Metadata"]["BuildMethod"] == "makefile"
        assert re.search(rf"^build-{name}:", makefile, re.MULTILINE)


def test_make_tells_sam_what_it_does(tmp_path: Path) -> None:
    """On standard output: SAM holds the other one back until a build has failed."""
    done = subprocess.run(
        ["make", "build-TernFunction", f"ARTIFACTS_DIR={tmp_path}"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        env={**os.environ, "TERN_ARCH": "sparc"},
        timeout=120,
        check=False,
    )
    assert done.returncode != 0
    assert "package: Lambda has x86_64 and arm64, not sparc\n" in done.stdout


@pytest.mark.long
def test_questions_of_sam_deploy(sam: str, tmp_path: Path) -> None:
    """As deploy/README.md says: every default, but for two that ask whether it is okay; a bucket of one's own takes two options."""
    for name in ("template.yaml", "samconfig.toml"):
        shutil.copy(ROOT / name, tmp_path / name)
    env = {
        **os.environ,
        "SAM_CLI_TELEMETRY": "0",
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_ENDPOINT_URL": "http://127.0.0.1:1",
        "AWS_ACCESS_KEY_ID": "testing",
        "AWS_SECRET_ACCESS_KEY": "testing",
        "AWS_MAX_ATTEMPTS": "1",
    }

    def deploy(*options: str, said: str = "") -> str:
        done = subprocess.run(
            [sam, "deploy", *options],
            cwd=tmp_path,
            env=env,
            input=said,
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )
        assert done.returncode != 0  # there is no AWS here
        return done.stdout + done.stderr

    defaults = "\n" * (2 + len(cloudformation.read(TEMPLATE)["Parameters"]) + 3)  # name, region; what it may do
    refused, agreed = deploy("--guided", said=defaults + "\n"), deploy("--guided", said=defaults + "y\ny\nn\n")
    assert "Security Constraints Not Satisfied" in refused
    assert agreed.count("TernFunction has no authentication. Is this okay?") == 2
    assert "Security Constraints" not in agreed and "Save arguments to configuration file" in agreed
    assert "Cannot use both --resolve-s3 and --s3-bucket" in deploy("--s3-bucket", "mine")
    assert "Cannot use both" not in deploy("--s3-bucket", "mine", "--no-resolve-s3")


@pytest.mark.long
def test_sam_build(sam: str, tmp_path: Path) -> None:
    """In a copy, with the libraries of build-package/: the program and what is linked are those of the zip, byte for byte, and
    every model is there, as the build is for stacks with SentimentApi=on, too."""
    arch = "arm64" if os.uname().machine == "aarch64" else os.uname().machine
    archive = ROOT / "build" / f"tern-lambda-{arch}.zip"
    if not archive.exists():
        pytest.skip("no package: run tools/package first")
    for name in [
        "engine",
        "runtime",
        "cmake",
        "tools",
        "weights",
        "web",
        "CMakeLists.txt",
        "Makefile",
        "LICENSE",
        "template.yaml",
        "samconfig.toml",
    ]:
        copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copy
        copy(ROOT / name, tmp_path / name)
    output = run_sam(sam, tmp_path, "build")
    assert f"/build-package/{arch} ...\n" in output  # it is not silent while it works
    built = tmp_path / ".aws-sam" / "build" / "TernFunction"
    with zipfile.ZipFile(archive) as package:
        expected = {info.filename: package.read(info) for info in package.infolist()}
    expected |= {
        name: (ROOT / name).read_bytes()
        for name in model_files(path.stem for path in (ROOT / "weights").glob("*.tern"))
    }
    got = {str(path.relative_to(built)): path.read_bytes() for path in built.rglob("*") if path.is_file()}
    del got["sbom.cdx.json"], expected["sbom.cdx.json"]  # which tell of other models
    assert got == expected
    assert (built / "bootstrap").stat().st_mode & stat.S_IXOTH
