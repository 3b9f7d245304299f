"""Images that AWS owns: docs.aws.amazon.com/sagemaker/latest/dg-ecr-paths, and what they do, dg/xgboost.html."""

from collections.abc import Callable

from slipway.engine.aws_images.sagemaker_xgboost.algorithm import channels, hyperparameters
from slipway.engine.aws_images.sagemaker_xgboost.algorithm.errors import NotExecuted
from tests.engine.refusals.attempt import NAME, ROLE, Attempt, call

REGISTRY = "683313688378.dkr.ecr.us-east-1.amazonaws.com"


def image(item: str, says: str, name: str) -> Attempt:
    container = {"Image": f"{REGISTRY}/{name}"}
    return call(
        item, says, "sagemaker", "create_model", ModelName=NAME, ExecutionRoleArn=ROLE, PrimaryContainer=container
    )


def xgboost(item: str, says: str, act: Callable[[], object]) -> Attempt:
    def refused(_: object) -> str:
        try:
            act()
        except NotExecuted as error:
            return str(error)
        return ""

    return Attempt(item, says, refused)


def told(**given: str) -> Callable[[], object]:
    return lambda: hyperparameters.validate({"num_round": "1", **given})


ATTEMPTS = (
    image("Other images of AWS's", "linear-learner:1", "linear-learner:1"),
    image("other tags", "it stands in for these images of AWS's", "sagemaker-xgboost:0.90-2"),
    xgboost("XGBoost's script mode", "script mode (sagemaker_program)", told(sagemaker_program="train.py")),
    xgboost(
        "XGBoost's script mode", "script mode (the channel code)", lambda: channels.validate({"train": {}, "code": {}})
    ),
    xgboost("its cross validation", "cross validation (_kfold)", told(_kfold="5")),
    xgboost("its training on GPUs", "training on GPUs (tree_method gpu_hist)", told(tree_method="gpu_hist")),
    xgboost("its training on GPUs", "training on GPUs (use_dask", told(use_dask_gpu_training="true")),
    xgboost(
        "its RecordIO",
        "the ContentType application/x-recordio-protobuf",
        lambda: channels.content_type("application/x-recordio-protobuf"),
    ),
)
