"""The import in the browser: upload, preview, confirm, piece by piece, done; with and without JavaScript."""

from __future__ import annotations

import io
import os
import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from python_calamine import CalamineWorkbook
from sqlalchemy import func, select

from pmweb import clock
from pmweb.blueprints.estate import rules
from pmweb.blueprints.estate.models import RollImport
from pmweb.blueprints.estate.rules import ImportState
from pmweb.blueprints.estate.tray import FOLDER
from pmweb.domain.permissions import Role
from pmweb.extensions import unit
from pmweb.models.homes import Home, ParkingSpace
from pmweb.models.people import Person
from tests.blueprints.estate.rolls import SAMPLES
from tests.checking_client import CheckingClient
from tests.office import MORNING, Office
from tests.workbooks import table, workbook

MESSY = (SAMPLES / "home-roll-messy.xlsx").read_bytes()
Client = Callable[..., CheckingClient]


def upload(
    client: CheckingClient, content: bytes = MESSY, name: str = "花园台账.xlsx", **headers: str
) -> Any:
    data = {"workbook": (io.BytesIO(content), name)}
    return client.post("/estate/import", data=data, content_type="multipart/form-data", headers=headers)


def brought(office: Office) -> RollImport:
    office.enter(office.estate)
    row = unit().scalars(select(RollImport).order_by(RollImport.id.desc())).first()
    assert row is not None
    return row


def version(client: CheckingClient, url: str) -> str:
    found = re.search(r'name="_version" value="(\d+)"', client.get(url).text)
    assert found
    return found[1]


def start(client: CheckingClient, url: str) -> Any:
    return client.post(f"{url}/start", data={"_version": version(client, url)})


def press_on(client: CheckingClient, url: str, most: int = 50) -> int:
    """Press 继续 as long as there is one; how often."""
    for pressed in range(most):
        piece = re.search(r'name="piece" value="(\d+)"', client.get(url).text)
        if piece is None:
            return pressed
        assert client.post(f"{url}/next", data={"piece": piece[1]}).status_code == 303
    raise AssertionError("it never ends")


def count(office: Office, noun: type) -> int:
    office.enter(office.estate)
    return unit().scalar(select(func.count()).select_from(noun)) or 0


@pytest.fixture
def admin(client_for: Client) -> CheckingClient:
    return client_for(Role.ADMIN)


