"""CodeBuild: the real buildspec, run as processes of this machine under the project's role.

docs.aws.amazon.com/codebuild/latest/APIReference/Welcome.html
"""

from slipway.engine.services.codebuild import builds, projects
from slipway.engine.services.codebuild.service import SERVICE

__all__ = ["SERVICE", "builds", "projects"]
