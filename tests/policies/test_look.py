"""The look holds together: macros and icons exist, nothing is inline, pages stay light (ux.md, "The bar")."""

from __future__ import annotations

import ast
import gzip
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from jinja2 import Environment, nodes

from pmweb import assets
from tests.policies.sources import calls, modules, name_of

PACKAGE = Path(__file__).resolve().parents[2] / "pmweb"
STATIC = PACKAGE / "static"
TEMPLATES = sorted((PACKAGE / "templates").rglob("*.html"))
MACROS = ("basics", "forms", "lists", "papers", "signing", "voiding")
KILOBYTE = 1000
DRAWN_BY_US = {
    "complaints/analysis.html": "the bars, by a library that escapes their labels",
    "complaints/_link.html": "the QR code, from an address of ours",
    "complaints/print_link.html": "the QR code, from an address of ours",
    "complaints/print_receipt.html": "the QR code, from an address of ours",
    "repairs/place_labels.html": "the QR codes, from addresses of ours",
    "repairs/report.html": "the bars, by a library that escapes their labels",
    "repairs/work_order.html": "the QR code, from a number of ours",
}
GETTEXT = ("_", "_l", "gettext", "lazy_gettext", "ngettext", "lazy_ngettext", "pgettext", "lazy_pgettext")
SAYS_IT_ITSELF = {
    "blueprints/staff/forms.py": "the name of a language, in that language",
    "web/filters.py": "the days of the week, whole lists of them",
    "web/uploads.py": "the mark on a copy, in both languages at once",
}
BILINGUAL = {"errors/plain.html": "when nothing works any more, both languages at once"}

_environment = Environment(extensions=["jinja2.ext.i18n"])


def _named(path: Path) -> str:
    return str(path.relative_to(PACKAGE / "templates"))


def _tree(path: Path) -> nodes.Template:
    return _environment.parse(path.read_text(encoding="utf-8"))


def _packed(name: str) -> int:
    return len(gzip.compress((STATIC / name).read_bytes(), 9))


def _macros() -> dict[tuple[str, str], list[str]]:
    """(file, macro) → the names of its arguments."""
    return {
        (f"shared/{file}.html", macro.name): [argument.name for argument in macro.args]
        for file in MACROS
        for macro in _tree(PACKAGE / "templates" / "shared" / f"{file}.html").find_all(nodes.Macro)
    }


def _imported(tree: nodes.Template) -> Iterator[tuple[str, str, str]]:
    """(file, macro, the name it has on this page) of the shared macros that a page imports."""
    for one in tree.find_all(nodes.FromImport):
        if isinstance(one.template, nodes.Const) and one.template.value.startswith("shared/"):
            for name in one.names:
                macro, alias = name if isinstance(name, tuple) else (name, name)
                yield one.template.value, macro, alias


@pytest.mark.parametrize("path", TEMPLATES, ids=_named)
def test_a_page_asks_for_macros_as_they_are(path: Path) -> None:
    known, tree = _macros(), _tree(path)
    here: dict[str, list[str]] = {}
    for file, macro, alias in _imported(tree):
        assert (file, macro) in known, f"{file} has no macro {macro}"
        here[alias] = known[file, macro]
    for call in tree.find_all(nodes.Call):
        if isinstance(call.node, nodes.Name) and call.node.name in here and call.node.name != "field":
            arguments = here[call.node.name]
            strangers = [keyword.key for keyword in call.kwargs if keyword.key not in arguments]
            assert not strangers, f"line {call.lineno}: {call.node.name} does not know {strangers}"
            assert len(call.args) <= len(arguments), f"line {call.lineno}: {call.node.name} takes {arguments}"


def test_every_macro_is_used_somewhere() -> None:
    """By a page, or by another macro of its file."""
    trees = {path: _tree(path) for path in TEMPLATES}
    imported = {(file, macro) for tree in trees.values() for file, macro, _alias in _imported(tree)}
    called = {
        (f"shared/{path.name}", call.node.name)
        for path, tree in trees.items()
        for call in tree.find_all(nodes.Call)
        if isinstance(call.node, nodes.Name)
    }
    assert _macros().keys() - imported - called == set()


def test_every_icon_that_is_drawn_is_named() -> None:
    sources = [*TEMPLATES, *STATIC.glob("*.js"), *PACKAGE.rglob("*.py")]
    text = "\n".join(path.read_text(encoding="utf-8") for path in sources)
    assert not [name for name in _drawn() if not re.search(rf"[\"'#]{name}[\"']", text)]


