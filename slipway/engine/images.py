"""Running an ECR image as plain processes of this machine.

An image of this account is run from its files; one of those that AWS owns by what stands in for it (`aws_images`).

An image's files are below its own folder instead of at `/`. So absolute paths of the image, in its entry point, its
variables and its working directory, are rewritten to that folder when they exist there.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from slipway.engine import aws_images, machine
from slipway.engine.aws_images import AwsImage, StandIn
from slipway.engine.docker import registry
from slipway.engine.docker.registry import ImageNotFound, Reference
from slipway.engine.docker.store import ImageStore, StoredImage, digest_of
from slipway.engine.errors import AwsError

if TYPE_CHECKING:
    from slipway.engine.caller import Caller

logger = logging.getLogger("slipway")

_PROGRAM_FOLDERS = ("usr/local/bin", "usr/bin", "bin")


@dataclass(frozen=True)
class Image:
    """An image that is ready to run; `uri` is the reference that it was asked by."""

    uri: str
    stored: StoredImage

    @property
    def digest(self) -> str:
        """`sha256:…` of its manifest."""
        return self.stored.digest

    @property
    def rootfs(self) -> Path:
        """Where the image's files are."""
        return self.stored.rootfs

    @property
    def config(self) -> dict[str, Any]:
        """Its `Env`, `Entrypoint`, `Cmd`, `WorkingDir`, …"""
        config: dict[str, Any] = self.stored.config["config"]
        return config

    def command(
        self, args: Sequence[str], *, entrypoint: Sequence[str] | None = None
    ) -> tuple[list[str], dict[str, str], Path]:
        """Program and arguments, variables and working directory of a process of the image.

        `entrypoint` replaces the image's own, as SageMaker's ContainerEntrypoint does; without `args` the image's CMD
        is used, unless the entry point was replaced (docs.docker.com/reference/dockerfile/#entrypoint).
        """
        config = self.config
        program = list(entrypoint if entrypoint is not None else config.get("Entrypoint") or [])
        rest = list(args) or ([] if entrypoint is not None else list(config.get("Cmd") or []))
        words = [*program, *rest]
        if not words:
            raise AwsError("ValidationException", f"The image {self.uri} has neither ENTRYPOINT nor CMD")
        mapped = [*(self._mapped(word) for word in program), *rest] if program else [self._mapped(words[0]), *words[1:]]
        workdir = self.rootfs / str(config.get("WorkingDir") or "/").lstrip("/")
        return self._with_interpreter(mapped), self._environment(), workdir

    def _environment(self) -> dict[str, str]:
        pairs = [variable.partition("=") for variable in self.config.get("Env", [])]
        variables = {name: self._mapped_list(value) for name, _, value in pairs if name != "PATH"}
        programs = [str(self.rootfs / folder) for folder in _PROGRAM_FOLDERS if (self.rootfs / folder).is_dir()]
        path = (str(self.stored.environment / "bin"), *programs, machine.system_path())
        home = self.rootfs / "root"
        home.mkdir(exist_ok=True)
        return {"LANG": "C.UTF-8", "HOME": str(home), **variables, "PATH": os.pathsep.join(path)}

    def _mapped_list(self, value: str) -> str:
        return ":".join(self._mapped(part) for part in value.split(":"))

    def _mapped(self, path: str) -> str:
        """An absolute path of the image, when something is there."""
        inside = self.rootfs / path.lstrip("/")
        return str(inside) if path.startswith("/") and path.strip("/") and inside.exists() else path

    def _with_interpreter(self, words: list[str]) -> list[str]:
        """A script whose first line names an interpreter by a path of the image is given to the image's Python."""
        program = Path(words[0])
        if not (program.is_absolute() and program.is_file()):
            return words
        with program.open("rb") as file:
            first = file.readline(256).decode(errors="replace").strip()
        interpreter = first.removeprefix("#!").split()[:1]
        if first.startswith("#!") and interpreter and Path(interpreter[0]).name.startswith("python"):
            return [str(self.stored.environment / "bin" / "python"), *words]
        return words


def resolve(caller: Caller, image_uri: str) -> Image | StandIn:
    """The image behind an ECR URI, fetched under `caller` as a pull is.

    `caller` needs `ecr:GetAuthorizationToken`, `ecr:BatchGetImage` and `ecr:GetDownloadUrlForLayer`, for an image that
    AWS owns too (docs.aws.amazon.com/sagemaker/latest/dg/sagemaker-roles.html). An image of another registry, and one
    of AWS's that nothing stands in for, is refused by name.
    """
    try:
        reference = registry.parse(image_uri)
        if reference.account != caller.engine.account:
            return _stand_in(caller, image_uri, reference)
        ecr = caller.client("ecr")
        ecr.get_authorization_token()
        manifest = registry.manifest_of(ecr, reference)
    except ImageNotFound as error:
        raise AwsError("ValidationException", str(error)) from error
    urls = registry.layer_urls(ecr, reference, manifest)
    store = ImageStore(caller.engine.home / "images")
    present = store.get(digest_of(manifest))
    return Image(image_uri, present or store.add(manifest, registry.download(urls), logger.info))


def metric_definitions(image_uri: str) -> list[dict[str, str]]:
    """The MetricDefinitions that SageMaker itself gives a training job of this image; none but for its algorithms."""
    try:
        image = aws_images.known().get(registry.parse(image_uri).repository)
    except ImageNotFound:
        return []
    return [dict(definition) for definition in image.metric_definitions] if image else []


def _stand_in(caller: Caller, uri: str, reference: Reference) -> StandIn:
    """What stands for an image of another account, which must be AWS's; pulling it is checked as on AWS."""
    image, tag = aws_images.known().get(reference.repository), reference.tag
    if image is None or tag not in image.tags or image.accounts.get(reference.region) != reference.account:
        raise ImageNotFound(f"The image {uri} is of another account, and {_lacking(image, reference)}")
    arn = f"arn:aws:ecr:{reference.region}:{reference.account}:repository/{image.repository}"
    caller.check("ecr:GetAuthorizationToken", "*")
    for action in ("ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"):
        caller.check(action, arn)
    return StandIn(uri, image, str(tag), caller.engine.home / "images" / "environments")


def _lacking(image: AwsImage | None, reference: Reference) -> str:
    if image is not None and image.accounts.get(reference.region) != reference.account:
        account = image.accounts.get(reference.region)
        place = f"there it is in account {account}" if account else "AWS has none there"
        return f"not AWS's {image.repository} of {reference.region}: {place}"
    return f"the local engine has no stand-in of it; it stands in for these images of AWS's: {aws_images.named()}"
