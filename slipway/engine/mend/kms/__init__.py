"""KMS: what its API evaluates, its grants, and the keys of what other services encrypt.

| module | what |
| --- | --- |
| `keys` | a key by any of its names, and whether it can be used |
| `requests` | the resources and condition keys of KMS's own operations |
| `grants` | grants as statements beside the key's policy |
| `encrypted`, `use` | which key a request to SNS, SQS, SSM or Secrets Manager uses, and how |
"""

from __future__ import annotations

from slipway.engine import resource_policies
from slipway.engine.mend.kms import grants


def apply() -> None:
    """Say where keys' policies are found."""
    resource_policies.declare("kms", grants.policy_of)
