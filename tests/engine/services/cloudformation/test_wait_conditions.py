"""Wait conditions, and the addresses that nobody signs requests to."""

from __future__ import annotations

import json
import threading
import time
import urllib.error
import urllib.request
from typing import Any

import pytest

from tests.engine.services.cloudformation.parts import template, waiting

pytestmark = pytest.mark.specification(
    "docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/using-cfn-waitcondition.html"
)


def put(url: str, signal: Any, **headers: str) -> int:
    """The status of a signal's answer."""
    request = urllib.request.Request(url, json.dumps(signal).encode(), {"Content-Type": "", **headers}, method="PUT")  # noqa: S310
    try:
        with urllib.request.urlopen(request) as answer:  # noqa: S310 - the engine's own address
            return int(answer.status)
    except urllib.error.HTTPError as error:
        return error.code


def signalled(stacks: Any, whole: dict[str, Any], *signals: dict[str, Any]) -> dict[str, Any]:
    """Create a stack that waits, and signal as soon as its handle is there."""

    def signal() -> None:
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            found = stacks.cloudformation.describe_stack_resources(StackName=stacks.name())["StackResources"]
            handle = [one for one in found if one["LogicalResourceId"] == "Handle" and "PhysicalResourceId" in one]
            if handle:
                for one in signals:
                    assert put(handle[0]["PhysicalResourceId"], one) == 200
                return
            time.sleep(0.02)

    stacks.cloudformation.create_stack(StackName=stacks.name(), TemplateBody=json.dumps(whole))
    signaller = threading.Thread(target=signal)
    signaller.start()
    settled: dict[str, Any] = stacks.settled(stacks.name())
    signaller.join()
    return settled


def test_a_condition_is_met_by_a_signal_and_hands_its_data_on(stacks: Any) -> None:
    whole = template({"Data": {"Fn::GetAtt": ["Wait", "Data"]}}, **waiting())
    signal = {"Status": "SUCCESS", "UniqueId": "one", "Data": "done", "Reason": "why not"}
    stack = signalled(stacks, whole, signal)
    assert stack["StackStatus"] == "CREATE_COMPLETE"
    assert json.loads(stacks.outputs(stack)["Data"]) == {"one": "done"}
    stacks.delete(stack["StackId"])


def test_several_signals_are_counted_by_their_ids(stacks: Any) -> None:
    whole = template(**waiting())
    whole["Resources"]["Wait"]["Properties"]["Count"] = 2
    one = {"Status": "SUCCESS", "UniqueId": "1", "Data": "", "Reason": ""}
    assert signalled(stacks, whole, one, one, {**one, "UniqueId": "2"})["StackStatus"] == "CREATE_COMPLETE"


def test_a_signal_of_a_failure_fails_the_condition(stacks: Any) -> None:
    signal = {"Status": "FAILURE", "UniqueId": "1", "Data": "", "Reason": "it broke"}
    stack = signalled(stacks, template(**waiting()), signal)
    assert stack["StackStatus"] == "ROLLBACK_COMPLETE"
    assert "WaitCondition received failed message: 'it broke' for uniqueId: 1" in stacks.reasons(stack["StackId"])


def test_a_condition_that_nobody_meets_times_out(stacks: Any) -> None:
    stack = stacks.create(template(**waiting(timeout=1)))
    assert "WaitCondition timed out. Received 0 conditions when expecting 1" in stacks.reasons(stack["StackId"])


@pytest.mark.parametrize("kind", ["cfn-signal", "cfn-response"])
def test_an_address_that_nobody_was_told_is_denied(stacks: Any, kind: str) -> None:
    url = f"{stacks.engine.url}/_aws/cloudformation/{kind}/guessed"
    assert put(url, {"Status": "SUCCESS", "UniqueId": "1", "Data": "", "Reason": ""}) == 403


def test_a_signal_that_is_none_is_refused(stacks: Any) -> None:
    stacks.create(template(Handle={"Type": "AWS::CloudFormation::WaitConditionHandle"}))
    found = stacks.cloudformation.describe_stack_resources(StackName=stacks.name())["StackResources"]
    url = found[0]["PhysicalResourceId"]
    assert put(url, {"Status": "MAYBE"}) == 400
    assert put(url, ["SUCCESS"]) == 400
    assert put(url, {"Status": "SUCCESS"}, **{"Content-Type": "application/json"}) == 403
