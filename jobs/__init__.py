"""The jobs that SageMaker runs: prepare, train, evaluate, serve.

Each is a program that follows SageMaker's container contract and nothing else: paths below /opt/ml in, files out, an
exit code, a failure message. A job is started by name, `python -m jobs train`, and imports only what it needs, so that
each starts fast. An algorithm is a module of `algorithms/`.
"""
