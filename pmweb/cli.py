"""The ``pmweb`` command (contract.md). Exit: 0 done, 1 refused with the reasons on stderr, 2 wrong usage."""

from __future__ import annotations

import os
from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar

import click
from flask import Flask
from flask_migrate import upgrade

from pmweb import create_app, instance
from pmweb.config import Settings
from pmweb.domain.workflow import RuleBroken

Command = TypeVar("Command", bound=Callable[..., Any])


@click.group()
def main() -> None:
    """The office of a residential estate."""


def with_app(command: Command) -> Command:
    """Run the command inside an app of this instance; a broken rule is a refusal, not a crash."""

    @wraps(command)
    def run(*args: Any, **kwargs: Any) -> Any:
        app = ready_app()
        with app.test_request_context():
            try:
                return command(*args, **kwargs)
            except RuleBroken as broken:
                from pmweb.web.wording import worded

                click.echo(worded(broken), err=True)
                raise SystemExit(1) from broken

    return run  # type: ignore[return-value]


def ready_app() -> Flask:
    """Make what is missing in the instance, bring the database to the newest migration, and build the app."""
    settings = Settings.from_environment()
    instance.prepare(settings)
    app = create_app()
    with app.app_context():
        upgrade()
    return app


@main.command()
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=8000, show_default=True)
@click.option("--workers", default=1, show_default=True)
@click.option("--tls", is_flag=True, help="Serve HTTPS with the certificate that `pmweb cert` made.")
def serve(host: str, port: int, workers: int, tls: bool) -> None:
    """Serve the office until told to stop."""
    from granian import Granian
    from granian.constants import Interfaces

    ready_app()
    folder = Settings.from_environment().instance / "tls"
    if tls and not (folder / "server.crt").exists():
        raise click.UsageError("there is no certificate yet: run `pmweb cert --host NAME_OR_IP`")
    os.environ.setdefault("PMWEB_INSTANCE", str(Settings.from_environment().instance))
    click.echo(f"pmweb: {'https' if tls else 'http'}://{host}:{port}")
    Granian(
        "pmweb:create_app",
        address=host,
        port=port,
        interface=Interfaces.WSGI,
        factory=True,
        workers=workers,
        blocking_threads=8,
        ssl_cert=folder / "server.crt" if tls else None,
        ssl_key=folder / "server.key" if tls else None,
        workers_kill_timeout=20,
    ).serve()


if __name__ == "__main__":
    main()
