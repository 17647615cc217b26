"""The ``pmweb`` command (contract.md). Exit: 0 done, 1 refused with the reasons on stderr, 2 wrong usage."""

from __future__ import annotations

import os
from collections.abc import Callable
from copy import copy
from functools import wraps
from threading import Thread
from time import sleep
from typing import ParamSpec, TypeVar

import click
from flask import Flask
from flask_migrate import upgrade
from sqlalchemy import select

from pmweb import clock, create_app, instance, tls
from pmweb.blueprints.estate.commands import homes
from pmweb.blueprints.home.commands import run, run_due
from pmweb.blueprints.staff.commands import init, user
from pmweb.config import Settings
from pmweb.domain.workflow import RuleBroken
from pmweb.extensions import db
from pmweb.models.estate import Estate
from pmweb.models.staff import Staff

MINUTE = 60
"""Seconds between two looks at what is due."""
Asked = ParamSpec("Asked")
Answer = TypeVar("Answer")


@click.group()
def main() -> None:
    """The office of a residential estate."""


def with_app(command: Callable[Asked, Answer]) -> Callable[Asked, Answer]:
    """Run the command inside an app of this instance; a broken rule is a refusal, not a crash."""

    @wraps(command)
    def run(*args: Asked.args, **kwargs: Asked.kwargs) -> Answer:
        app = ready_app()
        with app.test_request_context():
            try:
                return command(*args, **kwargs)
            except RuleBroken as broken:
                from pmweb.web.wording import worded

                click.echo(worded(broken), err=True)
                raise SystemExit(1) from broken

    return run


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

    app = ready_app()
    folder = Settings.from_environment().instance / "tls"
    if tls and not (folder / "server.crt").exists():
        raise click.UsageError("there is no certificate yet: run `pmweb cert --host NAME_OR_IP`")
    os.environ.setdefault("PMWEB_INSTANCE", str(Settings.from_environment().instance))
    click.echo(f"pmweb: {'https' if tls else 'http'}://{host}:{port}")
    Thread(target=_do_what_is_due, args=(app,), daemon=True).start()
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


def _do_what_is_due(app: Flask) -> None:
    """Beside the serving, every minute. What fails is logged and tried again: the office goes on working."""
    while True:
        sleep(MINUTE)  # it begins only when the workers have been started
        try:
            with app.test_request_context():
                run(clock.now())
        except Exception:
            app.logger.exception("what is due could not be done")


@main.command()
@click.option("--homes", default=648, show_default=True, help="How many homes the estate has.")
@click.option(
    "--if-empty", is_flag=True, help="Do nothing, and call it done, when the instance holds data already."
)
def demo(homes: int, if_empty: bool) -> None:
    """Fill an empty instance with a believable estate and one sign-in per role."""
    from pmweb import demo as story

    settings = Settings.from_environment()
    app = ready_app()
    with app.test_request_context():
        if holds_data():
            if if_empty:
                return
            raise click.ClickException("the instance is not empty: the demo estate is only for a new one")
        with click.progressbar(length=100, label="demo estate") as bar:
            counts = story.build(homes, tell=lambda done, wanted: bar.update(done * 100 // wanted - bar.pos))
        instance.mark_as_demo(settings.instance, [account[0] for account in story.ACCOUNTS])
    click.echo(" · ".join(f"{name} {count}" for name, count in counts.items()))
    click.echo(f"sign in as {', '.join(account[0] for account in story.ACCOUNTS)}; password {story.PASSWORD}")


def holds_data() -> bool:
    """Whether the instance has an estate or a member of staff."""
    return bool(db.session.scalar(select(Estate.id).limit(1)) or db.session.scalar(select(Staff.id).limit(1)))


@main.command()
@click.option(
    "--host", "hosts", multiple=True, required=True, help="A name or address of this machine; repeatable."
)
def cert(hosts: tuple[str, ...]) -> None:
    """Make a certificate for the office network, so that tablets may use HTTPS."""
    folder = Settings.from_environment().instance / "tls"
    try:
        made = tls.make_certificate(folder, list(hosts), clock.now())
    except tls.HostRefused as refused:
        raise click.ClickException(str(refused)) from refused
    click.echo(f"certificate for {', '.join(made.hosts)} until {clock.local(made.expires_at):%Y-%m-%d}")
    click.echo(f"fingerprint of the authority: {made.fingerprint}")
    click.echo(f"how to trust it on a tablet: {made.guide}")


@main.group("import")
def bring() -> None:
    """Take over a workbook as the office has it."""


def inside(command: click.Command) -> click.Command:
    """A room's command, run inside an app of this instance."""
    ready = copy(command)
    ready.callback = with_app(command.callback) if command.callback else None
    return ready


def inside_all(group: click.Group) -> click.Group:
    """A room's group of commands, each run inside an app of this instance."""
    ready = copy(group)
    ready.commands = {name: inside(command) for name, command in group.commands.items()}
    return ready


bring.add_command(inside(homes))
main.add_command(inside(init))
main.add_command(inside(run_due))
main.add_command(inside_all(user))


if __name__ == "__main__":
    main()
