"""`autogluon-inference`: a script of the model's behind /ping and /invocations, as AWS's inference toolkit does it."""

from slipway.engine.aws_images.autogluon import image

IMAGE = image("autogluon-inference")
