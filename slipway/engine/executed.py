"""Which operations of MiniStack's services the engine executes; every other one is refused by name.

MiniStack answers more than this. What is left out here is what it only records although a run would miss its effect
(replication, websites, metric streams), or what has no meaning on one machine (SMS, custom key stores).
Tags, descriptions and reads of what is here are in: they do all that they do on AWS.

Services of our own declare their operations themselves (`slipway.engine.service`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Served:
    """A service that MiniStack serves: its name there, and what the engine executes of it."""

    ministack: str
    operations: frozenset[str]


def _served(ministack: str, operations: str) -> Served:
    return Served(ministack, frozenset(operations.split()))


# By botocore's name of the service.
SERVED: Mapping[str, Served] = {
    "apigateway": _served(
        "apigateway",
        """
        CreateApiKey CreateAuthorizer CreateDeployment CreateModel CreateRequestValidator CreateResource CreateRestApi
        CreateStage CreateUsagePlan CreateUsagePlanKey
        DeleteApiKey DeleteAuthorizer DeleteDeployment DeleteGatewayResponse DeleteIntegration DeleteIntegrationResponse
        DeleteMethod DeleteMethodResponse DeleteModel DeleteRequestValidator DeleteResource DeleteRestApi DeleteStage
        DeleteUsagePlan DeleteUsagePlanKey FlushStageCache
        GetAccount GetApiKey GetApiKeys GetAuthorizer GetAuthorizers GetDeployment GetDeployments GetExport
        GetGatewayResponse GetGatewayResponses GetIntegration GetIntegrationResponse GetMethod GetMethodResponse
        GetModel GetModels GetRequestValidator GetRequestValidators GetResource GetResources GetRestApi GetRestApis
        GetStage GetStages GetTags GetUsage GetUsagePlan GetUsagePlanKey GetUsagePlanKeys GetUsagePlans
        ImportRestApi PutGatewayResponse PutIntegration PutIntegrationResponse PutMethod PutMethodResponse PutRestApi
        TagResource UntagResource
        UpdateAccount UpdateApiKey UpdateAuthorizer UpdateDeployment UpdateGatewayResponse UpdateIntegration
        UpdateIntegrationResponse UpdateMethod UpdateMethodResponse UpdateModel UpdateRequestValidator UpdateResource
        UpdateRestApi UpdateStage UpdateUsagePlan
        """,
    ),
    "events": _served(
        "events",
        """
        CancelReplay CreateArchive CreateEventBus DeleteArchive DeleteEventBus DeleteRule DescribeArchive
        DescribeEventBus DescribeReplay DescribeRule DisableRule EnableRule ListArchives ListEventBuses ListReplays
        ListRuleNamesByTarget ListRules ListTagsForResource ListTargetsByRule PutEvents PutRule PutTargets
        RemoveTargets StartReplay TagResource TestEventPattern UntagResource UpdateArchive
        UpdateEventBus
        """,
    ),
    "iam": _served(
        "iam",
        """
        AddRoleToInstanceProfile AddUserToGroup AttachGroupPolicy AttachRolePolicy AttachUserPolicy CreateAccessKey
        CreateAccountAlias CreateGroup CreateInstanceProfile CreatePolicy CreatePolicyVersion CreateRole
        CreateServiceLinkedRole CreateUser DeleteAccessKey DeleteAccountAlias DeleteGroup DeleteGroupPolicy
        DeleteInstanceProfile DeletePolicy DeletePolicyVersion DeleteRole DeleteRolePermissionsBoundary DeleteRolePolicy
        DeleteServiceLinkedRole DeleteUser DeleteUserPermissionsBoundary DeleteUserPolicy DetachGroupPolicy
        DetachRolePolicy DetachUserPolicy GetAccessKeyLastUsed GetAccountAuthorizationDetails GetAccountSummary GetGroup
        GetGroupPolicy GetInstanceProfile GetPolicy GetPolicyVersion GetRole GetRolePolicy
        GetServiceLinkedRoleDeletionStatus GetUser GetUserPolicy ListAccessKeys ListAccountAliases
        ListAttachedGroupPolicies ListAttachedRolePolicies ListAttachedUserPolicies ListEntitiesForPolicy
        ListGroupPolicies ListGroups ListGroupsForUser ListInstanceProfiles ListInstanceProfilesForRole
        ListInstanceProfileTags ListPolicies ListPolicyTags ListPolicyVersions ListRolePolicies ListRoles ListRoleTags
        ListUserPolicies ListUsers ListUserTags PutGroupPolicy PutRolePermissionsBoundary PutRolePolicy
        PutUserPermissionsBoundary PutUserPolicy RemoveRoleFromInstanceProfile RemoveUserFromGroup
        TagInstanceProfile TagPolicy TagRole TagUser UntagInstanceProfile UntagPolicy UntagRole
        UntagUser UpdateAccessKey UpdateAssumeRolePolicy UpdateRole UpdateRoleDescription
        """,
    ),
    "kms": _served(
        "kms",
        """
        CancelKeyDeletion CreateAlias CreateGrant CreateKey Decrypt DeleteAlias DescribeKey DisableKey EnableKey
        DisableKeyRotation EnableKeyRotation Encrypt GenerateDataKey GenerateDataKeyPair
        GenerateDataKeyPairWithoutPlaintext GenerateDataKeyWithoutPlaintext GenerateMac GenerateRandom GetKeyPolicy
        GetKeyRotationStatus GetPublicKey ListAliases ListGrants ListKeyPolicies ListKeys ListResourceTags PutKeyPolicy
        RetireGrant RevokeGrant ScheduleKeyDeletion Sign TagResource UntagResource UpdateAlias UpdateKeyDescription
        Verify VerifyMac
        """,
    ),
    "lambda": _served(
        "lambda",
        """
        AddLayerVersionPermission AddPermission CreateAlias CreateEventSourceMapping CreateFunction DeleteAlias
        DeleteEventSourceMapping DeleteFunction DeleteFunctionConcurrency DeleteFunctionEventInvokeConfig
        DeleteLayerVersion GetAccountSettings GetAlias GetEventSourceMapping GetFunction GetFunctionCodeSigningConfig
        GetFunctionConcurrency GetFunctionConfiguration GetFunctionEventInvokeConfig GetLayerVersion
        GetLayerVersionByArn GetLayerVersionPolicy GetPolicy Invoke InvokeAsync ListAliases ListEventSourceMappings
        ListFunctionEventInvokeConfigs ListFunctions ListLayers ListLayerVersions ListTags ListVersionsByFunction
        PublishLayerVersion PublishVersion PutFunctionConcurrency PutFunctionEventInvokeConfig
        RemoveLayerVersionPermission RemovePermission TagResource UntagResource UpdateAlias UpdateEventSourceMapping
        UpdateFunctionCode UpdateFunctionConfiguration UpdateFunctionEventInvokeConfig
        """,
    ),
    "s3": _served(
        "s3",
        """
        AbortMultipartUpload CompleteMultipartUpload CopyObject CreateBucket CreateMultipartUpload DeleteBucket
        DeleteBucketCors DeleteBucketEncryption DeleteBucketLifecycle DeleteBucketOwnershipControls DeleteBucketPolicy
        DeleteBucketTagging DeleteObject DeleteObjects DeleteObjectTagging DeletePublicAccessBlock GetBucketAcl
        GetBucketCors GetBucketEncryption GetBucketLifecycleConfiguration GetBucketLocation GetBucketLogging
        GetBucketNotificationConfiguration GetBucketOwnershipControls GetBucketPolicy GetBucketPolicyStatus
        GetBucketTagging GetBucketVersioning GetObject GetObjectAcl GetObjectAttributes GetObjectLegalHold
        GetObjectLockConfiguration GetObjectRetention GetObjectTagging GetPublicAccessBlock HeadBucket HeadObject
        ListBuckets ListMultipartUploads ListObjects ListObjectsV2 ListObjectVersions ListParts PutBucketAcl
        PutBucketCors PutBucketEncryption PutBucketLifecycleConfiguration PutBucketNotificationConfiguration
        PutBucketOwnershipControls PutBucketPolicy PutBucketTagging PutBucketVersioning PutObject PutObjectAcl
        PutObjectLegalHold PutObjectLockConfiguration PutObjectRetention PutObjectTagging PutPublicAccessBlock
        UploadPart UploadPartCopy
        """,
    ),
    "secretsmanager": _served(
        "secretsmanager",
        """
        BatchGetSecretValue CreateSecret DeleteResourcePolicy DeleteSecret DescribeSecret GetRandomPassword
        GetResourcePolicy GetSecretValue ListSecrets ListSecretVersionIds PutResourcePolicy PutSecretValue
        RestoreSecret TagResource UntagResource UpdateSecret UpdateSecretVersionStage
        """,
    ),
    "sns": _served(
        "sns",
        """
        AddPermission ConfirmSubscription CreateTopic DeleteTopic GetSubscriptionAttributes GetTopicAttributes
        ListSubscriptions ListSubscriptionsByTopic ListTagsForResource ListTopics Publish PublishBatch RemovePermission
        SetSubscriptionAttributes SetTopicAttributes Subscribe TagResource Unsubscribe UntagResource
        """,
    ),
    "sqs": _served(
        "sqs",
        """
        AddPermission ChangeMessageVisibility ChangeMessageVisibilityBatch CreateQueue DeleteMessage DeleteMessageBatch
        DeleteQueue GetQueueAttributes GetQueueUrl ListQueues ListQueueTags PurgeQueue
        ReceiveMessage RemovePermission SendMessage SendMessageBatch SetQueueAttributes TagQueue UntagQueue
        """,
    ),
    "ssm": _served(
        "ssm",
        """
        AddTagsToResource DeleteParameter DeleteParameters DescribeParameters GetParameter GetParameterHistory
        GetParameters GetParametersByPath LabelParameterVersion ListTagsForResource PutParameter RemoveTagsFromResource
        """,
    ),
}
