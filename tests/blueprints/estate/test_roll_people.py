"""Owners, co-owners, contacts and their numbers (FM-01, IDN-1 to IDN-4)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pmweb.blueprints.estate.roll.people import is_company, read_id, read_people, split_ids
from pmweb.blueprints.estate.roll.workbook import Cell
from pmweb.domain.workflow import RuleBroken
from tests.blueprints.estate.rolls import TODAY

# cell → name, relation, phones, words of each person
PEOPLE = [
    ("廖志军、杨子", ["廖志军", "杨子"]),
    ("张三,李四，王五/赵六;钱七", ["张三", "李四", "王五", "赵六", "钱七"]),
    ("张三\n李四", ["张三", "李四"]),
    ("张三 李四", ["张三", "李四"]),
    ("王 明", ["王明"]),
    ("王　明", ["王明"]),
    ("张 三 李 四", ["张三", "李四"]),
    ("欧阳 明轩", ["欧阳明轩"]),
    ("阿依古丽·买买提", ["阿依古丽·买买提"]),
    ("JOHN SMITH", ["JOHN SMITH"]),
    ("陆涛佳 13910667324", ["陆涛佳||13910667324"]),
    ("13910667324 陆涛佳", ["陆涛佳||13910667324"]),
    ("陆涛佳（妻）13910667324", ["陆涛佳|妻|13910667324"]),
    ("陆涛佳(妻子):139 1066 7324", ["陆涛佳|妻子|13910667324"]),
    ("妻子 李梅 13910667324", ["李梅|妻子|13910667324"]),
    ("李梅（13910667324）", ["李梅||13910667324"]),
    ("联系人：李梅 电话：13910667324", ["李梅||13910667324"]),
    ("李梅13910667324、王明 13810667324", ["李梅||13910667324", "王明||13810667324"]),
    ("13910667324李梅13810667324王明", ["李梅||13910667324", "王明||13810667324"]),
    ("李梅 13910667324 13810667324", ["李梅||13910667324 13810667324"]),
    ("王明 13910667324 妻子 李梅 13810667324", ["王明||13910667324", "李梅|妻子|13810667324"]),
    ("李四（50%）", ["李四|||50%"]),
    ("某某科技有限公司", ["某某科技有限公司"]),
    ("某某(上海)科技 有限公司", ["某某（上海）科技有限公司"]),
    ("某某公司、张三", ["某某公司", "张三"]),
    ("13910667324", ["||13910667324"]),
    ("无", []),
    ("", []),
]


@pytest.mark.parametrize(("cell", "people"), PEOPLE)
def test_everybody_in_a_cell(cell: str, people: list[str]) -> None:
    found = [
        "|".join((named.name, named.relation, " ".join(named.phones), named.words)).rstrip("|")
        for named in read_people(cell)
    ]
    assert found == people


def test_an_identity_number_stays_with_its_name() -> None:
    first, second = read_people("李四 310104195601102544、王五 13910667324")
    assert (first.name, first.id_text) == ("李四", "310104195601102544")
    assert (second.name, second.phones) == ("王五", ("13910667324",))
    assert "310104" not in repr(first)


def test_a_contact_with_a_wrong_number_is_refused() -> None:
    with pytest.raises(RuleBroken, match=r"phone\.form"):
        read_people("李梅 1391066732")


@pytest.mark.parametrize(
    "name",
    ["某某科技有限公司", "某某集团", "某某（集团）股份有限公司", "某某街道社区居委会", "某某银行上海分行"],
)
def test_a_company_is_known_by_its_name(name: str) -> None:
    assert is_company(name.replace("（", "(").replace("）", ")"))


@pytest.mark.parametrize("name", ["王明", "公司仪", "石中心", "JOHN SMITH"])
def test_a_person_is_no_company(name: str) -> None:
    assert not is_company(name)


IDS = [
    # number, 证件类型, company by its name → party, kind of number
    ("310104195601102544", "", False, "person", "id_card"),
    ("31010420010327710X", "居民身份证", False, "person", "id_card"),
    ("810000199001010000", "港澳台居民居住证", False, "person", "id_card"),
    ("931000198001010004", "外国人永久居留身份证", False, "person", "id_card"),
    ("91310115MA1K35Q28H", "", True, "company", "uscc"),
    ("91310115MA1K35Q28H", "", False, "company", "uscc"),
    ("91310115MA1K35Q28H", "身份证", False, "company", "uscc"),
    ("91310115MA1K35Q28H", "营业执照", True, "company", "uscc"),
    ("310104195601102544", "", True, "company", "id_card"),
    ("310115000123456", "", True, "company", "other"),
    ("E12345678", "", False, "person", "passport"),
    ("E12345678", "护照", False, "person", "passport"),
    ("H12345678", "", False, "person", "permit"),
    ("12345678", "台胞证", False, "person", "permit"),
    ("AB-1234", "军官证", False, "person", "other"),
]


@pytest.mark.parametrize(("number", "said", "company", "party", "kind"), IDS)
def test_what_an_identity_number_is(number: str, said: str, company: bool, party: str, kind: str) -> None:
    tidy = split_ids(number)[0]
    assert read_id(tidy, said, company=company, today=TODAY) == (party, kind, tidy)


@pytest.mark.parametrize(
    ("number", "code"),
    [
        ("110105197004229930", "id_card.check_digit"),
        ("110105700422993", "id_card.length"),
        ("11010519700422993", "id_card.length"),
        ("110105197013010001", "id_card.birth_date"),
        ("91310115MA1K35Q28J", "uscc.check_digit"),
        ("91310115MA1K35Q28O", "uscc.form"),
        ("?!", "roll.id_form"),
    ],
)
def test_a_wrong_number_is_refused_and_shown_masked(number: str, code: str) -> None:
    with pytest.raises(RuleBroken) as broken:
        read_id(number, "", company=False, today=TODAY)
    assert broken.value.code == code
    assert "*" in str(broken.value.facts["number"])
    assert number not in str(broken.value)


@pytest.mark.parametrize(
    ("cell", "ids"),
    [
        ("310104195601102544、31010420010327710x", ["310104195601102544", "31010420010327710X"]),
        ("310104195601102544 31010420010327710x", ["310104195601102544", "31010420010327710X"]),
        ("310104 19560110 2544", ["310104195601102544"]),
        ("'310104195601102544", ["310104195601102544"]),
        ("", []),
        ("无", []),
    ],
)
def test_identity_numbers_of_a_cell(cell: str, ids: list[str]) -> None:
    assert split_ids(cell) == ids


@pytest.mark.parametrize("cell", [3.10104195601102e17, "3.10104E+17"])
def test_an_identity_number_that_excel_has_rounded_is_refused(cell: Cell) -> None:
    with pytest.raises(RuleBroken, match=r"roll\.lost_digits"):
        split_ids(cell)


names = st.text(alphabet="王李张刘陈杨明伟芳娜秀英敏静", min_size=2, max_size=3)


@given(st.lists(names, min_size=1, max_size=4), st.sampled_from(["、", "，", ",", "/", ";", "\n"]))
def test_names_come_back_in_order_whatever_parts_them(written: list[str], between: str) -> None:
    assert [named.name for named in read_people(between.join(written))] == written


@given(st.text(max_size=80))
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        people = read_people(text)
    except RuleBroken:
        return
    assert all(named.name == named.name.strip() for named in people)
