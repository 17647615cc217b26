"""Front-end files and catalogues: fetched once, replaced as a whole, compiled when they changed."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from pmweb import assets


@pytest.fixture
def frontend(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project of its own in a scratch folder, whose npm brings one file and counts its runs."""
    recipe = tmp_path / "frontend"
    recipe.mkdir()
    for name in ("package.json", "package-lock.json", ".npmrc"):
        (recipe / name).write_text("{}", encoding="utf-8")
    (tmp_path / "static").mkdir()
    monkeypatch.setattr(assets, "FRONTEND", recipe)
    monkeypatch.setattr(assets, "TRANSLATIONS", tmp_path / "translations")
    monkeypatch.setattr(assets, "FILES", {tmp_path / "static" / "vendor": {"htmx.org/htmx.js": "htmx.js"}})

    def npm(*arguments: str, cwd: Path) -> None:
        assert arguments[0] == "ci"
        (cwd / "node_modules" / "htmx.org").mkdir(parents=True)
        (cwd / "node_modules" / "htmx.org" / "htmx.js").write_text("htmx", encoding="utf-8")
        with (tmp_path / "runs").open("a", encoding="utf-8") as runs:
            runs.write("x")

    monkeypatch.setattr(assets, "_npm", npm)
    return recipe


def runs(frontend: Path) -> int:
    return len((frontend.parent / "runs").read_text(encoding="utf-8"))


def test_a_joined_style_sheet_follows_its_parts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In the order in which the layers are named; written again only when a part has changed."""
    monkeypatch.setattr(assets, "BUILT", tmp_path / "built")
    monkeypatch.setattr(assets, "JOINED", {"office.css": ("a.css", "b.css")})
    for name, rule in (("a.css", "i { color: red }"), ("b.css", "b :is(i) { color: blue }")):
        (tmp_path / name).write_text(rule, encoding="utf-8")
    assert [path.name for path in assets.join()] == ["office.css"]
    assert (tmp_path / "built" / "office.css").read_text(
        encoding="utf-8"
    ) == "i{color:red}b :is(i){color:blue}"
    assert assets.join() == []
    (tmp_path / "b.css").write_text("b { margin: 0 }", encoding="utf-8")
    assert len(assets.join()) == 1


def test_the_second_time_nothing_is_fetched(frontend: Path) -> None:
    assert assets.build() == ["front-end files"]
    assert assets.build() == []
    assert runs(frontend) == 1
    vendor = frontend.parent / "static" / "vendor"
    assert (vendor / "htmx.js").read_text(encoding="utf-8") == "htmx"
    assert not vendor.with_name("vendor.new").exists()
    assert not (frontend / "node_modules").exists()


def test_a_new_lock_or_a_lost_file_is_fetched_again(frontend: Path) -> None:
    assets.build()
    (frontend / "package-lock.json").write_text('{"lockfileVersion": 3}', encoding="utf-8")
    assert assets.build() == ["front-end files"]
    (frontend.parent / "static" / "vendor" / "htmx.js").unlink()
    assert assets.build() == ["front-end files"]
    assert runs(frontend) == 3


def test_an_installation_without_the_recipe_has_nothing_to_do(frontend: Path) -> None:
    (frontend / "package-lock.json").unlink()
    assert assets.build() == []


def test_without_npm_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("shutil.which", lambda name: None)
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    assert not assets.have_npm()
    with pytest.raises(assets.AssetsUnavailable, match=r"requirements-node\.lock"):
        assets._npm("ci", cwd=tmp_path)


def test_a_catalogue_is_compiled_when_it_is_newer(frontend: Path) -> None:
    source = frontend.parent / "translations" / "en" / "LC_MESSAGES" / "messages.po"
    source.parent.mkdir(parents=True)
    source.write_text(
        'msgid ""\nmsgstr "Content-Type: text/plain; charset=utf-8\\n"\n\nmsgid "收楼"\nmsgstr "Move-in"\n',
        encoding="utf-8",
    )
    compiled = source.with_suffix(".mo")
    assert assets.compile_catalogues() == [compiled]
    assert b"Move-in" in compiled.read_bytes()
    assert assets.compile_catalogues() == []
    later = compiled.stat().st_mtime_ns + 1
    os.utime(source, ns=(later, later))
    assert assets.compile_catalogues() == [compiled]


def test_every_served_file_is_here_after_set_up() -> None:
    assert assets.missing() == []
