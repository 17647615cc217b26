"""The pages of the resident's link and the printed papers (P-4, P-20, P-21, FM-23)."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from pmweb import clock
from pmweb.blueprints.complaints.models import Complaint, ComplaintWord
from pmweb.blueprints.complaints.operations import answers, resident
from pmweb.blueprints.complaints.rules import AnswerChannel, ComplaintState, LevelId
from pmweb.blueprints.complaints.views.links import token_of
from pmweb.domain.permissions import Permission, Role, granted
from pmweb.extensions import limiter, unit
from pmweb.models.audit import AuditEntry
from pmweb.models.journal import JournalEntry
from pmweb.models.session_rules import RESIDENT
from pmweb.models.staff import Staff
from tests.blueprints.complaints.cases import Cast
from tests.checking_client import CheckingClient
from tests.databases import KINDS, beside
from tests.office import MORNING, Office, desk_of, visitor
from tests.races import at_once

ClientFor = Callable[..., CheckingClient]
TICK = timedelta(microseconds=1)
BOTH_DATABASES = pytest.mark.parametrize("database_kind", KINDS, indirect=True)
CLOSED = "这个链接现在打不开"


@pytest.fixture
def cast(office: Office) -> Cast:
    return Cast(office)


@pytest.fixture
def complaint(cast: Cast) -> Complaint:
    """A complaint with a link, an owner beside the one who complained, and somebody complained of."""
    cast.office.owner(cast.home)
    complaint = cast.take(against=cast.office.staff(Role.GUARD, name="孙立"), against_name="")
    resident.issue_link(complaint, MORNING)
    unit().commit()
    return complaint


@pytest.fixture
def nobody(app: Flask) -> CheckingClient:
    return visitor(app)


def address(complaint: Complaint) -> str:
    return f"/complaints/r/{token_of(complaint)}"


def words() -> list[ComplaintWord]:
    return list(unit().scalars(select(ComplaintWord).where(ComplaintWord.by_id.is_(None))))


# --- what is shown


def test_the_resident_sees_how_far_it_is_without_signing_in(
    nobody: CheckingClient, complaint: Complaint
) -> None:
    answer = nobody.get(address(complaint))
    assert answer.status_code == 200
    for shown in (complaint.number, "2026-03-05 09:00", "噪声扰民", "已受理", "2026-03-07 24:00", "松涛苑"):
        assert shown in answer.text
    assert complaint.description not in answer.text
    assert complaint.demand not in answer.text


@pytest.mark.parametrize(
    ("state", "done"),
    [
        (ComplaintState.RECEIVED, 0),
        (ComplaintState.ASSIGNED, 1),
        (ComplaintState.WAITING_EXTERNAL, 1),
        (ComplaintState.RESULT_REPORTED, 2),
        (ComplaintState.RESIDENT_INFORMED, 2),
        (ComplaintState.CLOSED, 4),
        (ComplaintState.REOPENED, 1),
    ],
)
def test_the_stages_behind_are_marked(
    nobody: CheckingClient, cast: Cast, state: ComplaintState, done: int
) -> None:
    complaint = cast.in_state(state)
    resident.issue_link(complaint, MORNING)
    text = nobody.get(address(complaint)).text
    assert len(re.findall(r'<li data-s="', text)) == 4
    assert text.count('<li data-s="done">') == done
    assert text.count('<li data-s="now">') == (0 if done == 4 else 1)


def test_a_promise_that_was_not_kept_is_said(nobody: CheckingClient, complaint: Complaint) -> None:
    with clock.standing_still_at(MORNING + timedelta(days=4)):
        assert "已经超过" in nobody.get(address(complaint)).text


def test_the_answer_of_the_office_is_read_through_the_link(
    nobody: CheckingClient, cast: Cast, complaint: Complaint
) -> None:
    """P-20, P-21: what was said by phone stands there, too."""
    answers.reply(complaint, AnswerChannel.PHONE, "明天 12 点起午休时段停工", cast.receiver, MORNING)
    text = nobody.get(address(complaint)).text
    assert "明天 12 点起午休时段停工" in text
    assert "物业服务中心" in text


def test_nobody_is_named_behind_a_link(app: Flask, nobody: CheckingClient, cast: Cast) -> None:
    """Neither who complained, nor of whom, nor who of the office; nothing of what the office noted for itself."""
    owner = cast.office.owner(cast.home)
    against = cast.office.staff(Role.GUARD, name="孙立")
    complaint = cast.take(against=against, levels=frozenset({LevelId.MINOR}))
    resident.issue_link(complaint, MORNING)
    everybody = [*unit().scalars(select(Staff.name)), owner.name, complaint.complainant_name, "孙立"]
    told = "、".join(everybody) + " 13900139000 138 0013 8000 已谈过"
    answers.reply(complaint, AnswerChannel.VISIT, told, cast.receiver, MORNING)
    cast.bring(complaint, ComplaintState.REOPENED)
    resident.write(complaint, told, MORNING, key="k")
    numbers = {
        "13900139000",
        "13800138000",
        "139 0013 9000",
        "138 0013 8000",
        *unit().scalars(select(Staff.mobile)),
    }
    inside = {complaint.rounds[0].result, complaint.rounds[0].root_cause, complaint.rounds[0].reason}
    for language in ("zh", "en"):
        text = nobody.get(address(complaint), headers={"Accept-Language": language}).text
        found = [secret for secret in {*everybody, *numbers, *inside} if secret and secret in text]
        assert found == []
        assert cast.home.label not in text


def test_what_a_link_shows_is_kept_nowhere(nobody: CheckingClient, complaint: Complaint) -> None:
    for url in (address(complaint), "/complaints/r/nothing"):
        headers = nobody.get(url).headers
        assert "no-store" in headers["Cache-Control"]
        assert "noindex" in headers["X-Robots-Tag"]
        assert headers["Referrer-Policy"] == "same-origin"
    assert '<meta name="robots" content="noindex' in nobody.get(address(complaint)).text


# --- which links open nothing


def _withdrawn(cast: Cast, complaint: Complaint) -> str:
    url = address(complaint)
    resident.withdraw_link(complaint, MORNING)
    return url


def _issued_anew(cast: Cast, complaint: Complaint) -> str:
    url = address(complaint)
    resident.issue_link(complaint, MORNING)
    return url


def _tampered(cast: Cast, complaint: Complaint) -> str:
    url = address(complaint)
    return url[:-5] + ("A" if url[-5] != "A" else "B") + url[-4:]


def _another_serial(cast: Cast, complaint: Complaint) -> str:
    """Signed by us, with the number of one complaint and the serial of another."""
    other = cast.take(home=cast.office.home("0202"))
    resident.issue_link(other, MORNING)
    mine, complaint.link_serial = complaint.link_serial, other.link_serial
    url = address(complaint)
    complaint.link_serial = mine
    return url


def _another_estate(cast: Cast, complaint: Complaint) -> str:
    """Signed by us, with the number of an estate in which the complaint does not lie."""
    other = cast.office.other_estate()

    class Elsewhere:
        estate_id, id, link_serial = other.id, complaint.id, complaint.link_serial

    stranger: Any = Elsewhere
    return address(stranger)


def _ended(cast: Cast, complaint: Complaint) -> str:
    complaint.link_until_at = MORNING
    return address(complaint)


NO_LINKS = [
    lambda cast, complaint: "/complaints/r/nothing",
    _withdrawn,
    _issued_anew,
    _tampered,
    _another_serial,
    _another_estate,
    _ended,
]


@pytest.mark.parametrize("made", NO_LINKS)
def test_no_other_link_opens_and_nothing_tells_why(
    app: Flask, cast: Cast, complaint: Complaint, made: Callable[[Cast, Complaint], str]
) -> None:
    """The page, its status and its headers are those of an address that somebody made up."""
    url = made(cast, complaint)
    unit().commit()
    plain = visitor(app).get("/complaints/r/x")
    for method in ("GET", "POST"):
        answer = visitor(app).open(
            url, method=method, data={"text": "还在施工"} if method == "POST" else None
        )
        assert answer.status_code == 404
        assert CLOSED in answer.text
        assert complaint.number not in answer.text
        assert "松涛苑" not in answer.text
        if method == "GET":
            assert answer.text == plain.text
            assert dict(answer.headers) == dict(plain.headers)
        else:
            assert "还在施工" in answer.text
    assert words() == []


def test_a_link_opens_until_the_last_instant(nobody: CheckingClient, complaint: Complaint) -> None:
    url, until = address(complaint), complaint.link_until_at
    assert until is not None
    for at, status in ((until - TICK, 200), (until, 404)):
        with clock.standing_still_at(at):
            assert nobody.get(url).status_code == status


# --- what is written


def test_what_is_written_reaches_the_office(nobody: CheckingClient, complaint: Complaint) -> None:
    answer = nobody.post(address(complaint), data={"text": "今天中午又开工了"})
    assert (answer.status_code, answer.location) == (303, address(complaint))
    page = nobody.get(address(complaint)).text
    assert "已收到您的留言" in page
    assert "今天中午又开工了" in page
    (word,) = words()
    assert (word.text, word.channel, word.complaint_id) == ("今天中午又开工了", "link", complaint.id)
    entry = unit().scalars(select(JournalEntry).where(JournalEntry.event == "complaint.word")).one()
    assert entry.actor == RESIDENT.code
    trail = select(AuditEntry.actor).where(AuditEntry.subject_kind == "ComplaintWord")
    assert unit().scalars(trail).all() == [RESIDENT.code]


def test_a_double_tap_writes_once(nobody: CheckingClient, complaint: Complaint) -> None:
    sent = {"text": "今天中午又开工了", "_key": "the-same"}
    for _ in range(3):
        assert nobody.post(address(complaint), data=sent).status_code == 303
    assert len(words()) == 1
    nobody.post(address(complaint), data=sent | {"_key": "another"})
    assert len(words()) == 2


@BOTH_DATABASES
def test_two_taps_at_the_same_moment_write_once(app: Flask, complaint: Complaint) -> None:
    """The second waits for the first, and is answered alike."""
    url, sent = address(complaint), {"text": "今天中午又开工了", "_key": "the-same"}
    browsers = [visitor(app) for _ in range(4)]
    answers = at_once(*[lambda one=one: one.raw_post(url, sent) for one in browsers])
    assert {(answer.status_code, answer.location) for answer in answers} == {(303, url)}
    unit().rollback()
    assert len(words()) == 1


@pytest.mark.parametrize("key", ["", "k" * 65, "a\x07"])
def test_a_form_without_a_usable_key_is_none_of_ours(
    nobody: CheckingClient, complaint: Complaint, key: str
) -> None:
    assert nobody.post(address(complaint), data={"text": "在", "_key": key}).status_code == 400
    assert words() == []


@pytest.mark.parametrize(
    ("text", "said"), [("", "请写下您要说的话"), (" \n ", "请写下您要说的话"), ("长" * 501, "最多 500 个字")]
)
def test_what_cannot_be_taken_stays_on_the_page(
    nobody: CheckingClient, complaint: Complaint, text: str, said: str
) -> None:
    answer = nobody.post(address(complaint), data={"text": text})
    assert answer.status_code == 422
    assert said in answer.text
    assert complaint.number in answer.text
    assert text.strip() in answer.text
    assert words() == []


def test_markup_stays_text(nobody: CheckingClient, complaint: Complaint) -> None:
    nobody.post(address(complaint), data={"text": "<script>alert(1)</script>"})
    assert "<script>alert" not in nobody.get(address(complaint)).text


def test_a_colleague_who_opens_the_link_writes_as_the_resident_does(
    app: Flask, office: Office, complaint: Complaint
) -> None:
    """Who is signed in on the device, and where, changes nothing: the link says who acts."""
    other = office.other_estate()
    office.enter(office.estate)
    stranger = office.staff(Role.OFFICE_MANAGER, estate=other)
    for client in (desk_of(app, stranger, other), desk_of(app, office.staff(*Role), office.estate)):
        assert client.get(address(complaint)).status_code == 200
        assert client.post(address(complaint), data={"text": "在"}).status_code == 303
    entries = unit().scalars(select(JournalEntry).where(JournalEntry.event == "complaint.word")).all()
    assert [entry.actor for entry in entries] == [RESIDENT.code] * 2


def test_a_form_of_another_page_is_not_taken(app: Flask, complaint: Complaint) -> None:
    """CSRF holds where nobody signs in, and the sentence is not one about signing in."""
    with beside(app, WTF_CSRF_ENABLED=True) as guarded:
        browser = visitor(guarded)
        refused = browser.post(address(complaint), data={"text": "不是我写的"})
        assert refused.status_code == 400
        assert "/login" not in refused.text
        token = re.search(r'name="csrf_token" value="([^"]+)"', browser.get(address(complaint)).text)
        assert token is not None
        taken = browser.post(address(complaint), data={"text": "是我写的", "csrf_token": token[1]})
        assert taken.status_code == 303
    assert [word.text for word in words()] == ["是我写的"]


@pytest.fixture
def limited(app: Flask) -> Iterator[Flask]:
    """The same instance with its rate limits on."""
    with beside(app, RATELIMIT_ENABLED=True) as guarded:
        limiter.reset()
        yield guarded
        limiter.enabled = False


def test_who_tries_many_links_is_slowed_down(limited: Flask, complaint: Complaint) -> None:
    browser = visitor(limited)
    asked = [browser.get(f"/complaints/r/{number}").status_code for number in range(61)]
    assert asked == [404] * 60 + [429]
    slowed = browser.get(address(complaint))
    assert slowed.status_code == 429
    assert "请稍等几分钟" in slowed.text
    elsewhere = browser.get(address(complaint), environ_base={"REMOTE_ADDR": "10.0.0.2"})
    assert elsewhere.status_code == 200


def test_who_writes_very_fast_is_slowed_down(limited: Flask, complaint: Complaint) -> None:
    browser = visitor(limited)
    sent = [browser.post(address(complaint), data={"text": f"第 {n} 次"}).status_code for n in range(11)]
    assert sent == [303] * 10 + [429]
    assert len(words()) == 10


# --- the office gives it out

MAY = Permission.COMPLAINTS_HANDLE


@pytest.mark.parametrize("role", Role)
def test_who_may_give_a_link_out(client_for: ClientFor, cast: Cast, complaint: Complaint, role: Role) -> None:
    """Who handles complaints, of those that he or she may see; nobody else is even shown the address."""
    rights = granted({role})
    status = 403 if MAY not in rights else 303 if Permission.COMPLAINTS_ASSIGN in rights else 404
    client, url = client_for(role), f"/complaints/{complaint.id}/link"
    before = complaint.link_serial
    data = {"_version": complaint.version}
    assert client.post(url, data=data).status_code == status
    assert client.get(url).status_code == (200 if status == 303 else status)
    assert (complaint.link_serial != before) == (status == 303)


@pytest.mark.parametrize("who", ["receiver", "guard"])
def test_whoever_took_it_down_or_handles_it_gives_the_link_out(app: Flask, cast: Cast, who: str) -> None:
    complaint = cast.in_state(ComplaintState.IN_PROGRESS)
    client = desk_of(app, getattr(cast, who), cast.office.estate)
    url = f"/complaints/{complaint.id}/link"
    assert "生成查询链接" in client.get(url).text
    assert client.post(url, data={"_version": complaint.version}).status_code == 303
    shown = client.get(url).text
    assert f"http://localhost{address(complaint)}" in shown
    assert "<svg" in shown
    assert "2026-04-04 24:00" in shown
    slip = client.get(f"/complaints/{complaint.id}/print/link")
    assert slip.status_code == 200
    assert complaint.number in slip.text
    assert client.post(f"{url}/withdraw", data={"_version": complaint.version}).status_code == 303
    assert complaint.link_serial is None
    assert client.get(f"/complaints/{complaint.id}/print/link").status_code == 404


def test_two_colleagues_at_once_do_not_kill_each_others_link(
    client_for: ClientFor, complaint: Complaint
) -> None:
    """Promise 6: the second sees first that there is a new one."""
    seen, url = complaint.version, f"/complaints/{complaint.id}/link"
    client = client_for(Role.OFFICE_MANAGER)
    assert client.post(url, data={"_version": seen}).status_code == 303
    assert client_for(Role.RECEPTIONIST).post(url, data={"_version": seen}).status_code == 409


def test_a_message_that_came_meanwhile_refuses_nothing_of_the_office(
    client_for: ClientFor, nobody: CheckingClient, complaint: Complaint
) -> None:
    """What somebody records without signal is not held up by fifty messages."""
    seen = complaint.version
    nobody.post(address(complaint), data={"text": "又开工了"})
    taken = client_for(Role.OFFICE_MANAGER).post(f"/complaints/{complaint.id}/link", data={"_version": seen})
    assert taken.status_code == 303


# --- papers


@pytest.mark.parametrize("state", ComplaintState)
@pytest.mark.parametrize("paper", ["record", "receipt"])
def test_the_papers_of_every_state_can_be_printed(
    client_for: ClientFor, cast: Cast, state: ComplaintState, paper: str
) -> None:
    """FM-23; who complained stays masked on paper."""
    complaint = cast.in_state(state)
    unit().commit()
    answer = client_for(Role.OFFICE_MANAGER).get(f"/complaints/{complaint.id}/print/{paper}")
    assert answer.status_code == 200
    for shown in (complaint.number, complaint.description, complaint.demand, "2026-03-05 09:00", "王**"):
        assert shown in answer.text
    assert "王小二" not in answer.text
    assert "13900139000" not in answer.text.replace(" ", "")


def test_the_record_of_a_complaint_that_was_taken_up_again_keeps_the_round_before(
    client_for: ClientFor, cast: Cast
) -> None:
    complaint = cast.in_state(ComplaintState.REOPENED, LevelId.MAJOR)
    unit().commit()
    text = client_for(Role.AUDITOR).get(f"/complaints/{complaint.id}/print/record").text
    for shown in ("第二天又施工", "已约定 12 点到 14 点不施工", "管理处主任", "P-14", "重大投诉"):
        assert shown in text


def test_the_receipt_carries_the_link_only_for_who_may_give_it_out(
    client_for: ClientFor, complaint: Complaint
) -> None:
    url = f"/complaints/{complaint.id}/print/receipt"
    assert "<svg" in client_for(Role.RECEPTIONIST).get(url).text.partition('<ul class="labels">')[2]
    assert '<ul class="labels">' not in client_for(Role.AUDITOR).get(url).text
    assert "2026-03-07 24:00" in client_for(Role.AUDITOR).get(url).text


@pytest.mark.parametrize("paper", ["record", "receipt", "link"])
def test_whose_complaint_it_is_not_prints_nothing(
    client_for: ClientFor, complaint: Complaint, paper: str
) -> None:
    assert client_for(Role.GUARD).get(f"/complaints/{complaint.id}/print/{paper}").status_code == 404
