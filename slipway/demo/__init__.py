"""Everything once, on sample data: launch, run, approve, predict, push, drop, load.

| module | what |
| --- | --- |
| `settings.py` | what the demo changes in the bundle: small autoscaling figures, the person's own table |
| `seeing.py` | a run seen through its approval to production, and what is kept of it |
| `scaling.py` | load, and the instances that come and go with it |
"""

from slipway.demo.demo import CLOCK_FACTOR, STACK, Demo

__all__ = ["CLOCK_FACTOR", "STACK", "Demo"]
