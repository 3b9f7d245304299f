"""STS: sessions of roles, by API and for containers."""

from slipway.engine.services.sts import containers, sessions
from slipway.engine.services.sts.service import SERVICE

__all__ = ["SERVICE", "containers", "sessions"]
