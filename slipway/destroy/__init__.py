"""Removing an install: what there is of it, its removal in the right order, and what is left in the end."""
