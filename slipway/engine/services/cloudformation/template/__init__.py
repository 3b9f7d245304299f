"""Templates, without anything about stacks: from a text to resources whose values are known as far as they can be.

| module | what it does |
| --- | --- |
| `document` | reads YAML and JSON, with the short forms of functions |
| `intrinsics` | what a value says before it is resolved: functions, references, conditions |
| `parameters`, `constraints` | the values that a request gives, by the types that the template declares |
| `functions`, `strings`, `lookups`, `logic`, `networks` | the intrinsic functions |
| `scope` | what the functions may ask: parameters, resources, mappings, exports |
| `conditions`, `rules` | the sections of these names |
| `include`, `foreach`, `serverless`, `transforms` | transforms |
| `capabilities` | what the request has to acknowledge |
| `compiled` | all of it, in CloudFormation's order |

docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/template-anatomy.html
"""

from slipway.engine.services.cloudformation.template import logic, lookups, networks, strings

# They declare the intrinsic functions.
__all__ = ["logic", "lookups", "networks", "strings"]
