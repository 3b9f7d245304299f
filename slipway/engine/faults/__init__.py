"""Faults that somebody asks for: throttled, failing and slow calls, no capacity, jobs and instances that are killed.

| module | what |
| --- | --- |
| `rule` | a rule: what it hits, how often, what happens |
| `refusals` | the errors, in each service's own codes |
| `rules` | the engine's rules, kept with its state; who is hit, and when |
| `jobs` | processes that are killed |
| `control` | how the person sets them: `slipway fault` |

There are none unless somebody made them, a hit is in the journal under its rule's number, and `slipway status` shows
that there are any.
"""
