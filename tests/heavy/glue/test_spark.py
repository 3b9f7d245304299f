"""Spark jobs: real PySpark, reading and writing the engine's S3 under the job's role."""

from __future__ import annotations

from typing import Any

import pytest

pytestmark = pytest.mark.specification("docs.aws.amazon.com/glue/latest/dg/aws-glue-programming-python.html")

PREPARE = """
import sys
from awsglue.context import GlueContext
from awsglue.dynamicframe import DynamicFrame
from awsglue.job import Job
from awsglue.transforms import *
from awsglue.utils import getResolvedOptions
from pyspark.context import SparkContext
from pyspark.sql import functions as F

args = getResolvedOptions(sys.argv, ["JOB_NAME", "bucket"])
context = GlueContext(SparkContext.getOrCreate())
spark = context.spark_session
job = Job(context)
job.init(args["JOB_NAME"], args)
base = f"s3://{args['bucket']}"
frame = spark.read.csv(f"{base}/in/", header=True, inferSchema=True)
frame.withColumn("double", F.col("x") * 2).write.mode("overwrite").parquet(f"{base}/out/table")
again = spark.read.parquet(f"s3a://{args['bucket']}/out/table")
again.coalesce(1).write.csv(f"{base}/out/csv", header=True, mode="overwrite")
lines = spark.sparkContext.textFile(f"{base}/in/one.csv").count()
print(spark.version, again.count(), again.agg(F.sum("double")).first()[0], lines, args["JOB_NAME"])
job.commit()
"""


@pytest.fixture(scope="module", autouse=True)
def endless(glue: Any) -> tuple[str, str]:
    """Job and run of a script that would not end: begun first, as the least Timeout is a minute, and a real one."""
    name = glue.shell("import time; time.sleep(600)")
    return name, glue.start(name, Timeout=1)


def script(*lines: str) -> str:
    """A Spark script with a session and the bucket's address."""
    head = (
        "import sys",
        "from awsglue.context import GlueContext",
        "from awsglue.utils import getResolvedOptions",
        "from pyspark.context import SparkContext",
        "context = GlueContext(SparkContext.getOrCreate())",
        "spark = context.spark_session",
        "base = 's3://' + getResolvedOptions(sys.argv, ['bucket'])['bucket']",
    )
    return "\n".join((*head, *lines))


def test_a_spark_job_reads_and_writes_s3(glue: Any) -> None:
    glue.put("in/one.csv", "x,y\n1,a\n2,b\n")
    glue.put("in/two.csv", "x,y\n3,c\n")
    glue.put("inside/not.csv", "x,y\n100,z\n")
    glue.put("out/table/old.parquet", "what was there before")
    name = glue.spark(PREPARE, DefaultArguments={"--bucket": glue.bucket}, WorkerType="G.1X", NumberOfWorkers=2)
    run = glue.run(name)
    assert run["JobRunState"] == "SUCCEEDED", run.get("ErrorMessage")
    assert glue.log(run)[-1] == f"3.5.6 3 12 3 {name}"
    assert (run["WorkerType"], run["NumberOfWorkers"], run["LogGroupName"]) == ("G.1X", 2, "/aws-glue/jobs")
    tables = glue.keys("out/table/")
    assert "out/table/old.parquet" not in tables
    assert "out/table/_SUCCESS" in tables
    assert not [key for key in tables if key.endswith(".crc")]
    [written] = [key for key in glue.keys("out/csv/") if key.endswith(".csv")]
    assert sorted(glue.text(written).split()) == ["1,a,2", "2,b,4", "3,c,6", "x,y,double"]
    assert any("stands for GlueVersion 5.1 and 2 G.1X workers" in line for line in glue.log(run))


def test_writes_keep_to_their_mode(glue: Any) -> None:
    name = glue.spark(
        script(
            "frame = spark.createDataFrame([(1, 'a'), (2, 'b')], ['x', 'y'])",
            "frame.write.partitionBy('y').json(base + '/modes/j')",
            "frame.write.partitionBy('y').mode('append').json(base + '/modes/j')",
            "frame.write.mode('ignore').json(base + '/modes/j')",
            "one, all = (spark.read.json(base + path).count() for path in ('/modes/j/y=a', '/modes/j/*'))",
            "print('rows', one, all)",
            "print('table', spark.read.format('json').load(base + '/modes/j').where(\"y = 'b'\").count())",
            "frame.rdd.map(str).saveAsTextFile(base + '/modes/t')",
            "frame.write.json(base + '/modes/j')",
        ),
        DefaultArguments={"--bucket": glue.bucket},
    )
    run = glue.run(name)
    assert run["JobRunState"] == "FAILED"
    assert "[PATH_ALREADY_EXISTS]" in run["ErrorMessage"]
    assert f"s3://{glue.bucket}/modes/j" in run["ErrorMessage"]
    assert glue.log(run)[-2:] == ["rows 2 4", "table 2"]
    assert glue.keys("modes/t/part-00000")


# What a script does, and what it gets for it.
REFUSED = {
    "spark.read.csv(base + '/nothing')": "AnalysisException: [PATH_NOT_FOUND] Path does not exist: s3://",
    "spark.sql(f'SELECT * FROM csv.`{base}/in`')": "SparkSession.sql with an S3 address is not executed",
    "spark.read.option('path', base).load()": "DataFrameReader.option with an S3 address is not executed",
    "spark.readStream.text(base)": "DataStreamReader.text with an S3 address is not executed",
    "context.create_dynamic_frame.from_catalog()": "GlueContext.create_dynamic_frame is not executed",
    "from awsglue.transforms import *; ApplyMapping.apply(1)": "ApplyMapping.apply is not executed",
}


def test_what_cannot_be_is_refused_by_name_where_the_script_does_it(glue: Any) -> None:
    caught = "except Exception as error: print(type(error).__name__ + ':', error)"
    attempts = [line for attempt in REFUSED for line in ("try:", f"    exec({attempt!r})", caught)]
    run = glue.run(glue.spark(script(*attempts), DefaultArguments={"--bucket": glue.bucket}))
    assert run["JobRunState"] == "SUCCEEDED", run.get("ErrorMessage")
    told = [line for line in glue.log(run) if not line.startswith("[slipway]")]
    assert len(told) == len(REFUSED)
    assert [reason for reason, line in zip(REFUSED.values(), told, strict=True) if reason not in line] == []


def test_a_spark_job_has_no_more_rights_than_its_role(glue: Any) -> None:
    glue.put("in/one.csv", "x,y\n1,a\n")
    role = glue.new_role("s3:GetObject", "s3:ListBucket", "logs:*")
    name = glue.spark(
        script("spark.read.csv(base + '/in').write.csv(base + '/denied')"),
        DefaultArguments={"--bucket": glue.bucket},
        Role=role,
    )
    run = glue.run(name)
    assert "s3:PutObject" in run["ErrorMessage"]
    assert glue.keys("denied") == []


@pytest.mark.specification("docs.aws.amazon.com/glue/latest/dg/job-run-statuses.html")
def test_a_run_that_takes_longer_than_its_timeout_is_ended(glue: Any, endless: tuple[str, str]) -> None:
    run = glue.ended(*endless)
    assert run["JobRunState"] == "TIMEOUT"
    assert "exceeded its Timeout of 1 min" in run["ErrorMessage"]
