"""What starts a run, what happens to new data, and what goes first when the root is deleted."""

from __future__ import annotations

from tests.cf import templates


def test_a_push_to_the_branch_starts_the_pipeline_under_a_role_of_its_own() -> None:
    rule = templates.properties("triggers", "Push")
    assert rule["EventPattern"]["detail"]["referenceName"] == [{"Ref": "Branch"}]
    assert rule["EventPattern"]["resources"] == [{"Ref": "RepositoryArn"}]
    assert rule["Targets"][0]["RoleArn"] == {"Fn::GetAtt": ["PushRole", "Arn"]}


def test_the_push_role_can_start_this_pipeline_and_nothing_else() -> None:
    (statement,) = templates.statements(templates.properties("triggers", "PushRole"))
    assert (statement["Action"], statement["Resource"]) == (
        "codepipeline:StartPipelineExecution",
        {"Ref": "PipelineArn"},
    )


def test_a_schedule_starts_the_pipeline_too_and_is_off_unless_given() -> None:
    rule = templates.properties("triggers", "Scheduled")
    assert rule["ScheduleExpression"] == {"Ref": "Schedule"}
    assert rule["Targets"] == templates.properties("triggers", "Push")["Targets"]
    assert templates.load("triggers")["Resources"]["Scheduled"]["Condition"] == "HasSchedule"
    assert templates.load("triggers")["Parameters"]["Schedule"]["Default"] == ""


def test_a_rule_only_stands_for_its_own_source_provider() -> None:
    resources = templates.load("triggers")["Resources"]
    assert (resources["Push"]["Condition"], resources["Upload"]["Condition"]) == ("IsCodeCommit", "IsS3")


def test_new_data_waits_in_a_queue_with_a_delay_and_a_dead_letter_queue() -> None:
    queue = templates.properties("triggers", "Drops")
    assert queue["DelaySeconds"] == {"Ref": "DropDelayInSeconds"}
    assert queue["RedrivePolicy"]["deadLetterTargetArn"] == {"Fn::GetAtt": ["FailedDrops", "Arn"]}


def test_messages_stay_hidden_six_times_as_long_as_the_function_may_take() -> None:
    timeout = templates.properties("triggers", "Drop")["Timeout"]
    assert templates.properties("triggers", "Drops")["VisibilityTimeout"] >= 6 * timeout


def test_a_message_that_fails_comes_again_without_the_others() -> None:
    source = templates.properties("triggers", "Drop")["Events"]["Drops"]["Properties"]
    assert source["FunctionResponseTypes"] == ["ReportBatchItemFailures"]


def test_a_drop_that_cannot_be_looked_at_raises_an_alarm() -> None:
    alarm = templates.properties("triggers", "FailedDropsAlarm")
    assert alarm["AlarmActions"] == [{"Ref": "TopicArn"}]
    assert alarm["TreatMissingData"] == "notBreaching"


def test_only_the_inbox_is_watched_so_that_moving_a_drop_starts_nothing() -> None:
    pattern = templates.properties("triggers", "Data")["EventPattern"]
    assert pattern["detail"]["object"]["key"] == [{"prefix": "incoming/"}]


def test_every_log_group_has_a_retention() -> None:
    for name in ("actions", "pipeline", "triggers", "teardown"):
        groups = templates.of_type(name, "AWS::Logs::LogGroup")
        assert groups
        assert all(group["RetentionInDays"] == {"Ref": "LogRetentionInDays"} for group in groups.values())


def test_the_teardown_waits_as_long_as_cloudformation_does() -> None:
    assert templates.properties("teardown", "Teardown")["ServiceTimeout"] == "3600"
    assert templates.properties("teardown", "Function")["Timeout"] == 900


def test_the_roles_of_the_stacks_outlive_the_teardown() -> None:
    assert templates.properties("teardown", "Teardown")["StackRoleArns"] == {"Ref": "StackRoleArns"}
