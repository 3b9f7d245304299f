"""Pipelines as their templates declare them, once for each source that the template can choose.

| module | what it does |
| --- | --- |
| `declared` | a pipeline's stages and actions with their values at their longest, and where each is written |
| `structure` | how many stages and actions, their names, their order, the pipeline's variables |
| `configuration` | the keys of each action's configuration, by provider: required, known, form and length |
| `flow` | artifacts and variables: whatever an action takes, an action before it gives |

docs.aws.amazon.com/codepipeline/latest/userguide/reference-pipeline-structure.html
"""
