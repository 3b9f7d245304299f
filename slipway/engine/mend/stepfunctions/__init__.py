"""Step Functions: an interpreter of our own on MiniStack's records and query languages.

| module | what |
| --- | --- |
| `api` | the actions: definitions, roles and inputs are checked, stopping stops |
| `definition/` | what is wrong with a definition |
| `interpreter` | from state to state to one of the four ends |
| `states`, `branches`, `task`, `retry` | the states |
| `run`, `history`, `events`, `logs` | one execution's shared things, and what it tells |
| `ministack` | what is taken from MiniStack |
| `restart` | executions that the engine's end interrupted |

Every Task's call is made with a real client under a session of the state machine's role
(`slipway/engine/integrations/`).
Wait states and retry intervals go by the engine's clock; time limits are real, since what they limit is real work.
Refused by name: EXPRESS machines, distributed Map, activities, cross-account credentials, versions and aliases,
tracing, customer-managed keys, TestState, redrive, and variables in JSONPath states.
"""

from __future__ import annotations

from slipway.engine.mend.stepfunctions import api, restart


def apply() -> None:
    """Put the corrections in place; called before the engine serves."""
    api.apply()
    restart.apply()
