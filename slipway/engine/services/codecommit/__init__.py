"""CodeCommit: real git repositories, by API and by git's smart HTTP.

docs.aws.amazon.com/codecommit/latest/APIReference/Welcome.html
"""

from slipway.engine.services.codecommit import branches, changes, commits, protocol, repositories
from slipway.engine.services.codecommit.service import SERVICE

__all__ = ["SERVICE", "branches", "changes", "commits", "protocol", "repositories"]
