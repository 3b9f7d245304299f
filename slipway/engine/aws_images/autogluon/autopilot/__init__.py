"""The program of a tabular AutoML job: `python -m autopilot CONFIG`, in AutoGluon's environment.

It reads CSV files that the engine has brought and looked at, trains one candidate after the other, and leaves each as
a folder that serves. What it has to say to the engine are lines that `events.say` prints.

docs.aws.amazon.com/sagemaker/latest/dg/autopilot-model-support-validation.html
"""
