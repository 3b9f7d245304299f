"""Glue's types, a module for each.

docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/AWS_Glue.html
"""
