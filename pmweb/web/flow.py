"""The progressive form: a long matter as steps, declared as data, walked by one pair of functions.

The task-list page, the progress, the reason why a step is locked, the check-your-answers page and the way on all
come from the same ``Flow``. A step saves straight into real rows through an operation, so closing the tablet loses
nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Generic, TypeVar

from flask import abort
from werkzeug.wrappers import Response

from pmweb.domain.permissions import Permission
from pmweb.domain.workflow import RuleBroken
from pmweb.web.access import allowed
from pmweb.web.fields import Form
from pmweb.web.pages import page, see
from pmweb.web.wording import worded

Facts = TypeVar("Facts")


class StepState(StrEnum):
    """What a row of the task list says (ux.md); the value is the ``data-s`` of the design."""

    DONE = "done"
    NOW = "now"
    TODO = "todo"
    PROBLEM = "problem"
    LOCKED = "lock"


def always(_facts: Any) -> bool:
    """The step belongs to every matter."""
    return True


def nothing_locks(_facts: Any) -> RuleBroken | None:
    """No rule has to be met before this step."""
    return None


@dataclass(frozen=True)
class Step(Generic[Facts]):
    """One step. ``when``, ``done`` and ``locked`` are predicates of the room's ``rules.py`` over its facts.

    ``needs`` is what the page of the step asks for: others read the row, and are not led to a refusal. ``turn``
    names the permissions of those whose turn it is now; whoever has none of them may look but is not sent there.
    A step with a ``form`` is served by ``walk``; one without has a page of its own at ``url``. ``load`` fills the
    form, ``save`` is an operation of the room.
    """

    slug: str
    title: Any
    done: Callable[[Facts], bool]
    summary: Callable[[Facts], Any]
    url: Callable[[Any], str]
    form: type[Form] | None = None
    load: Callable[[Any], dict[str, Any]] = lambda matter: {}
    save: Callable[[Any, Any], Any] = lambda matter, form: None
    when: Callable[[Facts], bool] = always
    locked: Callable[[Facts], RuleBroken | None] = nothing_locks
    begun: Callable[[Facts], bool] = lambda facts: False
    problem: Callable[[Facts], bool] = lambda facts: False
    needs: Permission | None = None
    turn: Callable[[Facts], tuple[Permission, ...]] = lambda facts: ()
    template: str = "shared/step.html"


@dataclass(frozen=True)
class Row:
    """One step as the task list shows it."""

    slug: str
    title: Any
    state: StepState
    hint: Any
    url: str
    """Empty where the step is not this person's, or a rule locks it."""
    waits: bool = False
    """Whether it is the turn of others."""


@dataclass(frozen=True)
class Flow(Generic[Facts]):
    """The steps of one kind of matter, in the order of the procedure."""

    steps: tuple[Step[Facts], ...]

    def path(self, facts: Facts) -> list[Step[Facts]]:
        """The steps that this matter needs."""
        return [step for step in self.steps if step.when(facts)]

    def rows(self, matter: Any, facts: Facts) -> list[Row]:
        """The task list: each step with its state and, where a rule locks it, the reason."""
        return [self._row(step, matter, facts) for step in self.path(facts)]

    def next_url(self, matter: Any, facts: Facts) -> str | None:
        """Where the matter goes on for this person: the first step that is neither done nor locked."""
        row = self.next_row(matter, facts)
        return row.url if row else None

    def next_row(self, matter: Any, facts: Facts) -> Row | None:
        """The same as a row of the task list."""
        open_rows = [r for r in self.rows(matter, facts) if r.state not in (StepState.DONE, StepState.LOCKED)]
        return next((row for row in open_rows if row.url and not row.waits), None)

    def open_step(self, slug: str, facts: Facts) -> Step[Facts]:
        """The step of this name: 404 when the matter has none, RuleBroken when a rule locks it."""
        step = next((s for s in self.path(facts) if s.slug == slug), None)
        if step is None:
            abort(404)
        reason = step.locked(facts)
        if reason is not None:
            raise reason
        return step

    def reason(self, slug: str, facts: Facts) -> RuleBroken | None:
        """Which rule locks the step of this name now, if one does."""
        return next((step.locked(facts) for step in self.path(facts) if step.slug == slug), None)

    def _row(self, step: Step[Facts], matter: Any, facts: Facts) -> Row:
        reason = step.locked(facts)
        url = step.url(matter) if reason is None and (step.needs is None or allowed(step.needs)) else ""
        if step.done(facts):
            state = StepState.DONE
        elif reason is not None:
            return Row(step.slug, step.title, StepState.LOCKED, worded(reason), url)
        elif step.problem(facts):
            state = StepState.PROBLEM
        else:
            state = StepState.NOW if step.begun(facts) else StepState.TODO
        turn = step.turn(facts)
        return Row(
            step.slug, step.title, state, step.summary(facts), url, bool(turn) and not any(map(allowed, turn))
        )


def walk(flow: Flow[Facts], slug: str, matter: Any, facts: Facts, *, after: str, **context: Any) -> Response:
    """Show or take one step with a form: 303 to ``after`` when it was saved, 422 with the reasons when not."""
    step = flow.open_step(slug, facts)
    if step.form is None:
        abort(404)
    form = step.form(data=step.load(matter))
    if form.carried_out(lambda: step.save(matter, form)):
        return see(after)
    return page(step.template, "step", form=form, step=step, matter=matter, back=after, **context)
