"""The service.

docs.aws.amazon.com/STS/latest/APIReference/welcome.html
"""

from __future__ import annotations

from slipway.engine.service import Service

SERVICE = Service("sts")
