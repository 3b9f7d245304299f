"""Service Quotas: the limits of this engine where AWS has quotas, which are those of SageMaker's instances.

docs.aws.amazon.com/servicequotas/2019-06-24/apireference/API_ListServiceQuotas.html
docs.aws.amazon.com/sagemaker/latest/dg/regions-quotas.html
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from typing import Any

from slipway.engine.caller import service_model
from slipway.engine.errors import AwsError
from slipway.engine.paging import page
from slipway.engine.service import Call, Service
from slipway.engine.services.sagemaker.quota import ENDPOINT_USAGE, MOST_INSTANCES

SERVICE = Service("service-quotas", iam="servicequotas")
_PAGE = 100
# What SageMaker refuses more of: the usage in a quota's name, and the shape that lists the instance types. The names
# are those of docs.aws.amazon.com/general/latest/gr/sagemaker.html
_USAGES = {
    ENDPOINT_USAGE: "ProductionVariantInstanceType",
    "training job usage": "TrainingInstanceType",
    "spot training job usage": "TrainingInstanceType",
    "processing job usage": "ProcessingInstanceType",
    "transform job usage": "TransformInstanceType",
}


@SERVICE.operation("ListServiceQuotas")
def list_service_quotas(call: Call) -> dict[str, Any]:
    """The applied quotas of a service."""
    invalid = AwsError("InvalidPaginationTokenException", "Invalid input was provided.", status=400)
    most = call.params.get("MaxResults", _PAGE)
    found, token = page(list(_quotas(call)), call.params.get("NextToken"), most, invalid)
    return {"Quotas": found, **({"NextToken": token} if token else {})}


@SERVICE.operation("GetServiceQuota")
def get_service_quota(call: Call) -> dict[str, Any]:
    """One quota, by its code."""
    for quota in _quotas(call):
        if quota["QuotaCode"] == call.params["QuotaCode"]:
            return {"Quota": quota}
    raise AwsError("NoSuchResourceException", f"The quota {call.params['QuotaCode']} does not exist.", status=400)


def _quotas(call: Call) -> Iterator[dict[str, Any]]:
    service = call.params["ServiceCode"]
    if service != "sagemaker":
        raise AwsError(
            "NoSuchResourceException",
            f"This engine has no quotas of {service}; it has those of SageMaker's instances.",
            status=400,
        )
    model = service_model("sagemaker", call.region)
    for usage, shape in _USAGES.items():
        for instance_type in model.shape_for(shape).enum:
            name = f"{instance_type} for {usage}"
            # AWS's codes are in no list that could be read; these are as long, and always the same.
            code = f"L-{hashlib.sha256(name.encode()).hexdigest()[:8].upper()}"
            yield {
                "ServiceCode": service,
                "ServiceName": "Amazon SageMaker",
                "QuotaArn": f"arn:aws:servicequotas:{call.region}:{call.account}:{service}/{code}",
                "QuotaCode": code,
                "QuotaName": name,
                "Value": float(MOST_INSTANCES),
                "Unit": "None",
                "Adjustable": False,
                "GlobalQuota": False,
            }
