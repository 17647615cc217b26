"""How long the register of complaints and the page of their clocks take with 5,000 open ones, against none."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from functools import partial
from statistics import median, quantiles

from flask.testing import FlaskClient

from pmweb.domain.permissions import Role
from tests.blueprints.complaints.crowd import a_crowd
from tests.checking_client import CheckingClient
from tests.office import Office

TIMES = 120
PAGES = (
    "/complaints/",
    "/complaints/?department=security&level=important",
    "/complaints/?q=0101",
    "/complaints/clocks",
    "/complaints/clocks?part=last",
    "/complaints/clocks?department=security",
)


def _takes(client: CheckingClient, url: str) -> list[float]:
    took = []
    for _ in range(TIMES):
        began = time.perf_counter()
        assert FlaskClient.open(client, url).status_code == 200  # without the reading of its HTML
        took.append((time.perf_counter() - began) * 1000)
    return took


def test_the_lists_with_five_thousand_open_complaints(
    office: Office, client_for: Callable[..., CheckingClient], queries: Callable[[Callable[[], object]], int]
) -> None:
    """One page is full of rows, the other empty: the rows of a page (50) are measured apart from those below it."""
    client = client_for(Role.OFFICE_MANAGER)
    measured = {}
    for more in (0, 60, 4940):
        a_crowd(office, more)
        measured[more] = {url: _takes(client, url) for url in PAGES}
    for url in PAGES:
        asked = queries(partial(client.get, url))
        said = [
            f"{name} median {median(took):.0f} ms, p95 {quantiles(took, n=20)[-1]:.0f} ms"
            for name, took in zip(("none", "60", "5,000"), (of[url] for of in measured.values()), strict=True)
        ]
        p95 = [quantiles(of[url], n=20)[-1] for of in measured.values()]
        sys.stdout.write(
            f"\n{url}: {asked} queries; {'; '.join(said)}; 5,000 against none {p95[2] / p95[0]:.2f}×, "
            f"against one full page {p95[2] / p95[1]:.2f}×"
        )
    sys.stdout.write("\n")
