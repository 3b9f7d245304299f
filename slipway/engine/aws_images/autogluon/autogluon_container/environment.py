"""What a script finds in its environment and in its arguments.

github.com/aws/sagemaker-training-toolkit/blob/master/ENVIRONMENT_VARIABLES.md
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

# Hyperparameters that are the toolkit's, and no argument of the script's.
_TOOLKITS_OWN = ("default_user_module_name", "_tuning_objective_metric")
_INFO = 20


def _read(path: Path) -> dict[str, Any]:
    content: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return content


def decoded(value: str) -> Any:
    """A hyperparameter: the JSON that it is, else the text."""
    try:
        return json.loads(value)
    except ValueError:
        return value


@dataclass(frozen=True)
class Training:
    """One instance of a training job, from the files below `base`."""

    base: Path

    @cached_property
    def given(self) -> dict[str, Any]:
        """All hyperparameters, decoded."""
        return {name: decoded(value) for name, value in _read(self._config / "hyperparameters.json").items()}

    @property
    def hyperparameters(self) -> dict[str, Any]:
        """The script's: none of the toolkit's, and none that begins as its own do."""
        return {
            name: value
            for name, value in self.given.items()
            if name not in _TOOLKITS_OWN and not name.startswith("sagemaker_")
        }

    @property
    def program(self) -> str:
        """The script's name, or nothing."""
        return str(os.environ.get("SAGEMAKER_PROGRAM") or self.given.get("sagemaker_program") or "")

    @property
    def submit_directory(self) -> str:
        """Where the code is."""
        return str(self.given.get("sagemaker_submit_directory") or self.code)

    @property
    def code(self) -> Path:
        """Where the script runs."""
        return self.base / "code"

    @property
    def _config(self) -> Path:
        return self.base / "input" / "config"

    def arguments(self) -> list[str]:
        """`--name value` for each hyperparameter, in the order of their names."""
        own = self.hyperparameters
        return [word for name in sorted(own) for word in (_option(name), _argument(own[name]))]

    def variables(self) -> dict[str, str]:
        """SM_…: everything as text, what is no text as JSON."""
        resources = _read(self._config / "resourceconfig.json")
        inputs = _read(self._config / "inputdataconfig.json")
        channels = {name: str(self.base / "input" / "data" / name) for name in inputs}
        own = self.hyperparameters
        level = self.given.get("sagemaker_container_log_level", _INFO)
        values = {
            "hosts": resources["hosts"],
            "current_host": resources["current_host"],
            "current_instance_type": resources["current_instance_type"],
            "current_instance_group": resources["current_group_name"],
            "network_interface_name": resources["network_interface_name"],
            "resource_config": resources,
            "input_data_config": inputs,
            "channels": sorted(channels),
            "hps": own,
            "user_args": self.arguments(),
            "user_entry_point": self.program,
            "module_name": self.program.removesuffix(".py"),
            "module_dir": self.submit_directory,
            "framework_params": {},
            "log_level": level,
            "num_cpus": os.cpu_count() or 1,
            "num_gpus": 0,
            "input_dir": str(self.base / "input"),
            "input_config_dir": str(self._config),
            "model_dir": str(self.base / "model"),
            "output_dir": str(self.base / "output"),
            "output_data_dir": str(self.base / "output" / "data"),
            "output_intermediate_dir": str(self.base / "output" / "intermediate"),
            **{f"channel_{name}": path for name, path in channels.items()},
            **{f"hp_{name}": value for name, value in own.items()},
        }
        values["training_env"] = {
            **{name: values[name] for name in _IN_TRAINING_ENV},
            "channel_input_dirs": channels,
            "hyperparameters": own,
            "job_name": os.environ.get("TRAINING_JOB_NAME", ""),
        }
        return to_variables(values)


_IN_TRAINING_ENV = (
    *("hosts", "current_host", "network_interface_name", "resource_config", "input_data_config", "module_name"),
    *("module_dir", "log_level", "num_cpus", "num_gpus", "input_dir", "input_config_dir", "model_dir", "output_dir"),
    *("output_data_dir", "output_intermediate_dir", "user_entry_point"),
)


def to_variables(values: Mapping[str, Any]) -> dict[str, str]:
    """`SM_<NAME>` of each value."""
    return {f"SM_{name.upper()}": _text(value) for name, value in values.items()}


def _text(value: Any) -> str:
    if value is None:
        return ""
    return value if isinstance(value, str) else json.dumps(value, sort_keys=True, separators=(",", ":"))


def _option(name: str) -> str:
    return f"--{name}" if len(name) > 1 else f"-{name}"


def _argument(value: Any) -> str:
    if isinstance(value, dict):
        return ",".join(f"{key}={item}" for key, item in sorted(value.items()))
    return "" if value is None else str(value)
