"""The password of git, checked against botocore's own signer."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from hypothesis import given
from hypothesis import strategies as st

from slipway.gitsignature import sign

AT = datetime(2026, 11, 21, 0, 45, tzinfo=UTC)
names = st.text(st.characters(codec="ascii", categories=("L", "N")), min_size=1, max_size=30)


@given(secret=names, host=names, path=names)
def test_the_signature_is_the_one_of_signature_version_4(secret: str, host: str, path: str) -> None:
    request = AWSRequest(method="GIT", url=f"https://{host}/{path}")
    request.context["timestamp"] = "20261121T004500"
    signer = SigV4Auth(Credentials("AKIAPERSON", secret), "codecommit", "us-east-1")
    text = signer.string_to_sign(request, f"GIT\n/{path}\n\nhost:{host}\n\nhost\n")
    expected = f"20261121T004500Z{signer.signature(text, request)}"
    assert sign(secret, "us-east-1", f"{host}:4566", f"/{path}", AT) == expected


def test_the_time_is_utc_wherever_the_person_is() -> None:
    elsewhere = AT.astimezone(timezone(timedelta(hours=5)))
    assert sign("s", "us-east-1", "h", "/p", elsewhere) == sign("s", "us-east-1", "h", "/p", AT)
