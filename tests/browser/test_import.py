"""An office brings its home roll: upload, preview, confirm, progress, done; with and without JavaScript."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import func, select

from pmweb.extensions import unit
from pmweb.models.homes import Home
from tests.browser.checks import faults_of
from tests.browser.conftest import Room
from tests.browser.devices import LANDSCAPE, PHONE, PORTRAIT, Size
from tests.workbooks import Cell, workbook

HOMES = 230


def roll_of(building: str, folder: Path) -> Path:
    """A roll of one building: two rows that are refused, one that is said twice, three parking spaces."""
    rows: list[list[Cell]] = [["房号", "业主", "手机", "建筑面积"]]
    numbers = [f"{floor:02d}{door:02d}" for floor in range(1, 24) for door in range(1, 11)]
    rows += [[f"{building}-1-{number}", "王明", None, 89.46] for number in numbers]
    rows += [rows[1], [f"{building}-1-2401", "李芳", None, None], ["哪里", "李芳", None, 89]]
    spaces: list[list[Cell]] = [["车位号", "房号", "车牌"]]
    spaces += [[f"{building}-{n}", f"{building}-1-010{n}", f"沪A1234{n}"] for n in (1, 2, 3)]
    file = folder / f"{building}.xlsx"
    file.write_bytes(workbook({"业主": rows, "车位": spaces}).getvalue())
    return file


def bring(page: Page, file: Path) -> None:
    page.goto("/estate/import")
    page.get_by_label("房产台账", exact=True).set_input_files(file)
    page.get_by_role("button", name="上传并预览").click()


@pytest.mark.parametrize(
    ("building", "size", "js"),
    [
        pytest.param("71", LANDSCAPE, True, id="1180-js"),
        pytest.param("72", PORTRAIT, True, id="820-js"),
        pytest.param("73", PHONE, False, id="390-no-js"),
    ],
)
def test_a_roll_comes_in_after_somebody_has_looked_at_it(
    room: Room, tmp_path: Path, building: str, size: Size, js: bool
) -> None:
    page = room.device("manager", size, js=js)
    bring(page, roll_of(building, tmp_path))
    expect(page.get_by_role("heading", name="不能导入的行")).to_be_visible()
    expect(page.get_by_text("没有建筑面积")).to_be_visible()
    assert not js or not faults_of(page)
    page.get_by_role("button", name=f"确认导入 {HOMES} 户").click()
    if not js:
        for _piece in range(2):
            page.get_by_role("button", name="继续").click()
    expect(page.get_by_text("导入完成")).to_be_visible()
    expect(page.get_by_text(re.compile(rf"写入 {HOMES} 户、{HOMES} 人、3 个车位、3 辆车"))).to_be_visible()
    assert not js or not faults_of(page)
    with room.server.office():
        written = select(func.count(Home.id)).where(Home.building_name == building)
        assert unit().scalar(written) == HOMES


def test_a_torn_file_is_refused_in_place_and_another_one_taken(room: Room, tmp_path: Path) -> None:
    page = room.device("admin")
    whole = roll_of("74", tmp_path)
    torn = tmp_path / "torn.xlsx"
    torn.write_bytes(whole.read_bytes()[:3000])
    room.watch_of(page).expect(422)
    bring(page, torn)
    expect(page.get_by_role("alert")).to_contain_text("文件已损坏或不完整")
    assert not faults_of(page)
    page.get_by_label("房产台账", exact=True).set_input_files(whole)
    page.get_by_role("button", name="上传并预览").click()
    expect(page.get_by_role("button", name=f"确认导入 {HOMES} 户")).to_be_visible()
    page.get_by_role("button", name="作废").click()
    expect(page.get_by_text("什么都没有写入")).to_be_visible()
