"""A long matter as steps, declared as data: the path, the states, the reasons, the way on."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import pytest
from flask import Flask, g
from werkzeug.exceptions import NotFound

from pmweb.domain.permissions import Permission
from pmweb.domain.workflow import RuleBroken
from pmweb.web import fields
from pmweb.web.fields import Form
from pmweb.web.flow import Flow, Step, StepState, nothing_locks, walk


@dataclass(frozen=True)
class Facts:
    identity: bool = False
    company: bool = False
    keys: bool = False
    begun: bool = False
    trouble: bool = False


class KeysForm(Form):
    keys = fields.count("钥匙", needed=True, least=1)


saved: list[tuple[Any, int]] = []


def _save(matter: Any, form: KeysForm) -> None:
    if form.keys.data == 13:
        raise RuleBroken("move.illegal", field="keys")
    saved.append((matter, form.keys.data or 0))


def _needs_identity(facts: Facts) -> RuleBroken | None:
    return None if facts.identity else RuleBroken("upload.kind")


def _step(slug: str, **kwargs: Any) -> Step[Facts]:
    usual: dict[str, Any] = {
        "title": slug,
        "summary": lambda facts: f"{slug}…",
        "url": lambda matter: f"/movein/{matter}/{slug}",
    }
    return Step(slug, **(usual | kwargs))


FLOW: Flow[Facts] = Flow(
    (
        _step("identity", done=lambda facts: facts.identity),
        _step("certificate", done=lambda facts: False, when=lambda facts: facts.company),
        _step(
            "keys",
            done=lambda facts: facts.keys,
            locked=_needs_identity,
            begun=lambda facts: facts.begun,
            problem=lambda facts: facts.trouble,
            form=KeysForm,
            load=lambda matter: {"keys": 3},
            save=_save,
        ),
    )
)


@pytest.fixture(autouse=True)
def words(app: Flask) -> Iterator[None]:
    saved.clear()
    with app.test_request_context("/"):
        yield


def _states(facts: Facts) -> list[StepState]:
    return [row.state for row in FLOW.rows(7, facts)]


def test_a_step_that_the_matter_does_not_need_is_not_there() -> None:
    assert [step.slug for step in FLOW.path(Facts())] == ["identity", "keys"]
    assert [step.slug for step in FLOW.path(Facts(company=True))] == ["identity", "certificate", "keys"]


def test_a_locked_step_says_why_and_leads_nowhere_yet() -> None:
    row = FLOW.rows(7, Facts())[1]
    assert (row.state, row.hint) == (StepState.LOCKED, "只能上传 JPEG、PNG 或 PDF 文件。")


@pytest.mark.parametrize(
    ("facts", "state"),
    [
        (Facts(identity=True), StepState.TODO),
        (Facts(identity=True, begun=True), StepState.NOW),
        (Facts(identity=True, begun=True, trouble=True), StepState.PROBLEM),
        (Facts(identity=True, keys=True), StepState.DONE),
        (Facts(keys=True), StepState.DONE),
    ],
)
def test_the_states_of_a_step(facts: Facts, state: StepState) -> None:
    assert _states(facts)[-1] == state


def test_the_matter_goes_on_with_the_first_open_step() -> None:
    assert FLOW.next_url(7, Facts()) == "/movein/7/identity"
    assert FLOW.next_url(7, Facts(identity=True)) == "/movein/7/keys"
    assert FLOW.next_url(7, Facts(identity=True, keys=True)) is None


def test_the_summary_of_a_step_stands_beside_it() -> None:
    assert [row.hint for row in FLOW.rows(7, Facts(identity=True))] == ["identity…", "keys…"]


def test_a_step_is_opened_by_its_name_only_when_nothing_locks_it() -> None:
    """The view and the list ask the same question."""
    assert FLOW.open_step("keys", Facts(identity=True)).slug == "keys"
    with pytest.raises(RuleBroken):
        FLOW.open_step("keys", Facts())
    for slug in ("certificate", "nonsense"):
        with pytest.raises(NotFound):
            FLOW.open_step(slug, Facts())


def _walk(app: Flask, facts: Facts, slug: str = "keys", **data: Any) -> Any:
    method = "POST" if data else "GET"
    with app.test_request_context("/movein/7/keys", method=method, data=data):
        app.preprocess_request()
        return walk(FLOW, slug, 7, facts, after="/movein/7", subtitle="RZ-1")


def test_a_step_shows_what_is_known(app: Flask) -> None:
    answer = _walk(app, Facts(identity=True))
    assert answer.status_code == 200
    assert 'value="3"' in answer.get_data(as_text=True)


def test_a_step_is_saved_and_leads_on(app: Flask) -> None:
    answer = _walk(app, Facts(identity=True), keys="5")
    assert (answer.status_code, answer.location) == (303, "/movein/7")
    assert saved == [(7, 5)]


@pytest.mark.parametrize(
    ("typed", "said"), [("0", "请填 1 到 999 之间的整数"), ("13", "当前状态不能这样办理")]
)
def test_a_refused_step_stays_with_its_reason(app: Flask, typed: str, said: str) -> None:
    answer = _walk(app, Facts(identity=True), keys=typed)
    assert answer.status_code == 422
    assert said in answer.get_data(as_text=True)
    assert saved == []


def test_what_is_locked_is_not_saved_either(app: Flask) -> None:
    """The rule stands in the operation's way, not only in the list."""
    with pytest.raises(RuleBroken):
        _walk(app, Facts(), keys="5")
    assert saved == []


def test_a_step_with_a_page_of_its_own_is_not_walked(app: Flask) -> None:
    with pytest.raises(NotFound):
        _walk(app, Facts(), slug="identity", keys="5")


def test_a_step_that_is_not_this_persons_is_read_and_leads_nowhere() -> None:
    """It goes on with the next one that is: nobody is led to a refusal."""
    first = replace(FLOW.steps[0], needs=Permission.MOVEIN_HANDLE)
    second = replace(FLOW.steps[2], locked=nothing_locks)
    flow = Flow((first, second))
    g.rights = frozenset({Permission.MOVEIN_READ})
    assert [row.url for row in flow.rows(7, Facts())] == ["", "/movein/7/keys"]
    assert flow.next_url(7, Facts()) == "/movein/7/keys"
    g.rights = frozenset({Permission.MOVEIN_HANDLE})
    assert flow.next_url(7, Facts()) == "/movein/7/identity"


def test_who_can_only_wait_for_others_may_look_but_is_not_sent_there() -> None:
    """R-6: the repairer is not led to work orders that the dispatcher has still to hand out."""
    waiting = replace(FLOW.steps[2], locked=nothing_locks, turn=lambda facts: (Permission.REPAIRS_DISPATCH,))
    flow = Flow((waiting,))
    g.rights = frozenset({Permission.REPAIRS_WORK})
    assert flow.rows(7, Facts())[0].url == "/movein/7/keys"
    assert flow.next_row(7, Facts()) is None
    g.rights = frozenset({Permission.REPAIRS_DISPATCH})
    assert flow.next_url(7, Facts()) == "/movein/7/keys"
