"""``pmweb run-due``: everything whose time has come (X-5, contract.md)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import TypeVar

import click
from flask import current_app
from sqlalchemy import select

from pmweb import clock
from pmweb.blueprints.home.operations import pass_up_late
from pmweb.extensions import unit
from pmweb.models.engine import open_for_writing
from pmweb.models.estate import Estate
from pmweb.models.session_rules import SYSTEM, close_session, open_session
from pmweb.web import cards

Done = TypeVar("Done")


@click.command("run-due")
@click.option("--now", "said", metavar="ISO", help="The instant that counts as now.  [default: the clock]")
def run_due(said: str | None) -> None:
    """Do everything whose time has come. It may run as often as one likes, and on several machines."""
    at = _instant(said) if said else clock.now()
    passed, failed = run(at)
    click.echo(f"passed up {passed}")
    if failed:
        click.echo(f"failed {failed}: the log says why", err=True)
        raise SystemExit(1)


def run(at: datetime) -> tuple[int, int]:
    """In every estate: what the rooms owe of themselves, then what is late.

    How many promises were passed up, and how many of these pieces of work failed: one that fails is logged, and
    keeps no other from being done.
    """
    passed = failed = 0
    for estate_id in _estates():
        own = [room.when_due for room in cards.everything() if room.when_due is not None]
        for act in (*own, pass_up_late):
            try:
                while told := _once(estate_id, act, at):
                    passed += told if act is pass_up_late else 0
            except Exception:
                current_app.logger.exception("what is due in estate %s could not be done", estate_id)
                failed += 1
    return passed, failed


def _once(estate_id: int, act: Callable[[datetime], Done], at: datetime) -> Done:
    """One transaction in this estate, in the name of the system; another node waits until it has ended."""
    session = unit()
    session.rollback()
    close_session(session)
    open_for_writing(session)
    open_session(session, actor=SYSTEM, estate_id=estate_id, reason="pmweb run-due")
    session.execute(select(Estate.id).where(Estate.id == estate_id).with_for_update())
    try:
        done = act(at)
        session.commit()
    finally:
        session.rollback()
        close_session(session)
    return done


def _estates() -> list[int]:
    session = unit()
    session.rollback()
    close_session(session)
    open_session(session, actor=SYSTEM, estate_id=None, reason="pmweb run-due")
    try:
        return list(session.scalars(select(Estate.id).order_by(Estate.id)))
    finally:
        session.rollback()
        close_session(session)


def _instant(said: str) -> datetime:
    try:
        at = datetime.fromisoformat(said)
    except ValueError as wrong:
        raise click.BadParameter(f"{said} is no instant such as 2026-12-01T08:00+08:00") from wrong
    return at if at.tzinfo else at.replace(tzinfo=clock.zone())
