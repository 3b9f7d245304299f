"""What the bundle's roles may do, what used it, and why the rest is there: `slipway permissions`.

`templates` reads what is granted, `journals` what was called, `statement` decides which statement of a policy a call
stood on (by itself: nothing of the engine is imported here), `uses` joins them, `record` keeps what earlier runs of
the tests used, and `table` says what is left without a reason.
"""
