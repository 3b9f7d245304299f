"""Memory, files, time, variables, concurrency: what a function has, and what becomes of one that takes more."""

from __future__ import annotations

import base64
import threading
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.engine.mend.account import archive, eventually, function, invoke, role
from tests.engine.mend.lambda_.test_functions import environments

QUOTAS = "docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html"
ENVIRONMENT = "docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html"
SOURCE = """
import os, sys, tempfile, time

def handler(event, context):
    if "megabytes" in event:
        kept = bytearray(os.urandom(1024) * (event["megabytes"] * 1024))
        time.sleep(event.get("seconds", 0))
        return len(kept)
    if "file" in event:
        with open(os.path.join(tempfile.gettempdir(), "file"), "wb") as file:
            file.truncate(event["file"] * 1024 * 1024)
        return os.path.getsize(file.name)
    if "exit" in event:
        sys.exit(event["exit"])
    if "signal" in event:
        os.kill(os.getpid(), event["signal"])
    if "sleep" in event:
        time.sleep(event["sleep"])
    return {"python": list(sys.version_info[:2])}
"""


@pytest.fixture(scope="module")
def name(engine: Any) -> str:
    function(engine, "limited", SOURCE, Timeout=20)
    return "limited"


def report(answer: dict[str, Any]) -> str:
    lines = base64.b64decode(answer["LogResult"]).decode().splitlines()
    return next(line for line in lines if line.startswith("REPORT"))


@pytest.mark.specification("docs.aws.amazon.com/lambda/latest/dg/configuration-memory.html")
@pytest.mark.parametrize("seconds", [pytest.param(0, id="for a moment"), pytest.param(15, id="until it is killed")])
def test_a_function_that_uses_more_memory_than_it_has_is_killed(engine: Any, name: str, seconds: int) -> None:
    payload, answer = invoke(engine, name, {"megabytes": 200, "seconds": seconds}, LogType="Tail")
    assert answer["FunctionError"] == "Unhandled"
    assert payload["errorType"] == "Runtime.ExitError"
    assert payload["errorMessage"].endswith("Error: Runtime exited with error: signal: killed")
    assert "Memory Size: 128 MB\tMax Memory Used: 128 MB" in report(answer)
    assert "Status: error\tError Type: Runtime.ExitError" in report(answer)


@pytest.mark.specification("docs.aws.amazon.com/lambda/latest/dg/configuration-memory.html")
def test_a_function_with_more_memory_uses_it(engine: Any) -> None:
    function(engine, "roomy", SOURCE, MemorySize=512, Timeout=20)
    payload, answer = invoke(engine, "roomy", {"megabytes": 200}, LogType="Tail")
    assert payload == 200 * 1024 * 1024
    assert "Init Duration: " in report(answer)
    assert "Init Duration: " not in report(invoke(engine, "roomy", {}, LogType="Tail")[1])


@pytest.mark.specification(QUOTAS)
def test_no_file_is_larger_than_the_ephemeral_storage(engine: Any, name: str) -> None:
    assert invoke(engine, name, {"file": 512})[0] == 512 * 1024 * 1024
    assert invoke(engine, name, {"file": 513})[0]["errorType"] == "OSError"


@pytest.mark.specification("docs.aws.amazon.com/lambda/latest/dg/troubleshooting-invocation.html")
@pytest.mark.parametrize(
    ("event", "text"),
    [
        pytest.param({"exit": 0}, "Error: Runtime exited without providing a reason", id="without an error"),
        pytest.param({"exit": 4}, "Error: Runtime exited with error: exit status 4", id="with a status"),
        pytest.param({"signal": 11}, "Error: Runtime exited with error: signal: segmentation fault", id="by a signal"),
    ],
)
def test_a_process_that_ends_is_named_by_how(engine: Any, name: str, event: dict[str, int], text: str) -> None:
    payload, _ = invoke(engine, name, event)
    assert payload["errorType"] == "Runtime.ExitError"
    assert payload["errorMessage"].startswith("RequestId: ")
    assert payload["errorMessage"].endswith(text)


