"""The operations of the API.

| module | what it holds |
| --- | --- |
| `request` | what requests have in common: template, parameters, tags, and what is refused of them |
| `sources` | where templates, snippets and parameters are read |
| `submission` | starts an operation on a stack; nested stacks begin here too |
| `writes` | CreateStack, UpdateStack, DeleteStack, and the ways out of a failure |
| `reads` | DescribeStacks and the other descriptions and lists |
| `change_sets`, `change_set_records` | change sets |
| `templates` | GetTemplate, GetTemplateSummary, ValidateTemplate |
| `types` | the registry's resource types |

docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_Operations.html
"""