class TestThePreview:
    def test_says_what_was_read_before_anything_is_written(
        self, office: Office, admin: CheckingClient
    ) -> None:
        answer = upload(admin)
        assert answer.status_code == 303
        text = admin.get(answer.location).text
        for words in (
            "确认导入 648 户",
            "616",
            "966",
            "第 195 行",
            "与第 194 行的业主不一致",
            "合计 648 户",
            "一致",
        ):
            assert words in text
        assert "文件写的是“某某花园”，现在要导入到“松涛苑”" in text
        assert (count(office, Home), count(office, Person)) == (0, 0)

    def test_never_shows_a_name_or_a_number_in_full(self, office: Office, admin: CheckingClient) -> None:
        """PRI-3, PRI-5."""
        text = admin.get(upload(admin).location).text
        assert "邓**" in text
        assert not re.search(r"[0-9]{17}", text)

    def test_speaks_the_language_of_the_reader(self, office: Office, client_for: Client) -> None:
        client = client_for(Role.ADMIN, locale="en")
        text = client.get(upload(client).location).text
        assert "the owner contradicts row 194" in text
        assert "the same as row 65" in text

    def test_says_each_reason_once_in_the_language_of_the_reader(self, client_for: Client) -> None:
        """Row, column, reason; the report has both languages beside each other."""
        rows = f"房号 | 业主 | 身份证号 | 建筑面积\n1-1-0201 | 王明 | {'1' * 17} | 89"
        file = workbook({"S": table(rows)}).getvalue()
        client = client_for(Role.ADMIN)
        url = upload(client, file).location
        chinese, english = client.get(url).text, client_for(Role.ADMIN, locale="en").get(url).text
        masked = '<b>身份证号</b> <span class="nw">111************11</span>'
        assert f"{masked} 有 17 位，身份证号应为 18 位" in chinese
        assert f"{masked} has 17 characters, an identity card number has 18" in english
        report = CalamineWorkbook.from_filelike(io.BytesIO(client.get(f"{url}/report.xlsx").data))
        row = report.get_sheet_by_index(0).to_python()[1]
        assert row[1:4] == [2, "未导入", "refused"]
        assert str(row[5]).startswith("身份证号：111")
        assert str(row[6]).startswith("身份证号: 111")

    def test_of_what_is_known_already_offers_nothing_to_confirm(
        self, office: Office, admin: CheckingClient
    ) -> None:
        url = upload(admin).location
        start(admin, url)
        press_on(admin, url)
        text = admin.get(upload(admin).location).text
        assert "没有新的内容" in text
        assert "确认导入" not in text

    def test_of_a_file_in_which_every_row_is_refused_says_why(
        self, office: Office, admin: CheckingClient
    ) -> None:
        rows = "房号 | 业主 | 建筑面积\n1-1-0201 | 王明 | "
        text = admin.get(upload(admin, workbook({"S": table(rows)}).getvalue()).location).text
        assert "没有一行可以导入" in text
        assert "没有建筑面积" in text
        url = f"/estate/import/{brought(office).id}"
        assert start(admin, url).status_code == 422

    def test_names_columns_and_sheets_that_were_not_read(self, office: Office, admin: CheckingClient) -> None:
        sheets = {
            "S": table("房号 | 业主 | 建筑面积 | 星座\n1-1-0201 | 王明 | 89 | 狮子"),
            "说明": table("一 | 二\n三 | 四"),
        }
        text = admin.get(upload(admin, workbook(sheets).getvalue()).location).text
        assert "星座" in text
        assert "没有认出这一列" in text
        assert "没有找到表头" in text

    def test_shows_a_hundred_refused_rows_and_has_all_in_the_report(
        self, office: Office, admin: CheckingClient
    ) -> None:
        rows = "房号 | 业主 | 建筑面积\n" + "\n".join(f"1-1-{n:04d} | 王明 | " for n in range(101, 251))
        url = upload(admin, workbook({"S": table(rows)}).getvalue()).location
        text = admin.get(url).text
        assert "只列出前 100 行" in text
        report = CalamineWorkbook.from_filelike(io.BytesIO(admin.get(f"{url}/report.xlsx").data))
        assert len(report.get_sheet_by_index(0).to_python()) == 151


