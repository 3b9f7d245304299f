"""One step under way: its record, its role, and what its expressions stand for."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from slipway.engine.services.sagemaker.failures import EngineStopping
from slipway.engine.services.sagemaker.pipelines import expressions, paths
from slipway.engine.services.sagemaker.pipelines.definition import Step
from slipway.engine.services.sagemaker.pipelines.errors import StepFailed, StepStopped
from slipway.engine.services.sagemaker.pipelines.records import Execution, random_text
from slipway.engine.services.sagemaker.storage import Location

if TYPE_CHECKING:
    from slipway.engine.caller import Caller

_RANDOM_CHARACTERS, _SHORT_STEP_CHARACTERS = 10, 7
_SHORT = 32


@dataclass(frozen=True)
class StepRun:
    """One step of one execution."""

    execution: Execution
    step: Step

    @property
    def record(self) -> dict[str, Any]:
        """The step's record as it is now."""
        found: dict[str, Any] = self.execution.record["_steps"].get(self.step.name, {})
        return found

    @property
    def caller(self) -> Caller:
        """The pipeline's role."""
        return self.execution.caller

    @property
    def stopping(self) -> bool:
        """Whether the execution is being stopped."""
        return bool(self.execution.record["PipelineExecutionStatus"] == "Stopping")

    def change(self, **members: Any) -> None:
        """Set members of the step's record; None takes one away."""
        self.execution.change_step(self.step.name, **members)

    def pause(self, seconds: float) -> None:
        """Wait in real seconds; EngineStopping when the engine ends meanwhile."""
        if self.execution.engine.stopping.wait(seconds):
            raise EngineStopping

    def rest(self, seconds: float) -> None:
        """Wait in AWS's seconds; StepStopped when the execution is stopped meanwhile."""
        left = self.execution.engine.clock.real(seconds)
        while left > 0:
            if self.stopping:
                raise StepStopped
            self.pause(min(left, 0.2))
            left -= 0.2

    def made_name(self, longest: int) -> str:
        """A name as pipelines give what they make.

        docs.aws.amazon.com/sagemaker/latest/dg/automating-sagemaker-with-eventbridge.html shows
        `pipelines-<execution>-<step>-<random>`; the names of tuning jobs are shorter.
        """
        step = re.sub(r"[^A-Za-z0-9]+", "-", self.step.name).strip("-")
        random = random_text(_RANDOM_CHARACTERS)
        if longest <= _SHORT:
            return f"{self.execution.id}-{step[:_SHORT_STEP_CHARACTERS].strip('-')}-{random}"
        fixed = len(f"pipelines-{self.execution.id}--{random}")
        return f"pipelines-{self.execution.id}-{step[: longest - fixed].strip('-')}-{random}"

    def resolve(self, value: Any) -> Any:
        """The value with its expressions worked out; StepFailed names one that cannot be."""
        try:
            return expressions.resolve(value, self)
        except LookupError as error:
            raise StepFailed(f"ClientError: {error.args[0]}") from None

    def get(self, reference: expressions.Get) -> Any:
        """What a `Get` stands for."""
        record = self.execution.record
        if reference.root == "Parameters":
            return record["_parameters"][reference.name]
        if reference.root == "Execution":
            return self._variable(reference, record)
        if reference.path[0] == expressions.PROPERTY_FILES:
            return self._property_file(reference, record)
        return _property(reference, record)

    def _variable(self, reference: expressions.Get, record: dict[str, Any]) -> str:
        values = {
            "StartDateTime": _time(record["CreationTime"]),
            "CurrentDateTime": _time(datetime.now(UTC).timestamp()),
            "PipelineName": record["_pipeline"],
            "PipelineArn": record["PipelineArn"],
            "PipelineExecutionId": self.execution.id,
            "PipelineExecutionArn": self.execution.arn,
            f"{self.step.type}JobName": self.record.get("_name"),
        }
        value = values.get(reference.name)
        if value is None:
            raise LookupError(f"{reference.text} has no value in step '{self.step.name}'")
        return str(value)

    def _property_file(self, reference: expressions.Get, record: dict[str, Any]) -> str:
        files = self.execution.definition.steps[reference.name].body["PropertyFiles"]
        file = next(one for one in files if one["PropertyFileName"] == reference.path[1])
        output = ("ProcessingOutputConfig", "Outputs", file["OutputName"], "S3Output", "S3Uri")
        uri = _property(expressions.Get(reference.text, "Steps", reference.name, output), record)
        return str(Location.parse(uri).below(file["FilePath"]))

    def read(self, uri: str) -> Any:
        """The JSON document in an S3 object, read under the pipeline's role."""
        at = Location.parse(uri)
        try:
            return json.loads(self.caller.client("s3").get_object(Bucket=at.bucket, Key=at.key)["Body"].read())
        except ClientError as error:
            raise StepFailed(f"ClientError: Received an error while reading file {uri} from S3: {error}") from error
        except ValueError:
            raise StepFailed(f"ClientError: Contents of file {uri} are not in valid JSON format.") from None


def _property(reference: expressions.Get, record: dict[str, Any]) -> Any:
    properties = record["_steps"][reference.name].get("_properties", {})
    try:
        return paths.value_at(properties, reference.path)
    except LookupError:
        raise LookupError(f"{reference.text} is undefined.") from None


def _time(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
