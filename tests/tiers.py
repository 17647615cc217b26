"""Every test belongs to one tier, known from where its file lies; the summary counts them by tier.

``pytest -m rules`` runs the pure rules only, and so on. ``browser``, ``faults`` and ``bench`` come from their
folders too; ``postgres`` is marked by hand (or by the ``database_url`` fixture), because it is a matter of
the single test.
"""

from __future__ import annotations

from collections import Counter
from pathlib import PurePath

import pytest

_FOLDERS = {
    "bench": "bench",
    "browser": "browser",
    "faults": "faults",
    "policies": "policies",
    "domain": "rules",
    "data": "rules",
    "models": "operations",
    "web": "views",
    "blueprints": "views",
}
_FILES = {
    "test_rules": "rules",
    "test_roll": "rules",
    "test_models": "operations",
    "test_operations": "operations",
}
TIERS = ("rules", "operations", "views", "house", "policies", "browser", "faults", "bench")


def tier_of(path: PurePath) -> str:
    """The tier of a test file, given its path below ``tests``."""
    for prefix, tier in _FILES.items():
        if path.name.startswith(prefix):
            return tier
    return _FOLDERS.get(path.parts[0], "house")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Mark each test with its tier, before ``-m`` chooses."""
    root = config.rootpath / "tests"
    for item in items:
        if item.path.is_relative_to(root):
            item.add_marker(tier_of(item.path.relative_to(root)))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """One line: how many tests of each tier passed, failed, were skipped."""
    counts: dict[str, Counter[str]] = {}
    for outcome in ("passed", "failed", "error", "skipped"):
        for report in terminalreporter.stats.get(outcome, []):
            tier = next((name for name in TIERS if name in getattr(report, "keywords", ())), None)
            if tier:
                counts.setdefault(tier, Counter())[outcome] += 1
    if counts:
        said = [
            f"{tier}: " + ", ".join(f"{number} {outcome}" for outcome, number in counts[tier].items())
            for tier in TIERS
            if tier in counts
        ]
        terminalreporter.write_line("tiers – " + " · ".join(said))
