"""The `docker` that builds find on PATH: what a buildspec needs to make an image of jobs and push it, without Docker.

Every command and option that is not here is refused by name. Tags and logins are kept in the build's own home, as a
build on AWS has a daemon of its own; images are in the engine's store.

docs.docker.com/reference/cli/docker
"""

from __future__ import annotations

import argparse
import base64
import json
import platform
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NoReturn

from botocore.exceptions import BotoCoreError, ClientError

from slipway.engine.docker import registry
from slipway.engine.docker.build import build
from slipway.engine.docker.dockerfile import DockerfileError
from slipway.engine.docker.local import LocalState
from slipway.engine.docker.packages import PackagesRefused
from slipway.engine.docker.registry import ImageNotFound
from slipway.engine.docker.store import ImageStore, StoredImage

_MACHINES = {"x86_64": "amd64", "aarch64": "arm64", "arm64": "arm64"}


class Refused(Exception):
    """The command cannot be carried out; the text is shown."""


class _Parser(argparse.ArgumentParser):
    """Refuses unknown options and commands by name, with Docker's exit status."""

    def error(self, message: str) -> NoReturn:
        raise Refused(f"{message} (the local engine's docker executes {', '.join(sorted(_COMMANDS))} only)")


def main(arguments: Sequence[str]) -> int:
    """Run `docker`; the first argument is the folder of the engine's images."""
    images, *words = arguments
    try:
        options = _parser().parse_args(words)
        _COMMANDS[options.command](options, ImageStore(Path(images)), LocalState(Path.home() / ".docker"))
    except (Refused, DockerfileError, ImageNotFound, PackagesRefused, OSError) as error:
        print(f"docker: {error}", file=sys.stderr)
        return 1
    except (ClientError, BotoCoreError) as error:
        print(f"docker: {error}", file=sys.stderr)
        return 1
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(prog="docker", add_help=False, allow_abbrev=False)
    commands = parser.add_subparsers(dest="command", required=True, parser_class=_Parser)
    made = {name: commands.add_parser(name, allow_abbrev=False) for name in _COMMANDS}
    made["login"].add_argument("-u", "--username", required=True)
    made["login"].add_argument("--password-stdin", action="store_true", required=True)
    made["login"].add_argument("server")
    made["logout"].add_argument("server")
    _add_build_options(made["build"])
    made["tag"].add_argument("source")
    made["tag"].add_argument("target")
    for name in ("push", "pull"):
        made[name].add_argument("-q", "--quiet", action="store_true")
        made[name].add_argument("image")
    made["inspect"].add_argument("-f", "--format", choices=("{{.Id}}", "{{json .Config}}"))
    made["inspect"].add_argument("image")
    return parser


def _add_build_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("-t", "--tag", action="append", default=[])
    parser.add_argument("-f", "--file")
    parser.add_argument("--build-arg", action="append", default=[])
    parser.add_argument("--platform", choices=("linux/amd64", "linux/arm64"))
    parser.add_argument("--provenance", choices=("false", "mode=min", "mode=max", "true"))
    parser.add_argument("--sbom", choices=("false",))
    parser.add_argument("--progress", choices=("auto", "plain", "tty"))
    parser.add_argument("--iidfile")
    parser.add_argument("-q", "--quiet", action="store_true")
    parser.add_argument("context")


def _login(options: argparse.Namespace, store: ImageStore, state: LocalState) -> None:
    del store
    password = sys.stdin.read().strip()
    try:
        expires = json.loads(base64.b64decode(password, validate=True))["expiration"]
    except (ValueError, KeyError, TypeError) as error:
        raise Refused(f"login attempt to https://{options.server}/v2/ failed with status: 400 Bad Request") from error
    if options.username != "AWS" or expires < time.time():
        raise Refused(f"login attempt to https://{options.server}/v2/ failed with status: 401 Unauthorized")
    state.log_in(options.server.removeprefix("https://").rstrip("/"))
    print("Login Succeeded")


