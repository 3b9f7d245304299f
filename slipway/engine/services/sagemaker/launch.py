"""From an image and a job's folders to the processes that are its containers."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from slipway.engine import images
from slipway.engine.aws_images import StandIn
from slipway.engine.services.sagemaker import peers
from slipway.engine.services.sagemaker.containers import Container, below_base
from slipway.engine.services.sts import containers

if TYPE_CHECKING:
    from slipway.engine.caller import Caller
    from slipway.engine.images import Image


@dataclass(frozen=True)
class Command:
    """What runs in the image: its own entry point unless another is given, and the arguments."""

    args: Sequence[str]
    entrypoint: Sequence[str] | None = None

    def container(
        self,
        image: Image | StandIn,
        host: str,
        base: Path,
        env: Mapping[str, str],
        log: Callable[[str], None],
        hosts: Sequence[str] = (),
    ) -> Container:
        """The process of one instance. `env` goes over the image's own variables; `hosts` are all of the job's."""
        if isinstance(image, StandIn):
            image.install(log)
        argv, image_env, cwd = image.command(list(self.args), entrypoint=self.entrypoint)
        full = peers.environment(hosts, {**image_env, **env, "SAGEMAKER_BASE_DIR": str(base)})
        return Container(host, base, [below_base(part, base) for part in argv], full, cwd, log)


def pull(caller: Caller, image_uri: str) -> Image | StandIn:
    """The image, fetched from ECR under the role that needs it."""
    return images.resolve(caller, image_uri)


def credentials(caller: Caller, *, isolated: bool) -> dict[str, str]:
    """The variables by which a container gets the role's keys, and under network isolation does not.

    docs.aws.amazon.com/sagemaker/latest/dg/mkt-algo-model-internet-free.html
    """
    return {} if isolated else containers.environment(caller)
