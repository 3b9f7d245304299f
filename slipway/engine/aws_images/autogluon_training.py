"""`autogluon-training`: script mode, as AWS's training toolkit does it."""

from slipway.engine.aws_images.autogluon import image

IMAGE = image("autogluon-training")
