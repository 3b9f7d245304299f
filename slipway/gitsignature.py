"""The password that git sends to CodeCommit: a time and a Signature Version 4 of the repository's path.

`aws codecommit credential-helper` makes it. The signed request has the method `GIT`, the repository's path and the
host's name without its port; its time carries no zone, the password's does.

docs.aws.amazon.com/codecommit/latest/userguide/setting-up-https-unixes.html
docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
"""

from __future__ import annotations

import hashlib
import hmac
from datetime import UTC, datetime

TIME = "%Y%m%dT%H%M%S"
_ALGORITHM = "AWS4-HMAC-SHA256"


def sign(secret: str, region: str, host: str, path: str, at: datetime) -> str:
    """The password for `path` on `host`: `20261121T004500Z` and 64 hex digits."""
    stamp = at.astimezone(UTC).strftime(TIME)
    scope = f"{stamp[:8]}/{region}/codecommit/aws4_request"
    request = f"GIT\n{path}\n\nhost:{host.partition(':')[0]}\n\nhost\n"
    text = "\n".join((_ALGORITHM, stamp, scope, hashlib.sha256(request.encode()).hexdigest()))
    key = f"AWS4{secret}".encode()
    for part in scope.split("/"):
        key = hmac.digest(key, part.encode(), "sha256")
    return f"{stamp}Z{hmac.new(key, text.encode(), hashlib.sha256).hexdigest()}"
