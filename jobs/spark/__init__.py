"""The Prepare step by Spark, for tables that one machine is too small or too slow for; a Glue job.

It reads the same execution.json as `prepare.py`, follows the same rules (`rows.py`, `encoder.py`, `fitting.py`) and
leaves the same files. It runs without the job image: Build puts these modules in a zip, `--extra-py-files` of the job,
and of packages it needs what Glue 5.1 has: PySpark, NumPy and boto3. `main.py` is the script.
"""