@pytest.mark.specification(ENVIRONMENT)
@pytest.mark.parametrize(
    ("variables", "message"),
    [
        pytest.param(
            {"AWS_REGION": "x", "MINE": "b"},
            "contains reserved keys that are currently not supported for modification. "
            "Reserved keys used in this request: AWS_REGION",
            id="a reserved name",
        ),
        pytest.param({"MINE": "b" * 4090}, "exceeded the 4KB limit. String measured: ", id="too many bytes"),
    ],
)
def test_variables_that_aws_refuses_are_refused(
    engine: Any, name: str, variables: dict[str, str], message: str
) -> None:
    with pytest.raises(ClientError, match="Lambda was unable to configure your environment variables") as caught:
        engine.client("lambda").update_function_configuration(FunctionName=name, Environment={"Variables": variables})
    assert caught.value.response["Error"]["Code"] == "InvalidParameterValueException"
    assert message in caught.value.response["Error"]["Message"]


@pytest.mark.specification("docs.aws.amazon.com/lambda/latest/api/API_CreateFunction.html")
@pytest.mark.parametrize(
    ("change", "message"),
    [
        pytest.param(
            {"Runtime": "python3.7"}, "The runtime parameter of python3.7 is no longer supported", id="runtime"
        ),
        pytest.param(
            {
                "FileSystemConfigs": [
                    {
                        "Arn": "arn:aws:elasticfilesystem:us-east-1:111122223333:access-point/fsap-0123456789abcdef0",
                        "LocalMountPath": "/mnt/x",
                    }
                ]
            },
            "FileSystemConfigs is not executed here: file systems are not mounted",
            id="a file system",
        ),
        pytest.param(
            {"KMSKeyArn": "arn:aws:kms:us-east-1:111122223333:key/k"}, "KMSKeyArn is not executed here", id="a key"
        ),
        pytest.param({"Code": {"ZipFile": b"no zip"}}, "Could not unzip uploaded file", id="a package that is no zip"),
    ],
)
def test_a_function_that_cannot_be_made_is_refused_by_name(
    engine: Any, name: str, change: dict[str, Any], message: str
) -> None:
    client = engine.client("lambda")
    wanted = {"Runtime": "python3.13", "Code": {"ZipFile": archive("")}, **change}
    role_arn = client.get_function_configuration(FunctionName=name)["Role"]
    with pytest.raises(ClientError, match=message):
        client.create_function(FunctionName="no", Handler="handler.handler", Role=role_arn, **wanted)


@pytest.mark.specification("docs.aws.amazon.com/lambda/latest/dg/configuration-concurrency.html")
def test_a_reservation_throttles_the_function_with_all_its_versions(engine: Any) -> None:
    function(engine, "reserved", SOURCE, Timeout=20)
    client = engine.client("lambda")
    version = client.publish_version(FunctionName="reserved")["Version"]
    client.put_function_concurrency(FunctionName="reserved", ReservedConcurrentExecutions=1)
    running = threading.Thread(target=invoke, args=(engine, "reserved", {"sleep": 2}))
    running.start()
    eventually(lambda: environments(engine, "reserved"))
    with pytest.raises(client.exceptions.TooManyRequestsException) as caught:
        client.invoke(FunctionName="reserved", Qualifier=version, Payload=b"{}")
    assert caught.value.response["Reason"] == "ReservedFunctionConcurrentInvocationLimitExceeded"
    running.join()
    assert "python" in invoke(engine, "reserved", {}, Qualifier=version)[0]


@pytest.mark.specification("docs.aws.amazon.com/lambda/latest/dg/configuration-concurrency.html")
def test_a_reservation_leaves_a_hundred_for_the_others(engine: Any, name: str) -> None:
    with pytest.raises(ClientError, match="below its minimum value of \\[100\\]"):
        engine.client("lambda").put_function_concurrency(FunctionName=name, ReservedConcurrentExecutions=901)


