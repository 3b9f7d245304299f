"""A/B tests: two models on the production endpoint, told apart by what they answer and by what came true.

The production stack's parameters are the state, so that an interrupted command is taken up by the next one:

    production.py   the stack, and one update of it
    candidate.py    the model package that is to be tried
    trial.py        start, promote, stop
    endpoint.py     what runs: variants, and their shares of the requests
    captured.py     what both answered, from captured data
    truth.py        what came true, from a person's CSV
    metrics.py      how good answers were
    intervals.py    how far chance may have moved that
    comparison.py   both variants side by side, and the verdict
    results.py      the comparison of what was captured, as a table
"""
