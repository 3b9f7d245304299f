"""What CreateEventSourceMapping refuses.

docs.aws.amazon.com/lambda/latest/api/API_CreateEventSourceMapping.html
docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from slipway.engine import adapter
from slipway.engine.deliveries import queue_url
from slipway.engine.engine import Engine
from slipway.engine.errors import AccessDenied, AwsError
from slipway.engine.mend.lambda_.invocation import PRINCIPAL

_NEEDED = ("ReceiveMessage", "DeleteMessage", "GetQueueAttributes")
_MEMBERS = frozenset(
    {
        *("BatchSize", "Enabled", "EventSourceArn", "FilterCriteria", "FunctionName", "FunctionResponseTypes"),
        *("MaximumBatchingWindowInSeconds", "ScalingConfig", "Tags"),
    }
)
_LARGEST_RECEIVED = 10

Mapping = dict[str, Any]


def check(engine: Engine, data: dict[str, Any]) -> None:
    """Refuse a mapping that CreateEventSourceMapping refuses, or that is not executed here."""
    source = data.get("EventSourceArn", "")
    if source.split(":")[2:3] != ["sqs"]:
        raise _invalid(f"EventSourceArn {source} is not executed here: only Amazon SQS queues are polled")
    for name in sorted(set(data) - _MEMBERS):
        raise _invalid(f"{name} is not executed here for an Amazon SQS queue")
    _check_batches(data, fifo=source.endswith(".fifo"))
    service = adapter.part("services.lambda_svc")
    record, config, _ = service._get_func_record_for_ref(data["FunctionName"])
    if record is None:
        return  # MiniStack says that there is no such function
    check_role(engine, config["Role"], source)
    _check_new(service._iter_all_esms(), config["FunctionName"], source)
    _check_queue(engine, config, source)


def _check_batches(data: dict[str, Any], *, fifo: bool) -> None:
    size, window = int(data.get("BatchSize", 10)), int(data.get("MaximumBatchingWindowInSeconds", 0))
    if fifo and window:
        raise _invalid("Batching window is not supported for FIFO queues")
    if size > _LARGEST_RECEIVED and fifo:
        raise _invalid(f"Batch size must be between 1 and {_LARGEST_RECEIVED} for FIFO queues")
    if size > _LARGEST_RECEIVED and not window:
        raise _invalid(
            "Maximum batch window in seconds must be greater than 0 if maximum batch size is greater than 10"
        )


def _check_new(mappings: Iterable[tuple[Any, Any, Mapping]], name: str, source: str) -> None:
    for _, _, mapping in mappings:
        if mapping["FunctionName"] == name and mapping["EventSourceArn"] == source:
            text = (
                f'An event source mapping with SQS arn (" {source} ") and function (" {name} ") already exists. '
                f"Please update or delete the existing mapping with UUID {mapping['UUID']}"
            )
            raise AwsError("ResourceConflictException", text, status=409)


def _check_queue(engine: Engine, config: dict[str, Any], source: str) -> None:
    """The queue is there, and hides messages for at least as long as the function may take."""
    client = engine.as_role(config["Role"], PRINCIPAL, "event-source-mapping").client("sqs")
    try:
        url = queue_url(engine, source)
        answer = client.get_queue_attributes(QueueUrl=url, AttributeNames=["VisibilityTimeout"])
    except client.exceptions.QueueDoesNotExist as error:
        raise _invalid(
            "Error occurred while ReceiveMessage. SQS Error Code: AWS.SimpleQueueService.NonExistentQueue. "
            "SQS Error Message: The specified queue does not exist."
        ) from error
    visible = int(answer["Attributes"]["VisibilityTimeout"])
    if visible < int(config["Timeout"]):
        raise _invalid(
            f"Queue visibility timeout: {visible} seconds is less than Function timeout: {config['Timeout']} seconds"
        )


def _invalid(message: str) -> AwsError:
    return AwsError("InvalidParameterValueException", message, status=400)


def check_role(engine: Engine, role_arn: str, queue_arn: str) -> None:
    """Refuse a mapping whose function's role may not read the queue, as CreateEventSourceMapping does."""
    caller = engine.as_role(role_arn, PRINCIPAL, "event-source-mapping")
    for operation in _NEEDED:
        try:
            caller.check(f"sqs:{operation}", queue_arn)
        except AccessDenied as denied:
            text = f"The function execution role does not have permissions to call {operation} on SQS"
            raise _invalid(text) from denied
