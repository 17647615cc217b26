"""How long the dispatch board takes with 5,000 open orders, against an empty one in the same run (p95 within 3×)."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from functools import partial
from statistics import median, quantiles

from flask.testing import FlaskClient

from pmweb.domain.permissions import Role
from tests.blueprints.repairs.crowd import a_crowd
from tests.checking_client import CheckingClient
from tests.office import Office

TIMES = 120


def _takes(client: CheckingClient, url: str) -> list[float]:
    took = []
    for _ in range(TIMES):
        began = time.perf_counter()
        assert FlaskClient.open(client, url).status_code == 200  # without the reading of its HTML
        took.append((time.perf_counter() - began) * 1000)
    return took


def test_the_board_with_five_thousand_open_orders(
    office: Office, client_for: Callable[..., CheckingClient], queries: Callable[[Callable[[], object]], int]
) -> None:
    client = client_for(Role.DISPATCHER)
    a_crowd(office, 0)
    pages = ("/repairs/board", "/repairs/board?trade=plumbing")
    empty = {url: _takes(client, url) for url in pages}
    a_crowd(office, 5000)
    for url in pages:
        full, asked = _takes(client, url), queries(partial(client.get, url))
        p95 = [quantiles(took, n=20)[-1] for took in (empty[url], full)]
        sys.stdout.write(
            f"\n{url}: {asked} queries; empty median {median(empty[url]):.0f} ms, p95 {p95[0]:.0f} ms; 5,000 open "
            f"orders median {median(full):.0f} ms, p95 {p95[1]:.0f} ms; p95 {p95[1] / p95[0]:.2f}×"
        )
    sys.stdout.write("\n")
