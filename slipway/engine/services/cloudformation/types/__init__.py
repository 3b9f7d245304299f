"""Resource types: those of `slipway/engine/resources/`, and CloudFormation's own.

| module | what it does |
| --- | --- |
| `registry` | finds a type by its name, and every module that declares some |
| `nested` | `AWS::CloudFormation::Stack` |
| `custom` | custom resources, through Lambda and SNS |
| `wait` | wait conditions and their handles |
| `operations` | create, update and delete of one resource, journalled, with a handler's words for its failures |
| `conversion`, `tagging` | properties as a type's handler gets them |
"""

from slipway.engine.services.cloudformation.types.registry import find, is_known, names

__all__ = ["find", "is_known", "names"]
