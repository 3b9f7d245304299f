"""What a template must be before an operation changes anything.

| module | what it holds a template against |
| --- | --- |
| `sections` | the members that a template and a resource may have |
| `limits` | CloudFormation's quotas |
| `references` | every `Ref`, `Fn::GetAtt`, `Fn::Sub`, `DependsOn` and condition names something that exists |
| `order` | no resource depends on itself |
| `types` | the engine has the resource types |
| `properties`, `values`, `schemas` | every resource against the schema of its type |
| `honours` | the properties that the engine carries out |

All raise `TemplateError`, as CloudFormation refuses a request before it creates a stack.
docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_CreateStack.html
"""
