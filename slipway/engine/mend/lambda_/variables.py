"""The environment of a function's process.

docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from slipway.engine import machine
from slipway.engine.errors import AwsError
from slipway.engine.mend.lambda_ import code
from slipway.engine.mend.lambda_.function import FunctionVersion

if TYPE_CHECKING:
    from slipway.engine.caller import Caller

_MOST_BYTES = 4096
# "The following reserved variables can't be set"
_RESERVED = frozenset(
    {
        *("_HANDLER", "_X_AMZN_TRACE_ID", "AWS_DEFAULT_REGION", "AWS_REGION", "AWS_EXECUTION_ENV"),
        *("AWS_LAMBDA_FUNCTION_NAME", "AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "AWS_LAMBDA_FUNCTION_VERSION"),
        *("AWS_LAMBDA_INITIALIZATION_TYPE", "AWS_LAMBDA_LOG_GROUP_NAME", "AWS_LAMBDA_LOG_STREAM_NAME"),
        *("AWS_ACCESS_KEY", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"),
        *("AWS_LAMBDA_RUNTIME_API", "LAMBDA_TASK_ROOT", "LAMBDA_RUNTIME_DIR"),
    }
)
_UNABLE = (
    "Lambda was unable to configure your environment variables because the environment variables you have provided"
)


def check(variables: Mapping[str, str]) -> None:
    """Refuse reserved names, and more than 4 KB of names and values."""
    reserved = sorted(_RESERVED & set(variables))
    if reserved:
        text = (
            f"{_UNABLE} contains reserved keys that are currently not supported for modification. "
            f"Reserved keys used in this request: {', '.join(reserved)}"
        )
        raise AwsError("InvalidParameterValueException", text, status=400)
    measured = json.dumps(dict(variables), separators=(",", ":"), ensure_ascii=False)
    if len(measured.encode()) > _MOST_BYTES:
        text = f"{_UNABLE} exceeded the 4KB limit. String measured: {measured}"
        raise AwsError("InvalidParameterValueException", text, status=400)


def variables_of(
    function: FunctionVersion, caller: Caller, folder: Path, temporary: Path, log_stream: str
) -> dict[str, str]:
    """What Lambda sets, over what the function's configuration sets."""
    root = code.unpack(function.code, folder / "code")
    layers = [code.unpack(layer, folder / "layers") for layer in function.layers]
    path = code.search_path(root, layers, code.runtime_packages(folder))
    return {
        # The process has no home. Without these, the SDK looks for one and finds the person's profiles.
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        **function.variables,
        **caller.environment(),
        "AWS_EXECUTION_ENV": f"AWS_Lambda_{function.runtime}",
        "AWS_LAMBDA_FUNCTION_NAME": function.name,
        "AWS_LAMBDA_FUNCTION_VERSION": function.version,
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": str(function.memory),
        "AWS_LAMBDA_INITIALIZATION_TYPE": "on-demand",
        "AWS_LAMBDA_LOG_FORMAT": function.log_format,
        "AWS_LAMBDA_LOG_GROUP_NAME": function.log_group,
        "AWS_LAMBDA_LOG_LEVEL": function.application_level,
        "AWS_LAMBDA_LOG_STREAM_NAME": log_stream,
        "LAMBDA_TASK_ROOT": str(root),
        "LAMBDA_RUNTIME_DIR": str(folder / "runtime"),
        "LANG": "en_US.UTF-8",
        "PATH": machine.system_path(),
        "PYTHONUTF8": "1",
        "TMPDIR": str(temporary),
        "TZ": ":UTC",
        "_HANDLER": function.handler,
        "_RUNTIME_LARGEST_FILE": str(function.temporary * 1024 * 1024),
        "_RUNTIME_PATH": json.dumps(path),
    }
