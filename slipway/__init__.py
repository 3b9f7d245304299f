"""Slipway: a CI/CD line for machine-learning models on AWS that also runs, for real, on a laptop."""
