"""Stacks: records that outlive the engine, and operations that work on them along the dependency graph.

| module | what it does |
| --- | --- |
| `records` | stacks by name and id, and from which status which operation may start |
| `resources` | a stack's resources, in memory and on disk |
| `events` | every change of a status: recorded, and told to EventBridge |
| `authority` | under whose rights an operation acts |
| `walk` | the dependency graph, in parallel |
| `operation` | what an operation carries with it, and its thread |
| `provision`, `removal` | one resource of an operation: made, changed, put back; deleted |
| `creation`, `update`, `deletion`, `rollback` | the operations |
| `dynamic` | dynamic references |
| `outputs` | outputs, exports, imports |

docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/view-stack-events.html
"""
