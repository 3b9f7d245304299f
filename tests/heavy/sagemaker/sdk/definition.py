"""Prints the definition of a pipeline that the SageMaker Python SDK makes.

It runs in the SDK's environment: `python definition.py BUCKET ROLE`. The SDK uploads the scripts beside this one to
the engine that AWS_ENDPOINT_URL names.
https://docs.aws.amazon.com/sagemaker/latest/dg/define-pipeline.html
"""

import sys
from pathlib import Path

from sagemaker.core import image_uris
from sagemaker.core.model_metrics import MetricsSource, ModelMetrics
from sagemaker.core.processing import ScriptProcessor
from sagemaker.core.shapes import ProcessingInput, ProcessingOutput, ProcessingS3Input, ProcessingS3Output
from sagemaker.core.training.configs import Compute, InputData, OutputDataConfig, StoppingCondition
from sagemaker.core.workflow.conditions import ConditionGreaterThanOrEqualTo
from sagemaker.core.workflow.functions import Join, JsonGet
from sagemaker.core.workflow.parameters import ParameterFloat, ParameterInteger, ParameterString
from sagemaker.core.workflow.pipeline_context import PipelineSession
from sagemaker.core.workflow.properties import PropertyFile
from sagemaker.mlops.workflow.condition_step import ConditionStep
from sagemaker.mlops.workflow.fail_step import FailStep
from sagemaker.mlops.workflow.model_step import ModelStep
from sagemaker.mlops.workflow.pipeline import Pipeline
from sagemaker.mlops.workflow.steps import CacheConfig, ProcessingStep, TrainingStep
from sagemaker.serve.model_builder import ModelBuilder
from sagemaker.train import ModelTrainer

BUCKET, ROLE = sys.argv[1:]
HERE = Path(__file__).parent
BASE = "/opt/ml/processing"
INSTANCE = "ml.m5.xlarge"
session = PipelineSession(default_bucket=BUCKET)
XGBOOST = image_uris.retrieve("xgboost", session.boto_region_name, "3.0-5")
data = ParameterString(name="InputDataUrl")
count = ParameterInteger(name="ProcessingInstanceCount", default_value=1)
threshold = ParameterFloat(name="Threshold", default_value=0.7)
approval = ParameterString(
    name="ModelApprovalStatus",
    default_value="PendingManualApproval",
    enum_values=["PendingManualApproval", "Approved"],
)
cache = CacheConfig(enable_caching=True, expire_after="P30D")


def s3_input(name: str, uri: object, folder: str) -> ProcessingInput:
    """What a processing job reads."""
    return ProcessingInput(
        input_name=name,
        s3_input=ProcessingS3Input(
            s3_uri=uri, local_path=f"{BASE}/{folder}", s3_data_type="S3Prefix", s3_input_mode="File"
        ),
    )


def s3_output(name: str) -> ProcessingOutput:
    """What a processing job writes."""
    target = ProcessingS3Output(
        s3_uri=f"s3://{BUCKET}/sdk/{name}", local_path=f"{BASE}/{name}", s3_upload_mode="EndOfJob"
    )
    return ProcessingOutput(output_name=name, s3_output=target)


processor = ScriptProcessor(
    role=ROLE,
    image_uri=XGBOOST,
    command=["python3"],
    instance_count=count,
    instance_type=INSTANCE,
    sagemaker_session=session,
)
prepare = ProcessingStep(
    name="Preprocess",
    step_args=processor.run(
        code=str(HERE / "preprocess.py"),
        inputs=[s3_input("data", data, "input/data")],
        outputs=[s3_output("train"), s3_output("validation")],
        arguments=["--input-data", data],
    ),
    cache_config=cache,
)


def prepared(name: str) -> object:
    """The place of an output of the first step, as the second has it."""
    return prepare.properties.ProcessingOutputConfig.Outputs[name].S3Output.S3Uri


trainer = ModelTrainer(
    training_image=XGBOOST,
    role=ROLE,
    sagemaker_session=session,
    compute=Compute(instance_type=INSTANCE, instance_count=1, volume_size_in_gb=30),
    stopping_condition=StoppingCondition(max_runtime_in_seconds=3600),
    output_data_config=OutputDataConfig(s3_output_path=f"s3://{BUCKET}/sdk/trained"),
    hyperparameters={"objective": "binary:logistic", "eval_metric": "auc", "num_round": "20"},
)
train = TrainingStep(
    name="Train",
    step_args=trainer.train(
        input_data_config=[
            InputData(channel_name=name, data_source=prepared(name), content_type="text/csv")
            for name in ("train", "validation")
        ]
    ),
    cache_config=cache,
)
model_data = train.properties.ModelArtifacts.S3ModelArtifacts
report = PropertyFile(name="EvaluationReport", output_name="evaluation", path="evaluation.json")
evaluate = ProcessingStep(
    name="Evaluate",
    step_args=processor.run(
        code=str(HERE / "evaluate.py"),
        inputs=[s3_input("model", model_data, "model"), s3_input("rows", prepared("validation"), "input/validation")],
        outputs=[s3_output("evaluation")],
    ),
    property_files=[report],
)
statistics = Join(
    on="/",
    values=[
        evaluate.properties.ProcessingOutputConfig.Outputs["evaluation"].S3Output.S3Uri,
        "evaluation.json",
    ],
)
builder = ModelBuilder(s3_model_data_url=model_data, image_uri=XGBOOST, role_arn=ROLE, sagemaker_session=session)
register = ModelStep(
    name="Register",
    step_args=builder.register(
        model_package_group_name="made-by-the-sdk",
        content_types=["text/csv"],
        response_types=["text/csv"],
        inference_instances=[INSTANCE],
        transform_instances=[INSTANCE],
        approval_status=approval,
        model_metrics=ModelMetrics(model_statistics=MetricsSource(content_type="application/json", s3_uri=statistics)),
    ),
)
fail = FailStep(
    name="TooLow", error_message=Join(on=" ", values=["Execution failed due to an accuracy below", threshold])
)
check = ConditionStep(
    name="Check",
    conditions=[
        ConditionGreaterThanOrEqualTo(
            left=JsonGet(step_name=evaluate.name, property_file=report, json_path="accuracy"),
            right=threshold,
        )
    ],
    if_steps=[register],
    else_steps=[fail],
)
pipeline = Pipeline(
    name="made-by-the-sdk",
    parameters=[data, count, threshold, approval],
    steps=[prepare, train, evaluate, check],
    sagemaker_session=session,
)
print(pipeline.definition())
