"""The built-in XGBoost algorithm, algorithm mode: what runs is the package `algorithm`.

Accounts by region: docs.aws.amazon.com/sagemaker/latest/dg-ecr-paths/sagemaker-algo-docker-registry-paths.html
Tags: docs.aws.amazon.com/sagemaker/latest/dg/xgboost.html#xgboost-supported-versions
"""

from __future__ import annotations

from pathlib import Path

from slipway.engine.aws_images.image import AwsImage
from slipway.engine.aws_images.sagemaker_xgboost.algorithm.constants import MAXIMIZED, MINIMIZED

_ACCOUNTS = {
    "af-south-1": "510948584623",
    "ap-east-1": "651117190479",
    "ap-northeast-1": "354813040037",
    "ap-northeast-2": "366743142698",
    "ap-northeast-3": "867004704886",
    "ap-south-1": "720646828776",
    "ap-south-2": "628508329040",
    "ap-southeast-1": "121021644041",
    "ap-southeast-2": "783357654285",
    "ap-southeast-3": "951798379941",
    "ap-southeast-4": "106583098589",
    "ca-central-1": "341280168497",
    "ca-west-1": "190319476487",
    "cn-north-1": "450853457545",
    "cn-northwest-1": "451049120500",
    "eu-central-1": "492215442770",
    "eu-central-2": "680994064768",
    "eu-north-1": "662702820516",
    "eu-south-1": "978288397137",
    "eu-south-2": "104374241257",
    "eu-west-1": "141502667606",
    "eu-west-2": "764974769150",
    "eu-west-3": "659782779980",
    "il-central-1": "898809789911",
    "me-central-1": "272398656194",
    "me-south-1": "801668240914",
    "sa-east-1": "737474898029",
    "us-east-1": "683313688378",
    "us-east-2": "257758044811",
    "us-gov-east-1": "237065988967",
    "us-gov-west-1": "414596584902",
    "us-west-1": "746614075791",
    "us-west-2": "246618743249",
}


_NUMBER = r"([-+]?[0-9]*\.?[0-9]+(?:[eE][-+]?[0-9]+)?)"


def _metric(channel: str, name: str) -> dict[str, str]:
    return {"Name": f"{channel}:{name}", "Regex": rf".*\[[0-9]+\].*#011{channel}-{name}:{_NUMBER}.*"}


IMAGE = AwsImage(
    repository="sagemaker-xgboost",
    accounts=_ACCOUNTS,
    tags={"1.7-1": "requirements-1.7.txt", "3.0-5": "requirements.txt", "3.2-0": "requirements.txt"},
    folder=Path(__file__).parent,
    module="algorithm",
    library="xgboost",
    metric_definitions=tuple(
        _metric(channel, name) for name in (*MAXIMIZED, *MINIMIZED) for channel in ("train", "validation")
    ),
)
