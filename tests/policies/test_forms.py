"""Every form works without JavaScript and carries what the unit of work needs (promises 4, 5 and 6)."""

from __future__ import annotations

import re

from flask import Flask

from tests.checking_client import forms_of
from tests.office import Office
from tests.policies.pages import opened
from tests.policies.sources import templates

MACROS = "shared/forms.html"
BY_HAND = {
    "shared/_rail.html": "signing out, in the rail of every page",
    "movein/filing.html": "a line of the file with one field",
    "movein/_item.html": "125 lines on one page: written out, to stay small",
    "movein/acceptance.html": "the buttons of a whole room, on the same page",
}
"""Templates that write a POST form themselves."""
WRITTEN_OUT = {"movein/_item.html", "movein/acceptance.html"}
"""Those of them that write even the hidden fields; what ``check_form`` of the test client sees is what counts."""


def test_a_form_that_posts_is_made_by_the_macro() -> None:
    """Or takes its hidden fields from ``carried()``."""
    for name, source in templates().items():
        if name == MACROS:
            continue
        by_hand = re.findall(r"<form[^>]*method=\"?post", source, re.IGNORECASE)
        if by_hand:
            assert name in BY_HAND, f"{name} writes a POST form without post_form"
            assert name in WRITTEN_OUT or source.count("carried(") >= len(by_hand), name


def test_what_htmx_posts_is_posted_without_it_too() -> None:
    """The action stands beside it and says the same."""
    inside = r"(?:[^>{]|\{\{.*?\}\}|\{%.*?%\})*"
    for name, source in templates().items():
        for tag in re.findall(rf"<[a-z]+\b{inside}hx-post{inside}>", source):
            actions = re.findall(r'(?<![-\w])action="(.*?)"', tag)
            assert tag.startswith("<form"), f"{name}: {tag}"
            assert actions, f"{name}: {tag}"
            assert actions == re.findall(r'hx-post="(.*?)"', tag), f"{name}: {tag}"


def test_nothing_is_changed_by_other_verbs() -> None:
    for name, source in templates().items():
        assert not re.search(r"hx-(put|patch|delete)\b", source), name


def test_the_hidden_fields_are_written_once() -> None:
    """A name that stands by hand in a template would be forgotten when it changes."""
    for name, source in templates().items():
        if name != MACROS and name not in WRITTEN_OUT:
            assert not re.search(r'name="(csrf_token|_key|_estate|_version)"', source), name


def test_every_form_of_every_page_has_an_action_and_carries_the_hidden_fields(
    app: Flask, office: Office
) -> None:
    """``check_html`` of the test client looks at each form of each page; here every page is opened."""
    seen = posting = 0
    for endpoint, _address, answer in opened(app, office):
        for form in forms_of(answer.text):
            seen += 1
            posting += form.attributes.get("method") == "post"
            assert form.attributes.get("action"), f"{endpoint}: {form}"
    assert seen > 100
    assert posting > 80


def test_every_form_posts_to_an_address_that_takes_it(app: Flask, office: Office) -> None:
    adapter = app.url_map.bind("localhost")
    for endpoint, _address, answer in opened(app, office):
        for form in forms_of(answer.text):
            path = form.attributes["action"].partition("?")[0]
            method = form.attributes.get("method", "get").upper()
            assert adapter.test(path, method), f"{endpoint}: nobody answers {method} {path}"
