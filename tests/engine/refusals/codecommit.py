"""CodeCommit: docs.aws.amazon.com/codecommit/latest/APIReference."""

from tests.engine.refusals.attempt import NAME, call, operation

SERVICE = "codecommit"

ATTEMPTS = (
    operation("Triggers", SERVICE, "PutRepositoryTriggers", "put_repository_triggers", repositoryName=NAME),
    operation("pull requests", SERVICE, "CreatePullRequest", "create_pull_request", title="refused"),
    operation("merges", SERVICE, "MergeBranchesBySquash", "merge_branches_by_squash", repositoryName=NAME),
    operation("comments", SERVICE, "PostCommentForComparedCommit", "post_comment_for_compared_commit"),
    operation("approval rules", SERVICE, "CreateApprovalRuleTemplate", "create_approval_rule_template"),
    operation("keys for SSH", "iam", "UploadSSHPublicKey", "upload_ssh_public_key", UserName="me"),
    call(
        "`keepEmptyFolders`",
        "keepEmptyFolders=true is not executed by the local engine",
        SERVICE,
        "create_commit",
        repositoryName=NAME,
        branchName="main",
        keepEmptyFolders=True,
    ),
)