@pytest.mark.specification("docs.aws.amazon.com/lambda/latest/dg/lambda-concurrency.html")
def test_invocations_run_beside_each_other(engine: Any) -> None:
    source = (
        "import pathlib, time\n\ndef handler(event, context):\n"
        "    folder = pathlib.Path(event['folder'])\n    (folder / event['me']).touch()\n"
        "    while len(list(folder.iterdir())) < 3 and context.get_remaining_time_in_millis() > 1000:\n"
        "        time.sleep(0.01)\n    return len(list(folder.iterdir()))\n"
    )
    function(engine, "beside", source, Timeout=60)
    folder = engine.home / "beside"
    folder.mkdir()
    found: list[Any] = []

    def one(me: str) -> None:
        found.append(invoke(engine, "beside", {"folder": str(folder), "me": me})[0])

    threads = [threading.Thread(target=one, args=(me,)) for me in "abc"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [3, 3, 3]


@pytest.mark.specification("docs.aws.amazon.com/lambda/latest/dg/python-handler.html")
def test_a_decimal_is_a_number_in_the_result(engine: Any) -> None:
    source = "from decimal import Decimal\n\ndef handler(event, context):\n    return {'d': Decimal('1.5')}\n"
    function(engine, "decimal", source)
    assert invoke(engine, "decimal")[0] == {"d": 1.5}


@pytest.mark.specification("docs.aws.amazon.com/lambda/latest/dg/configuration-versions.html")
def test_a_version_keeps_its_code_and_configuration_and_an_alias_leads_to_it(engine: Any) -> None:
    source = (
        "import os\n\ndef handler(event, context):\n    return [{n}, os.environ['NUMBER'], context.function_version]\n"
    )
    function(engine, "versions", source.replace("{n}", "1"), Environment={"Variables": {"NUMBER": "one"}})
    client = engine.client("lambda")
    version = client.publish_version(FunctionName="versions")["Version"]
    client.create_alias(FunctionName="versions", Name="live", FunctionVersion=version)
    client.update_function_code(FunctionName="versions", ZipFile=archive(source.replace("{n}", "2")))
    client.update_function_configuration(FunctionName="versions", Environment={"Variables": {"NUMBER": "two"}})
    assert invoke(engine, "versions")[0] == [2, "two", "$LATEST"]
    assert invoke(engine, "versions", Qualifier=version)[0] == [1, "one", version]
    payload, answer = invoke(engine, "versions", Qualifier="live")
    assert (payload, answer["ExecutedVersion"]) == ([1, "one", version], version)


@pytest.mark.specification("docs.aws.amazon.com/lambda/latest/api/API_CreateAlias.html")
@pytest.mark.parametrize(
    ("request_", "message"),
    [
        pytest.param({"FunctionVersion": "7"}, "Function not found: .*:limited:7", id="no such version"),
        pytest.param(
            {"FunctionVersion": "$LATEST", "RoutingConfig": {"AdditionalVersionWeights": {"1": 0.1}}},
            "RoutingConfig.AdditionalVersionWeights is not executed here",
            id="weights",
        ),
    ],
)
def test_an_alias_is_refused(engine: Any, name: str, request_: dict[str, Any], message: str) -> None:
    with pytest.raises(ClientError, match=message):
        engine.client("lambda").create_alias(FunctionName=name, Name="no", **request_)


@pytest.mark.specification("docs.aws.amazon.com/lambda/latest/dg/lambda-permissions.html")
def test_a_role_that_lambda_may_not_assume_is_refused(engine: Any) -> None:
    role_arn = role(engine, "not-for-lambda", "states.amazonaws.com")
    with pytest.raises(ClientError):
        engine.client("lambda").create_function(
            FunctionName="no", Runtime="python3.13", Handler="h.h", Role=role_arn, Code={"ZipFile": archive("")}
        )
