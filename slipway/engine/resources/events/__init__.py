"""AWS::Events: rules, event buses and archives.

docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/AWS_Events.html
"""
