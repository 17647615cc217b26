"""What a newcomer can rely on: the endpoint says room and verb, the address its room, the template its endpoint."""

from __future__ import annotations

import ast
import re

import pytest
from flask import Flask
from werkzeug.routing import Rule

from tests.policies.sources import calls, modules, name_of, templates

STABLE = {
    "home": (
        "/",
        "/search",
        "/tasks",
        "/homes/",
        "/session/ping",
        "/offline",
        "/sw.js",
        "/manifest.webmanifest",
    ),
    "staff": ("/login", "/logout", "/staff/"),
}
"""Addresses of contract.md that lie outside the prefix of their room."""
LISTS = ("repairs.reports",)
"""A second register of a room, below its prefix."""
PAPERS = "print_"
"""Several papers of one matter have one view and a template each: ``print_acceptance`` of ``print_paper``."""
SHARED = ("base", "shared/", "errors/")


@pytest.fixture
def rules(app: Flask) -> list[Rule]:
    return [rule for rule in app.url_map.iter_rules() if rule.endpoint != "static"]


def test_an_endpoint_is_a_room_and_a_verb(rules: list[Rule]) -> None:
    for rule in rules:
        assert re.fullmatch(r"[a-z]+\.[a-z]+(_[a-z]+)*", rule.endpoint), rule.endpoint


def test_a_view_is_the_function_of_its_endpoint(app: Flask) -> None:
    for endpoint, view in app.view_functions.items():
        if endpoint != "static":
            room, _, verb = endpoint.partition(".")
            assert view.__name__ in (verb, f"show_{verb}", f"{verb}_page"), endpoint
            assert f".{room}.views" in view.__module__, f"{endpoint} lies in {view.__module__}"


def test_an_address_stands_under_its_room(rules: list[Rule]) -> None:
    for rule in rules:
        room = rule.endpoint.partition(".")[0]
        allowed = STABLE.get(room, (f"/{room}/",))
        assert any(rule.rule == place or rule.rule.startswith(place) for place in allowed), rule


def test_an_address_is_in_kebab_case(rules: list[Rule]) -> None:
    for rule in rules:
        words = re.sub(r"<[^>]+>", "x", rule.rule)
        assert re.fullmatch(r"(/|(/[a-z0-9]+(-[a-z0-9]+)*(\.(xlsx|js|webmanifest))?)+/?)", words), rule


def test_a_register_stands_at_the_prefix_and_only_there_ends_with_a_slash(rules: list[Rule]) -> None:
    """One matter at ``<prefix><id>``, new at ``<prefix>new``, the workbook at ``<prefix>export.xlsx``."""
    for rule in rules:
        room, _, verb = rule.endpoint.partition(".")
        register = verb == "index" or rule.endpoint in LISTS
        assert rule.rule.endswith("/") == (register or rule.rule == "/"), rule
        if verb == "export":
            assert rule.rule == f"/{room}/export.xlsx", rule


def test_a_number_is_named_by_its_thing(rules: list[Rule]) -> None:
    for rule in rules:
        for converter, name in re.findall(r"<(?:(\w+):)?(\w+)>", rule.rule):
            if name.endswith("_id"):
                assert converter == "int", rule


# --- templates


def _shown() -> dict[str, set[str]]:
    """Each template that a module names → the modules."""
    found: dict[str, set[str]] = {}
    for path, tree in modules().items():
        for node in ast.walk(tree):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                name = node.value
                if name.endswith(".html") and " " not in name and not path.startswith("tls/"):
                    found.setdefault(name, set()).add(path)
    return found


def _asked_for_by_templates() -> set[str]:
    pattern = re.compile(r'\{%-?\s*(?:extends|include|import|from)\s+"([^"]+)"')
    return {name for source in templates().values() for name in pattern.findall(source)}


def test_every_template_that_is_named_is_there() -> None:
    assert not (_shown().keys() | _asked_for_by_templates()) - templates().keys()


def test_no_template_is_left_over() -> None:
    assert templates().keys() <= _shown().keys() | _asked_for_by_templates()


def test_a_page_has_the_name_of_its_endpoint(app: Flask) -> None:
    for name in templates():
        if name.startswith(SHARED) or "/_" in name:
            continue
        room, stem = name.removesuffix(".html").split("/")
        verbs = {end.partition(".")[2] for end in app.view_functions if end.startswith(f"{room}.")}
        papers = stem.startswith(PAPERS) and f"{PAPERS}paper" in verbs
        assert stem in verbs or papers, f"{name}: there is no {room}.{stem}"


def test_a_room_shows_its_own_pages() -> None:
    """What two rooms show lies in ``shared``."""
    for name, paths in _shown().items():
        for path in paths:
            if path.startswith("blueprints/") and not name.startswith("shared/"):
                assert name.split("/")[0] == path.split("/")[1], f"{path} shows {name}"


def test_a_part_of_a_page_begins_with_an_underscore() -> None:
    """And is never a page by itself."""
    pages = {name for name in _shown() if "/_" in name}
    assert pages <= {"shared/_flash.html"}


def test_a_page_is_shown_by_page_only(app: Flask) -> None:
    """``render_template`` stands in ``web``; a view that called it would leave its transaction open."""
    found = {
        path
        for path, tree in modules().items()
        if any(name_of(call) in ("render_template", "render_template_string") for call in calls(tree))
    }
    assert found <= {"web/pages.py", "web/errors.py", "web/unit_of_work.py"}


def test_no_view_asks_whether_htmx_is_there() -> None:
    found = {
        path
        for path, tree in modules().items()
        if path.startswith("blueprints/")
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and node.attr == "htmx"
    }
    assert not found


def test_every_link_by_name_leads_to_an_endpoint(app: Flask) -> None:
    pattern = re.compile(r"url_for\(\s*[\"']([a-z_]+\.[a-z_]+)[\"']")
    known = app.view_functions.keys()
    for name, source in templates().items():
        assert not set(pattern.findall(source)) - known - {"repairs.assign"}, name
    for path, tree in modules().items():
        for call in calls(tree):
            if name_of(call) in ("url_for", "go") and call.args and isinstance(call.args[0], ast.Constant):
                assert call.args[0].value in known, f"{path} leads to {ast.unparse(call)}"


def _blocks(name: str) -> set[str]:
    """The blocks of a template and of what it extends."""
    source = re.sub(r"\{#.*?#\}", "", templates()[name], flags=re.DOTALL)
    parents = re.findall(r'\{%-?\s*extends\s+"([^"]+)"', source)
    return set(re.findall(r"\{%-?\s*block\s+(\w+)", source)).union(*(_blocks(parent) for parent in parents))


def test_a_block_that_a_view_answers_with_is_there() -> None:
    """Block = id = HX-Target: in the template itself or in one that it extends."""
    strange = []
    asked = 0
    for path, tree in modules().items():
        for call in calls(tree):
            names = [one.value for one in call.args if isinstance(one, ast.Constant)]
            if name_of(call) != "page" or not names or not str(names[0]).endswith(".html"):
                continue
            also = [
                one.value for keyword in call.keywords if keyword.arg == "also" for one in _strings(keyword)
            ]
            for block in [*names[1:], *also]:
                asked += 1
                if str(block) not in _blocks(str(names[0])):
                    strange.append(f"{path}: {names[0]!r} has no block {block!r}")
    assert asked > 20
    assert not strange


def _strings(keyword: ast.keyword) -> list[ast.Constant]:
    return [node for node in ast.walk(keyword.value) if isinstance(node, ast.Constant)]
