"""A job's arguments: merged, the special ones honoured or refused, and as the script's own `sys.argv`.

docs.aws.amazon.com/glue/latest/dg/aws-glue-programming-etl-glue-arguments.html
docs.aws.amazon.com/glue/latest/dg/add-job-python.html
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from slipway.engine.services.glue.service import invalid, refused

_LIMIT_BYTES = 260 * 1024
# What they switch on is there anyway, or has no counterpart on one machine; a run's log names those that it was given.
_IDLE = frozenset(
    {
        *("--enable-auto-scaling", "--enable-continuous-cloudwatch-log", "--enable-continuous-log-filter"),
        *("--enable-job-insights", "--enable-metrics", "--enable-observability-metrics", "--enable-spark-ui"),
        *("--enable-s3-parquet-optimized-committer", "--library-set", "--spark-event-logs-path"),
    }
)
_ONLY: Mapping[str, tuple[str, ...]] = {
    "--job-bookmark-option": ("job-bookmark-disable",),
    "--job-language": ("python",),
    "--library-set": ("none", "analytics"),
    "--enable-glue-datacatalog": ("false",),
}
# Special parameters that ask for what the engine does not have.
_REFUSED = frozenset(
    {
        *("--auto-scale-within-microbatch", "--class", "--continuous-log-conversionPattern"),
        *("--continuous-log-logGroup", "--continuous-log-logStreamPrefix", "--custom-logGroup-prefix"),
        *("--custom-logStream-prefix", "--customer-driver-env-vars", "--customer-executor-env-vars"),
        *("--datalake-formats", "--disable-proxy-v2", "--enable-lakeformation-fine-grained-access"),
        *("--enable-rename-algorithm-v2", "--executor-cores", "--extra-files", "--extra-jars"),
        *("--job-bookmark-from", "--job-bookmark-to", "--python-modules-installer-option"),
        *("--user-jars-first", "--use-postgres-driver", "--write-shuffle-files-to-s3"),
        *("--write-shuffle-spills-to-s3", "--conf"),
    }
)


def check(operation: str, arguments: Mapping[str, str]) -> None:
    """Refuse special parameters that are not executed, and arguments above Glue's size."""
    for name, value in arguments.items():
        if name in _REFUSED:
            raise refused(f"{operation}: the argument {name}")
        if name in _ONLY and value not in _ONLY[name]:
            raise refused(f"{operation}: the argument {name} = {value} (executed: {', '.join(_ONLY[name])})")
    _check_modules(operation, arguments.get("--additional-python-modules", ""))
    if sum(len(f"{name}{value}".encode()) for name, value in arguments.items()) > _LIMIT_BYTES:
        raise invalid("Job arguments have a maximum size limit of 260KB")


def _check_modules(operation: str, modules: str) -> None:
    for module in filter(None, modules.split(",")):
        if "/" in module or module.strip().startswith("-"):
            raise refused(f"{operation}: {module} in --additional-python-modules (executed: packages by name)")


def merged(job: Mapping[str, Any], arguments: Mapping[str, str]) -> dict[str, str]:
    """A run's arguments: the job's defaults, over them the run's, over both those that cannot be overridden."""
    return {**job.get("DefaultArguments", {}), **arguments, **job.get("NonOverridableArguments", {})}


def modules(arguments: Mapping[str, str]) -> list[str]:
    """The packages of `--additional-python-modules`."""
    return [module.strip() for module in arguments.get("--additional-python-modules", "").split(",") if module.strip()]


def idle(arguments: Mapping[str, str]) -> list[str]:
    """The special parameters that are accepted and do nothing here."""
    return sorted(_IDLE & set(arguments))


def files(arguments: Mapping[str, str]) -> list[str]:
    """The S3 addresses of `--extra-py-files`."""
    return [uri.strip() for uri in arguments.get("--extra-py-files", "").split(",") if uri.strip()]


def argv(run: Mapping[str, Any], command: str) -> list[str]:
    """The script's arguments: the run's, then what Glue adds; a Spark job has its name and run too.

    docs.aws.amazon.com/glue/latest/dg/aws-glue-api-crawler-pyspark-extensions-get-resolved-options.html
    """
    own = {"--JOB_NAME": run["JobName"], "--JOB_RUN_ID": run["Id"]} if command == "glueetl" else {}
    flow = run.get("_workflow")
    inside = {"--WORKFLOW_NAME": flow["name"], "--WORKFLOW_RUN_ID": flow["run"]} if flow else {}
    words = {**run.get("Arguments", {}), **own, **inside}
    return [word for name, value in words.items() for word in ([name, value] if value else [name])]
