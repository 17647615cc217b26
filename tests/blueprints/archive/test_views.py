"""Photos and scans are served after the right is checked; looks at identity scans are logged (PRI-5)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from pmweb.domain.permissions import Role
from pmweb.extensions import unit
from pmweb.models import shelf
from pmweb.models.audit import AccessEntry
from pmweb.models.files import FileKind, StoredFile
from pmweb.models.pictures import Prepared, prepare
from pmweb.models.watermarks import Mark
from tests import pictures
from tests.office import MORNING, Office

ClientFor = Callable[..., Any]
MARK = Mark.of("入住办理", "moving in", date(2026, 3, 5))
pytestmark = pytest.mark.usefixtures("folder")


def put(prepared: Prepared, kind: FileKind) -> StoredFile:
    file = shelf.put(unit(), prepared, kind, at=MORNING)
    unit().commit()
    return file


@pytest.fixture
def photo(office: Office) -> StoredFile:
    return put(prepare(pictures.phone_photo()), FileKind.PHOTO)


@pytest.fixture
def paper(office: Office) -> StoredFile:
    return put(prepare(pictures.pdf()), FileKind.SCAN)


@pytest.fixture
def identity(office: Office) -> StoredFile:
    return put(prepare(pictures.jpeg(), mark=MARK), FileKind.IDENTITY)


def looks() -> list[AccessEntry]:
    unit().rollback()
    return list(unit().scalars(select(AccessEntry)))


def test_a_photo_is_shown_and_may_stay_in_the_browser(client_for: ClientFor, photo: StoredFile) -> None:
    client = client_for(Role.REPAIRER)
    answer = client.get(f"/archive/files/{photo.id}")
    assert answer.status_code == 200
    assert answer.data == prepare(pictures.phone_photo()).data
    assert answer.headers["Content-Type"] == "image/jpeg"
    assert answer.headers["Content-Disposition"] == f'inline; filename="photo-{photo.id}.jpg"'
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Cache-Control"] == "private, max-age=31536000, immutable"
    again = client.get(f"/archive/files/{photo.id}", headers={"If-None-Match": answer.headers["ETag"]})
    assert again.status_code == 304
    assert again.data == b""
    assert again.headers["ETag"] == answer.headers["ETag"]
    assert looks() == []


def test_a_list_shows_the_small_picture(client_for: ClientFor, photo: StoredFile, paper: StoredFile) -> None:
    client = client_for(Role.REPAIRER)
    answer = client.get(f"/archive/files/{photo.id}/thumbnail")
    assert answer.data == prepare(pictures.phone_photo()).thumbnail
    assert answer.headers["Content-Type"] == "image/jpeg"
    assert answer.headers["ETag"] != client.get(f"/archive/files/{photo.id}").headers["ETag"]
    assert client.get(f"/archive/files/{paper.id}/thumbnail").status_code == 404


def test_a_pdf_gets_no_origin_and_is_asked_for_each_time(client_for: ClientFor, paper: StoredFile) -> None:
    answer = client_for(Role.CASHIER).get(f"/archive/files/{paper.id}")
    assert answer.data == pictures.pdf()
    assert answer.headers["Content-Type"] == "application/pdf"
    assert answer.headers["Content-Disposition"] == f'inline; filename="scan-{paper.id}.pdf"'
    assert "sandbox" in answer.headers["Content-Security-Policy"]
    assert answer.headers["Cache-Control"] == "private, no-cache"


def test_each_opening_of_an_identity_scan_is_logged_with_its_purpose(
    client_for: ClientFor, identity: StoredFile
) -> None:
    client = client_for(Role.RECEPTIONIST)
    for _time in range(2):
        answer = client.get(f"/archive/files/{identity.id}?purpose=check")
        assert answer.status_code == 200
        assert answer.data.startswith(b"\xff\xd8\xff")
        assert answer.headers["Cache-Control"] == "private, no-store"
        assert "ETag" not in answer.headers
    first, second = looks()
    assert (first.subject_id, first.what, first.purpose) == (identity.id, "identity_scan", "check")
    assert first.at == second.at == MORNING
    assert first.actor.startswith("staff:")


@pytest.mark.parametrize("query", ["", "?purpose=", "?purpose=curiosity"])
def test_an_identity_scan_asks_for_its_purpose_first(
    client_for: ClientFor, identity: StoredFile, query: str
) -> None:
    client = client_for(Role.RECEPTIONIST)
    answer = client.get(f"/archive/files/{identity.id}{query}")
    assert (answer.status_code, answer.location) == (302, f"/archive/files/{identity.id}/view")
    page = client.get(answer.location).text
    assert f"/archive/files/{identity.id}?purpose=check" in page
    assert 'src="/archive' not in page
    assert looks() == []


def test_a_copy_in_the_browser_does_not_hide_a_look(client_for: ClientFor, identity: StoredFile) -> None:
    tag = f'"{identity.sha256}"'
    url = f"/archive/files/{identity.id}?purpose=check"
    answer = client_for(Role.OFFICE_MANAGER).get(url, headers={"If-None-Match": tag})
    assert answer.status_code == 200
    assert len(looks()) == 1


def test_an_identity_scan_has_no_small_picture(client_for: ClientFor, identity: StoredFile) -> None:
    assert client_for(Role.RECEPTIONIST).get(f"/archive/files/{identity.id}/thumbnail").status_code == 404
    assert looks() == []


@pytest.mark.parametrize("role", [Role.CASHIER, Role.REPAIRER, Role.AUDITOR, Role.GUARD, Role.ADMIN])
def test_without_the_right_an_identity_scan_stays_closed(
    client_for: ClientFor, identity: StoredFile, role: Role
) -> None:
    client = client_for(role)
    for path in ("?purpose=check", "/thumbnail", "/view"):
        assert client.get(f"/archive/files/{identity.id}{path}").status_code == 403
    assert looks() == []


@pytest.mark.parametrize("path", ["", "/thumbnail", "/view"])
def test_a_guard_sees_no_photo(client_for: ClientFor, photo: StoredFile, path: str) -> None:
    assert client_for(Role.GUARD).get(f"/archive/files/{photo.id}{path}").status_code == 403


@pytest.mark.parametrize("path", ["", "?purpose=check", "/thumbnail", "/view"])
def test_the_files_of_another_estate_do_not_exist(
    client_for: ClientFor, office: Office, photo: StoredFile, identity: StoredFile, path: str
) -> None:
    other = office.other_estate()
    client = client_for(Role.RECEPTIONIST, estate=other)
    office.enter(other)
    for file_id in (photo.id, identity.id, 4711):
        assert client.get(f"/archive/files/{file_id}{path}").status_code == 404
    assert looks() == []


def test_a_lost_file_is_said_and_is_no_look(
    client_for: ClientFor, photo: StoredFile, identity: StoredFile, folder: Path
) -> None:
    for path in folder.rglob("*"):
        if path.is_file():
            path.write_bytes(b"scrap")
    client = client_for(Role.RECEPTIONIST)
    for url in (f"/archive/files/{photo.id}", f"/archive/files/{identity.id}?purpose=check"):
        answer = client.get(url)
        assert answer.status_code == 422
        assert "读不出来" in answer.text
    assert looks() == []


def test_a_photo_has_a_page_with_a_way_back(
    client_for: ClientFor, photo: StoredFile, paper: StoredFile
) -> None:
    client = client_for(Role.REPAIRER)
    page = client.get(
        f"/archive/files/{photo.id}/view", headers={"Referer": "http://localhost/movein/3?room=2"}
    )
    assert 'href="http://localhost/movein/3?room=2"' in page.text
    assert f'src="/archive/files/{photo.id}"' in page.text
    for elsewhere in ("https://example.org/", f"http://localhost/archive/files/{photo.id}/view"):
        page = client.get(f"/archive/files/{photo.id}/view", headers={"Referer": elsewhere})
        assert f'class="back" href="{elsewhere}"' not in page.text
        assert 'class="back" href="/"' in page.text
    assert f'href="/archive/files/{paper.id}"' in client.get(f"/archive/files/{paper.id}/view").text
