"""Git's own protocol: who is let in."""

from __future__ import annotations

import base64
import http.client
import json
from typing import Any

import pytest

pytestmark = pytest.mark.specification(
    "docs.aws.amazon.com/codecommit/latest/userguide/auth-and-access-control-permissions-reference.html"
)


def test_a_refused_sign_in_is_journalled(engine: Any) -> None:
    login = base64.b64encode(b"AKIAIOSFODNN7EXAMPLE:20261121T000000Zabc").decode()
    connection = http.client.HTTPConnection("127.0.0.1", engine.engine.port, timeout=60)
    path = "/v1/repos/refused-sign-in/info/refs?service=git-receive-pack"
    connection.request("GET", path, headers={"Authorization": f"Basic {login}"})
    answer = connection.getresponse()
    assert (answer.status, answer.read()[:14]) == (403, b"Access denied:")
    last = json.loads((engine.home / "journal.jsonl").read_text().splitlines()[-1])
    assert (last["service"], last["operation"], last["status"], last["error"]) == (
        "codecommit",
        "GitPush",
        403,
        "AccessDenied",
    )
