"""A page reaches a tablet in a basement: with its style and its scripts 40 KB at most (bars; ux.md).

The page where the owner signs brings the pad along and is left out.
"""

from __future__ import annotations

import gzip
import re

import pytest
from flask import Flask

from tests.office import Office
from tests.policies.pages import opened
from tests.policies.sources import PACKAGE

MOST = 40_000
MOST_SCRIPT = 26_000
"""Of a page with a form (offline.md)."""
SIGNING = "signature_pad"
KEPT_APART = ("favicon.svg", "icons.svg")
"""Drawn once for all pages."""


def _packed(content: bytes) -> int:
    return len(gzip.compress(content, 9))


@pytest.fixture(scope="module")
def sizes() -> dict[str, int]:
    """Sizes of our files, packed once."""
    return {}


def _file(name: str, sizes: dict[str, int]) -> int:
    if name not in sizes:
        path = PACKAGE / "static" / name
        assert path.is_file(), f"{name} is missing: make setup"
        sizes[name] = _packed(path.read_bytes())
    return sizes[name]


def test_every_page_of_a_small_office_is_light(app: Flask, office: Office, sizes: dict[str, int]) -> None:
    heavy, wordy = {}, {}
    seen = 0
    for _endpoint, address, answer in opened(app, office):
        files = set(re.findall(r'(?:href|src)="/static/([^"#?]+)', answer.text)) - set(KEPT_APART)
        if any(SIGNING in name for name in files):
            continue
        seen += 1
        size = _packed(answer.data) + sum(_file(name, sizes) for name in files)
        if size > MOST:
            heavy[address] = size
        script = sum(_file(name, sizes) for name in files if name.endswith(".js"))
        if script > MOST_SCRIPT:
            wordy[address] = script
    assert seen > 40
    assert not heavy
    assert not wordy


def test_a_page_brings_nothing_from_elsewhere(app: Flask, office: Office) -> None:
    """No other host, no inline script, no inline style."""
    for _endpoint, address, answer in opened(app, office):
        assert not re.search(r'(?:src|href)="(?:https?:)?//', answer.text), address
        assert not re.search(r"<script(?![^>]*\bsrc=)|<style|\sstyle=|\son[a-z]+=", answer.text), address
