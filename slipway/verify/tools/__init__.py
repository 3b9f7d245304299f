"""Tools that others wrote, each run in an environment of its own; the Makefile makes those below .venv."""
