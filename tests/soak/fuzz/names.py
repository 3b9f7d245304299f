"""Names of what exists, gathered from the engine's answers by the member that held them.

What an operation changes, stops or deletes is named only by what the fuzz made itself, so that the install stays whole:
its functions, stacks and keys are read, and named to operations that only read.
"""

from __future__ import annotations

import json
import re
from collections import deque
from collections.abc import Iterator, Sequence
from random import Random
from typing import Any

_MOST = 12
_MOST_MEMBERS = 4000
_LONGEST = 300
_READING = re.compile(r"(Get|List|Describe|Batch(Get|Check|Describe)|Head|Search|Filter|Test|Validate|Lookup|Estimate)")
_TRUST = {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}
_ALLOW = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}
MACHINE = {"StartAt": "Pass", "States": {"Pass": {"Type": "Pass", "End": True}}}
TEMPLATE = {"Resources": {"Topic": {"Type": "AWS::SNS::Topic"}}}
# Texts that mean something, by the end of their member's name in lower case: most operations ask for no other.
_MEANT: dict[str, tuple[str, ...]] = {
    "assumerolepolicydocument": (json.dumps({"Version": "2012-10-17", "Statement": [_TRUST]}),),
    "policydocument": (json.dumps({"Version": "2012-10-17", "Statement": [_ALLOW]}),),
    "policy": (json.dumps({"Version": "2012-10-17", "Statement": [{**_ALLOW, "Principal": "*"}]}),),
    "policytext": (json.dumps({"rules": []}),),
    "templatebody": (json.dumps(TEMPLATE), "Resources: {Queue: {Type: 'AWS::SQS::Queue'}}"),
    "definition": (json.dumps(MACHINE),),
    "eventpattern": (json.dumps({"source": ["fuzz"]}),),
    "event": (json.dumps({"source": "fuzz"}),),
    "detail": ("{}",),
    "input": ("{}",),
    "scheduleexpression": ("rate(5 minutes)", "cron(0 12 * * ? *)"),
    "runtime": ("python3.13",),
    "handler": ("index.handler",),
    "bucket": ("fuzz-bucket",),
    "key": ("fuzz/one",),
    "rolearn": ("arn:aws:iam::111122223333:role/fuzz",),
    "role": ("arn:aws:iam::111122223333:role/fuzz",),
}


class Names:
    """Bounded: the newest few of each member, and of each kind of thing."""

    def __init__(self, random: Random) -> None:
        self._random = random
        self._there: dict[str, deque[str]] = {}
        self._own: dict[str, deque[str]] = {}

    def told(self, operation: str, *documents: Any) -> None:
        """Gather from an answer, and from the request of a call that made something."""
        pools = [self._there] if _READING.match(operation) else [self._there, self._own]
        for document in documents:
            for member, text in _texts(document):
                # `id` of CreateRestApi, or an item of GetRestApis, is `restApiId` of others.
                for name in {member, _kind(member) or _noun(operation)}:
                    for pool in pools:
                        if name not in pool and len(pool) == _MOST_MEMBERS:
                            continue
                        held = pool.setdefault(name, deque(maxlen=_MOST))
                        if text not in held:
                            held.append(text)

    def text(self, operation: str, member: str, fitting: Sequence[str]) -> str:
        """A text for a member of an operation's: one that is there, one that means something, or one that only fits."""
        name = member.lower()
        chance = self._random.random()
        pool = self._there if _READING.match(operation) else self._own
        held = pool.get(name) or pool.get(_kind(name) or _noun(operation))
        if held and chance < 0.7:
            return self._random.choice(held)
        meant = next((texts for end, texts in _MEANT.items() if name.endswith(end)), None)
        if meant and chance < 0.9:
            return self._random.choice(meant)
        return self._random.choice(fitting)


def _noun(operation: str) -> str:
    """`restapi` of GetRestApis."""
    return re.sub(r"^(Batch)?[A-Z][a-z]+", "", operation).lower().removesuffix("s").replace("forresource", "")


def _kind(member: str) -> str:
    """`restapi` of `restapiid`; empty of `id`."""
    return re.sub(r"(identifier|id|name|arn|url)s?$", "", member)


def _texts(document: Any, member: str = "") -> Iterator[tuple[str, str]]:
    if isinstance(document, dict):
        for name, value in document.items():
            if name != "ResponseMetadata":
                yield from _texts(value, str(name).lower())
    elif isinstance(document, list):
        for value in document[:_MOST]:
            yield from _texts(value, member)
            # The items of `TopicArns` are named `TopicArn` elsewhere.
            if isinstance(value, str):
                yield from _texts(value, member.removesuffix("s"))
    elif isinstance(document, str) and member and 0 < len(document) <= _LONGEST:
        yield member, document
