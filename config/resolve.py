"""`python -m config.resolve`: turn a commit, a configuration and the data into what the later stages are given.

Writes `build/execution/execution.json`, the state machine's input, and `build/output/<stack>.parameters.json`. Nothing
reads the configuration again after this.
"""

from __future__ import annotations

import json
import os
import shlex
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import boto3

from config import autogluon, configuration, dataset, deployed, deploying, image, parameters, requests, spark
from config.orchestrators import stack_parameters
from config.training import training
from config.versions import content_hash, training_key

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

BUILD: Final = Path("build")
EXECUTION: Final = BUILD / "execution" / "execution.json"
# What the buildspec exports as variables of the pipeline.
VARIABLES: Final = BUILD / "variables.sh"


def main() -> None:
    """Resolve with the environment that the build project and the pipeline's Build action set."""
    s3 = boto3.client("s3")
    written = requests.written(s3)
    resolved = configuration.resolve(written)
    execution, sample = _execution(resolved)
    _write_parameters(resolved, written, execution)
    EXECUTION.parent.mkdir(parents=True, exist_ok=True)
    EXECUTION.write_text(json.dumps(execution, indent=2), encoding="utf-8")
    _write_variables(_keep(execution, sample), f"{_notice()}{requests.notice(s3)}")
    print(f"training key {execution['trainingKey']}, data version {execution['dataVersion']}")


def _execution(resolved: dict[str, Any]) -> tuple[dict[str, Any], list[dataset.Row]]:
    prefix, uri, s3 = os.environ["PREFIX"], resolved["dataset"]["uri"], boto3.client("s3")
    data_sets = dataset.DataSets(s3, os.environ["DATA_BUCKET"], os.environ["KEY_ARN"])
    production = dataset.production_data(boto3.client("ssm"), prefix)
    version = dataset.version_of_run(data_sets, os.environ["DATA_VERSION"], uri, production)
    job_image = image.RESULT.read_text(encoding="utf-8").strip()
    trained = training(resolved, job_image, os.environ["AWS_REGION"])
    execution = {
        "commit": os.environ["COMMIT"],
        "dataVersion": version,
        "dataUri": data_sets.uri(version),
        "sourceUri": uri,
        "trainingKey": training_key(version, content_hash(image.JOBS), job_image, trained, resolved),
        "image": job_image,
        "preparation": {"code": spark.upload(s3, os.environ["ARTIFACT_BUCKET"], os.environ["KEY_ARN"])},
        "training": trained,
        "config": resolved,
    }
    head = data_sets.head(version)
    return execution, dataset.sample(head, resolved["dataset"], resolved["prepare"]["missingValues"])


def _write_parameters(resolved: dict[str, Any], written: dict[str, Any], execution: dict[str, Any]) -> None:
    """The project's environment has what the pipeline's stack knows of each stack; the configuration adds the rest."""
    training, test, production = (
        json.loads(os.environ[f"{stack}_PARAMETERS"]) for stack in ("TRAINING", "TEST", "PRODUCTION")
    )
    training |= autogluon.direct_parameters(os.environ["AWS_REGION"])
    if "AutogluonSourceKey" in training:
        autogluon.upload(boto3.client("s3"), os.environ["ARTIFACT_BUCKET"], os.environ["KEY_ARN"])
    serving = resolved["serving"]
    training |= stack_parameters(boto3.client("s3"), execution)
    test |= parameters.test_parameters(serving["test"])
    production |= parameters.production_parameters(serving["production"], written, production)
    production |= {
        "Commit": execution["commit"],
        "DataVersion": execution["dataVersion"],
        "DataUri": execution["sourceUri"],
    }
    places = parameters.batch_places(resolved["deploy"], _sample_uri(execution, "csv"), os.environ["ARTIFACT_BUCKET"])
    production["BacklogPerInstance"] = str(resolved["deploy"]["async"]["backlogPerInstance"])
    for environment, values, place in (("test", test, places[0]), ("production", production, places[1])):
        values |= parameters.deploy_parameters(resolved["deploy"]) | place
        deploying.check(boto3.client("cloudformation"), environment, values)
        deployed.refuse_unreachable_api(environment, values)
    if resolved["deploy"]["mode"] != "batch":
        deployed.refuse_missing_log_role(boto3.client("apigateway"))
    stack = f"{production['Prefix']}-production"
    deployed.refuse_instance_type_change(boto3.client("cloudformation"), stack, production)
    for name, values in (("training", training), ("test", test), ("production", production)):
        parameters.write(BUILD / "output", name, values)


def _keep(execution: dict[str, Any], sample: list[dataset.Row]) -> str:
    """Keep the execution and what requests may set, which drops are checked against, and rows to call the APIs with.

    The URI of these rows is returned.
    """
    s3, bucket = boto3.client("s3"), os.environ["ARTIFACT_BUCKET"]
    rules = requests.rules(configuration.load())
    for name in (execution["commit"], "latest"):
        _put(s3, bucket, f"executions/{name}.json", execution)
        _put(s3, bucket, f"executions/{name}.requests.json", rules)
    _put(s3, bucket, _sample_key(execution, "json"), {"features": sample})
    if execution["config"]["deploy"]["mode"] == "batch":
        _put_text(s3, bucket, _sample_key(execution, "csv"), dataset.as_csv(sample))
    return _sample_uri(execution, "json")


def _sample_key(execution: dict[str, Any], kind: str) -> str:
    return f"samples/{execution['commit']}/{execution['dataVersion']}.{kind}"


def _sample_uri(execution: dict[str, Any], kind: str) -> str:
    return f"s3://{os.environ['ARTIFACT_BUCKET']}/{_sample_key(execution, kind)}"


def _put(s3: S3Client, bucket: str, key: str, document: object) -> None:
    _put_text(s3, bucket, key, json.dumps(document))


def _put_text(s3: S3Client, bucket: str, key: str, text: str) -> None:
    body = text.encode()
    s3.put_object(Bucket=bucket, Key=key, Body=body, ServerSideEncryption="aws:kms", SSEKMSKeyId=os.environ["KEY_ARN"])


def _notice() -> str:
    """A sentence for the approver: whether a template has changed that no push deploys."""
    changed = deployed.drifted(boto3.client("cloudformation"), os.environ["PREFIX"])
    if not changed:
        return "The root stack is as in the commit."
    return f"Not deployed by a push, run `slipway launch`: {', '.join(changed)}."


def _write_variables(sample_uri: str, notice: str) -> None:
    print(notice)
    lines = [f"export SAMPLE_URI={shlex.quote(sample_uri)}", f"export NOTICE={shlex.quote(notice)}"]
    VARIABLES.write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    try:
        main()
    except (configuration.InvalidConfiguration, dataset.DataSetNotFound, deployed.CannotDeploy, ValueError) as fault:
        sys.exit(str(fault))
