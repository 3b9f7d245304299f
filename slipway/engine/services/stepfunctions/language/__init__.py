"""The two query languages of the Amazon States Language, and how a state's fields use them.

| module | what |
| --- | --- |
| `paths` | JSONPath: `$.orders[0].price`, `$$.Execution.Name`, `$variable` |
| `intrinsics` | `States.Format(…)` and the others, in payload templates |
| `templates` | payload templates with `.$` fields, `ResultPath` |
| `comparisons` | the rules of a JSONPath Choice |
| `jsonata` | `{% … %}` |

docs.aws.amazon.com/step-functions/latest/dg/transforming-data.html
"""
