"""What the Python shell jobs of the Glue workflow import; boto3 only, and Python 3.9, which is what these have."""
