"""How many runs a launch starts: it depends on the order of repository, pipeline and rule.

From the specification: creating a pipeline starts it, and so does a commit that a rule stands for.
docs.aws.amazon.com/codepipeline/latest/userguide/pipelines-about-starting.html
"""

from __future__ import annotations

import json
import time

import pytest

from tests.engine.services.codepipeline.actions.test_source_codecommit import commit, source
from tests.engine.services.codepipeline.conftest import Desk, approval

pytestmark = pytest.mark.specification(
    "docs.aws.amazon.com/codepipeline/latest/userguide/pipelines-about-starting.html"
)

_QUIET_SECONDS = 1.0


def pipeline(desk: Desk) -> str:
    return desk.create(approval(), stages=[source(f"repository-{desk.suffix}"), approval()])


def repository(desk: Desk) -> str:
    """A repository with its seed commit; the commit."""
    desk.engine.client("codecommit").create_repository(repositoryName=f"repository-{desk.suffix}")
    return commit(desk, "seed")


def rule(desk: Desk) -> None:
    """The rule that starts the pipeline when the branch is made or moves."""
    events = desk.engine.client("events")
    name = f"push-{desk.suffix}"
    pattern = {
        "source": ["aws.codecommit"],
        "resources": [f"arn:aws:codecommit:us-east-1:111122223333:repository-{desk.suffix}"],
        "detail": {"event": ["referenceCreated", "referenceUpdated"], "referenceName": ["master"]},
    }
    events.put_rule(Name=name, EventPattern=json.dumps(pattern))
    arn = f"arn:aws:codepipeline:us-east-1:111122223333:pipeline-{desk.suffix}"
    events.put_targets(
        Rule=name, Targets=[{"Id": "pipeline", "Arn": arn, "RoleArn": desk.make_role("events.amazonaws.com")}]
    )


def triggers(desk: Desk, name: str) -> list[str]:
    return [execution["trigger"]["triggerType"] for execution in desk.executions(name)]


def test_repository_then_pipeline_then_rule_is_one_run(desk: Desk) -> None:
    repository(desk)
    name = pipeline(desk)
    desk.token(name)
    rule(desk)
    time.sleep(_QUIET_SECONDS)
    assert triggers(desk, name) == ["CreatePipeline"]


def test_rule_before_the_seed_commit_is_two_runs_of_which_the_first_finds_no_branch(desk: Desk) -> None:
    name = pipeline(desk)
    rule(desk)
    desk.finish(name, status="Failed")
    repository(desk)
    desk.wait(lambda: len(desk.executions(name)) == 2)
    desk.token(name)
    assert triggers(desk, name) == ["CreatePipeline", "CloudWatchEvent"]
