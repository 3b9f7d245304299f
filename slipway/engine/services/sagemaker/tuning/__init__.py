"""Hyperparameter tuning: training jobs with values that a strategy chooses, until one of the limits is reached.

    operations, checks      the API, and what it refuses
    run                     the life of a tuning job: launch trials, look at them, stop
    trials                  one training job of a tuning job: its request, its objective, its summary
    progress                counters, best trial, completion criteria
    ranges                  the hyperparameters that are searched, and their scales
    strategies, bayesian    who chooses; `optimizer/` is the program that Bayesian asks, in an environment of its own
    warm_start              what earlier tuning jobs have found

docs.aws.amazon.com/sagemaker/latest/dg/automatic-model-tuning.html
"""
