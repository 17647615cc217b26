"""Identity cards, company codes, telephones and plates; every vector of IDN is here."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pmweb.domain import id_numbers
from pmweb.domain.id_numbers import Origin
from pmweb.domain.workflow import RuleBroken

TODAY = date(2026, 3, 5)


@pytest.mark.parametrize(
    ("typed", "stored", "born_on", "origin"),
    [
        ("110101190001010006", "110101190001010006", date(1900, 1, 1), Origin.MAINLAND),
        ("310101198506150008", "310101198506150008", date(1985, 6, 15), Origin.MAINLAND),
        ("440101202002290005", "440101202002290005", date(2020, 2, 29), Origin.MAINLAND),
        ("32010019900101000X", "32010019900101000X", date(1990, 1, 1), Origin.MAINLAND),
        ("32010019900101000x", "32010019900101000X", date(1990, 1, 1), Origin.MAINLAND),
        ("931000198001010004", "931000198001010004", date(1980, 1, 1), Origin.FOREIGN),
        ("810000199001010000", "810000199001010000", date(1990, 1, 1), Origin.HONG_KONG),
        (" 310101 19850615 0008 ", "310101198506150008", date(1985, 6, 15), Origin.MAINLAND),
        ("３１０１０１１９８５０６１５０００８", "310101198506150008", date(1985, 6, 15), Origin.MAINLAND),
    ],
)
def test_a_good_card_is_stored_in_one_form(typed: str, stored: str, born_on: date, origin: Origin) -> None:
    """IDN-1 to IDN-3."""
    card = id_numbers.read_id_card(typed, TODAY)
    assert (card.number, card.born_on, card.origin) == (stored, born_on, origin)


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("110101190001010007", "id_card.check_digit"),
        ("110101190013010003", "id_card.birth_date"),
        ("110101199002300006", "id_card.birth_date"),
        ("110101000001010006", "id_card.birth_date"),
        ("190101199001010001", "id_card.region"),
        ("010101199001010001", "id_card.region"),
        ("110101209901010009", "id_card.future"),
        ("11010119000101000", "id_card.length"),
        ("110101900101000", "id_card.length"),  # the old form of 15 digits
        ("", "id_card.length"),
        ("1101011900010100X6", "id_card.form"),
        ("１１０１０１１９０００１０１０００٦", "id_card.form"),  # an Arabic digit
    ],
)
def test_a_wrong_card_says_what_is_wrong(typed: str, code: str) -> None:
    """IDN-1."""
    with pytest.raises(RuleBroken) as broken:
        id_numbers.read_id_card(typed, TODAY)
    assert broken.value.code == code


def test_somebody_born_today_has_a_good_card() -> None:
    """IDN-1: not in the future."""
    assert id_numbers.read_id_card("440101202002290005", date(2020, 2, 29)).born_on == date(2020, 2, 29)
    with pytest.raises(RuleBroken):
        id_numbers.read_id_card("440101202002290005", date(2020, 2, 28))


def test_a_number_never_reaches_a_log() -> None:
    """Neither the card nor the error prints it."""
    assert "1985" not in repr(id_numbers.read_id_card("310101198506150008", TODAY))
    with pytest.raises(RuleBroken) as broken:
        id_numbers.read_id_card("310101198506150009", TODAY)
    assert "1985" not in str(broken.value)


@given(st.integers(0, 16), st.integers(1, 9))
def test_one_wrong_digit_is_always_found(place: int, more: int) -> None:
    """IDN-1: MOD 11-2 finds every single slip."""
    good = "310101198506150008"
    slip = good[:place] + str((int(good[place]) + more) % 10) + good[place + 1 :]
    with pytest.raises(RuleBroken):
        id_numbers.read_id_card(slip, TODAY)


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("91350100M000100Y43", "91350100M000100Y43"),
        ("91110000MA0000000H", "91110000MA0000000H"),
        ("91330100MA0000001F", "91330100MA0000001F"),
        ("52440100MJ0000002Y", "52440100MJ0000002Y"),
        (" 91350100m000100y43", "91350100M000100Y43"),
    ],
)
def test_a_good_company_code(typed: str, stored: str) -> None:
    """IDN-4."""
    assert id_numbers.read_uscc(typed) == stored


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("91350100M000100Y44", "uscc.check_digit"),
        ("91110000MA000000OH", "uscc.form"),
        ("91110000MA00000-0H", "uscc.form"),
        ("91110000MA000000H", "uscc.length"),
    ],
)
def test_a_wrong_company_code(typed: str, code: str) -> None:
    """IDN-4."""
    with pytest.raises(RuleBroken) as broken:
        id_numbers.read_uscc(typed)
    assert broken.value.code == code


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("13800138000", "13800138000"),
        ("19912345678", "19912345678"),
        ("138 0013 8000", "13800138000"),
        ("138-0013-8000", "13800138000"),
        ("１３８００１３８０００", "13800138000"),
        ("+86 138 0013 8000", "+8613800138000"),
        ("0086-13800138000", "+8613800138000"),
        ("8613800138000", "+8613800138000"),
        ("+852 6123 4567", "+85261234567"),
    ],
)
def test_a_good_mobile_number(typed: str, stored: str) -> None:
    """IDN-5."""
    assert id_numbers.read_mobile(typed) == stored
    assert id_numbers.read_phone(typed) == stored


@pytest.mark.parametrize(
    "typed", ["12800138000", "1380013800", "138001380001", "+8612800138000", "138OO138000", "", "+"]
)
def test_a_wrong_mobile_number(typed: str) -> None:
    """IDN-5."""
    with pytest.raises(RuleBroken) as broken:
        id_numbers.read_mobile(typed)
    assert broken.value.code == "mobile.form"


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("0591-87654321", "0591-87654321"),
        ("059187654321", "0591-87654321"),
        ("(0591) 8765 4321", "0591-87654321"),
        ("（0591）87654321", "0591-87654321"),
        ("0591-8765-4321", "0591-87654321"),
        ("010 6512345", "010-6512345"),
        ("021-62345678转8001", "021-62345678-8001"),
        ("0591-7654321-12", "0591-7654321-12"),
    ],
)
def test_a_good_landline_number(typed: str, stored: str) -> None:
    """IDN-5."""
    assert id_numbers.read_landline(typed) == stored
    assert id_numbers.read_landline(stored) == stored
    assert id_numbers.read_phone(typed) == stored


@pytest.mark.parametrize("typed", ["87654321", "0591-876543", "0591-876543210", "0091-87654321", ""])
def test_a_wrong_landline_number(typed: str) -> None:
    """IDN-5."""
    with pytest.raises(RuleBroken) as broken:
        id_numbers.read_landline(typed)
    assert broken.value.code == "landline.form"


def test_what_is_no_telephone_at_all() -> None:
    """IDN-5."""
    with pytest.raises(RuleBroken) as broken:
        id_numbers.read_phone("陈先生")
    assert broken.value.code == "phone.form"


@pytest.mark.parametrize(
    ("typed", "stored", "warning"),
    [
        ("京A12345", "京A12345", None),
        ("京a·12345", "京A12345", None),
        ("沪AD12345", "沪AD12345", None),
        ("粤BF1234 5", "粤BF12345", None),
        ("粤B12345D", "粤B12345D", None),
        ("粤B0000G", "粤B0000G", "plate.unusual"),
        ("京A1234警", "京A1234警", "plate.unusual"),
        ("闽A1234学", "闽A1234学", "plate.unusual"),
        ("使123456", "使123456", "plate.unusual"),
        ("WJ闽1234A", "WJ闽1234A", "plate.unusual"),
        ("京I12345", "京I12345", "plate.form"),
        ("AA123", "AA123", "plate.form"),
        ("京A1234O", "京A1234O", "plate.form"),
        ("", "", "plate.form"),
    ],
)
def test_a_plate_is_doubted_but_never_refused(typed: str, stored: str, warning: str | None) -> None:
    """IDN-6."""
    assert id_numbers.read_plate(typed) == id_numbers.Plate(stored, warning)


@pytest.mark.parametrize(
    ("number", "shown"),
    [
        ("310101198506150008", "310*************08"),
        ("91350100M000100Y43", "913*************43"),
        ("E12345678", "E12****78"),
        ("E1234567", "E*******"),
        ("7", "7"),
        ("", ""),
    ],
)
def test_only_the_first_three_and_last_two_signs_are_shown(number: str, shown: str) -> None:
    """PRI-3."""
    assert id_numbers.mask(number) == shown


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("440101200202290005", "440*************05"),
        ("440101 20020229 0005", "440*************05"),
        ("４４０１０１２００２０２２９０００５", "440*************05"),
        ("91350100M000100Y43", "913*************43"),
        ("张三 138-0013-8000", "张三 138******00"),
        ("E12345678", "E12****78"),
        ("3-2-1201", "3-2-1201"),
        ("BX-2026-000147", "BX-2026-000147"),
        ("林静", "林静"),
    ],
)
def test_long_numbers_in_a_text_are_masked(text: str, kept: str) -> None:
    """PRI-3."""
    assert id_numbers.mask_numbers(text) == kept


@pytest.mark.parametrize(
    ("name", "shown"),
    [("陈建国", "陈**"), (" 林悦 ", "林**"), ("欧阳娜娜", "欧**"), ("John Smith", "J**"), ("", "")],
)
def test_a_person_is_shown_by_the_first_sign(name: str, shown: str) -> None:
    assert id_numbers.mask_name(name) == shown


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("福州云栖贸易有限公司", "福州云栖贸易有限公司"),
        ("福建省福州市云栖国际贸易股份有限公司", "福建省福州市云栖国际贸易"),
        ("福建省福州市仓山区云栖国际文化传播与贸易集团有限责任公司", "福建省福州市仓山区云栖国际文化…"),
    ],
)
def test_a_company_stays_legible(name: str, shown: str) -> None:
    assert id_numbers.mask_name(name, company=True) == shown


@pytest.mark.parametrize(
    ("number", "formatted", "masked"),
    [
        ("13800000000", "138 0000 0000", "138 **** 0000"),
        ("+8613800000000", "+86 138 0000 0000", "+86 138 **** 0000"),
        ("0591-87654321", "0591-87654321", "0591-****4321"),
        ("010-6512345", "010-6512345", "010-***2345"),
        ("0591-87654321-8001", "0591-87654321-8001", "0591-****4321"),
        ("+85261234567", "+85261234567", "+852****4567"),
        ("12345", "12345", "1****"),
        ("", "", ""),
    ],
)
def test_how_a_telephone_number_is_shown(number: str, formatted: str, masked: str) -> None:
    assert id_numbers.format_phone(number) == formatted
    assert id_numbers.mask_phone(number) == masked


@given(st.text(max_size=30))
def test_no_text_breaks_the_readers(text: str) -> None:
    """Whatever is typed, the answer is a stored form, which reads back unchanged, or a broken rule."""
    id_numbers.read_plate(text)
    for read in (id_numbers.read_uscc, id_numbers.read_phone):
        try:
            stored = read(text)
        except RuleBroken:
            continue
        assert read(stored) == stored
