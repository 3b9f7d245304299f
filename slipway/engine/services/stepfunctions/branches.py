"""Parallel and inline Map: several machines inside one.

docs.aws.amazon.com/step-functions/latest/dg/state-parallel.html
docs.aws.amazon.com/step-functions/latest/dg/state-map-inline.html
"""

from __future__ import annotations

import contextvars
import copy
from collections.abc import Callable
from concurrent.futures import FIRST_EXCEPTION, Future, ThreadPoolExecutor
from concurrent.futures import wait as wait_for
from typing import Any

from slipway.engine.integrations.task import TaskFailed
from slipway.engine.services.stepfunctions import history
from slipway.engine.services.stepfunctions.language import dataflow, templates
from slipway.engine.services.stepfunctions.position import Position
from slipway.engine.services.stepfunctions.run import Run, limited
from slipway.engine.services.stepfunctions.states import Moved, Visit
from slipway.engine.store import Record

# (run, machine, input, context, position) → output
Walk = Callable[[Run, Record, Any, dataflow.Context, Position], Any]
# "A Map state can run up to 40 concurrent iterations."
_MOST_ITERATIONS = 40


def parallel(walk: Walk, visit: Visit) -> Moved:
    """`Parallel` runs its branches on the same input; its result is the list of their outputs."""
    arguments = dataflow.arguments(visit.state, visit.effective(), visit.context)
    limited(visit.name, "input", arguments)
    _tell_once(visit, "ParallelStateStarted")
    inside = visit.run.branch()

    def work(index: int, branch: Record) -> Callable[[], Any]:
        position, scope = visit.position.branch(index), _scope(visit)
        return lambda: walk(inside, branch, copy.deepcopy(arguments), scope, position)

    works = [work(index, branch) for index, branch in enumerate(visit.state["Branches"])]
    return _finish(visit, "Parallel", _results(visit, "Parallel", inside, works, len(works)))


def map_(walk: Walk, visit: Visit) -> Moved:
    """`Map` runs its processor on every item; its result is the list of outputs, in the items' order."""
    effective = visit.effective()
    items = _items(visit, effective)
    _tell_once(visit, "MapStateStarted", length=len(items))
    inside = visit.run.branch()
    works = [
        _iteration(walk, visit, inside, index, *_item(visit, effective, index, i)) for index, i in enumerate(items)
    ]
    workers = _concurrency(visit, effective) or _MOST_ITERATIONS
    return _finish(visit, "Map", _results(visit, "Map", inside, works, min(workers, _MOST_ITERATIONS)))


def _tell_once(visit: Visit, kind: str, **details: Any) -> None:
    """Say that the branches begin; not again when they go on."""
    if not visit.position.place.get("begun"):
        visit.run.history.add(kind, **details)
        visit.position.note(begun=True)


def _finish(visit: Visit, kind: str, results: list[Any]) -> Moved:
    limited(visit.name, "output", results)
    visit.run.history.add(f"{kind}StateSucceeded")
    return visit.finish(results)


def _items(visit: Visit, effective: Any) -> list[Any]:
    """The items: of an array, or of an object as its pairs (JSONata), from `Items` or `ItemsPath`, else the input."""
    state, context = visit.state, visit.context
    if dataflow.is_jsonata(state, context):
        items = dataflow.evaluate(state.get("Items", effective), effective, context)
        if isinstance(items, dict):
            return [{"Key": key, "Value": value} for key, value in items.items()]
    else:
        items = templates.value_at(state.get("ItemsPath", "$"), effective, context)
    if not isinstance(items, list):
        raise TaskFailed("States.Runtime", f"The items of the Map state '{visit.name}' must be an array")
    return items


def _concurrency(visit: Visit, effective: Any) -> int:
    if not {"MaxConcurrency", "MaxConcurrencyPath"} & set(visit.state):
        return 0
    value = dataflow.field(visit.state, "MaxConcurrency", "number", effective, visit.context)
    if isinstance(value, bool) or not isinstance(value, int | float) or value != int(value) or value < 0:
        raise TaskFailed(
            "States.Runtime", f"MaxConcurrency must be a whole number that is not negative, but was {value}"
        )
    return int(value)


def _item(visit: Visit, effective: Any, index: int, item: Any) -> tuple[Any, dataflow.Context]:
    """An iteration's input and context; its variables are its own."""
    state, scope = visit.state, _scope(visit)
    scope["Map"] = {"Item": {"Index": index, "Value": item}}
    jsonata = dataflow.is_jsonata(state, visit.context)
    selector = state.get("ItemSelector") or (None if jsonata else state.get("Parameters"))
    if selector is None:
        return item, scope
    if jsonata:
        return dataflow.evaluate(selector, effective, scope), scope
    return templates.fill(selector, effective, scope), scope


def _scope(visit: Visit) -> dataflow.Context:
    """A branch sees the variables from outside; what it assigns stays inside. It speaks its state's language."""
    language = "JSONata" if dataflow.is_jsonata(visit.state, visit.context) else "JSONPath"
    return {**copy.deepcopy(visit.context), "QueryLanguage": language}


def _iteration(
    walk: Walk, visit: Visit, inside: Run, index: int, item_input: Any, scope: dataflow.Context
) -> Callable[[], Any]:
    processor = visit.state.get("ItemProcessor") or visit.state["Iterator"]
    position = visit.position.branch(index)

    def work() -> Any:
        if "output" in position.place:
            return position.place["output"]
        if not position.place:
            inside.history.add("MapIterationStarted", name=visit.name, index=index)
        try:
            output = walk(inside, processor, item_input, scope, position)
        except TaskFailed:
            inside.history.add("MapIterationFailed", name=visit.name, index=index)
            raise
        inside.history.add("MapIterationSucceeded", name=visit.name, index=index)
        return output

    return work


def _results(visit: Visit, kind: str, inside: Run, works: list[Callable[[], Any]], workers: int) -> list[Any]:
    try:
        results = _all_of(inside, works, workers)
        visit.run.history.follow()
        return results
    except TaskFailed:
        visit.run.history.follow()
        visit.run.history.add(f"{kind}StateFailed")
        raise


def _alone(work: Callable[[], Any]) -> Any:
    history.branch()
    return work()


def _all_of(run: Run, works: list[Callable[[], Any]], workers: int) -> list[Any]:
    """Every result, in order; the first failure ends the other branches and is raised."""
    if not works:
        return []
    with ThreadPoolExecutor(max_workers=min(workers, len(works))) as pool:
        futures: list[Future[Any]] = [pool.submit(contextvars.copy_context().run, _alone, work) for work in works]
        done, waiting = wait_for(futures, return_when=FIRST_EXCEPTION)
        for future in waiting:
            future.cancel()
        run.cancellation.cancel()
    failed = next((future for future in done if future.exception()), None)
    if failed is not None:
        failed.result()
    return [future.result() for future in futures]
