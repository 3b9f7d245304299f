"""AWS::SNS: topics, subscriptions and topic policies.

docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/AWS_SNS.html
"""
