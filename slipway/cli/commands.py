"""Every command by its name, in the order of `slipway --help`."""

from __future__ import annotations

import typer

from slipway.cli import (
    ab,
    automl,
    configure,
    daily,
    demo,
    destroy,
    engine,
    execute,
    fault,
    launch,
    logs,
    permissions,
    preflight,
    publish,
    reading,
    repository,
)

LOCAL, DAILY, LOOKING = "The local engine", "The daily loop", "Looking"


def register(app: typer.Typer) -> None:
    """Add the commands to the application, once."""
    if app.registered_commands:
        return
    app.command("demo", rich_help_panel=LOCAL)(demo.demo)
    app.command("up", rich_help_panel=LOCAL)(engine.up)
    app.command("down", rich_help_panel=LOCAL)(engine.down)
    app.command("env", rich_help_panel=LOCAL)(engine.env)
    app.add_typer(fault.app, name="fault", rich_help_panel=LOCAL)
    app.command("automl", rich_help_panel=DAILY)(automl.automl)
    app.command("configure", rich_help_panel=DAILY)(configure.configure)
    app.command("preflight", rich_help_panel=DAILY)(preflight.preflight)
    app.command("launch", rich_help_panel=DAILY)(launch.launch)
    app.command("publish", rich_help_panel=DAILY)(publish.publish)
    app.command("clone", rich_help_panel=DAILY)(repository.clone)
    app.command("push", rich_help_panel=DAILY)(repository.push)
    app.command("drop", rich_help_panel=DAILY)(daily.drop)
    app.command("approve", rich_help_panel=DAILY)(daily.approve)
    app.command("reject", rich_help_panel=DAILY)(daily.reject)
    app.command("retry", rich_help_panel=DAILY)(daily.retry)
    app.command("predict", rich_help_panel=DAILY)(daily.predict)
    app.add_typer(ab.app, name="ab", rich_help_panel=DAILY)
    app.command("execute", rich_help_panel=DAILY)(execute.execute)
    app.command("destroy", rich_help_panel=DAILY)(destroy.destroy)
    app.command("status", rich_help_panel=LOOKING)(reading.status)
    app.command("watch", rich_help_panel=LOOKING)(reading.watch)
    app.command("runs", rich_help_panel=LOOKING)(reading.runs)
    app.command("report", rich_help_panel=LOOKING)(reading.report)
    app.command("logs", rich_help_panel=LOOKING)(logs.logs)
    app.command("permissions", rich_help_panel=LOOKING)(permissions.permissions)
