"""CloudWatch: docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference."""

from typing import Any

from tests.engine.refusals.attempt import Attempt, call

SERVICE = "cloudwatch"
ALARM: dict[str, Any] = {
    "AlarmName": "refused",
    "EvaluationPeriods": 1,
    "Threshold": 1.0,
    "ComparisonOperator": "GreaterThanThreshold",
}
METRIC = {"Namespace": "Mine", "MetricName": "Load", "Period": 60, "Statistic": "Sum"}


def alarm(item: str, says: str, **members: Any) -> Attempt:
    return call(item, says, SERVICE, "put_metric_alarm", **ALARM | members)


ATTEMPTS = (
    alarm(
        "Metric math", "alarms on metric math or anomalies are not executed", Metrics=[{"Id": "a", "Expression": "1+1"}]
    ),
    alarm("anomaly detection in alarms", "alarms on metric math or anomalies", ThresholdMetricId="a"),
    alarm("other actions", "arn:aws:ssm", **METRIC, AlarmActions=["arn:aws:ssm:us-east-1:111122223333:opsitem:1"]),
    alarm(
        "`EvaluateLowSampleCountPercentile: ignore`",
        "EvaluateLowSampleCountPercentile",
        **{key: value for key, value in METRIC.items() if key != "Statistic"},
        ExtendedStatistic="p99",
        EvaluateLowSampleCountPercentile="ignore",
    ),
    call(
        "expressions in `GetMetricData`",
        "metric math is not executed",
        SERVICE,
        "get_metric_data",
        MetricDataQueries=[{"Id": "a", "Expression": "1 + 1"}],
        StartTime=0,
        EndTime=3600,
    ),
)
