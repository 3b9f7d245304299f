"""The entry points of AWS's AutoGluon images, written anew after the toolkits that are in them.

github.com/aws/sagemaker-training-toolkit and github.com/aws/sagemaker-inference-toolkit
"""
