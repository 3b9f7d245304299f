"""What a run fetches from S3 under the job's role: its script and the modules beside it.

docs.aws.amazon.com/glue/latest/dg/aws-glue-programming-python-libraries.html
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from botocore.exceptions import BotoCoreError, ClientError

from slipway.engine.services.glue.failures import RunFailed

if TYPE_CHECKING:
    from slipway.engine.caller import Caller

_ON_PATH = (".zip", ".egg", ".whl")


def fetch(caller: Caller, uri: str, folder: Path) -> Path:
    """One object, under its own name in `folder`."""
    bucket, _, key = uri.removeprefix("s3://").partition("/")
    target = folder / (Path(key).name or "script.py")
    folder.mkdir(parents=True, exist_ok=True)
    try:
        with target.open("wb") as file:
            for chunk in caller.client("s3").get_object(Bucket=bucket, Key=key)["Body"].iter_chunks():
                file.write(chunk)
    except (ClientError, BotoCoreError) as error:
        raise RunFailed(f"The file {uri} could not be read with the role {caller.arn}: {error}") from error
    return target


def on_path(paths: list[Path]) -> list[str]:
    """What has to be on `sys.path` for these files: archives themselves, of modules their folder."""
    return list(dict.fromkeys(str(path if path.suffix in _ON_PATH else path.parent) for path in paths))
