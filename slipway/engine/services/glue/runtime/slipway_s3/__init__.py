"""`s3://` and `s3a://` for PySpark scripts (`paths`), by real calls to S3 (`objects`)."""
