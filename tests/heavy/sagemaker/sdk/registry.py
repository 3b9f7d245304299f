"""Finds the newest package of a group, serves it, asks it, and takes the endpoint away again.

It runs in the SDK's environment: `python registry.py GROUP JOB ROLE ROW`; prints what it found, as JSON.
https://sagemaker.readthedocs.io/en/stable/
"""

import json
import sys

from sagemaker.core.resources import Endpoint, EndpointConfig, Model, ModelPackage, ModelPackageGroup, TrainingJob
from sagemaker.core.shapes import ContainerDefinition, ProductionVariant

GROUP, JOB, ROLE, ROW = sys.argv[1:]
job = TrainingJob.get(training_job_name=JOB)
job.wait(poll=1)
(listed,) = [group for group in ModelPackageGroup.get_all() if group.model_package_group_name == GROUP]
packages = list(ModelPackage.get_all(model_package_group_name=GROUP, sort_order="Descending"))
package = ModelPackage.get(model_package_name=packages[0].model_package_arn)
container = ContainerDefinition(model_package_name=package.model_package_arn)
model = Model.create(model_name="by-the-sdk", primary_container=container, execution_role_arn=ROLE)
variant = ProductionVariant(
    variant_name="one", model_name=model.model_name, instance_type="ml.m5.large", initial_instance_count=1
)
config = EndpointConfig.create(endpoint_config_name="by-the-sdk", production_variants=[variant])
endpoint = Endpoint.create(endpoint_name="by-the-sdk", endpoint_config_name=config.endpoint_config_name)
endpoint.wait_for_status("InService", poll=1)
answer = endpoint.invoke(body=ROW.encode(), content_type="text/csv")
said = {
    "group": listed.model_package_group_name,
    "package": package.model_package_arn,
    "status": package.model_approval_status,
    "job": job.training_job_status,
    "metrics": {metric.metric_name: metric.value for metric in job.final_metric_data_list},
    "answer": answer.body.read().decode(),
    "variant": answer.invoked_production_variant,
}
endpoint.delete()
endpoint.wait_for_delete(poll=1)
config.delete()
model.delete()
# The last panel of the SDK's own ends without a line's end.
print(f"\n{json.dumps(said)}")
