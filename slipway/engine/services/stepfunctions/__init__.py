"""Step Functions: Standard state machines in JSONPath and JSONata.

| module | what |
| --- | --- |
| `machines`, `executions`, `callbacks`, `validation` | the operations |
| `records` | state machines, executions and their histories on disk |
| `definition/` | what is wrong with a definition |
| `language/` | the two query languages |
| `interpreter` | from state to state |
| `ending` | the four ends |
| `states`, `branches`, `task`, `retry` | the states |
| `position` | how far an execution has come, for a redrive and for the next engine |
| `run`, `history`, `events`, `logs`, `metrics` | one execution's shared things, and what it tells |
| `restart` | executions that the engine's end interrupted |

Every Task's call is made with a real client under a session of the state machine's role
(`slipway/engine/integrations/`).
Wait states and retry intervals go by the engine's clock; time limits are real, since what they limit is real work.
Refused by name: EXPRESS machines, distributed Map, activities, cross-account credentials, versions and aliases,
customer-managed keys and TestState.

docs.aws.amazon.com/step-functions/latest/dg/welcome.html
"""

from __future__ import annotations

from slipway.engine.services.stepfunctions import callbacks, executions, machines, redrive, restart, validation
from slipway.engine.services.stepfunctions.records import SERVICE

__all__ = ["SERVICE", "callbacks", "executions", "machines", "redrive", "restart", "validation"]
