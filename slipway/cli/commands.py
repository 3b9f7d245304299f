"""Every command by its name, in the order of `slipway --help`."""

from __future__ import annotations

import typer

from slipway.cli import configure, daily, demo, engine, launch, reading


def register(app: typer.Typer) -> None:
    """Add the commands to the application."""
    if app.registered_commands:
        return
    local, daily_work, looking = "The local engine", "The daily loop", "Looking"
    app.command("demo", rich_help_panel=local)(demo.demo)
    app.command("up", rich_help_panel=local)(engine.up)
    app.command("down", rich_help_panel=local)(engine.down)
    app.command("env", rich_help_panel=local)(engine.env)
    app.command("configure", rich_help_panel=daily_work)(configure.configure)
    app.command("launch", rich_help_panel=daily_work)(launch.launch)
    app.command("push", rich_help_panel=daily_work)(daily.push)
    app.command("drop", rich_help_panel=daily_work)(daily.drop)
    app.command("approve", rich_help_panel=daily_work)(daily.approve)
    app.command("reject", rich_help_panel=daily_work)(daily.reject)
    app.command("retry", rich_help_panel=daily_work)(daily.retry)
    app.command("predict", rich_help_panel=daily_work)(daily.predict)
    app.command("status", rich_help_panel=looking)(reading.status)
    app.command("watch", rich_help_panel=looking)(reading.watch)
    app.command("runs", rich_help_panel=looking)(reading.runs)
    app.command("report", rich_help_panel=looking)(reading.report)
    app.command("logs", rich_help_panel=looking)(reading.logs)
    app.command("credential-helper", hidden=True)(daily.credential_helper)
