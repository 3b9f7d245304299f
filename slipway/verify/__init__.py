"""`make verify`: everything that can be proved of the bundle without an account.

| module | what it does |
| --- | --- |
| `bundle`, `source` | the files that are checked, and the line of everything in them |
| `longest` | templates' values at the longest that they can become |
| `tools` | cfn-lint, SAM CLI, checkov and parliament, each in an environment of its own |
| `states`, `pipelines`, `quotas`, `places` | our own checks |
| `suppression`, `page` | findings that stay, and their list in docs/security.md |
| `checks`, `table` | runs them side by side, and prints one table |

docs/security.md says what each proves, and what only AWS can show.
"""
