"""Scripts that run in AWS's AutoGluon images, in script mode: nothing of the job image's is beside them there."""
