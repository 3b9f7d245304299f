"""Metric alarms: put, described, deleted.

docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html and its neighbours.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

from slipway.engine.errors import AwsError
from slipway.engine.service import Call
from slipway.engine.services.cloudwatch import history
from slipway.engine.services.cloudwatch.actions import refusal
from slipway.engine.services.cloudwatch.evaluation import COMPARISONS
from slipway.engine.services.cloudwatch.reads import check_statistic, real_period
from slipway.engine.services.cloudwatch.service import (
    COMPOSITE,
    METRIC,
    SERVICE,
    alarm_arn,
    alarms,
    arn_of_alarm,
    arns_of_alarms,
    dimensions_of,
    invalid,
    page,
    visible,
)
from slipway.engine.services.cloudwatch.tags import tags_at_creation
from slipway.engine.store import Record

_PAGE = 50
_KEPT = ("StateValue", "StateReason", "StateReasonData", "StateUpdatedTimestamp", "StateTransitionedTimestamp")
_MISSING = ("breaching", "notBreaching", "ignore", "missing")
_NEEDED = ("Namespace", "MetricName", "Period", "EvaluationPeriods", "Threshold", "ComparisonOperator")
_REFUSED = ("Metrics", "ThresholdMetricId", "EvaluationWindow", "WarmUpConfiguration", "EvaluationCriteria")


@SERVICE.operation("PutMetricAlarm", resource=arn_of_alarm)
def put_metric_alarm(call: Call) -> None:
    """Make an alarm, or replace one; a new one has INSUFFICIENT_DATA until it was evaluated."""
    params = call.params
    _check(call, params)
    put(call, METRIC, {name: value for name, value in params.items() if name != "Tags"})


def put(call: Call, kind: str, members: Mapping[str, Any], state: str = "INSUFFICIENT_DATA") -> None:
    """Write an alarm's record; what is there keeps its state and its tags."""
    engine, name, now = call.engine, members["AlarmName"], time.time()
    before = alarms(engine).get(name)
    if before is not None and before["type"] != kind:
        raise invalid(f"An alarm of another type with the name {name} exists already")
    reason = "Unchecked: Initial alarm creation"
    fresh = {
        "StateValue": state,
        "StateReason": reason,
        "StateUpdatedTimestamp": now,
        "StateTransitionedTimestamp": now,
    }
    record: Record = {
        "ActionsEnabled": True,
        "OKActions": [],
        "AlarmActions": [],
        "InsufficientDataActions": [],
        **members,
        **({key: before[key] for key in _KEPT if key in before} if before else fresh),
        "AlarmArn": alarm_arn(engine, name),
        "AlarmConfigurationUpdatedTimestamp": now,
        "type": kind,
        "tags": before["tags"] if before else tags_at_creation(call, alarm_arn(engine, name)),
    }
    alarms(engine)[name] = record
    verb = "updated" if before else "created"
    history.note(engine, record, "ConfigurationUpdate", f'Alarm "{name}" {verb}', {"type": verb.title()})


def _check(call: Call, params: Mapping[str, Any]) -> None:
    refused = [name for name in _REFUSED if params.get(name)]
    if refused:
        raise invalid(
            f"{', '.join(refused)}: alarms on metric math or anomalies are not executed here; name one MetricName"
        )
    reason = refusal(params)
    if reason:
        raise invalid(reason)
    missing = [name for name in _NEEDED if name not in params]
    if missing:
        raise AwsError("MissingParameter", f"The parameter {missing[0]} is required.", status=400)
    if ("Statistic" in params) == ("ExtendedStatistic" in params):
        raise invalid("Exactly one of the parameters Statistic and ExtendedStatistic must be given")
    check_statistic(params.get("ExtendedStatistic") or params["Statistic"])
    if params["ComparisonOperator"] not in COMPARISONS:
        raise invalid(
            f"ComparisonOperator {params['ComparisonOperator']} needs anomaly detection, which is not executed"
        )
    if params.get("TreatMissingData", "missing") not in _MISSING:
        raise invalid(
            f"Option {params['TreatMissingData']} is not supported for TreatMissingData. Supported options for"
            f" TreatMissingData are [{', '.join(_MISSING)}]."
        )
    if params.get("DatapointsToAlarm", 1) > params["EvaluationPeriods"]:
        raise invalid("DatapointsToAlarm must be less than or equal to EvaluationPeriods")
    real_period(call.engine, params["Period"])
    if params["Period"] * params["EvaluationPeriods"] > 7 * 24 * 3600:
        raise invalid(
            "Metrics cannot be checked across more than 7 days (EvaluationPeriods * Period must be <= 604800)."
        )


@SERVICE.operation("DescribeAlarms", resource=arns_of_alarms)
def describe_alarms(call: Call) -> dict[str, Any]:
    """Alarms by name, prefix, state or action; composite alarms only when they are asked for."""
    params = call.params
    refused = [name for name in ("ChildrenOfAlarmName", "ParentsOfAlarmName") if name in params]
    if refused:
        raise invalid(f"{refused[0]} is not executed by the local engine")
    kinds = params.get("AlarmTypes", [METRIC])
    found = sorted(
        (record for record in alarms(call.engine).values() if record["type"] in kinds and _asked(record, params)),
        key=lambda record: str(record["AlarmName"]),
    )
    listed, following = page(call, found, params.get("MaxRecords", _PAGE))
    return {
        "MetricAlarms": [visible(record) for record in listed if record["type"] == METRIC],
        "CompositeAlarms": [visible(record) for record in listed if record["type"] == COMPOSITE],
        # There are none, since none can be put here; clients count them.
        "LogAlarms": [],
        **following,
    }


def _asked(record: Record, params: Mapping[str, Any]) -> bool:
    actions = [*record["AlarmActions"], *record["OKActions"], *record["InsufficientDataActions"]]
    return (
        record["AlarmName"] in params.get("AlarmNames", [record["AlarmName"]])
        and record["AlarmName"].startswith(params.get("AlarmNamePrefix", ""))
        and record["StateValue"] == params.get("StateValue", record["StateValue"])
        and ("ActionPrefix" not in params or any(action.startswith(params["ActionPrefix"]) for action in actions))
    )


@SERVICE.operation("DescribeAlarmsForMetric", resource=arns_of_alarms)
def describe_alarms_for_metric(call: Call) -> dict[str, Any]:
    """The alarms on one metric."""
    wanted = {name: value for name, value in call.params.items() if name != "Dimensions"}
    dimensions = dimensions_of(call.params.get("Dimensions", []))
    return {
        "MetricAlarms": [
            visible(record)
            for record in alarms(call.engine).values()
            if record["type"] == METRIC
            and all(record.get(name) == value for name, value in wanted.items())
            and dimensions_of(record.get("Dimensions", [])) == dimensions
        ]
    }


@SERVICE.operation("DeleteAlarms", resource=arns_of_alarms)
def delete_alarms(call: Call) -> None:
    """Remove alarms; names that are not there are no error, but one that a composite alarm watches stays."""
    names = call.params["AlarmNames"]
    watched = [
        record["AlarmName"]
        for record in alarms(call.engine).values()
        if record["type"] == COMPOSITE and record["AlarmName"] not in names and set(record["children"]) & set(names)
    ]
    if watched:
        raise invalid(
            f"Cannot delete {', '.join(names)} as it is referenced by composite alarm(s): {', '.join(watched)}"
        )
    for name in names:
        alarms(call.engine).pop(name, None)
