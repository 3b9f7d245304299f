"""CloudFormation's Lambda types: a module for each kind of thing that they make.

docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/AWS_Lambda.html
"""
