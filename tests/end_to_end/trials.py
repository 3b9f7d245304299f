"""What tests of A/B tests do and look at: `slipway ab`, production's API and endpoint, the pipeline's runs."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import urllib3

from slipway import runs
from slipway.api import Api
from tests.end_to_end.plant import ROOT, STACK, eventually
from tests.end_to_end.support import succeed
from tests.end_to_end.workshop import Workshop


def ab(workshop: Workshop, *arguments: str) -> Any:
    """What `slipway ab …` says to machines."""
    return json.loads(succeed(workshop.plant.home, "ab", *arguments, "--stack", STACK, "--json"))


def called(where: Api, *rows: dict[str, Any]) -> tuple[str, str]:
    """A request's inference id and variant, as the API's headers name them."""
    features = [{name: value for name, value in row.items() if name != "churn"} for row in rows]
    body = json.dumps({"features": features}).encode()
    headers = {"content-type": "application/json", **where._authorization("POST", where.url, body)}
    answer = urllib3.request("POST", where.url, body=body, headers=headers)
    assert answer.status == 200, answer.data
    return answer.headers["x-inference-id"], answer.headers["x-variant"]


def variants(workshop: Workshop) -> set[str]:
    described = workshop.client("sagemaker").describe_endpoint(EndpointName=f"{STACK}-production")
    return {variant["VariantName"] for variant in described["ProductionVariants"]}


def interrupted(workshop: Workshop, *arguments: str, kill: Callable[[], None] = lambda: None) -> None:
    """`slipway ab …`, killed as soon as the stack is being updated; `kill` ends something more."""
    command = [str(Path(sys.executable).parent / "slipway"), "ab", *arguments, "--stack", STACK]
    with subprocess.Popen([*command, "--home", str(workshop.plant.home)], cwd=ROOT) as process:
        eventually(lambda: production(workshop)["StackStatus"] == "UPDATE_IN_PROGRESS", "the update has begun")
        kill()
        process.kill()


def production(workshop: Workshop) -> Any:
    return workshop.client("cloudformation").describe_stacks(StackName=f"{STACK}-production")["Stacks"][0]


def champion(workshop: Workshop) -> str:
    parameter = workshop.client("ssm").get_parameter(Name=f"/{STACK}/production/champion")["Parameter"]
    return str(json.loads(parameter["Value"])["modelPackageArn"])


def guarded(workshop: Workshop) -> str:
    found = {one["ParameterKey"]: one["ParameterValue"] for one in production(workshop)["Parameters"]}
    return str(found["GuardDeployment"])


def rollbacks(workshop: Workshop) -> list[str]:
    return [run.id for run in runs.history(workshop.plant.installed) if run.trigger == "AutomatedRollback"]


def started(workshop: Workshop) -> str:
    """A run of what is there."""
    run_id = str(workshop.client("codepipeline").start_pipeline_execution(name=STACK)["pipelineExecutionId"])
    eventually(lambda: workshop.plant.newest() == run_id, "the run is listed")
    return run_id


def status_of(workshop: Workshop, run_id: str, action: str) -> str:
    found = workshop.plant.run(run_id).action("Test", action)
    return found.status if found else ""
