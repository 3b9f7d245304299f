"""Endpoints at work: server processes, the traffic between them, and how one deployment takes another's place.

    server       one container: a process that answers /ping and /invocations, restarted when it dies
    multi_model  the models of a container that has several, loaded when they are asked for; model_files on disk
    instance     the containers of one instance, and the way of a request through them
    fleet        the instances of one variant; serverless: those that come and go with the requests
    plan         what a deployment is to run, worked out from endpoint configuration and models, kept as JSON
    preparation  images and models, fetched before the instances start
    deployment   the fleets of one endpoint configuration
    live         an endpoint in this process: its deployments, its traffic, its metrics, its data capture;
                 all_endpoints: the table of them
    backlog      the queue of an asynchronous endpoint; async_requests, async_work, topics
    lifecycle    create, update, scale, delete, and taking up again after a restart
    bluegreen    how traffic moves from the old deployment to the new one
    capture, metrics, alarms, invocation_errors

docs.aws.amazon.com/sagemaker/latest/dg/realtime-endpoints.html
"""
