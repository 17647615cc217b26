"""The browser and the running office of the browser tests, for what is measured in them."""

from tests.browser.conftest import chromium, house, room

__all__ = ["chromium", "house", "room"]
