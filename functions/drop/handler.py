"""Looks at new data under `incoming/`: a good drop becomes a version and starts a run, a bad one is rejected.

A file is a drop; a folder is one once its `_SUCCESS` is there, or both files of a request (`request.py`). The version
is a hash of the content and its claim is put conditionally, so the same data, or the same event twice, starts one run.
While a run with new data is going on, later drops wait, and only the newest of them starts when it is over.

Invoked with messages of the queue that the rules in `cf/triggers.yaml` write to:
https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html
"""

from __future__ import annotations

import json
import logging
import os
from typing import TYPE_CHECKING, Any, Final

import boto3

import checks
import inbox
import request
import runs

if TYPE_CHECKING:
    from mypy_boto3_sns import SNSClient

# A message of SNS has at most 256 KiB: https://docs.aws.amazon.com/sns/latest/api/API_Publish.html
MOST_REASONS: Final = 20
LONGEST_REASON: Final = 400
TOPIC_ARN: Final = os.environ["TOPIC_ARN"]
SNS: Final[SNSClient] = boto3.client("sns")


def handler(event: dict[str, Any], _context: object) -> dict[str, list[dict[str, str]]]:
    """Act on every message; one that fails comes again, and in the end goes to the dead-letter queue."""
    failures = []
    for record in event["Records"]:
        try:
            act(json.loads(record["body"]))
        except Exception:
            logging.exception("message %s comes again", record["messageId"])
            failures.append({"itemIdentifier": record["messageId"]})
    return {"batchItemFailures": failures}


def act(event: dict[str, Any]) -> None:
    """An object has come, or a run is over."""
    if event["source"] == "aws.codepipeline":
        runs.start_pending()
        return
    drop = inbox.find(event["detail"]["object"]["key"])
    if drop is None:
        return
    if request.is_request(drop):
        act_on_request(drop)
        return
    execution = runs.last_execution()
    faults = checks.check(drop, execution["config"])
    if faults:
        reject(drop, faults, "New data")
    else:
        accept(drop)


def act_on_request(drop: inbox.Drop) -> None:
    """Start the run that a request asks for; a request that is dropped again runs again."""
    rules = runs.request_rules()
    unknown = "the commit that production runs does not know requests yet; see a run of a newer one to production"
    asked, faults = request.resolve(drop, rules) if rules else ({}, [unknown])
    if faults:
        reject(drop, faults, "A request")
        return
    run = runs.started(f"request-{drop.arrival}", "Request", request.keep(asked))
    runs.record(drop.version, run)
    inbox.clear(drop)


def reject(drop: inbox.Drop, faults: list[str], what: str) -> None:
    """Move the drop aside with its reasons beside it, and tell people."""
    faults = shortened(faults)
    folder = f"rejected/{drop.version}/"
    inbox.copy(drop, folder)
    inbox.put(f"{folder}reason.json", {"files": drop.keys, "version": drop.version, "reasons": faults})
    message = [f"{what} was rejected: s3://{inbox.DATA_BUCKET}/{folder}", *faults, "Correct it and drop it again."]
    subject = f"{runs.PIPELINE}: {what.lower()} was rejected"
    SNS.publish(TopicArn=TOPIC_ARN, Subject=subject[:100], Message="\n".join(message))
    inbox.clear(drop)


def shortened(reasons: list[str]) -> list[str]:
    """So many reasons, and so much of each, as a person reads and a message holds."""
    more = [f"and {len(reasons) - MOST_REASONS:,} more"] if len(reasons) > MOST_REASONS + 1 else []
    shown = reasons[:MOST_REASONS] if more else reasons
    return [one if len(one) <= LONGEST_REASON else f"{one[:LONGEST_REASON]}…" for one in shown] + more


def accept(drop: inbox.Drop) -> None:
    """Keep the drop as a version, claim it, and start its run or let it wait, unless the claim has its run already."""
    inbox.copy(drop, f"datasets/{drop.version}/")
    claimed = runs.claim(drop)
    if "pipelineExecutionId" not in claimed:
        runs.start_or_wait(drop.version)
    inbox.clear(drop)
