"""Which names an install's things have, so that those of another install are never taken for its own.

`shop` and `shop-eu` may both be installs, so the beginning of a name is not enough: what follows it is one of the
bundle's own words, or the logical id of a stack nested in the root, with a capital letter.
"""

from __future__ import annotations

import re

# What follows the root stack's name in the names of docs/bundle.md.
_WORDS = (
    *("batch", "build", "callback", "check", "direct", "drop", "drops", "evaluate", "failed-drops", "outcome"),
    *("prepare", "predict", "production", "promote", "reject", "smoke", "teardown", "test", "train"),
    *("training", "workflow"),
)
# What ECR and S3 take has no capital letters: the part, its random letters, the logical id.
_LOWER = r"(source|storage)-[a-z0-9]+-(images|artifactbucket|databucket)-.*"
# Folders of log groups, parameters and roles.
_FOLDERS = ("/aws/lambda/", "/aws/codebuild/", "/aws/apigateway/", "/aws/sagemaker/Endpoints/", "/")


def belongs(stack: str, name: str, others: frozenset[str] = frozenset()) -> bool:
    """Whether a name is of the install `stack`; `others` are the root stacks that there are beside it."""
    if any(other.startswith(f"{stack}-") and belongs(other, name) for other in others):
        return False
    folder = next((folder for folder in _FOLDERS if name.startswith(folder)), "")
    words = "|".join(_WORDS)
    ours = rf"{re.escape(stack)}(|[-/]({words})([-/].*)?|-[A-Z][A-Za-z]*-.*|-{_LOWER})"
    return re.fullmatch(ours, name.removeprefix(folder), re.DOTALL) is not None


def is_accounts(name: str) -> bool:
    """Whether it is API Gateway's log role, which serves every API of the account in the region and so stays."""
    return "-ApiGatewayLogRole-" in name
