"""What an operation would change: for change sets, and to say that there is nothing to do.

| module | what it does |
| --- | --- |
| `change` | a change, and how DescribeChangeSet tells it |
| `diff` | a stack's resources against a template |
| `causes` | why a property changes |
| `looking` | the changes of a stack and of those nested in it |

docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/using-cfn-updating-stacks-changesets.html
"""
