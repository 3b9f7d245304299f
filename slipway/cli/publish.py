"""`slipway publish`: a template that others launch."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from slipway import publish as publishing
from slipway.cli.common import HOME, Aws, Home, Json, Region, errors, show, target_of


def publish(
    bucket: Annotated[str, typer.Argument(help="A bucket in the region of the launch that others may read.")],
    folder: Annotated[Path, typer.Option("--folder", help="The bundle's folder.")] = Path(),
    aws: Aws = False,
    region: Region = None,
    home: Home = HOME,
    as_json: Json = False,
) -> None:
    """Package the bundle and upload it under its version; print the Launch Stack URL and the button for a README."""
    target = target_of(aws, home, region)
    with errors.status("packaging"):
        made = publishing.publish(target, folder, bucket)
    done = "published" if made.is_new else "was published already, the same:"
    lines = [
        f"{done} version {made.version}, content {made.content}, for {made.region}",
        f"template  {made.template_url}",
    ]
    if made.launch_url:
        lines += [f"launch    {made.launch_url}", f"button    {made.markdown}"]
    else:
        lines += [f"no Launch Stack URL: {target.name} has no CloudFormation console"]
    show(made.as_json(), as_json, "\n".join(lines))
