"""Endpoints at work: server processes, the traffic between them, and how one deployment takes another's place.

    server       one instance: a process that answers /ping and /invocations, restarted when it dies
    fleet        the instances of one variant
    plan         what a deployment is to run, worked out from endpoint configuration and models, kept as JSON
    deployment   the fleets of one endpoint configuration
    live         an endpoint in this process: its deployments, its traffic, its metrics, its data capture
    lifecycle    create, update, scale, delete, and taking up again after a restart
    bluegreen    how traffic moves from the old deployment to the new one
    capture, metrics, alarms

docs.aws.amazon.com/sagemaker/latest/dg/realtime-endpoints.html
"""
