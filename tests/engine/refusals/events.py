"""EventBridge: docs.aws.amazon.com/eventbridge/latest/APIReference."""

from typing import Any

from tests.engine.refusals.attempt import NAME, QUEUE, ROLE, Attempt, World, call, operation

SERVICE = "events"
GONE = f"{QUEUE}-gone"


def target(item: str, says: str, **members: Any) -> Attempt:
    """A target of a rule that is there."""
    put = call(item, says, SERVICE, "put_targets", Rule=NAME, Targets=[{"Id": "one", "Arn": QUEUE, **members}])

    def act(world: World) -> str:
        world.client(SERVICE).put_rule(Name=NAME, EventPattern='{"source": ["mine"]}')
        return put.act(world)

    return Attempt(item, says, act)


ATTEMPTS = (
    target(
        "Other kinds of target", "arn:aws:kinesis", Arn="arn:aws:kinesis:us-east-1:111122223333:stream/a", RoleArn=ROLE
    ),
    target("other target parameters", "EcsParameters", EcsParameters={"TaskDefinitionArn": "a"}),
    target("targets in other regions", "eu-west-1", Arn=QUEUE.replace("us-east-1", "eu-west-1")),
    target("targets in other accounts", "444455556666", Arn=QUEUE.replace("111122223333", "444455556666")),
    target("targets", GONE, Arn=GONE),
    target("dead-letter queues that are not there", GONE, DeadLetterConfig={"Arn": GONE}),
    call(
        "buses that are not there",
        "gone",
        SERVICE,
        "put_rule",
        Name=NAME,
        EventBusName="gone",
        EventPattern='{"source": ["mine"]}',
    ),
    operation("policies of buses", SERVICE, "PutPermission", "put_permission", StatementId="s", Principal="*"),
)