class TestTheImport:
    def test_without_javascript_a_press_writes_a_piece(self, office: Office, admin: CheckingClient) -> None:
        url = upload(admin).location
        assert start(admin, url).location.endswith(url)
        assert "正在导入" in admin.get(url).text
        assert press_on(admin, url) == 3
        text = admin.get(url).text
        assert "导入完成" in text
        assert "写入 648 户、966 人、60 个车位、60 辆车" in text
        assert (count(office, Home), count(office, ParkingSpace)) == (648, 60)
        row = brought(office)
        assert (row.state, row.done, row.taken["homes"]) == (ImportState.DONE, 3, 648)

    def test_htmx_gets_the_progress_alone_and_at_the_end_the_whole_page(
        self, office: Office, admin: CheckingClient
    ) -> None:
        url = upload(admin).location
        start(admin, url)
        headers = {"HX-Request": "true", "HX-Target": "progress"}
        admin.post(f"{url}/next", data={"piece": "0"}, headers=headers)
        block = admin.get(url, headers=headers).text
        assert block.lstrip().startswith('<section class="card" id="progress"')
        assert 'hx-trigger="load delay:50ms, submit"' in block
        assert "1 / 3 批" in block
        press_on(admin, url)
        assert admin.get(url, headers=headers).headers["HX-Redirect"] == url

    def test_a_piece_that_was_written_already_is_only_passed_over(
        self, office: Office, admin: CheckingClient
    ) -> None:
        url = upload(admin).location
        start(admin, url)
        for _again in range(3):
            assert admin.post(f"{url}/next", data={"piece": "0"}).status_code == 303
        assert count(office, Home) == 400
        assert brought(office).done == 1

    def test_nothing_is_written_before_somebody_has_confirmed(
        self, office: Office, admin: CheckingClient
    ) -> None:
        url = upload(admin).location
        admin.post(f"{url}/next", data={"piece": "0"})
        assert count(office, Home) == 0

    def test_a_stale_confirmation_is_refused(self, office: Office, admin: CheckingClient) -> None:
        url = upload(admin).location
        seen = version(admin, url)
        assert admin.post(f"{url}/start", data={"_version": seen}).status_code == 303
        assert admin.post(f"{url}/start", data={"_version": seen}).status_code == 409
        assert admin.post(f"{url}/drop", data={"_version": seen}).status_code == 409
        assert brought(office).state is ImportState.RUNNING

    def test_a_double_tap_on_upload_is_one_import(self, office: Office, admin: CheckingClient) -> None:
        answers = [
            admin.post(
                "/estate/import",
                data={"_key": "the same", "workbook": (io.BytesIO(MESSY), "a.xlsx")},
                content_type="multipart/form-data",
            )
            for _tap in range(2)
        ]
        assert answers[0].location == answers[1].location
        assert count(office, RollImport) == 1

    def test_a_stopped_import_keeps_what_it_wrote_and_the_same_file_brings_the_rest(
        self, office: Office, admin: CheckingClient
    ) -> None:
        url = upload(admin).location
        start(admin, url)
        admin.post(f"{url}/next", data={"piece": "0"})
        admin.post(f"{url}/drop", data={"_version": version(admin, url)})
        assert "之前写入的 400 户都在" in admin.get(url).text
        admin.post(f"{url}/next", data={"piece": "1"})
        assert count(office, Home) == 400
        again = upload(admin).location
        assert "确认导入 248 户" in admin.get(again).text
        start(admin, again)
        press_on(admin, again)
        assert (count(office, Home), count(office, Person)) == (648, 966)

    def test_the_report_has_every_row_also_when_it_is_done(
        self, office: Office, admin: CheckingClient
    ) -> None:
        url = upload(admin).location
        before = CalamineWorkbook.from_filelike(io.BytesIO(admin.get(f"{url}/report.xlsx").data))
        start(admin, url)
        press_on(admin, url)
        after = CalamineWorkbook.from_filelike(io.BytesIO(admin.get(f"{url}/report.xlsx").data))
        rows = after.get_sheet_by_index(0).to_python()
        assert rows == before.get_sheet_by_index(0).to_python()
        assert len(rows) == 1 + 653 + 60


