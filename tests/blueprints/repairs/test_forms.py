"""What is asked before a move of a repair."""

from __future__ import annotations

from types import SimpleNamespace

from flask import Flask

from pmweb.blueprints.repairs import forms
from pmweb.blueprints.repairs.register import GROUPS
from pmweb.blueprints.repairs.rules import RepairSource, Responsible, Verb, WaitKind
from pmweb.web.nouns import RESPONSIBLES


def test_repairers_of_the_trade_come_first_with_what_they_have(app: Flask) -> None:
    workers = [
        SimpleNamespace(id=1, name="吴建国", trades="electrical", load=0),
        SimpleNamespace(id=2, name="周师傅", trades="plumbing,waterproofing", load=3),
    ]
    with app.test_request_context():
        form = forms.DispatchForm()
        form.offer(workers, "waterproofing")
        assert form.staff_id.choices == [(2, "周师傅 · 3 单"), (1, "吴建国 · 0 单")]


def test_everything_that_can_be_chosen_has_its_word() -> None:
    assert set(forms.FORMS) == set(forms.VERBS) == set(forms.DONE_WORDS) == set(Verb)
    assert set(forms.WAITS) == set(WaitKind)
    assert set(forms.GROUP_WORDS) == set(GROUPS)
    assert set(RESPONSIBLES) == set(Responsible)
    assert set(forms.SOURCE_WORDS) == set(RepairSource)


def test_words_that_are_offered_fill_a_field_of_the_form(app: Flask) -> None:
    with app.test_request_context():
        for verb in forms.REASONS:
            form = forms.FORMS[verb]()
            assert "reason" in form or "note" in form
