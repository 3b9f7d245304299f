"""Where an operation reads what its template needs: templates in S3, snippets, the Parameter Store.

Objects are read with the requester's rights, whatever role the stack has; parameters with those of the operation.
docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_CreateStack.html (TemplateURL)
"""

from __future__ import annotations

from botocore.exceptions import ClientError

from slipway.engine.caller import Caller
from slipway.engine.services.cloudformation.checks.limits import BODY_BYTES, URL_BYTES
from slipway.engine.services.cloudformation.errors import TemplateError
from slipway.engine.services.cloudformation.service import PRINCIPAL
from slipway.engine.services.cloudformation.urls import S3Object, parse

_MORE = "For more information check http://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html"
# GetParameters takes this many names at once.
_PARAMETERS = 10


def template_text(requester: Caller, body: str, url: str) -> str:
    """The template of a request, given in it or by its address; empty when there is neither."""
    if body and url:
        raise TemplateError("Specify either TemplateBody or TemplateURL, not both.")
    if len(body.encode()) > BODY_BYTES:
        raise TemplateError(
            "1 validation error detected: Value at 'templateBody' failed to satisfy constraint: "
            f"Member must have length less than or equal to {BODY_BYTES}"
        )
    if not url:
        return body
    where = parse(url, requester.engine.port)
    if where is None:
        raise TemplateError("TemplateURL must be a supported URL.")
    return _read(requester, where)


def snippet(requester: Caller, location: str) -> str:
    """The snippet that AWS::Include names, `s3://bucket/key`."""
    bucket, _, key = location.removeprefix("s3://").partition("/")
    return _read(requester, S3Object(bucket, key))


def _read(requester: Caller, where: S3Object) -> str:
    version = {"VersionId": where.version} if where.version else {}
    try:
        found = requester.on_behalf(PRINCIPAL).client("s3").get_object(Bucket=where.bucket, Key=where.key, **version)
    except ClientError as error:
        reason = error.response["Error"].get("Message", "Access Denied")
        raise TemplateError(f"S3 error: {reason}\n{_MORE}") from error
    if found["ContentLength"] > URL_BYTES:
        raise TemplateError(f"Template may not exceed {URL_BYTES} bytes in size.")
    return str(found["Body"].read(), "utf-8")


def stored_parameters(caller: Caller, names: list[str]) -> dict[str, str]:
    """Values in the Parameter Store by name; those that are not there are left out."""
    found: dict[str, str] = {}
    ssm = caller.client("ssm")
    for begin in range(0, len(names), _PARAMETERS):
        try:
            answer = ssm.get_parameters(Names=names[begin : begin + _PARAMETERS])
        except ClientError as error:
            raise TemplateError(error.response["Error"]["Message"]) from error
        # A parameter that is given by its ARN is answered by its name.
        by_name = {one["Name"]: one["Value"] for one in answer["Parameters"]}
        by_arn = {one["ARN"]: one["Value"] for one in answer["Parameters"]}
        found |= {name: value for name, value in {**by_name, **by_arn}.items() if name in names}
    return found
