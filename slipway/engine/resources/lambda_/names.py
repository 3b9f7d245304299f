"""Functions as properties name them: a name, an ARN, or either of them with a version or alias.

docs.aws.amazon.com/lambda/latest/api/API_AddPermission.html (FunctionName)
"""

from __future__ import annotations

GONE = "ResourceNotFoundException"


def qualified(function_name: str) -> dict[str, str]:
    """The members FunctionName and, when the name has one, Qualifier."""
    parts = function_name.split(":")
    at = 7 if parts[0] == "arn" else 3 if len(parts) > 2 else 1
    if len(parts) <= at:
        return {"FunctionName": function_name}
    return {"FunctionName": ":".join(parts[:at]), "Qualifier": parts[at]}
