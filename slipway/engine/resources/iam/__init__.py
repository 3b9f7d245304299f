"""CloudFormation's IAM types: a module for each kind of thing that they make.

docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/AWS_IAM.html
"""

from __future__ import annotations

from slipway.engine.resources.iam import (
    access_key,
    group,
    inline,
    instance_profile,
    managed,
    role,
    service_linked,
    user,
)

RESOURCES = {
    "AWS::IAM::AccessKey": access_key.TYPE,
    "AWS::IAM::Group": group.TYPE,
    "AWS::IAM::GroupPolicy": inline.GROUP_POLICY,
    "AWS::IAM::InstanceProfile": instance_profile.TYPE,
    "AWS::IAM::ManagedPolicy": managed.TYPE,
    "AWS::IAM::Policy": inline.POLICY,
    "AWS::IAM::Role": role.TYPE,
    "AWS::IAM::RolePolicy": inline.ROLE_POLICY,
    "AWS::IAM::ServiceLinkedRole": service_linked.TYPE,
    "AWS::IAM::User": user.TYPE,
    "AWS::IAM::UserPolicy": inline.USER_POLICY,
}
