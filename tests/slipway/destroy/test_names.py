from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slipway.destroy.names import belongs, is_accounts


@pytest.mark.parametrize(
    "name",
    [
        *("shop", "shop-production", "shop-test-predict", "shop-direct", "shop-train-0123456789abcdef-10"),
        *("shop-Storage-1A2B3C4D5E6F", "shop-Access-1A2B3C-TrainingRole-9Z", "shop-training-StateMachineRole-1A2B3C"),
        *("/aws/lambda/shop-drop", "/aws/codebuild/shop-build", "/aws/sagemaker/Endpoints/shop-production"),
        *("shop-source-1a2b3c4d-images-5e6f", "shop-storage-1a2b3c-databucket-4d5e6f"),
        *("/shop/production/champion", "shop-failed-drops"),
    ],
)
def test_the_names_that_an_install_gives_are_its_own(name: str) -> None:
    assert belongs("shop", name)


@pytest.mark.parametrize(
    "name",
    [
        *("shopping", "my-shop", "shop-eu", "shop-eu-production", "shop-eu-Storage-1A2B3C", "/shop-eu/test/api-url"),
        *("shop-source", "shop-source-production", "shop-storage-production-predict"),
        *("shop-trainer", "/aws/lambda/shop-eu-drop", "/aws/lambda/myshop-drop", "", "/"),
    ],
)
def test_what_only_begins_like_an_install_is_not_its_own(name: str) -> None:
    assert not belongs("shop", name)


def test_of_an_install_whose_name_begins_like_this_ones_nothing_is_taken() -> None:
    others = frozenset({"shop-test-eu"})
    assert belongs("shop", "shop-test-eu-production")
    assert not belongs("shop", "shop-test-eu-production", others)
    assert belongs("shop", "shop-test-predict", others)


@given(st.from_regex(r"[a-z][a-z0-9]{0,8}(-[a-z0-9]{1,8}){0,2}", fullmatch=True), st.text(max_size=20))
def test_an_install_owns_what_it_makes_whatever_follows(stack: str, rest: str) -> None:
    assert belongs(stack, f"{stack}-production-{rest}")
    assert not belongs(f"x{stack}", f"{stack}-production-{rest}")


def test_the_log_role_of_api_gateway_is_the_accounts() -> None:
    assert is_accounts("shop-Access-1A2B-ApiGatewayLogRole-3C")
    assert not is_accounts("shop-Access-1A2B-TrainingRole-3C")
