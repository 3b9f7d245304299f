"""Starting a test, and ending it by a promotion or without one: each is one update of the production stack.

A guarded update wants the same variants before and after, so none of these is: the candidate comes and goes by a
blue/green update that shifts all traffic at once, and rolls back by itself when an instance does not start.
docs.aws.amazon.com/sagemaker/latest/dg/deployment-guardrails-exclusions.html
"""

from __future__ import annotations

from collections.abc import Callable

from slipway import overview
from slipway.ab import candidate as candidates
from slipway.ab import endpoint
from slipway.ab.candidate import Candidate
from slipway.ab.captured import NotCaptured
from slipway.ab.production import Production, Tell, TrialFailed
from slipway.errors import BadInput, NotFound
from slipway.launch import Declined

Agree = Callable[[str], bool]

_STAGE = "Production"

_WITHOUT_CANDIDATE = {
    "CandidateModelTemplate": "",
    "CandidateModelPackageArn": "",
    "CandidateWeight": "0",
    "ChampionWeight": "1",
    "GuardDeployment": "false",
}


def check_share(share: float) -> None:
    """Refuse a share of which a test cannot begin: BadInput."""
    if not 0 < share < 1:
        raise BadInput(f"--weight {share:g}: expected the candidate's share of the requests, between 0 and 1, like 0.1")


def start(production: Production, number: int, share: float, instances: int, agree: Agree, tell: Tell) -> bool:
    """Put a second variant on the endpoint; False when this very test is on already."""
    check_share(share)
    _refuse_mode(production)
    production = production.finished(tell)
    arn = f"{production.champion.rpartition('/')[0]}/{number}"
    if production.candidate == arn:
        return False
    if production.candidate:
        raise BadInput(
            f"a test of model {candidates.version(production.candidate)} is on; end it by `slipway ab promote` or"
            " `slipway ab stop` first"
        )
    _refuse_deployment(production)
    candidate = candidates.of(production, arn)
    _check(production, candidate)
    _approve(production, candidate, agree)
    changes = {
        "CandidateModelTemplate": candidates.template_key(arn),
        "CandidateModelPackageArn": arn,
        "CandidateWeight": f"{share:.6g}",
        "ChampionWeight": f"{1 - share:.6g}",
        "CandidateInstanceCount": str(instances),
    }
    production.update(changes, tell)
    return True


def promote(production: Production, tell: Tell) -> str:
    """Make the candidate the champion and take its variant away; its ARN."""
    production = production.finished(tell)
    arn = running(production)
    candidate = candidates.of(production, arn)
    _refuse_rejected(candidate)
    endpoint.settled(production)
    production.update({**candidate.parameters(), **_WITHOUT_CANDIDATE}, tell)
    return arn


def stop(production: Production, tell: Tell) -> str:
    """Take the candidate's variant away; its ARN."""
    production = production.finished(tell)
    arn = running(production)
    endpoint.settled(production)
    production.update(_WITHOUT_CANDIDATE, tell)
    return arn


def running(production: Production) -> str:
    """The package that a test tries; NotFound without a test, TrialFailed while it is begun or ended by half."""
    if production.interrupted:
        raise TrialFailed(
            f"the last update of stack {production.stack} was interrupted; the command that began it finishes it,"
            " and so does `slipway ab stop`"
        )
    if not production.candidate:
        raise NotFound(
            f"no test is on: production runs model {candidates.version(production.champion)} alone;"
            " `slipway ab start --candidate N` begins one"
        )
    return production.candidate


def _refuse_mode(production: Production) -> None:
    mode = production.parameters.get("DeployMode", "endpoint")
    if mode != "endpoint":
        raise BadInput(f"stack {production.stack} has deploy.mode {mode}, which has one variant; a test needs endpoint")


def _refuse_deployment(production: Production) -> None:
    """A run in stage Production has been checked: it expects no test, and whether it stays is not known yet."""
    stages = overview.state(production.install)["stageStates"]
    (latest,) = [stage.get("latestExecution", {}) for stage in stages if stage["stageName"] == _STAGE]
    if latest.get("status") in ("InProgress", "Stopping"):
        run = latest["pipelineExecutionId"][:8]
        raise BadInput(
            f"run {run} is being deployed to {production.stack}; start the test when it has ended:"
            f" `slipway watch {run}`"
        )


def _check(production: Production, candidate: Candidate) -> None:
    if candidate.arn == production.champion:
        raise BadInput(f"model {candidate.version} is the champion already; a test needs another one")
    _refuse_rejected(candidate)
    champion = candidates.execution_of(production, production.parameters["Run"], production.champion)
    candidates.check(candidate, champion)
    if not endpoint.of(production).capture:
        raise NotCaptured(
            f"endpoint {production.endpoint} keeps none of its answers, so the test would tell nothing; set"
            " serving.production.dataCapturePercentage above 0 and push"
        )


def _refuse_rejected(candidate: Candidate) -> None:
    if candidate.status == "Rejected":
        why = f": {candidate.description}" if candidate.description else ""
        raise BadInput(f"model {candidate.version} was rejected{why}; `slipway ab stop` ends a test of it")


def _approve(production: Production, candidate: Candidate, agree: Agree) -> None:
    """Only what is approved goes to production; a test is no way around that."""
    if candidate.status == "Approved":
        return
    if not agree(f"Model {candidate.version} waits for approval, and a test lets it answer in production. Approve it?"):
        raise Declined(f"model {candidate.version} stays as it is; nothing was changed")
    production.install.target.client("sagemaker").update_model_package(
        ModelPackageArn=candidate.arn,
        ModelApprovalStatus="Approved",
        ApprovalDescription=f"Approved for an A/B test against model {candidates.version(production.champion)}",
    )
