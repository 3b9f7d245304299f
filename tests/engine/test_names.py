from __future__ import annotations

import uuid
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.engine.names import Names, NameTaken

pytestmark = pytest.mark.specification("docs.aws.amazon.com/IAM/latest/APIReference/API_CreateRole.html")


def test_a_name_belongs_to_the_file_that_made_it(tmp_path: Path) -> None:
    Names(tmp_path).take("iam CreateRole reader", "test_one.py")
    Names(tmp_path).take("iam CreateRole reader", "test_one.py")
    with pytest.raises(NameTaken, match=r"reader is made by test_one\.py and by test_two\.py: choose another name"):
        Names(tmp_path).take("iam CreateRole reader", "test_two.py")


def test_what_is_made_on_the_shared_engine_is_put_down_with_its_file(engine: Any) -> None:
    name = f"named-{uuid.uuid4().hex[:8]}"
    engine.client("sns").create_topic(Name=name)
    with pytest.raises(NameTaken, match=rf"sns CreateTopic {name} is made by \S+test_names\.py"):
        engine.names.take(f"sns CreateTopic {name}", "test_elsewhere.py")


def test_what_is_refused_takes_no_name(engine: Any) -> None:
    with pytest.raises(ClientError):
        engine.client("iam").create_role(RoleName="no-role-of-any-file", AssumeRolePolicyDocument="{}")
    engine.names.take("iam CreateRole no-role-of-any-file", "test_elsewhere.py")
