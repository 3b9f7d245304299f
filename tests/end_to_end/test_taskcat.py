"""taskcat by its own Python API, after `.taskcat.yml`: the published template in three regions, launched and removed.

A region is an engine of its own here. taskcat is told of it as of any other endpoint, by the environment.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import yaml

from slipway import local
from tests.end_to_end.plant import CLOCK_FACTOR, PATIENCE_SECONDS
from tests.end_to_end.support import REPOSITORY, succeed

PYTHON = REPOSITORY / ".venv/taskcat/bin/python"
CONFIGURATION = ".taskcat.yml"
TESTS = yaml.safe_load((REPOSITORY / CONFIGURATION).read_text("utf-8"))["tests"]
LAUNCH = """\
import json, sys
from pathlib import Path
from taskcat._config import Config
from taskcat.testing import CFNTest
root = Path.cwd()
config = Config.create(project_root=root, project_config_path=root / ".taskcat.yml")
test = CFNTest(config, test_names=sys.argv[1], dont_wait_for_delete=False)
with test as stacks:
    launched = [[stack.region_name, stack.name, stack.status] for stack in stacks]
print(json.dumps([launched, [stack.status for stack in test.result]]))
"""


@dataclass(frozen=True)
class Region:
    """A region's engine, and taskcat in a folder with the template that was published there."""

    name: str
    engine: local.LocalEngine
    folder: Path

    def publish(self) -> None:
        """Publish the bundle to a bucket of the region, and fetch its template as a person would."""
        s3, bucket = self.engine.session().client("s3", endpoint_url=self.engine.url), f"templates-{self.name}"
        where = {} if self.name == "us-east-1" else {"CreateBucketConfiguration": {"LocationConstraint": self.name}}
        s3.create_bucket(Bucket=bucket, **where)
        url = json.loads(succeed(self.engine.home, "publish", bucket, "--json"))["templateUrl"]
        template = self.folder / TESTS[self.name]["template"]
        template.parent.mkdir(parents=True)
        template.write_bytes(
            s3.get_object(Bucket=bucket, Key=urlsplit(url).path.removeprefix(f"/{bucket}/"))["Body"].read()
        )
        shutil.copy(REPOSITORY / CONFIGURATION, self.folder)

    def launch(self) -> subprocess.Popen[str]:
        """taskcat's own launch and removal, under way."""
        variables = json.loads(succeed(self.engine.home, "env", "--json"))
        kept = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
        command = [PYTHON, "-W", "ignore", "-c", LAUNCH, self.name]
        environment = {**kept, **variables, "HOME": str(self.folder)}
        return subprocess.Popen(
            command, cwd=self.folder, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )


@pytest.fixture(scope="module")
def regions(tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[Region]]:
    """An engine for each test of `.taskcat.yml`, with the published template."""
    with ExitStack() as ending:
        made = []
        for name in TESTS:
            home = tmp_path_factory.mktemp(name) / ".slipway"
            engine = local.start(home, port=local.free_port(), clock_factor=CLOCK_FACTOR, region=name)
            ending.callback(local.remove, home)
            made.append(Region(name, engine, tmp_path_factory.mktemp("taskcat")))
            made[-1].publish()
        yield made


def test_taskcat_launches_and_removes_the_bundle_in_three_regions(regions: list[Region]) -> None:
    assert PYTHON.exists(), f"{PYTHON} is missing; `make test-rest` installs it"
    under_way = [(region, region.launch()) for region in regions]
    for region, process in under_way:
        said, complaints = process.communicate(timeout=PATIENCE_SECONDS)
        assert process.returncode == 0, complaints
        launched, removed = json.loads(said.splitlines()[-1])
        assert launched == [[region.name, "slipway-taskcat", "CREATE_COMPLETE"]]
        assert removed == ["DELETE_COMPLETE"]
