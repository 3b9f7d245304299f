"""Glue's own library, as far as the local engine has it: written anew from its documentation.

docs.aws.amazon.com/glue/latest/dg/aws-glue-programming-python-extensions.html
"""
