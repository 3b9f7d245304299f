"""AWS::Lambda::Permission.

docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-lambda-permission.html
"""

from __future__ import annotations

from slipway.engine.resource import Created, ResourceCall, ResourceType
from slipway.engine.resource_properties import gone_is_fine, picked
from slipway.engine.resources.lambda_.names import GONE, qualified

_NAME_LENGTH = 100


def create(call: ResourceCall) -> Created:
    """A statement of the function's policy. `Ref` is its id."""
    statement = call.physical_name(_NAME_LENGTH)
    call.caller.client("lambda").add_permission(
        StatementId=statement,
        **qualified(call.properties["FunctionName"]),
        **picked(call.properties, "Action", "Principal", "SourceAccount", "SourceArn"),
    )
    return Created(statement, {"Id": statement})


def update(call: ResourceCall) -> Created:
    """Nothing of a permission can be changed in place."""
    return Created(call.physical_id)


def delete(call: ResourceCall) -> None:
    """The statement; with the function its policy is gone too."""
    with gone_is_fine(GONE):
        call.caller.client("lambda").remove_permission(
            StatementId=call.physical_id, **qualified(call.properties["FunctionName"])
        )


RESOURCES = {
    "AWS::Lambda::Permission": ResourceType(
        create=create,
        update=update,
        delete=delete,
        honours=frozenset({"Action", "FunctionName", "Principal", "SourceAccount", "SourceArn"}),
        refuses={
            "EventSourceToken": "there are no Alexa skills",
            "FunctionUrlAuthType": "functions have no URLs here",
            "InvokedViaFunctionUrl": "functions have no URLs here",
            "PrincipalOrgID": "the account is in no organization",
        },
    )
}
