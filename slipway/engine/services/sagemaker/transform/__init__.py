"""Batch transform: a model's containers, started for one job, answer for every record of a data set.

    operations          the API
    plan                what the model was when the job was created
    run                 the life of a job: download, start, transform, upload
    instance            one instance: the servers of the model's containers, one behind the other
    parameters          what the containers want: /execution-parameters
    worker              an instance's files: split, send, assemble
    records, json_path, joining    pure: lines and batches; paths; filters and joins

docs.aws.amazon.com/sagemaker/latest/dg/batch-transform.html
"""