def _drawn() -> set[str]:
    return set(re.findall(r'<symbol id="([a-z-]+)"', (STATIC / "icons.svg").read_text(encoding="utf-8")))


def test_every_icon_that_is_named_is_drawn() -> None:
    pages = "\n".join(path.read_text(encoding="utf-8") for path in TEMPLATES)
    asked = set(re.findall(r'\bicon(?:_name)?[(=]"([a-z-]+)"', pages))
    for path in [PACKAGE / "web" / "navigation.py", *(PACKAGE / "blueprints").rglob("cards.py")]:
        asked |= _icons(path.read_text(encoding="utf-8"))
    assert not asked - _drawn()


def _icons(source: str) -> set[str]:
    """The icons of a rail entry, a card, an action."""
    return {
        name
        for pair in re.findall(r'icon="([a-z-]+)"|, "([a-z]+)", Permission', source)
        for name in pair
        if name
    }


@pytest.mark.parametrize("path", TEMPLATES, ids=_named)
def test_a_page_has_no_style_and_no_script_of_its_own(path: Path) -> None:
    source = path.read_text(encoding="utf-8")
    assert not re.search(r"<style|\sstyle\s*=|\son[a-z]+\s*=\s*[\"']|javascript:|\bhx-on\b", source)
    assert not re.search(r"<script(?![^>]*\bsrc=)", source)


def test_what_somebody_typed_is_never_taken_for_markup() -> None:
    """Jinja escapes everything; what is said to be safe is drawn by us."""
    pages = {_named(path): path.read_text(encoding="utf-8") for path in TEMPLATES}
    said = {name for name, source in pages.items() if re.search(r"\|\s*(safe|tojson)\b|autoescape", source)}
    assert said <= DRAWN_BY_US.keys()
    code = {
        str(path.relative_to(PACKAGE))
        for path in PACKAGE.rglob("*.py")
        if re.search(r"\bMarkup\b|autoescape\s*=\s*False", path.read_text(encoding="utf-8"))
    }
    assert code == {"web/filters.py"}  # `whole`, of what was escaped before


@pytest.mark.parametrize("path", TEMPLATES, ids=_named)
def test_a_page_says_nothing_past_the_catalogue(path: Path) -> None:
    """Chinese that stands in a page by itself would stay Chinese in English."""
    if _named(path) not in BILINGUAL:
        source = re.sub(
            r"\{#.*?#\}|\{%.*?%\}|\{\{.*?\}\}", "", path.read_text(encoding="utf-8"), flags=re.DOTALL
        )
        assert not re.findall(r"[\u4e00-\u9fff]+", source)


def test_a_view_says_nothing_past_the_catalogue() -> None:
    """Nor do the forms, the cards and the glue; rules and operations speak in codes."""
    speaking = re.compile(r"web/|blueprints/[a-z]+/(views|forms|cards|flow|names|register)\b")
    found = set()
    for path, tree in modules().items():
        if speaking.match(path):
            translated = {
                id(part) for call in calls(tree) if name_of(call) in GETTEXT for part in ast.walk(call)
            }
            documented = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
            found |= {
                path
                for node in ast.walk(tree)
                if isinstance(node, ast.Constant)
                and re.search(r"[\u4e00-\u9fff]", str(node.value))
                and id(node) not in translated | documented
            }
    assert found <= SAYS_IT_ITSELF.keys()


@pytest.mark.parametrize("path", TEMPLATES, ids=_named)
def test_the_id_of_a_field_is_that_of_its_form(path: Path) -> None:
    """Else its label, its error and the way to it from the summary name another one."""
    assert not re.search(r"\bfield\([^)]*\bid=", path.read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", [name for name in assets.JOINED if name.endswith(".css")])
def test_the_style_sheet_of_a_page_stays_below_nine_kilobytes(name: str) -> None:
    assert _packed(f"built/{name}") <= 9 * KILOBYTE


def test_the_script_of_the_forms_stays_below_four_kilobytes() -> None:
    assert _packed("field.js") <= 4 * KILOBYTE


def test_a_paper_names_the_day_itself() -> None:
    """A printed paper is read years later: it says no 今天 and no 昨天 (``stamp``, not ``when``)."""
    sources = {path.name: path.read_text(encoding="utf-8") for path in TEMPLATES}
    papers = [name for name, text in sources.items() if "base_print.html" in text] + ["papers.html"]
    assert len(papers) > 6
    assert not [name for name in papers if "|when" in sources[name]]
