"""Parallel and inline Map: several machines inside one.

https://docs.aws.amazon.com/step-functions/latest/dg/state-parallel.html
https://docs.aws.amazon.com/step-functions/latest/dg/state-map-inline.html
"""

from __future__ import annotations

import contextvars
import copy
from collections.abc import Callable
from concurrent.futures import FIRST_EXCEPTION, Future, ThreadPoolExecutor
from concurrent.futures import wait as wait_for
from typing import Any

from slipway.engine.integrations.task import TaskFailed
from slipway.engine.mend.stepfunctions import ministack
from slipway.engine.mend.stepfunctions.ministack import Context, Record
from slipway.engine.mend.stepfunctions.run import Run
from slipway.engine.mend.stepfunctions.states import Moved, finish, is_jsonata, next_of

# (run, states, first state, input, context) → output
Walk = Callable[[Run, Record, str, Any, Context], Any]
# "A Map state can run up to 40 concurrent iterations."
_MOST_ITERATIONS = 40


def parallel(walk: Walk, run: Run, state: Record, state_input: Any, context: Context) -> Moved:
    """`Parallel` runs its branches on the same input; its result is the list of their outputs."""
    if is_jsonata(state, context):
        effective = ministack.evaluate(state.get("Arguments", state_input), state_input, context)
    else:
        effective = ministack.jsonpath_input(state, state_input, context)
        effective = ministack.jsonpath_parameters(state, effective, context)
    run.history.add("ParallelStateStarted")
    inside = run.branch()
    works = [_work(walk, inside, branch, copy.deepcopy(effective), context) for branch in state["Branches"]]
    results = _all(inside, works, len(works))
    run.history.add("ParallelStateSucceeded")
    return finish(state, state_input, context, results), next_of(state)


def map_(walk: Walk, run: Run, state: Record, state_input: Any, context: Context) -> Moved:
    """`Map` runs its processor on every item; its result is the list of outputs, in the items' order."""
    effective = state_input if is_jsonata(state, context) else ministack.jsonpath_input(state, state_input, context)
    items = _items(state, effective, context)
    run.history.add("MapStateStarted", length=len(items))
    processor = state.get("ItemProcessor") or state["Iterator"]
    name = context["State"]["Name"]
    inside = run.branch()
    works = [
        _iteration(walk, inside, processor, name, index, *_item(state, effective, context, index, item))
        for index, item in enumerate(items)
    ]
    results = _all(inside, works, _concurrency(state, effective, context) or _MOST_ITERATIONS)
    run.history.add("MapStateSucceeded")
    return finish(state, state_input, context, results), next_of(state)


def _items(state: Record, effective: Any, context: Context) -> list[Any]:
    if is_jsonata(state, context):
        return list(ministack.field(state, "Items", "array", effective, context) if "Items" in state else effective)
    items = ministack.jsonpath_value(state.get("ItemsPath", "$"), effective, context)
    if not isinstance(items, list):
        raise TaskFailed("States.Runtime", f'Reference path "{state.get("ItemsPath", "$")}" must point to array.')
    return items


def _concurrency(state: Record, effective: Any, context: Context) -> int:
    if "MaxConcurrencyPath" in state:
        return int(ministack.jsonpath_value(state["MaxConcurrencyPath"], effective, context))
    if "MaxConcurrency" in state and is_jsonata(state, context):
        return int(ministack.field(state, "MaxConcurrency", "number", effective, context))
    return int(state.get("MaxConcurrency", 0))


def _item(state: Record, effective: Any, context: Context, index: int, item: Any) -> tuple[Any, Context]:
    """An iteration's input and context; its variables are its own."""
    scope = _scope(context)
    scope["Map"] = {"Item": {"Index": index, "Value": item}}
    selector = state.get("ItemSelector") or (None if is_jsonata(state, context) else state.get("Parameters"))
    if not selector:
        return item, scope
    if is_jsonata(state, context):
        return ministack.evaluate(selector, effective, scope), scope
    return ministack.jsonpath_template(selector, effective, scope), scope


def _scope(context: Context) -> Context:
    """A branch sees the variables from outside; what it assigns stays inside."""
    return copy.deepcopy(context)


def _work(walk: Walk, run: Run, branch: Record, branch_input: Any, context: Context) -> Callable[[], Any]:
    scope = _scope(context)
    return lambda: walk(run, branch["States"], branch["StartAt"], branch_input, scope)


def _iteration(
    walk: Walk, run: Run, processor: Record, name: str, index: int, item_input: Any, scope: Context
) -> Callable[[], Any]:
    def work() -> Any:
        run.history.add("MapIterationStarted", name=name, index=index)
        try:
            output = walk(run, processor["States"], processor["StartAt"], item_input, scope)
        except TaskFailed:
            run.history.add("MapIterationFailed", name=name, index=index)
            raise
        run.history.add("MapIterationSucceeded", name=name, index=index)
        return output

    return work


def _all(run: Run, works: list[Callable[[], Any]], workers: int) -> list[Any]:
    """Every result, in order; the first failure ends the other branches and is raised."""
    if not works:
        return []
    with ThreadPoolExecutor(max_workers=min(workers, len(works))) as pool:
        futures: list[Future[Any]] = [pool.submit(contextvars.copy_context().run, work) for work in works]
        done, waiting = wait_for(futures, return_when=FIRST_EXCEPTION)
        for future in waiting:
            future.cancel()
        run.cancellation.cancel()
    failed = next((future for future in done if future.exception()), None)
    if failed is not None:
        failed.result()
    return [future.result() for future in futures]
