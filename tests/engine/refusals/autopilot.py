"""Autopilot and AutoGluon's images: docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreateAutoMLJobV2.html."""

import json
import tempfile
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

from slipway.engine.aws_images.autogluon.autogluon_container import source, training
from slipway.engine.aws_images.autogluon.autogluon_container.environment import Training
from slipway.engine.aws_images.autogluon.autogluon_container.handler import Handler
from slipway.engine.aws_images.autogluon.autogluon_container.source import CodeRefused
from tests.engine.refusals.attempt import NAME, ROLE, Attempt, World, call, operation

SERVICE = "sagemaker"
SOURCE = {"S3DataSource": {"S3DataType": "S3Prefix", "S3Uri": f"s3://{NAME}/in"}}
JOB: dict[str, Any] = {
    "AutoMLJobName": NAME,
    "AutoMLJobInputDataConfig": [{"DataSource": SOURCE}],
    "OutputDataConfig": {"S3OutputPath": f"s3://{NAME}/out"},
    "AutoMLProblemTypeConfig": {"TabularJobConfig": {"TargetAttributeName": "y"}},
    "RoleArn": ROLE,
}
IMAGE = "763104351884.dkr.ecr.us-east-1.amazonaws.com/autogluon:1.6-cpu-amzn2023"
EMR = {"EmrServerlessComputeConfig": {"ExecutionRoleARN": ROLE}}
PARQUET = {"ContentType": "x-application/vnd.amazon+parquet", "DataSource": SOURCE}


def automl(item: str, says: str, **members: Any) -> Attempt:
    return call(item, says, SERVICE, "create_auto_ml_job_v2", **JOB | members)


def tabular(item: str, says: str, **members: Any) -> Attempt:
    config = {"TargetAttributeName": "y", **members}
    return automl(item, says, AutoMLProblemTypeConfig={"TabularJobConfig": config})


def algorithm(item: str, name: str, mode: str = "ENSEMBLING") -> Attempt:
    config = {"AlgorithmsConfig": [{"AutoMLAlgorithms": [name]}]}
    return tabular(item, f"AutoMLAlgorithms = {name} is not", Mode=mode, CandidateGenerationConfig=config)


def script(item: str, says: str, files: tuple[str, ...] = (), **hyperparameters: str) -> Attempt:
    """A training job's folder with `files` beside the script."""

    def act(base: Path) -> None:
        config, code = base / "input" / "config", base / "code"
        config.mkdir(parents=True)
        code.mkdir()
        for name in ("train.py", *files):
            (code / name).write_text("x==1")
        given = {"sagemaker_program": "train.py", **hyperparameters}
        (config / "hyperparameters.json").write_text(json.dumps(given))
        for name in ("resourceconfig", "inputdataconfig"):
            (config / f"{name}.json").write_text("{}")
        job = Training(base)
        source.refuse_requirements(code)
        training.command(job) if files else training.run(job)

    return Attempt(item, says, told(act))


def told(act: Callable[[Path], object]) -> Callable[[World], str]:
    def refused(_: World) -> str:
        with tempfile.TemporaryDirectory() as folder:
            try:
                act(Path(folder))
            except CodeRefused as error:
                return str(error)
        return ""

    return refused


def served(folder: Path) -> Handler:
    module = ModuleType("inference")
    module.__dict__["model_fn"] = lambda model_dir: None
    return Handler(module, folder)


ATTEMPTS = (
    automl(
        "Problem types other than tabular",
        "AutoMLProblemTypeConfig.TextGenerationJobConfig is not",
        AutoMLProblemTypeConfig={"TextGenerationJobConfig": {}},
    ),
    tabular("sample weights", "SampleWeightAttributeName", SampleWeightAttributeName="w"),
    tabular("candidate definitions alone", "GenerateCandidateDefinitionsOnly", GenerateCandidateDefinitionsOnly=True),
    automl("deployment by the job", "ModelDeployConfig", ModelDeployConfig={"EndpointName": "one"}),
    automl("remote compute", "AutoMLComputeConfig", AutoMLComputeConfig=EMR),
    automl("Parquet", "ContentType = x-application/vnd.amazon+parquet", AutoMLJobInputDataConfig=[PARQUET]),
    algorithm("the algorithms catboost", "catboost"),
    algorithm("fastai", "fastai"),
    algorithm("nn-torch", "nn-torch"),
    algorithm("mlp", "mlp", "HYPERPARAMETER_TUNING"),
    operation("version 1 of CreateAutoMLJob", SERVICE, "CreateAutoMLJob", "create_auto_ml_job"),
    call(
        "the image `autogluon` of 1.6",
        "the local engine has no stand-in of it",
        SERVICE,
        "create_model",
        ModelName=NAME,
        ExecutionRoleArn=ROLE,
        PrimaryContainer={"Image": IMAGE},
    ),
    script("a script's `requirements.txt`", "requirements.txt beside the script is not", ("requirements.txt",)),
    script("its `setup.py`", "setup.py beside the script is not", ("setup.py",)),
    script("its launch by MPI", "sagemaker_mpi_enabled is not", sagemaker_mpi_enabled="true"),
    script("its intermediate output", "sagemaker_s3_output is not", sagemaker_s3_output="s3://a/b"),
    Attempt("serving functions that PyTorch has defaults for", "lacks input_fn, predict_fn, output_fn", told(served)),
)
