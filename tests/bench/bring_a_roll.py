"""Bring 20,000 homes into an instance of this process's own, by command or by pages, and print what it took.

``python -m tests.bench.bring_a_roll command|pages FOLDER``. A process of its own, so that the peak of memory is that
of the import alone.
"""

from __future__ import annotations

import io
import json
import random
import resource
import secrets
import sys
import time
from pathlib import Path
from typing import Any

import xlsxwriter
from click.testing import CliRunner
from flask import Flask
from sqlalchemy import event

from pmweb import create_app
from pmweb.blueprints.estate.commands import homes
from pmweb.domain.permissions import Role
from pmweb.extensions import db, unit
from pmweb.models.session_rules import close_session
from tests.office import Office, sign_in

HOMES = 20_000
SPACES = 5_000
_SIGNS = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗明伟芳娜秀英敏静丽强磊军洋勇艳杰娟涛超"
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)


def write_roll(file: Path, chance: random.Random) -> None:
    """A roll as untidy as an office keeps it: addresses and dates in several forms, co-owners, contacts, spaces."""
    book = xlsxwriter.Workbook(str(file), {"constant_memory": True})
    sheet = book.add_worksheet("业主")
    sheet.write_row(0, 0, ["大花园业主信息登记总表"])
    heads = [
        "序号",
        "房屋编号",
        "产权人",
        "手机",
        "身份证号",
        "建面（㎡）",
        "收楼时间",
        "共有人",
        "紧急联系人及电话",
    ]
    sheet.write_row(1, 0, heads)
    for number in range(HOMES):
        building, rest = divmod(number, 108)
        section, rest = divmod(rest, 54)
        floor, door = divmod(rest, 3)
        form = chance.choice(("{}-{}-{:02}{:02}", "{}栋{}单元{:02}{:02}", "{}号楼{}单元{}{:02}室"))
        row: list[Any] = [number + 1, form.format(building + 1, section + 1, floor + 1, door + 1)]
        if chance.random() < 0.05:
            row += ["未售", "", "", 89.5]
        else:
            row += [
                _name(chance),
                f"139 {chance.randrange(10**4):04} {chance.randrange(10**4):04}",
                _card(chance),
            ]
            row += [chance.choice((97.06, "118.88㎡", 68.5)), chance.choice(("2026.9.4", "2026年10月9日"))]
            row += ["、".join(_name(chance) for _one in range(chance.choice((0, 0, 1, 2))))]
            row += [f"{_name(chance)} 139{chance.randrange(10**8):08}" if chance.random() < 0.2 else ""]
        sheet.write_row(number + 2, 0, row)
    sheet.write_row(HOMES + 2, 0, ["", "合计", f"{HOMES}户"])
    parking = book.add_worksheet("车位")
    parking.write_row(0, 0, ["车位号", "房屋编号", "车牌"])
    for number in range(SPACES):
        home = f"{chance.randrange(1, 180)}-1-0101"
        parking.write_row(number + 1, 0, [f"B1-{number:05}", home, f"沪A{chance.randrange(10**4, 10**5)}"])
    book.close()


def _name(chance: random.Random) -> str:
    return "".join(chance.choice(_SIGNS) for _sign in range(chance.choice((2, 3, 3))))


def _card(chance: random.Random) -> str:
    born = f"{chance.randrange(1950, 2005)}{chance.randrange(1, 13):02}{chance.randrange(1, 29):02}"
    digits = f"{chance.choice(('310104', '110105'))}{born}{chance.randrange(1000):03}"
    total = sum(int(digit) * weight for digit, weight in zip(digits, _WEIGHTS, strict=True))
    return digits + "10X98765432"[total % 11]


class Locks:
    """How long each write transaction held the lock, in seconds."""

    def __init__(self) -> None:
        self.held: list[float] = []
        self._since = 0.0
        event.listen(db.engine, "begin", self._begun)
        event.listen(db.engine, "commit", self._ended)
        event.listen(db.engine, "rollback", self._ended)

    def _begun(self, connection: Any) -> None:
        if connection.get_execution_options().get("pmweb_write"):
            self._since = time.perf_counter()

    def _ended(self, _connection: Any) -> None:
        if self._since:
            self.held.append(time.perf_counter() - self._since)
        self._since = 0.0


def by_command(file: Path) -> str:
    """``pmweb import homes``; the last line."""
    return CliRunner().invoke(homes, [str(file), "--estate", "A"]).stdout.strip().splitlines()[-1]


def by_pages(app: Flask, file: Path, office: Office) -> str:
    """Upload, preview, confirm, press on to the end; how many pieces."""
    staff, estate = office.staff(Role.ADMIN), office.estate
    client = app.test_client()
    sign_in(client, staff, estate)
    here = str(estate.id)
    close_session(unit())

    def post(url: str, **data: Any) -> Any:
        answer = client.post(url, data={"_key": secrets.token_hex(8), "_estate": here, **data})
        assert answer.status_code == 303, answer.text
        return answer

    url = post("/estate/import", workbook=(io.BytesIO(file.read_bytes()), file.name)).location
    assert client.get(url).status_code == 200
    post(f"{url}/start", _version="1")
    piece = 0
    while "正在导入" in client.get(url).text:
        post(f"{url}/next", piece=str(piece))
        piece += 1
    return f"{piece} pieces"


def main(way: str, folder: Path) -> None:
    """Do it, and print the figures as JSON."""
    file = folder / "roll.xlsx"
    if not file.exists():
        write_roll(file, random.Random(7))
    app = create_app(
        {
            "TESTING": True,
            "INSTANCE": folder,
            "SECRET_KEY": "a measurement",
            "DATA_KEY": bytes(32),
            "SQLALCHEMY_DATABASE_URI": f"sqlite:///{folder / f'{way}.db'}",
            "WTF_CSRF_ENABLED": False,
            "RATELIMIT_ENABLED": False,
        }
    )
    with app.app_context():
        db.create_all()
        office, locks = Office(), Locks()
        db.session.rollback()
        took, said = [], ""
        for _time in range(2 if way == "command" else 1):
            begun = time.perf_counter()
            said = by_command(file) if way == "command" else by_pages(app, file, office)
            took.append(round(time.perf_counter() - begun, 1))
    figures = {
        "way": way,
        "said": said,
        "seconds": took,
        "longest_lock": round(max(locks.held), 2),
        "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
    }
    sys.stdout.write(json.dumps(figures, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
