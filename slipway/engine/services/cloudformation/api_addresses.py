"""Where a stack's API can be reached.

Templates build an API's URL from its id: `https://${Api}.execute-api.${AWS::Region}.${AWS::URLSuffix}/${Stage}`. That
name belongs to AWS. When CloudFormation resolves such a text here, it becomes the address at which this engine serves
the same API, so that whoever is told the stack's output can call it, with nothing but an HTTP client.
"""

from __future__ import annotations

import re

_URL = re.compile(r"https://([a-z0-9]{8,10})\.execute-api\.[a-z0-9-]+\.amazonaws\.com(?:\.cn)?(?=[/:?]|$)")


def localized(text: str, url: str) -> str:
    """`text` with AWS's URLs of REST APIs replaced by this engine's."""
    return _URL.sub(rf"{url}/_aws/execute-api/\1", text) if "execute-api" in text else text
