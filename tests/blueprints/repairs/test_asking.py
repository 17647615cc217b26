"""The form of the follow-up: who can be asked, and what an answer needs (FM-10, A-18)."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from flask import Flask

from pmweb.blueprints.repairs import asking, queue
from pmweb.blueprints.repairs.rules import FollowUpChannel, FollowUpResult

PEOPLE = (
    SimpleNamespace(person_id=1, name="周文博", company=False),
    SimpleNamespace(person_id=2, name="林小云", company=False),
)


def form_of(caller: str = "", days: int = 0, *, late: bool = False, **said: Any) -> asking.FollowUpForm:
    form = asking.FollowUpForm(data=said)
    form.offer(PEOPLE, caller, range(days), late=late)
    return form


def test_everything_that_can_be_heard_has_its_word() -> None:
    assert set(asking.CHANNEL_WORDS) == set(FollowUpChannel)
    assert set(asking.RESULT_TONES) == set(FollowUpResult)
    assert set(asking.SATISFACTION) == set(range(1, 6))
    assert set(asking.PART_WORDS) == set(queue.PARTS)


def test_who_called_is_asked_first(app: Flask) -> None:
    with app.test_request_context():
        known, stranger = form_of("林小云"), form_of("王师傅")
        assert [option.label.text for option in known.person] == ["林**", "周**", "其他人"]
        assert [option.data for option in stranger.person] == ["caller", "1", "2", "other"]
        assert (known.person.data, stranger.person.data) == ("2", "caller")


def test_it_can_end_unanswered_only_after_three_days(app: Flask) -> None:
    with app.test_request_context():
        codes = {days: [option.data for option in form_of(days=days).result] for days in (2, 3)}
    assert "unreachable" not in codes[2]
    assert codes[3][-2:] == ["no_answer", "unreachable"]


def test_what_was_filled_in_reaches_the_rules_with_the_full_name(app: Flask) -> None:
    with app.test_request_context():
        heard = form_of(result="acceptable", person="2", channel="visit", satisfaction="4").heard()
        tried = form_of(result="no_answer", person="2", channel="phone").heard()
    assert (heard.result, heard.channel, heard.person_name, heard.satisfaction) == (
        *(FollowUpResult.ACCEPTABLE, FollowUpChannel.VISIT),
        *("林小云", 4),
    )
    assert tried.result is None
