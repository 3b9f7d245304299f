"""Is a pipeline's declaration one that can run: its structure and stages.

Actions and rules are looked at in `declared_actions`, artifacts and variables in `declared_flow`.

docs.aws.amazon.com/codepipeline/latest/userguide/reference-pipeline-structure.html
docs.aws.amazon.com/codepipeline/latest/userguide/limits.html
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Any

from slipway.engine.errors import AwsError
from slipway.engine.services.codepipeline.declared_actions import check_action, check_condition
from slipway.engine.services.codepipeline.declared_flow import check_flow

_STAGES = (2, 50)
_ACTIONS_IN_PIPELINE = 500
_ACTIONS_IN_STAGE = 50
_ONLY_V2 = ("variables", "triggers")
_CONDITIONS = {
    "beforeEntry": ("FAIL", "SKIP"),
    "onSuccess": ("FAIL", "ROLLBACK"),
    "onFailure": ("FAIL", "ROLLBACK", "RETRY", "SKIP"),
}
_RESULTS_WITHOUT_RULES = ("ROLLBACK", "RETRY")


def check_declaration(declared: dict[str, Any], region: str) -> None:
    """Refuse a declaration that AWS would refuse, or that the engine does not execute; the error names where."""
    _check_structure(declared, region)
    for stage in declared["stages"]:
        _check_stage(stage, declared)
    for stage in declared["stages"]:
        for action in stage["actions"]:
            check_action(action, stage["name"], region)
    check_flow(declared)


def _check_structure(declared: dict[str, Any], region: str) -> None:
    stages = declared["stages"]
    if not _STAGES[0] <= len(stages) <= _STAGES[1]:
        raise _structure(
            f"Pipeline has {len(stages)} stages. There should be between {_STAGES[0]} and {_STAGES[1]} stages"
        )
    actions = sum(len(stage["actions"]) for stage in stages)
    if actions > _ACTIONS_IN_PIPELINE:
        raise _structure(f"Pipeline has {actions} actions. There should be at most {_ACTIONS_IN_PIPELINE}")
    repeated = _repeated(stage["name"] for stage in stages)
    if repeated:
        raise AwsError(
            "InvalidStageDeclarationException",
            f"Stage names must be unique within the pipeline. {repeated} is repeated",
        )
    repeated = _repeated(variable["name"] for variable in declared.get("variables", []))
    if repeated:
        raise _structure(f"Variable names must be unique within the pipeline. {repeated} is repeated")
    _check_stores(declared, region)
    _check_type(declared)
    _check_sources(stages)


def _check_stores(declared: dict[str, Any], region: str) -> None:
    if ("artifactStore" in declared) == ("artifactStores" in declared):
        raise _structure("Pipeline must have either artifactStore or artifactStores, and not both")
    others = sorted(set(declared.get("artifactStores", {region: {}})) ^ {region})
    if others:
        raise _structure(
            f"artifactStores must be for {region} alone: this engine has no actions in other regions ({others[0]})"
        )


def _check_type(declared: dict[str, Any]) -> None:
    if declared.get("triggers"):
        raise _structure(
            "Pipeline has triggers, which need a connection to a git host; this engine does not execute them"
        )
    if declared.get("pipelineType", "V1") == "V2":
        return
    if declared.get("executionMode", "SUPERSEDED") != "SUPERSEDED":
        raise _structure(f"executionMode {declared['executionMode']} is only available to pipelines of type V2")
    used = [name for name in _ONLY_V2 if declared.get(name)]
    used += [name for stage in declared["stages"] for name in _CONDITIONS if name in stage]
    if used:
        raise _structure(f"{used[0]} is only available to pipelines of type V2")


def _check_sources(stages: list[dict[str, Any]]) -> None:
    for number, stage in enumerate(stages):
        for action in stage["actions"]:
            is_source = action["actionTypeId"]["category"] == "Source"
            if number == 0 and not is_source:
                raise _structure("Pipeline should start with a stage that only contains source actions")
            if number and is_source:
                raise _structure(
                    f"Only the first stage may contain source actions; {stage['name']} has {action['name']}"
                )


def _check_stage(stage: dict[str, Any], declared: dict[str, Any]) -> None:
    name, actions = stage["name"], stage["actions"]
    if stage.get("blockers"):
        raise AwsError("InvalidBlockerDeclarationException", f"Stage {name} has blockers, which AWS keeps for itself")
    if not 1 <= len(actions) <= _ACTIONS_IN_STAGE:
        raise AwsError(
            "InvalidStageDeclarationException",
            f"Stage {name} has {len(actions)} actions. There should be between 1 and {_ACTIONS_IN_STAGE}",
        )
    repeated = _repeated(action["name"] for action in actions)
    if repeated:
        raise AwsError(
            "InvalidActionDeclarationException",
            f"Action names must be unique within stage {name}. {repeated} is repeated",
        )
    for moment, results in _CONDITIONS.items():
        if moment in stage:
            _check_moment(stage, moment, results, declared)


def _check_moment(stage: dict[str, Any], moment: str, results: tuple[str, ...], declared: dict[str, Any]) -> None:
    name, found = stage["name"], stage[moment]
    wanted = [condition.get("result") for condition in found.get("conditions", [])]
    if moment == "onFailure" and "result" in found:
        if found["result"] not in _RESULTS_WITHOUT_RULES:
            raise _stage(
                name, f"has {moment} result {found['result']}; allowed are {', '.join(_RESULTS_WITHOUT_RULES)}"
            )
        wanted.append(found["result"])
    if "retryConfiguration" in found and "RETRY" not in wanted:
        raise _stage(name, f"has a retryConfiguration, and no {moment} result RETRY")
    if None in wanted or any(result not in results for result in wanted):
        raise _stage(name, f"must have one of the results {', '.join(results)} in its {moment} condition")
    if "ROLLBACK" in wanted and declared.get("executionMode") == "PARALLEL":
        raise _stage(name, "cannot have a result ROLLBACK: stage rollback is not available in PARALLEL mode")
    if "ROLLBACK" in wanted and stage is declared["stages"][0]:
        raise _stage(name, "cannot have a result ROLLBACK: a source stage cannot be rolled back")
    for condition in found.get("conditions", []):
        check_condition(condition, name, moment)


def _repeated(names: Iterable[str]) -> str | None:
    return next((name for name, count in Counter(names).items() if count > 1), None)


def _structure(message: str) -> AwsError:
    return AwsError("InvalidStructureException", message)


def _stage(name: str, fault: str) -> AwsError:
    return AwsError("InvalidStageDeclarationException", f"Stage {name} {fault}")
