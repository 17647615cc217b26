"""The wording of every reason for which a row, a sheet or a file is refused or doubted, in both languages.

The web shows the one of the reader, the report of ``pmweb import homes`` shows both. ``{where}`` is a row of
the workbook; the other names are facts of the reason. The heading of the column stands before the sentence, which
therefore does not begin with it again.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, TypeAlias

from pmweb.blueprints.estate.roll.result import Reason, RowRef
from pmweb.domain.workflow import RuleBroken

Language: TypeAlias = Literal["zh", "en"]

WORDINGS: Mapping[str, Mapping[Language, str]] = {
    # the file
    "roll.not_a_workbook": {
        "zh": "这不是工作簿。请上传 .xlsx、.xls 或 .csv 文件。",
        "en": "This is not a workbook. Please bring an .xlsx, .xls or .csv file.",
    },
    "roll.web_page": {
        "zh": "这是保存成 .xls 的网页。请用 Excel 打开，另存为 .xlsx 再导入。",
        "en": "This is a web page saved as .xls. Open it in Excel, save it as .xlsx and import that.",
    },
    "roll.password": {
        "zh": "文件有密码。请取消密码后再导入。",
        "en": "The file has a password. Please remove it and import again.",
    },
    "roll.damaged": {
        "zh": "文件已损坏或不完整。请重新复制或上传。",
        "en": "The file is damaged or incomplete. Please copy or upload it again.",
    },
    "roll.too_large": {"zh": "文件太大，无法读取。", "en": "The file is too large to be read."},
    "roll.too_many_rows": {
        "zh": "一个工作表超过 {limit} 行。请分成几个文件。",
        "en": "One sheet has more than {limit} rows. Please split it into several files.",
    },
    "roll.encoding": {
        "zh": "无法识别文字编码。请存为 UTF-8 或 GB18030（GBK）。",
        "en": "The encoding of the text is unknown. Please save it as UTF-8 or GB18030 (GBK).",
    },
    "roll.nothing_readable": {
        "zh": "没有找到房屋表：表头须有房号和建筑面积两列。",
        "en": "No list of homes was found: the header must name the home number and the floor area.",
    },
    # a sheet
    "roll.sheet_hidden": {"zh": "工作表已隐藏，未读取。", "en": "The sheet is hidden and was not read."},
    "roll.sheet_without_header": {
        "zh": "没有找到表头（房号、建筑面积，或车位号），未读取。",
        "en": "No header was found (home number and floor area, or parking space); not read.",
    },
    # the address
    "home_number.missing": {"zh": "没有房号", "en": "no home number"},
    "home_number.unreadable": {
        "zh": "看不懂房号“{text}”，请写成 3-2-1201",
        "en": "the home number “{text}” cannot be read; write it like 3-2-1201",
    },
    "home_number.contradiction": {
        "zh": "“{text}”与楼栋、单元“{beside}”不一致",
        "en": "“{text}” contradicts the building and section “{beside}”",
    },
    # two rows for one home
    "roll.owner_contradicts": {
        "zh": "与{where}的业主不一致",
        "en": "the owner contradicts {where}",
    },
    "roll.contradicts": {"zh": "与{where}不一致", "en": "contradicts {where}"},
    "roll.id_of_another": {
        "zh": "与{where}的号码相同，姓名不同",
        "en": "{where} has the same number under another name",
    },
    # figures and days
    "roll.area_missing": {"zh": "没有建筑面积", "en": "no floor area"},
    "roll.area_unreadable": {"zh": "看不懂面积“{text}”", "en": "the area “{text}” cannot be read"},
    "roll.day_unreadable": {
        "zh": "看不懂日期“{text}”，请写成 2026-09-24",
        "en": "the date “{text}” cannot be read; write it like 2026-09-24",
    },
    "roll.lost_digits": {
        "zh": "Excel 已丢失末尾几位数字。请把该列设为文本后重新录入",
        "en": "Excel has lost the last digits of the number; format the column as text and enter it again",
    },
    "roll.too_long": {"zh": "内容超过 {limit} 个字", "en": "longer than {limit} characters"},
    # people
    "roll.owner_missing": {"zh": "有号码而没有业主姓名", "en": "a number without the name of the owner"},
    "roll.name_missing": {"zh": "有号码而没有姓名", "en": "a number without a name"},
    "roll.name_unreadable": {"zh": "看不懂姓名“{text}”", "en": "the name “{text}” cannot be read"},
    "roll.unsold_with_owner": {"zh": "写着未售，却有业主", "en": "marked unsold, yet with an owner"},
    "roll.ids_do_not_fit": {
        "zh": "{people} 个人有 {ids} 个证件号码，无法对应",
        "en": "{ids} identity numbers for {people} people",
    },
    "roll.id_unexpected": {
        "zh": "此列不应填写证件号码",
        "en": "an identity number does not belong into this column",
    },
    "roll.id_form": {
        "zh": "{number} 不像任何证件的号码",
        "en": "{number} does not look like the number of any document",
    },
    "phone.form": {"zh": "“{text}”不是有效的电话号码", "en": "“{text}” is not a telephone number"},
    "id_card.length": {
        "zh": "{number} 有 {length} 位，身份证号应为 18 位",
        "en": "{number} has {length} characters, an identity card number has 18",
    },
    "id_card.form": {
        "zh": "{number} 含有身份证号不该有的字符",
        "en": "{number} has characters that no identity card number has",
    },
    "id_card.region": {
        "zh": "{number} 的地区码 {region} 不存在",
        "en": "{number} names no region ({region})",
    },
    "id_card.birth_date": {
        "zh": "{number} 中的出生日期不存在",
        "en": "the birth date in {number} does not exist",
    },
    "id_card.future": {
        "zh": "{number} 中的出生日期还没到",
        "en": "the birth date in {number} is in the future",
    },
    "id_card.check_digit": {
        "zh": "{number} 的校验位不对，请对照证件",
        "en": "wrong check digit in {number}; compare it with the document",
    },
    "uscc.length": {
        "zh": "{number} 有 {length} 位，统一社会信用代码应为 18 位",
        "en": "{number} has {length} characters, a company code has 18",
    },
    "uscc.form": {
        "zh": "{number} 含有统一社会信用代码不该有的字符“{sign}”",
        "en": "{number} has the sign “{sign}”, which no company code has",
    },
    "uscc.check_digit": {
        "zh": "{number} 的校验位不对，请对照执照",
        "en": "wrong check digit in {number}; compare it with the licence",
    },
    # parking spaces
    "roll.space_missing": {"zh": "没有车位号，也没有车牌", "en": "neither a parking space nor a plate"},
    "roll.space_contradicts": {
        "zh": "与{where}不一致",
        "en": "contradicts {where}",
    },
    "roll.space_home_unknown": {
        "zh": "没有房屋 {home}",
        "en": "there is no home {home}",
    },
    # against the register: an import adds, it never changes
    "register.area": {
        "zh": "与登记不一致（登记为 {there} m²），没有改动登记",
        "en": "differs from the register ({there} m² there), which was left as it is",
    },
    "register.text": {
        "zh": "与登记不一致（登记为 {there}），没有改动登记",
        "en": "differs from the register ({there} there), which was left as it is",
    },
    "register.blank": {
        "zh": "登记里没有填，没有补录",
        "en": "the register has nothing there; it was not added",
    },
    "register.differs": {
        "zh": "与登记不一致，没有改动登记",
        "en": "differs from the register, which was left as it is",
    },
    "register.owner": {
        "zh": "登记的业主是 {name}。如已过户，请在住户登记里办“业主变更”",
        "en": "the register has {name} as owner; enter a sale with “change of owner” of the household",
    },
    "register.owner_missing": {
        "zh": "登记里这套房还没有业主，请在住户登记里登记业主",
        "en": "the register has no owner for this home yet; enter the owner in the household register",
    },
    "register.co_owners": {
        "zh": "{names} 不是登记的共有人，没有改动登记",
        "en": "{names} is no co-owner in the register, which was left as it is",
    },
    "register.id_of_another": {
        "zh": "已登记在 {name} 名下",
        "en": "the register has this number under the name of {name}",
    },
    "register.space": {
        "zh": "已登记给 {there}",
        "en": "the register gives it to {there}",
    },
    "register.phones": {
        "zh": "{name} 的登记里没有这个号码，没有补录",
        "en": "the register has no such number of {name}; it was not added",
    },
    "register.address": {
        "zh": "{name} 的登记不是这个地址，没有改动登记",
        "en": "the register has another address of {name}, which was left as it is",
    },
    "register.email": {
        "zh": "{name} 的登记不是这个邮箱，没有改动登记",
        "en": "the register has another e-mail of {name}, which was left as it is",
    },
    "register.number_missing": {
        "zh": "{name} 的登记里没有证件号码，没有补录",
        "en": "the register has no identity number of {name}; it was not added",
    },
    "register.contact": {
        "zh": "{name} 不是登记的紧急联系人，没有补录",
        "en": "{name} is no emergency contact in the register and was not added",
    },
    "register.sold_since": {
        "zh": "此行没有业主，登记的业主是 {name}",
        "en": "the row has no owner, the register has {name}",
    },
    "register.plate_without_home": {
        "zh": "没有房号，车牌 {plates} 没有登记",
        "en": "without a home the plate {plates} was not entered",
    },
    "plate.unusual": {
        "zh": "{plate} 少见，请核对",
        "en": "{plate} is unusual, please check it",
    },
    "plate.form": {
        "zh": "{plate} 不像车牌，请核对",
        "en": "{plate} does not look like a plate, please check it",
    },
}

OUR_COLUMNS: Mapping[str, str] = {
    "业主": "owner",
    "电话": "telephone",
    "证件号码": "identity number",
    "联系地址": "address",
    "电子邮箱": "e-mail",
    "建筑面积": "floor area",
    "计费面积": "chargeable area",
    "户型": "layout",
    "用途": "use",
    "交付标准": "finish",
    "销售状态": "sold",
    "交付日期": "handed over on",
    "共有人": "co-owners",
    "紧急联系人": "emergency contact",
    "备注": "remark",
    "房号": "home number",
    "车位号": "parking space",
    "车牌": "plate",
}
"""What the register names in its own words, in English; a heading of the workbook stays as the office wrote it."""

_OF_THE_REGISTER = ("register.", "roll.space_home_unknown")
_BETWEEN: Mapping[Language, str] = {"zh": "；", "en": "; "}


def word_reason(reason: Reason, language: Language, *, sheet: str = "") -> str:
    """The sentence for one reason, with the column in front. ``sheet`` is the one of the refused row.

    The sheet of another row is only named where it is a different one.
    """
    column, sentence = word_parts(reason, language, sheet=sheet)
    if not column:
        return sentence
    return f"{column}：{sentence}" if language == "zh" else f"{column}: {sentence}"


def word_parts(reason: Reason, language: Language, *, sheet: str = "") -> tuple[str, str]:
    """The column and the sentence of one reason."""
    column = reason.column
    if language == "en" and reason.code.startswith(_OF_THE_REGISTER):
        column = OUR_COLUMNS.get(column, column)
    return column, _worded(reason.code, reason.facts, language, sheet)


def word_reasons(reasons: tuple[Reason, ...], language: Language, *, sheet: str = "") -> str:
    """All reasons of a row in one line."""
    return _BETWEEN[language].join(word_reason(reason, language, sheet=sheet) for reason in reasons)


def word_broken(broken: RuleBroken, language: Language) -> str:
    """The sentence for a file that cannot be read at all."""
    return _worded(broken.code, broken.facts, language, "")


def word_row(at: RowRef, language: Language, *, sheet: str = "") -> str:
    """``第 194 行`` or ``row 194``, with its sheet where that is not ``sheet``."""
    if language == "zh":
        return f"第 {at.row} 行" if at.sheet == sheet else f"工作表“{at.sheet}”第 {at.row} 行"
    return f"row {at.row}" if at.sheet == sheet else f"row {at.row} of sheet “{at.sheet}”"


def word_same(other: RowRef, language: Language, *, sheet: str = "") -> str:
    """That a row says the same as another one."""
    where = word_row(other, language, sheet=sheet)
    return f"与{where}相同" if language == "zh" else f"the same as {where}"


def _worded(code: str, facts: Mapping[str, object], language: Language, sheet: str) -> str:
    wording = WORDINGS.get(code)
    if wording is None:
        return code
    known = dict(facts)
    if isinstance(known.get("row"), int):
        known["where"] = word_row(
            RowRef(str(known.get("sheet", sheet)), int(str(known["row"]))), language, sheet=sheet
        )
    return wording[language].format_map(known)
