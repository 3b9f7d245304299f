"""Transforms of DynamicFrames, which the local engine does not have; generated scripts import all of them.

docs.aws.amazon.com/glue/latest/dg/aws-glue-programming-python-transforms.html
"""

from __future__ import annotations

from .refused import Refused

_NAMES = (
    *("ApplyMapping", "DropFields", "DropNullFields", "ErrorsAsDynamicFrame", "EvaluateDataQuality"),
    *(
        "FillMissingValues",
        "Filter",
        "FindIncrementalMatches",
        "FindMatches",
        "FlatMap",
        "GlueTransform",
        "Join",
        "Map",
    ),
    *("MapToCollection", "Relationalize", "RenameField", "ResolveChoice", "SelectFields", "SelectFromCollection"),
    *("SimplifyDDBJson", "Spigot", "SplitFields", "SplitRows", "Unbox", "UnnestFrame"),
)
__all__ = list(_NAMES)
globals().update({name: Refused(name) for name in _NAMES})
