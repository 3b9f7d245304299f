"""`docker build` on small contexts."""

from collections.abc import Callable
from pathlib import Path

import pytest

from slipway.engine.docker.store import ImageStore, StoredImage

pytestmark = pytest.mark.specification("docs.docker.com/reference/dockerfile/")

Docker = Callable[..., int]


def image(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> StoredImage:
    digest = capsys.readouterr().out.split("Successfully built ")[1].split()[0]
    found = ImageStore(tmp_path / "images").get(digest)
    assert found is not None
    return found


def test_files_variables_and_entry_point_are_kept(
    docker: Docker, context: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (context / "app").mkdir()
    (context / "app" / "main.py").write_text("print(1)")
    (context / "run.sh").write_text("#!/bin/sh\n")
    (context / "Dockerfile").write_text(
        "ARG VERSION=3.11\n"
        "FROM python:${VERSION}-slim\n"
        "ARG NAME=model\n"
        "ENV APP=/opt/$NAME \\\n    MODE=${MODE:-fast}\n"
        "WORKDIR /opt/model\n"
        "COPY app/ ./app/\n"
        "COPY --chmod=755 run.sh /usr/local/bin/run\n"
        "RUN mkdir -p /opt/ml/model && touch /opt/ml/model/here\n"
        'ENTRYPOINT ["python", "-m", "app.main"]\n'
        'CMD ["serve"]\n'
    )
    assert docker("build", "-t", "jobs", str(context)) == 0
    built = image(tmp_path, capsys)
    assert (built.rootfs / "opt/model/app/main.py").read_text() == "print(1)"
    assert (built.rootfs / "opt/ml/model/here").exists()
    assert (built.rootfs / "usr/local/bin/run").stat().st_mode & 0o100
    config = built.config["config"]
    assert {"APP=/opt/model", "MODE=fast"} <= set(config["Env"])
    assert (config["WorkingDir"], config["Entrypoint"], config["Cmd"]) == (
        "/opt/model",
        ["python", "-m", "app.main"],
        ["serve"],
    )


def test_the_same_context_makes_the_same_digest(
    docker: Docker, context: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (context / "Dockerfile").write_text("FROM python:3.11\nCOPY a.txt /a.txt\n")
    (context / "a.txt").write_text("a")
    digests = []
    for content in ("a", "a", "b"):
        (context / "a.txt").write_text(content)
        assert docker("build", "-q", str(context)) == 0
        digests.append(capsys.readouterr().out.strip())
    assert digests[0] == digests[1] != digests[2]


def test_dockerignore_leaves_files_out(
    docker: Docker, context: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("keep.py", "drop.pyc", "deep/drop.pyc", "deep/keep.pyc"):
        (context / name).parent.mkdir(exist_ok=True)
        (context / name).write_text("x")
    (context / ".dockerignore").write_text("# compiled\n**/*.pyc\n!deep/keep.pyc\nDockerfile\n.dockerignore\n")
    (context / "Dockerfile").write_text("FROM python:3.11\nCOPY . /app/\n")
    assert docker("build", str(context)) == 0
    files = {
        path.relative_to(context.parent).name for path in image(tmp_path, capsys).rootfs.rglob("*") if path.is_file()
    }
    assert files == {"keep.py", "keep.pyc"}


@pytest.mark.parametrize(
    ("dockerfile", "message"),
    [
        ("FROM ubuntu:24.04\n", "Dockerfile:1: FROM: the base image ubuntu:24.04 is not provided locally"),
        ("FROM python:3.11\nRUN apt-get update\n", "Dockerfile:2: RUN: apt-get is not executed locally"),
        ("FROM python:3.11\n\nADD x /\n", "Dockerfile:3: ADD is not executed locally"),
        ("FROM python:3.11\nRUN echo a | cat\n", "Dockerfile:2: RUN: the shell's | is not executed locally"),
        ("FROM python:3.11\nCOPY none.txt /\n", 'Dockerfile:2: COPY: "/none.txt": not found in the build context'),
        ("FROM python:3.11\nCOPY --from=uv /uv /bin/\n", "Dockerfile:2: COPY --from is not executed locally"),
        ("FROM python:3.11 AS a\nFROM python:3.11\n", "Dockerfile:2: FROM: a build of several stages is not executed"),
        ("FROM python:3.11\nENTRYPOINT serve\n", "Dockerfile:2: ENTRYPOINT: only the exec form"),
        (
            "FROM python:3.11\nRUN pip install -r r.txt\n",
            "Dockerfile:2: RUN: r.txt does not exist in the image; COPY it",
        ),
        ("FROM python:3.11\nRUN pip install .\n", "Dockerfile:2: RUN: pip install .: installing from a folder"),
        ("COPY a /\n", "Dockerfile:1: no build stage in current context"),
        ("# nothing\n", "Dockerfile:1: the file has no instructions"),
        ("FROM python:3.11\nRUN <<EOF\n", "Dockerfile:2: here-documents are not executed locally"),
    ],
)
def test_what_is_not_executed_is_refused_with_file_and_line(
    docker: Docker, context: Path, capsys: pytest.CaptureFixture[str], dockerfile: str, message: str
) -> None:
    (context / "Dockerfile").write_text(dockerfile)
    assert docker("build", str(context)) == 1
    assert message in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["run", "x"], "invalid choice: 'run'"),
        (["build", "--squash", "."], "unrecognized arguments: --squash"),
        (["build", "nowhere"], 'unable to prepare context: path "nowhere" not found'),
        (["tag", "missing", "x"], "No such image: missing"),
        (["push", "docker.io/library/python"], "is not provided by the local engine"),
        (["push", "111122223333.dkr.ecr.us-east-1.amazonaws.com/jobs:1"], "No such image"),
    ],
)
def test_other_commands_and_options_are_refused_by_name(
    docker: Docker, capsys: pytest.CaptureFixture[str], arguments: list[str], message: str
) -> None:
    assert docker(*arguments) == 1
    assert message in capsys.readouterr().err
