"""CloudFormation: templates, and stacks that are made of them.

| part | what it is |
| --- | --- |
| `template/` | from a text to resources, knowing nothing of stacks |
| `checks/` | what is refused before anything is made |
| `stacks/` | operations on stacks, along the dependency graph |
| `types/` | resource types, and one operation on one resource |
| `changes/` | what an operation would change |
| `api/` | the operations of the API |
| `mailbox` | the addresses that AWS presigns |
| `restart` | operations that the engine's end interrupted |

docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/Welcome.html
"""

from slipway.engine.services.cloudformation import mailbox, restart
from slipway.engine.services.cloudformation.api import change_sets, reads, templates, types, writes
from slipway.engine.services.cloudformation.service import SERVICE

__all__ = ["SERVICE", "change_sets", "mailbox", "reads", "restart", "templates", "types", "writes"]
