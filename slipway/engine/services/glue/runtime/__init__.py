"""What is on the path of a job's own Python, never imported by the engine; written for Python 3.9 and later."""