def _logout(options: argparse.Namespace, store: ImageStore, state: LocalState) -> None:
    del store
    state.log_out(options.server.removeprefix("https://").rstrip("/"))
    print(f"Removing login credentials for {options.server}")


def _build(options: argparse.Namespace, store: ImageStore, state: LocalState) -> None:
    context = Path(options.context)
    if not context.is_dir():
        raise Refused(f'unable to prepare context: path "{options.context}" not found')
    dockerfile = Path(options.file) if options.file else context / "Dockerfile"
    if not dockerfile.is_file():
        raise Refused(f"failed to read dockerfile: open {dockerfile}: no such file or directory")
    machine = f"linux/{_MACHINES.get(platform.machine(), platform.machine())}"
    say = (lambda _: None) if options.quiet else _say
    image = build(store, context, dockerfile, _build_args(options), options.platform or machine, say)
    for tag in options.tag:
        state.tag(tag, image.digest)
    if options.iidfile:
        Path(options.iidfile).write_text(image.digest)
    print(image.digest if options.quiet else f"Successfully built {image.digest}")
    for tag in options.tag if not options.quiet else ():
        print(f"Successfully tagged {tag}")


def _build_args(options: argparse.Namespace) -> dict[str, str]:
    pairs = [argument.partition("=") for argument in options.build_arg]
    for name, equals, _ in pairs:
        if not equals:
            raise Refused(f"--build-arg {name}: only NAME=VALUE is executed locally")
    return {name: value for name, _, value in pairs}


def _tag(options: argparse.Namespace, store: ImageStore, state: LocalState) -> None:
    state.tag(options.target, _local(options.source, store, state).digest)


def _push(options: argparse.Namespace, store: ImageStore, state: LocalState) -> None:
    reference = registry.parse(options.image)
    image = _local(options.image, store, state)
    _require_login(reference, state)
    print(f"The push refers to repository [{reference.registry}/{reference.repository}]")
    registry.push(_ecr(reference), reference, image)
    print(f"{reference.tag or 'latest'}: digest: {image.digest} size: {len(image.manifest)}")


def _pull(options: argparse.Namespace, store: ImageStore, state: LocalState) -> None:
    reference = registry.parse(options.image)
    _require_login(reference, state)
    ecr = _ecr(reference)
    manifest = registry.manifest_of(ecr, reference)
    image = store.add(manifest, registry.download(registry.layer_urls(ecr, reference, manifest)), _say)
    state.tag(options.image, image.digest)
    print(f"Digest: {image.digest}")


def _images(options: argparse.Namespace, store: ImageStore, state: LocalState) -> None:
    del options, store
    print(f"{'REPOSITORY:TAG':<60} DIGEST")
    for tag, digest in sorted(state.tags().items()):
        print(f"{tag:<60} {digest}")


def _inspect(options: argparse.Namespace, store: ImageStore, state: LocalState) -> None:
    image = _local(options.image, store, state)
    config = image.config
    if options.format == "{{.Id}}":
        print(image.digest)
    elif options.format:
        print(json.dumps(config["config"]))
    else:
        facts = {
            "Id": image.digest,
            "Architecture": config["architecture"],
            "Os": config["os"],
            "Config": config["config"],
        }
        print(json.dumps([facts], indent=4))


_COMMANDS = {
    "build": _build,
    "images": _images,
    "inspect": _inspect,
    "login": _login,
    "logout": _logout,
    "pull": _pull,
    "push": _push,
    "tag": _tag,
}


def _local(name: str, store: ImageStore, state: LocalState) -> StoredImage:
    digest = name if name.startswith("sha256:") else state.tags().get(LocalState.full(name), "")
    image = store.get(digest) if digest else None
    if image is None:
        raise Refused(f"No such image: {name}")
    return image


def _require_login(reference: registry.Reference, state: LocalState) -> None:
    if reference.registry not in state.logins():
        raise Refused(f"no basic auth credentials: run docker login for {reference.registry} first")


def _ecr(reference: registry.Reference) -> Any:
    import boto3

    return boto3.client("ecr", region_name=reference.region)


def _say(text: str) -> None:
    print(text, flush=True)
