"""One page, one act, all papers of the moment: the signature through a client (M-6, M-9, M-10, M-18, SIG-4)."""

from __future__ import annotations

import io
import json
import re
from base64 import b64encode
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from pmweb.blueprints.households import operations as households
from pmweb.blueprints.movein.operations import acceptance
from pmweb.blueprints.movein.rules import Result, State
from pmweb.domain.permissions import Role
from pmweb.extensions import db
from pmweb.models.people import TieKind
from pmweb.models.signatures import Signature, SignerSide, SignMethod
from tests.blueprints.movein.journey import DATA, Journey
from tests.checking_client import CheckingClient
from tests.office import MORNING
from tests.pictures import STROKES, jpeg, signature_png

ClientFor = Callable[..., CheckingClient]
DRAWN = {
    "strokes": json.dumps(STROKES),
    "strokes_png": "data:image/png;base64," + b64encode(signature_png()).decode(),
}


def photo() -> tuple[io.BytesIO, str]:
    return io.BytesIO(jpeg()), "page.jpg"


def signing(client: CheckingClient, journey: Journey, **data: Any) -> Any:
    """Open the page, then send what was chosen with what the page carried."""
    url = f"/movein/{journey.move_in.id}/sign"
    page = client.get(url).text
    carried = {
        name: re.findall(rf'name="{name}" value="([^"]*)"', page)[0] for name in ("seen", "side", "signer")
    }
    return client.post(url, data=carried | data)


def test_one_act_signs_all_papers_then_the_repair_department_signs(
    ready: Journey, repairer: CheckingClient
) -> None:
    """M-9, M-10, A-10: what is confirmed stands there in figures."""
    page = repairer.get(f"/movein/{ready.move_in.id}/sign").text
    for words in ("周文博", "房屋质量验收登记表", "水电气表底数确认", "0.35", "1 项不合格转整改"):
        assert words in page, words
    assert 'class="rail' not in page
    signed = signing(repairer, ready, manner="pad", **DRAWN)
    assert signed.location == f"/movein/{ready.move_in.id}/sign"
    assert ready.move_in.state is State.RECTIFYING
    office = repairer.get(signed.location).text
    assert "维修人员" in office
    assert "记为拒签" not in office
    done = signing(repairer, ready, manner="pad", **DRAWN)
    assert done.location == f"/movein/{ready.move_in.id}"
    rows = db.session.scalars(select(Signature)).all()
    assert len({(row.paper, row.side) for row in rows}) == 4
    assert len({row.act for row in rows}) == 2
    assert {row.device for row in rows} == {"Werkzeug/" + rows[0].device.rpartition("/")[2]}
    assert repairer.get(f"/movein/{ready.move_in.id}/sign").location == f"/movein/{ready.move_in.id}"


def test_what_was_signed_in_the_meantime_is_not_signed_unseen(
    ready: Journey, repairer: CheckingClient
) -> None:
    """SIG-2: the page carries what it showed."""
    url = f"/movein/{ready.move_in.id}/sign"
    page = repairer.get(url).text
    seen = re.findall(r'name="seen" value="([^"]*)"', page)[0]
    sheet = acceptance.first_sheet(ready.move_in)
    item = acceptance.items_of(sheet)[3]
    acceptance.mark(
        ready.move_in, sheet, item, Result.NOT_APPLICABLE, checklist=DATA.acceptance, at=ready.now()
    )
    acceptance.confirm_check(ready.move_in, at=ready.now())
    db.session.commit()
    answer = repairer.post(
        url, data={"seen": seen, "side": "resident", "manner": "pad", "signer": ready.owner.id, **DRAWN}
    )
    assert answer.status_code == 422
    assert "要签的内容有改动" in answer.text
    assert "无此项" in answer.text
    assert db.session.scalars(select(Signature)).all() == []


def test_the_owner_may_sign_on_paper_or_refuse(ready: Journey, repairer: CheckingClient) -> None:
    """SIG-4: both without JavaScript; a refusal needs its reason and a witness."""
    refused = signing(repairer, ready, manner="refused", reason="渗水没有修")
    assert refused.status_code == 422
    assert "在场见证人" in refused.text
    assert 'value="渗水没有修"' in refused.text
    assert "请拍下签名页" in signing(repairer, ready, manner="paper").text
    assert "还没有签名" in signing(repairer, ready, manner="pad").text
    assert signing(repairer, ready, manner="refused", reason="渗水没有修", witness="周工").status_code == 303
    rows = db.session.scalars(select(Signature)).all()
    assert {(row.method, row.reason, row.witness) for row in rows} == {
        (SignMethod.REFUSED, "渗水没有修", "周工")
    }
    assert acceptance.first_sheet(ready.move_in).outcome == "refused"


def test_a_person_of_the_register_may_sign_for_the_household(
    ready: Journey, repairer: CheckingClient
) -> None:
    """A-37: the acceptance, but no agreement; also on paper."""
    sister = households.add_person("周文静", mobile="13700137001")
    households.tie(ready.home, sister, TieKind.FAMILY, relation="妹妹")
    db.session.commit()
    page = repairer.get(f"/movein/{ready.move_in.id}/sign").text
    assert page.count(f'<option value="{sister.id}"') == 2
    signed = signing(repairer, ready, manner="paper", signer=str(sister.id), photo=photo())
    assert signed.status_code == 303
    row = db.session.scalars(select(Signature).where(Signature.side == SignerSide.RESIDENT)).first()
    assert row is not None
    assert (row.signer_name, row.on_behalf_of) == ("周文静", "周文博")


