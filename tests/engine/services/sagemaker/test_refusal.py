"""What is not executed is refused by name and place."""

from __future__ import annotations

import pytest

from slipway.engine.errors import AwsError
from slipway.engine.services.sagemaker.refusal import accept_only

pytestmark = pytest.mark.specification("docs.aws.amazon.com/sagemaker/latest/APIReference/CommonErrors.html")

ACCEPTED = ("Name", "Environment", "Channels.Name", "Channels.Source.Uri")


def test_members_that_are_executed_pass() -> None:
    accept_only(
        "Create",
        {"Name": "a", "Environment": {"X": "1"}, "Channels": [{"Name": "c", "Source": {"Uri": "u"}}]},
        ACCEPTED,
    )


@pytest.mark.parametrize(
    ("params", "where"),
    [
        ({"Other": 1}, "Other"),
        ({"Channels": [{"Name": "a"}, {"Name": "b", "Shuffle": 1}]}, r"Channels\[1\].Shuffle"),
        ({"Channels": [{"Source": {"File": {}}}]}, r"Channels\[0\].Source.File"),
        ({"Name": "a", "Names": "b"}, "Names"),
    ],
)
def test_a_member_that_is_not_executed_is_named_with_its_place(params: dict[str, object], where: str) -> None:
    with pytest.raises(AwsError, match=f"^Create: {where} is not executed by this engine$") as error:
        accept_only("Create", params, ACCEPTED)
    assert error.value.code == "UnsupportedOperation"
