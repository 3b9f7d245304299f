"""IAM's policy language: what a document says of a request, and what all documents together decide.

Pure: nothing here knows where policies are stored or who asks. `document` compiles the text of a policy into
statements (once; texts are cached), `principals`, `wildcards`, `variables` and `conditions` are the elements of a
statement, `evaluation` is the order in which the kinds of policies decide, and `grammar` is what IAM refuses when a
policy is put.

docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies.html
"""

from slipway.engine.policy.decision import Decision
from slipway.engine.policy.document import Policy, compiled
from slipway.engine.policy.evaluation import Policies, Source, evaluate
from slipway.engine.policy.principals import Principal
from slipway.engine.policy.request import Request

__all__ = ["Decision", "Policies", "Policy", "Principal", "Request", "Source", "compiled", "evaluate"]
