"""REST APIs made by their own operations, and called over HTTP."""

from __future__ import annotations

import http.client
import json
from typing import Any
from urllib.parse import urlsplit

ACCOUNT, REGION = "111122223333", "us-east-1"


def uri(function_arn: str) -> str:
    """The integration URI of a function."""
    return f"arn:aws:apigateway:{REGION}:lambda:path/2015-03-31/functions/{function_arn}/invocations"


class MadeApi:
    """An API with operations on it in short."""

    def __init__(self, engine: Any, name: str, **more: Any) -> None:
        self.engine = engine
        self.client = engine.client("apigateway")
        self.id: str = self.client.create_rest_api(name=name, **more)["id"]
        self.root: str = self.client.get_resources(restApiId=self.id)["items"][0]["id"]

    def resource(self, part: str, parent: str = "") -> str:
        made = self.client.create_resource(restApiId=self.id, parentId=parent or self.root, pathPart=part)
        return str(made["id"])

    def place(self, resource: str, verb: str) -> dict[str, str]:
        return {"restApiId": self.id, "resourceId": resource, "httpMethod": verb}

    def method(self, resource: str, verb: str, function_arn: str, **more: Any) -> None:
        """A Lambda proxy, with the function's leave."""
        place = self.place(resource, verb)
        self.client.put_method(**place, **{"authorizationType": "NONE", **more})
        self.client.put_integration(**place, type="AWS_PROXY", integrationHttpMethod="POST", uri=uri(function_arn))

    def mock(self, resource: str, verb: str = "GET", status: str = "200", **response: Any) -> None:
        """A mock that answers with `status`."""
        place = self.place(resource, verb)
        self.client.put_method(**place, authorizationType="NONE")
        declared = dict.fromkeys(response.get("responseParameters", {}), False)
        self.client.put_method_response(**place, statusCode=status, responseParameters=declared)
        template = {"application/json": f'{{"statusCode": {status}}}'}
        self.client.put_integration(**place, type="MOCK", requestTemplates=template)
        self.client.put_integration_response(**place, statusCode=status, **response)

    def let_in(self, function: str, suffix: str = "*") -> None:
        """The function's permission for this API."""
        self.engine.client("lambda").add_permission(
            FunctionName=function,
            StatementId=f"api-{self.id}-{abs(hash(suffix))}",
            Action="lambda:InvokeFunction",
            Principal="apigateway.amazonaws.com",
            SourceArn=f"arn:aws:execute-api:{REGION}:{ACCOUNT}:{self.id}/{suffix}",
        )

    def deploy(self, stage: str = "live", **more: Any) -> None:
        self.client.create_deployment(restApiId=self.id, stageName=stage, **more)

    def call(
        self, path: str, verb: str = "GET", body: bytes = b"", stage: str = "live", **headers: str
    ) -> tuple[int, Any, http.client.HTTPMessage]:
        """Status, body (as JSON where it is) and headers."""
        parts = urlsplit(self.engine.url)
        connection = http.client.HTTPConnection(parts.netloc, timeout=60)
        url = f"/_aws/execute-api/{self.id}/{stage}{path}"
        connection.request(verb, url, body, {name.replace("_", "-"): value for name, value in headers.items()})
        response = connection.getresponse()
        text = response.read()
        try:
            return response.status, json.loads(text), response.headers
        except ValueError:
            return response.status, text.decode("latin-1"), response.headers
