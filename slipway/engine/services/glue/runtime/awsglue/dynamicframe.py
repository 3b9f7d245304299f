"""The DynamicFrame API, which the local engine does not have."""

from __future__ import annotations

from .refused import Refused

DynamicFrame = Refused("DynamicFrame")
DynamicFrameCollection = Refused("DynamicFrameCollection")
DynamicFrameReader = Refused("DynamicFrameReader")
DynamicFrameWriter = Refused("DynamicFrameWriter")
