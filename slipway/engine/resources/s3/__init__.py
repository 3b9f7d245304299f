"""CloudFormation's S3 types.

docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/AWS_S3.html
"""