def test_what_is_signed_untested_is_listed(journey: Journey, repairer: CheckingClient) -> None:
    """decisions, 待测: signing lists all of them."""
    sheet = journey.start_acceptance()
    journey.walk(sheet, defects=0)
    pond = next(item for item in acceptance.items_of(sheet) if item.code == "BAT-01")
    acceptance.mark(
        journey.move_in, sheet, pond, Result.NOT_TESTED, checklist=DATA.acceptance, at=journey.now()
    )
    due = (journey.at + timedelta(days=1)).date()
    acceptance.describe(journey.move_in, sheet, pond, note="蓄水 24 小时", due_on=due, at=journey.now())
    journey.read_meters()
    acceptance.confirm_check(journey.move_in, at=journey.now())
    db.session.commit()
    page = repairer.get(f"/movein/{journey.move_in.id}/sign").text
    assert f"卫生间 · 蓄水试验 · 蓄水 24 小时 · {due.isoformat()}" in page


def test_the_repair_department_signs_even_where_nobody_of_it_is_known(
    ready: Journey, client_for: ClientFor
) -> None:
    """A-10: then whoever is signed in answers for it."""
    for role in ready.repairer.roles:
        role.ended_at = MORNING
    db.session.commit()
    desk = client_for(Role.RECEPTIONIST, name="林静")
    assert signing(desk, ready, manner="pad", **DRAWN).status_code == 303
    assert signing(desk, ready, manner="pad", **DRAWN).status_code == 303
    row = db.session.scalars(select(Signature).where(Signature.side == SignerSide.OFFICE)).first()
    assert row is not None
    assert row.signer_name == "林静"


def test_who_presents_the_register_may_read_it(journey: Journey, repairer: CheckingClient) -> None:
    """M-5: the owner reads on the repairer's tablet what he signs; when the case has ended it is the desk's again."""
    page = repairer.get(f"/movein/{journey.move_in.id}/print/household_register")
    assert page.status_code == 200
    assert journey.owner.name in page.text
    journey.move_in.voided_at, journey.move_in.void_reason = MORNING, "重复"
    db.session.commit()
    ended = repairer.get(f"/movein/{journey.move_in.id}/print/household_register", follow_redirects=True)
    assert ended.status_code == 403


def test_what_was_refused_can_be_signed_after_all(ready: Journey, repairer: CheckingClient) -> None:
    """SIG-4: the page of the case offers it."""
    refused = {"manner": "refused", "reason": "要先问家人", "witness": "周工"}
    assert signing(repairer, ready, **refused).status_code == 303
    case = f"/movein/{ready.move_in.id}"
    assert "拒签的文件现在补签" in repairer.get(case).text
    page = repairer.get(f"{case}/sign?after_all=1").text
    carried = {
        name: re.findall(rf'name="{name}" value="([^"]*)"', page)[0] for name in ("seen", "side", "signer")
    }
    done = repairer.post(f"{case}/sign?after_all=1", data=carried | DRAWN | {"manner": "pad"})
    assert done.status_code == 303
    assert "拒签的文件现在补签" not in repairer.get(case).text


@pytest.mark.parametrize(
    ("block", "sent", "said"),
    [
        ("onpaper", {"manner": "paper"}, "请拍下签名页"),
        ("refusal", {"manner": "refused"}, "请填写在场见证人"),
        (
            "refusal",
            {"manner": "refused", "reason": "不签", "witness": "周工", "seen": "x"},
            "要签的内容有改动",
        ),
    ],
)
def test_another_way_of_signing_answers_where_its_form_is(
    ready: Journey, repairer: CheckingClient, block: str, sent: dict[str, str], said: str
) -> None:
    """What was drawn on the pad stays: only this part of the page is swapped, and it says why."""
    page = repairer.get(f"/movein/{ready.move_in.id}/sign").text
    carried = {
        name: re.findall(rf'name="{name}" value="([^"]*)"', page)[0] for name in ("seen", "side", "signer")
    }
    answer = repairer.post(
        f"/movein/{ready.move_in.id}/sign",
        data=carried | sent,
        headers={"HX-Request": "true", "HX-Target": block},
    )
    assert answer.status_code == 422
    assert said in answer.text
    assert f'id="{block}" open' in answer.text
    assert "data-sign" not in answer.text


def test_who_only_reads_sees_names_as_on_a_list(
    ready: Journey, repairer: CheckingClient, client_for: ClientFor
) -> None:
    """PRI-5: the auditor reads the paper, not the name and the signature on it."""
    assert signing(repairer, ready, manner="pad", **DRAWN).status_code == 303
    address = f"/movein/{ready.move_in.id}/print/acceptance_sheet"
    assert ready.owner.name in repairer.get(address).text
    read = client_for(Role.AUDITOR).get(address).text
    assert ready.owner.name not in read
    assert "SHA-256" in read
    assert "/files/" not in read


def test_after_a_refusal_the_repair_department_gets_a_page_of_its_own(
    ready: Journey, repairer: CheckingClient
) -> None:
    """The part that was swapped must not stay the owner's: XHR asks for the same address once more."""
    page = repairer.get(f"/movein/{ready.move_in.id}/sign").text
    carried = {
        name: re.findall(rf'name="{name}" value="([^"]*)"', page)[0] for name in ("seen", "side", "signer")
    }
    headers = {
        "HX-Request": "true",
        "HX-Target": "refusal",
        "HX-Current-URL": f"http://localhost/movein/{ready.move_in.id}/sign",
    }
    refused = {"manner": "refused", "reason": "不签", "witness": "周工"}
    done = repairer.post(f"/movein/{ready.move_in.id}/sign", data=carried | refused, headers=headers)
    assert done.status_code == 303
    followed = repairer.get(done.location, headers=headers)
    assert followed.headers["HX-Redirect"] == f"/movein/{ready.move_in.id}/sign"
