"""The bundle's own cfn-lint rules, one a file; `make check-templates` appends them to cfn-lint's.

Ids from E9000 are left for such rules: https://github.com/aws-cloudformation/cfn-lint/blob/main/docs/rules.md
"""
