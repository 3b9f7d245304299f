"""AWS::ApiGateway: REST APIs, their parts, deployments and usage plans.

docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/AWS_ApiGateway.html
"""
