"""A run of the workflow, and the jobs of SageMaker's that its steps are.

https://docs.aws.amazon.com/glue/latest/dg/workflow-run-properties-code.html
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Callable
from typing import Any

import boto3
from botocore.exceptions import ClientError

Document = dict[str, Any]
# Of what a job may fail that is no fault of its own, and what SageMaker answers when there is no instance left.
TRIED_AGAIN = ("CapacityError", "InternalServerError", "ResourceLimitExceeded")
ATTEMPTS = 4
FIRST_PAUSE, LAST_PAUSE, BACKOFF = 1.0, 30.0, 60.0
_TYPES: dict[str, Callable[[str], Any]] = {"String": str, "Integer": int, "Float": float}


class StepFailed(Exception):
    """A step failed; the reason is kept in the run's properties, for whoever watches the run."""


class Run:
    """A run of the workflow: its properties, the definition, and what its steps have told of themselves."""

    def __init__(self, options: argparse.Namespace) -> None:
        self._key = {"Name": options.WORKFLOW_NAME, "RunId": options.WORKFLOW_RUN_ID}
        self._glue, self._s3 = boto3.client("glue"), boto3.client("s3")
        self.sagemaker: Any = boto3.client("sagemaker")
        self.properties: Document = self._glue.get_workflow_run_properties(**self._key)["RunProperties"]
        self.definition = self.read(options.definition)
        self._types = {one["Name"]: _TYPES[one["Type"]] for one in self.definition["Parameters"]}
        self.steps = {step["Name"]: step for step in self.definition["Steps"]}
        self.steps.update({step["Name"]: step for step in self.steps["Gate"]["Arguments"]["IfSteps"]})
        self._told: dict[str, Document] = {}

    def put(self, **properties: str) -> None:
        """Tell something of the run."""
        self._glue.put_workflow_run_properties(**self._key, RunProperties=properties)

    def text(self, uri: str) -> str:
        """An object of S3."""
        bucket, _, key = uri[len("s3://") :].partition("/")
        content: bytes = self._s3.get_object(Bucket=bucket, Key=key)["Body"].read()
        return content.decode()

    def read(self, uri: str) -> Document:
        """A JSON document of S3."""
        document: Document = json.loads(self.text(uri))
        return document

    def texts(self, uri: str) -> list[str]:
        """The objects below an address of S3, in the order of their names."""
        bucket, _, prefix = uri[len("s3://") :].partition("/")
        pages = self._s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix)
        return [self.text(f"s3://{bucket}/{one['Key']}") for page in pages for one in page.get("Contents", [])]

    def below(self, path: str) -> str:
        """An address below the run's folder."""
        return f"{self.properties['Run']}/{path}"

    def arguments(self, name: str) -> Document:
        """What a step asks for, with the values of this run."""
        asked: Document = self.resolve(self.steps[name]["Arguments"])
        return asked

    def resolve(self, value: Any) -> Any:
        """A value of the definition, which may be an expression."""
        if isinstance(value, list):
            return [self.resolve(item) for item in value]
        if not isinstance(value, dict):
            return value
        if set(value) == {"Get"}:
            return self._get(value["Get"].split("."))
        if set(value) == {"Std:Join"}:
            return value["Std:Join"]["On"].join(str(self.resolve(item)) for item in value["Std:Join"]["Values"])
        if set(value) == {"Std:JsonGet"}:
            return at(self.read(self.below("evaluate/evaluation.json")), value["Std:JsonGet"]["Path"].split("."))
        return {name: self.resolve(item) for name, item in value.items()}

    def _get(self, path: list[str]) -> Any:
        root, name, *rest = path
        if root == "Parameters":
            return self._types[name](self.properties[name])
        return at(self._told[name], rest)

    def job(self, name: str, kind: str) -> None:
        """Run a step that is a job of SageMaker's; one that found no instance is tried again under another name."""
        arguments = self.arguments(name)
        for attempt in range(1, ATTEMPTS + 1):
            job_name = f"{self.properties['Prefix']}-{name.lower()}-{self.properties['job']}-{attempt}"
            try:
                self._told[name] = self._tried(name, kind, {f"{kind.title()}JobName": job_name, **arguments})
            except (StepFailed, ClientError) as error:
                if attempt == ATTEMPTS or not any(known in str(error) for known in TRIED_AGAIN):
                    raise
                time.sleep(BACKOFF * 2**attempt)
            else:
                return

    def _tried(self, name: str, kind: str, request: Document) -> Document:
        made = getattr(self.sagemaker, f"create_{kind}_job")(**request)
        self.put(**{f"{name.lower()}_job": made[f"{kind.title()}JobArn"]})
        described = self._ended(kind, request[f"{kind.title()}JobName"])
        if described[f"{kind.title()}JobStatus"] != "Completed":
            raise StepFailed(reason(described))
        return described

    def _ended(self, kind: str, job_name: str) -> Document:
        describe = getattr(self.sagemaker, f"describe_{kind}_job")

        def look() -> Document | None:
            found: Document = describe(**{f"{kind.title()}JobName": job_name})
            return None if found[f"{kind.title()}JobStatus"] in ("InProgress", "Stopping") else found

        return when(look)


def at(document: Any, path: list[str]) -> Any:
    """What stands at a path of a document."""
    for part in path:
        document = document[part]
    return document


def when(look: Callable[[], Document | None]) -> Document:
    """What `look` finds, asked again and again, less and less often."""
    pause = FIRST_PAUSE
    while True:
        found = look()
        if found is not None:
            return found
        time.sleep(pause)
        pause = min(pause * 1.5, LAST_PAUSE)


def reason(described: Document) -> str:
    """Why a job failed: its reason, and what it said last."""
    given, message = described.get("FailureReason", "it was stopped"), described.get("ExitMessage", "")
    return given if message in given else f"{given} {message}"
