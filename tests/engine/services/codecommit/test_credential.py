"""git's user and password."""

import base64
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slipway import gitsignature
from slipway.engine import adapter
from slipway.engine.services.codecommit import credential
from slipway.engine.services.codecommit.credential import CredentialRefused, Login

pytestmark = pytest.mark.specification("docs.aws.amazon.com/codecommit/latest/userguide/setting-up-https-unixes.html")

PATH = "/v1/repos/models"
names = st.text(st.characters(codec="ascii", categories=("L", "N")), min_size=1, max_size=30)


@pytest.fixture
def known(monkeypatch: pytest.MonkeyPatch) -> None:
    keys = {"AKIAPERSON": ("secret", None), "ASIAROLE": ("secret", "token")}
    monkeypatch.setattr(adapter, "secret_of", keys.get)


def password(at: datetime, host: str = "127.0.0.1:4566", path: str = PATH) -> str:
    return gitsignature.sign("secret", "us-east-1", host, path, at)


@pytest.mark.usefixtures("known")
@pytest.mark.parametrize(("key", "token"), [("AKIAPERSON", None), ("ASIAROLE", "token")])
def test_a_fresh_signature_is_accepted(key: str, token: str | None) -> None:
    login = Login(key, token, password(datetime.now(UTC)))
    credential.verify(login, "us-east-1", "127.0.0.1:4566", PATH)


@pytest.mark.usefixtures("known")
@pytest.mark.parametrize(
    ("login", "message"),
    [
        (Login("AKIAOTHER", None, password(datetime.now(UTC))), "AKIAOTHER is unknown or has expired"),
        (Login("ASIAROLE", None, password(datetime.now(UTC))), "the session token does not belong"),
        (Login("AKIAPERSON", None, "hunter2"), "the password is not a time and a signature"),
        (Login("AKIAPERSON", None, password(datetime.now(UTC) - timedelta(minutes=16))), "has expired"),
        (Login("AKIAPERSON", None, password(datetime.now(UTC), path="/v1/repos/x")), "does not match"),
        (Login("AKIAPERSON", None, password(datetime.now(UTC), host="evil")), "does not match"),
    ],
    ids=["an unknown key", "a missing token", "a plain password", "an old signature", "another path", "another host"],
)
def test_other_credentials_are_refused_with_the_reason(login: Login, message: str) -> None:
    with pytest.raises(CredentialRefused, match=message):
        credential.verify(login, "us-east-1", "127.0.0.1:4566", PATH)


@given(user=names, token=st.none() | names, secret=names)
def test_user_token_and_password_are_taken_apart(user: str, token: str | None, secret: str) -> None:
    name = user + (f"%{token}" if token else "")
    header = "Basic " + base64.b64encode(f"{name}:{secret}".encode()).decode()
    assert credential.parse(header) == Login(user, token, secret)


@pytest.mark.parametrize("header", ["", "Bearer abc", "Basic ???", "Basic " + base64.b64encode(b"nobody").decode()])
def test_a_header_that_is_not_basic_is_refused(header: str) -> None:
    with pytest.raises(CredentialRefused, match="not Basic"):
        credential.parse(header)
