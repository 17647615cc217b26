"""``pmweb import homes``, as contract.md promises it."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from python_calamine import CalamineWorkbook
from sqlalchemy import func, select

from pmweb import clock
from pmweb.blueprints.estate import commands
from pmweb.blueprints.estate.operations.takeover import Source, Weighed, take_over
from pmweb.blueprints.estate.roll import Piece, read_roll
from pmweb.cli import main
from pmweb.extensions import db, unit
from pmweb.models.estate import Estate
from pmweb.models.homes import Home
from pmweb.models.people import Person
from pmweb.models.staff import StaffRole
from tests.blueprints.estate.rolls import SAMPLES
from tests.office import Office
from tests.workbooks import table, workbook

MESSY = str(SAMPLES / "home-roll-messy.xlsx")
FIGURES = "homes 648 · sold 616 · unsold 32 · people 966 · companies 1 · spaces 60 · plates 60 · refused 2"

Run = Callable[..., Result]


@pytest.fixture
def run(office: Office) -> Run:
    """The command in the app of the test."""
    db.session.rollback()

    def invoke(*args: str) -> Result:
        result = CliRunner().invoke(commands.homes, list(args))
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        return result

    return invoke


def count(office: Office, noun: type) -> int:
    office.enter(office.estate)
    return unit().scalar(select(func.count()).select_from(noun)) or 0


def last(result: Result) -> str:
    return result.stdout.strip().splitlines()[-1]


def test_the_messy_sample_ends_with_its_figures(office: Office, run: Run) -> None:
    result = run(MESSY, "--estate", "A")
    assert result.exit_code == 0
    assert last(result) == FIGURES
    assert "home rows 652 · new 648 · known 0 · same 2 · refused 2" in result.stdout
    assert "parking rows 60 · new 60 · known 0 · same 0 · refused 0" in result.stdout
    assert (
        "written: buildings 5 · homes 648 · sold 616 · people 966 · ties 974 · spaces 60 · vehicles 60"
        in result.stdout
    )
    assert "Sheet1 row 656: total of homes 648 agrees" in result.stdout
    assert "Sheet1 row 195: 产权人：与第 194 行的业主不一致" in result.stderr
    assert "the owner contradicts row 194" in result.stderr
    assert count(office, Home) == 648


def test_the_same_file_twice_changes_nothing(office: Office, run: Run) -> None:
    run(MESSY, "--estate", "A")
    result = run(MESSY, "--estate", "a")
    assert (result.exit_code, last(result)) == (0, FIGURES)
    assert "home rows 652 · new 0 · known 648 · same 2 · refused 2" in result.stdout
    assert "written: nothing" in result.stdout


def test_no_identity_number_is_shown(office: Office, run: Run) -> None:
    """PRI-3."""
    result = run(MESSY, "--estate", "A")
    assert not re.search(r"[0-9]{15}", result.output)


def test_a_dry_run_says_the_same_and_writes_nothing(office: Office, run: Run) -> None:
    result = run(MESSY, "--estate", "A", "--dry-run")
    assert (result.exit_code, last(result)) == (0, FIGURES)
    assert count(office, Home) == 0
    result = run(MESSY, "--estate", "NEW", "--dry-run")
    assert (result.exit_code, last(result)) == (0, FIGURES)
    assert unit().scalar(select(func.count(Estate.id))) == 1


def test_strict_saves_nothing_when_a_row_is_refused(office: Office, run: Run) -> None:
    result = run(MESSY, "--estate", "A", "--strict")
    assert result.exit_code == 1
    assert "nothing was saved" in result.stderr
    assert count(office, Home) == 0
    result = run(str(SAMPLES / "home-roll.xlsx"), "--estate", "A", "--strict")
    assert result.exit_code == 0
    assert count(office, Home) == 648


def test_an_unknown_estate_is_created_with_the_name_of_the_sheet(office: Office, run: Run) -> None:
    steward_id = office.staff(steward=True).id
    result = run(MESSY, "--estate", "hy-2")
    assert "new estate HY-2: 某某花园" in result.stdout
    assert "nobody may enter" not in result.stderr
    estate = unit().scalars(select(Estate).where(Estate.code == "HY-2")).one()
    assert unit().scalar(select(StaffRole.staff_id).where(StaffRole.estate_id == estate.id)) == steward_id
    assert count(office, Home) == 0
    office.enter(estate)
    assert unit().scalar(select(func.count(Home.id))) == 648


def test_the_name_of_a_new_estate_can_be_said_or_asked(
    office: Office, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    result = run(MESSY, "--estate", "B", "--name", "竹溪里")
    assert "new estate B: 竹溪里" in result.stdout
    assert "nobody may enter it yet" in result.stderr
    monkeypatch.setattr(commands, "_name_for", lambda code, roll: f"{roll.estate_name}{code}")
    assert "new estate C: 某某花园C" in run(MESSY, "--estate", "C").stdout


def test_a_terminal_is_asked_for_the_name(monkeypatch: pytest.MonkeyPatch) -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    monkeypatch.setattr("sys.stdin", Terminal())
    monkeypatch.setattr("click.prompt", lambda text, default: f"{text}? {default}")
    roll = read_roll(Path(MESSY), clock.today())
    assert commands._name_for("X", roll) == "Name of the new estate X? 某某花园"


def test_the_report_accounts_for_every_row(office: Office, run: Run, tmp_path: Path) -> None:
    report = tmp_path / "out.xlsx"
    run(MESSY, "--estate", "A", "--report", str(report))
    rows = CalamineWorkbook.from_path(str(report)).get_sheet_by_index(0).to_python()
    assert rows[0][:4] == ["工作表 Sheet", "行 Row", "结果", "Outcome"]
    assert [row[1] for row in rows if row[0] == "Sheet1"] == list(range(4, 657))
    assert len([row for row in rows if row[2] == "未导入"]) == 2
    by_row = {(row[0], row[1]): row for row in rows}
    assert by_row["Sheet1", 4][4] == "1-1-0101"
    assert by_row["Sheet1", 66][5:7] == ["与第 65 行相同", "the same as row 65"]


def test_an_interrupted_import_is_finished_by_running_it_again(
    office: Office, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls: list[int] = []

    def killed(piece: Piece, source: Source) -> tuple[Weighed, dict[str, int]]:
        calls.append(1)
        if len(calls) == 2:
            raise KeyboardInterrupt
        return take_over(piece, source)

    monkeypatch.setattr(commands, "take_over", killed)
    assert CliRunner().invoke(commands.homes, [MESSY, "--estate", "A"]).exit_code != 0
    assert count(office, Home) == 400
    monkeypatch.setattr(commands, "take_over", take_over)
    result = run(MESSY, "--estate", "A")
    assert last(result) == FIGURES
    assert (count(office, Home), count(office, Person)) == (648, 966)


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"PK\x03\x04 torn", "文件已损坏或不完整"),
        (b"hello", "这不是工作簿"),
        (b"<html>", "这是保存成 .xls 的网页"),
        (workbook({"Sheet1": table("一 | 二\n三 | 四")}).getvalue(), "没有找到房屋表"),
    ],
)
def test_a_file_of_which_nothing_can_be_read_is_refused_with_the_reason(
    office: Office, run: Run, tmp_path: Path, content: bytes, sentence: str
) -> None:
    file = tmp_path / "roll.xlsx"
    file.write_bytes(content)
    result = run(str(file), "--estate", "NEW")
    assert result.exit_code == 1
    assert sentence in result.stderr
    assert unit().scalar(select(func.count(Estate.id))) == 1


def test_wrong_usage_is_said_before_anything_is_read(run: Run) -> None:
    assert run(MESSY).exit_code == 2
    assert run("no-such-file.xlsx", "--estate", "A").exit_code == 2
    assert "homes" in CliRunner().invoke(main, ["import", "--help"]).output


def test_many_refused_rows_are_cut_off_on_the_terminal(office: Office, run: Run, tmp_path: Path) -> None:
    rows = "房号 | 业主 | 建筑面积\n" + "\n".join(f"1-1-{n:04d} | 王明 | " for n in range(101, 161))
    file = tmp_path / "roll.xlsx"
    file.write_bytes(workbook({"Sheet1": table(rows)}).getvalue())
    result = run(str(file), "--estate", "A")
    assert (result.exit_code, last(result).startswith("homes 0 ")) == (0, True)
    assert "… and 10 more" in result.stderr
