"""What holds for every test of this repository."""

from __future__ import annotations

import gc

from hypothesis import HealthCheck, settings

# pytest and hypothesis keep what they made until the end, and by default Python walks all of it again and again: that
# was a tenth of the time of tests that are many and short.
gc.set_threshold(200_000, 50, 50)

# How long an example takes says how busy the machine is, and nothing about the code.
settings.register_profile("unhurried", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("unhurried")
