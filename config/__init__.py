"""The pipeline's configuration, and what Build runs on it."""
