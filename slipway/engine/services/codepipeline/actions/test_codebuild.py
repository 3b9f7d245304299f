"""Test/CodeBuild: a build, in a stage that tests.

docs.aws.amazon.com/codepipeline/latest/userguide/action-reference-CodeBuild.html
"""

from __future__ import annotations

from slipway.engine.services.codepipeline.actions.build_codebuild import codebuild

ACTION = codebuild("Test")