class TestTheTray:
    def files(self, app: Flask) -> list[Path]:
        return [path for path in (app.config["INSTANCE"] / FOLDER).rglob("*") if path.is_file()]

    @pytest.fixture(autouse=True)
    def _empty(self, app: Flask) -> None:
        for path in self.files(app):
            path.unlink()

    def test_what_lies_on_the_disk_is_encrypted_and_goes_when_it_is_written(
        self, app: Flask, office: Office, admin: CheckingClient
    ) -> None:
        """PRI-3."""
        url = upload(admin).location
        assert len(self.files(app)) == 4
        assert not any("花园".encode() in path.read_bytes() for path in self.files(app))
        start(admin, url)
        press_on(admin, url)
        assert sorted(path.name for path in self.files(app)) == ["read", *(f"result-{n}" for n in range(3))]

    def test_a_file_that_waited_too_long_is_over(self, office: Office, admin: CheckingClient) -> None:
        url = upload(admin).location
        seen = version(admin, url)
        with clock.standing_still_at(MORNING + rules.WAITS):
            admin = self.later(admin)
            assert "这份文件已过期" in admin.get(url).text
            answer = admin.post(f"{url}/start", data={"_version": seen})
            assert answer.status_code == 422
            assert "重新上传" in answer.text

    def later(self, client: CheckingClient) -> CheckingClient:
        with client.session_transaction() as session:
            session["signed_in_at"] = clock.now().timestamp()
        return client

    def test_the_next_upload_throws_away_what_nobody_wants(
        self, app: Flask, office: Office, admin: CheckingClient
    ) -> None:
        upload(admin)
        for path in {path.parent for path in self.files(app)}:
            os.utime(path, (0, 0))
        old = {path.parent for path in self.files(app)}
        with clock.standing_still_at(MORNING + timedelta(hours=25)):
            upload(self.later(admin))
            assert not any(path.exists() for path in old)
            assert "已作废" in admin.get("/estate/import").text

    def test_an_import_whose_pieces_are_gone_ends_with_a_sentence(
        self, app: Flask, office: Office, admin: CheckingClient
    ) -> None:
        url = upload(admin).location
        start(admin, url)
        for path in self.files(app):
            path.unlink()
        answer = admin.post(f"{url}/next", data={"piece": "0"}, follow_redirects=True)
        assert "会从断的地方接着导入" in answer.text
        assert "这份文件已作废" in answer.text
        assert "已经没有了" in admin.get(f"{url}/report.xlsx", follow_redirects=True).text

    def test_a_tray_of_an_older_pmweb_is_gone(
        self, office: Office, admin: CheckingClient, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        url = upload(admin).location
        monkeypatch.setattr("pmweb.blueprints.estate.tray.FORMAT", 2)
        assert "这份文件已过期" in admin.get(url).text


class TestBadInput:
    @pytest.mark.parametrize(
        ("content", "sentence"),
        [
            (b"", "文件不完整"),
            (b"PK\x03\x04 torn", "文件已损坏或不完整"),
            (MESSY[: len(MESSY) // 2], "文件已损坏或不完整"),
            (b"just a letter", "这不是工作簿"),
            (b"\xff\xd8\xff\xe0 a photo", "这不是工作簿"),
            (b"<html><table>", "这是保存成 .xls 的网页"),
            (workbook({"S": table("一 | 二\n三 | 四")}).getvalue(), "没有找到房屋表"),
            (b"PK\x03\x04" + b"0" * (15 * 1024 * 1024), "单个文件不超过 15 MB"),
        ],
    )
    def test_a_file_that_is_no_roll_is_refused_in_place(
        self, office: Office, admin: CheckingClient, content: bytes, sentence: str
    ) -> None:
        answer = upload(admin, content)
        assert answer.status_code == 422
        assert sentence in answer.text
        assert "没有读到台账" in answer.text
        assert count(office, RollImport) == 0

    def test_no_file_at_all(self, office: Office, admin: CheckingClient) -> None:
        answer = admin.post("/estate/import", data={})
        assert answer.status_code == 422
        assert "请选择房产台账的文件" in answer.text


class TestWhoMay:
    @pytest.mark.parametrize("role", [Role.OFFICE_MANAGER, Role.DEPARTMENT_SUPERVISOR, Role.ADMIN])
    def test_import(self, client_for: Client, role: Role) -> None:
        client = client_for(role)
        assert client.get(upload(client).location).status_code == 200

    @pytest.mark.parametrize("role", [Role.RECEPTIONIST, Role.CASHIER, Role.GUARD, Role.AUDITOR])
    def test_not_import(self, office: Office, client_for: Client, admin: CheckingClient, role: Role) -> None:
        url = upload(admin).location
        client = client_for(role)
        assert upload(client).status_code == 403
        for address in ("/estate/import", url, f"{url}/report.xlsx"):
            assert client.get(address).status_code == 403
        for act in ("start", "next", "drop"):
            assert client.post(f"{url}/{act}", data={"_version": "1"}).status_code == 403

    def test_nobody_sees_the_import_of_another_estate(
        self, office: Office, client_for: Client, admin: CheckingClient
    ) -> None:
        url = upload(admin).location
        other = client_for(Role.ADMIN, estate=office.other_estate())
        assert other.get(url).status_code == 404
        assert other.get(f"{url}/report.xlsx").status_code == 404
        for act in ("start", "next", "drop"):
            assert other.post(f"{url}/{act}", data={"_version": "1"}).status_code == 404
