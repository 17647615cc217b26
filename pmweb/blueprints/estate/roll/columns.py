"""Which column holds what: the header row is found by the words that offices use, in any order."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum, auto

from pmweb.blueprints.estate.roll.workbook import Cell, Row


class Column(StrEnum):
    """What a column can hold. ``IGNORED`` is understood and not needed."""

    SERIAL = auto()
    ESTATE = auto()
    BUILDING = auto()
    SECTION = auto()
    FLOOR = auto()
    NUMBER = auto()
    OWNER = auto()
    PHONE = auto()
    ID_KIND = auto()
    ID_NUMBER = auto()
    ADDRESS = auto()
    EMAIL = auto()
    AREA = auto()
    CHARGEABLE_AREA = auto()
    LAYOUT = auto()
    KIND = auto()
    FINISH = auto()
    STATE = auto()
    HANDED_OVER = auto()
    CO_OWNERS = auto()
    CO_OWNER_PHONE = auto()
    CO_OWNER_ID = auto()
    EMERGENCY = auto()
    EMERGENCY_PHONE = auto()
    EMERGENCY_RELATION = auto()
    REMARK = auto()
    SPACE = auto()
    PLATE = auto()
    IGNORED = auto()


_WORDS = {
    Column.SERIAL: "序号 编号 序 NO NO. 行号 序列",
    Column.ESTATE: "小区 小区名称 项目 项目名称 楼盘 楼盘名称 管理处 物业项目",
    Column.BUILDING: (
        "楼栋 楼栋号 栋 栋号 楼号 幢 幢号 楼幢 楼座 座 座号 楼宇 楼栋名称 楼 号楼 栋数 所属楼栋"
    ),
    Column.SECTION: "单元 单元号 单元名称 门洞 梯号 门栋 所属单元",
    Column.FLOOR: "楼层 层 层数 所在层 所在楼层 层号",
    Column.NUMBER: (
        "房号 房间号 房间 室号 室 门牌号 门牌 房屋编号 房屋号 房屋 房屋地址 房屋坐落 坐落 房产 房产地址"
        " 户号 户室号 单元房号 楼栋房号 栋房号 房间编号 房屋名称 房产编号 房屋信息 房源 房源编号 物业地址"
        " 楼栋单元房号 住址 完整房号 房屋位置 单位编号 楼房号 对应房号 所属房号 绑定房号 所属房屋 关联房屋"
        " 业主房号 使用房号"
    ),
    Column.OWNER: (
        "业主姓名 业主 产权人 姓名 产权人姓名 业主名称 户主 户主姓名 权利人 所有权人 房主 买受人 购房人"
        " 客户姓名 客户名称 产权所有人 房屋所有权人 所有人 业主方 产权单位 业主姓名或单位名称 业主名"
    ),
    Column.PHONE: (
        "联系电话 手机 电话 手机号 手机号码 联系方式 电话号码 移动电话 业主电话 业主手机 业主联系电话"
        " 业主联系方式 本人电话 固定电话 座机 备用电话 联系手机 联络电话 业主手机号 其他电话 产权人电话"
        " 户主电话 手机电话"
    ),
    Column.ID_KIND: "证件类型 证件种类 证件类别 证件名称 证件",
    Column.ID_NUMBER: (
        "证件号码 证件号 身份证号 身份证号码 身份证 身份证件号码 证照号码 公民身份号码 统一社会信用代码"
        " 信用代码 业主身份证号 业主证件号码 身份证明号码 产权人身份证号 证件编号 社会信用代码"
    ),
    Column.ADDRESS: "联系地址 通讯地址 通信地址 邮寄地址 现住址 户籍地址 业主地址 送达地址",
    Column.EMAIL: "邮箱 电子邮箱 电子邮件 EMAIL E-MAIL 邮件地址",
    Column.AREA: (
        "建筑面积 建面 面积 房屋面积 产权面积 房屋建筑面积 建筑总面积 实测面积 实测建筑面积 产证面积 总面积"
        " 登记面积"
    ),
    Column.CHARGEABLE_AREA: "计费面积 收费面积 物业费面积 物业计费面积 缴费面积",
    Column.LAYOUT: "户型 房型 户型结构 户型名称 居室 户型图",
    Column.KIND: (
        "类别 房屋类型 房屋用途 用途 类型 物业类型 房屋性质 性质 房产类型 规划用途 业态 房屋类别 使用性质"
        " 物业业态 房间类型"
    ),
    Column.FINISH: "装修标准 交付标准 交房标准 装修类型 交付状态 精装毛坯",
    Column.STATE: "销售状态 是否售出 是否出售 售房状态 房屋状态 出售状态 销售情况 房态 状态 是否已售",
    Column.HANDED_OVER: (
        "交付日期 收楼时间 收楼日期 交房日期 交房时间 交付时间 收房时间 收房日期 接房日期 接房时间 交楼日期"
        " 交楼时间 实际交房日期 实际交付日期 入伙日期 入伙时间 领钥匙日期"
    ),
    Column.CO_OWNERS: (
        "共有人 共有人姓名 共同所有人 产权共有人 共有产权人 其他产权人 共有权人 第二产权人 其他业主 共同业主"
    ),
    Column.CO_OWNER_PHONE: "共有人电话 共有人联系电话 共有人手机 共有人手机号 共有人联系方式",
    Column.CO_OWNER_ID: "共有人身份证号 共有人证件号码 共有人身份证 共有人证件号 共有人身份证号码",
    Column.EMERGENCY: (
        "紧急联系人及电话 紧急联系人 紧急联系人姓名 应急联系人 紧急联络人 紧急联系人和电话 紧急联系方式"
        " 紧急联系 应急联系人及电话 紧急联系人与电话 紧急联系人姓名及电话 紧急联系人姓名电话"
    ),
    Column.EMERGENCY_PHONE: (
        "紧急联系电话 紧急联系人电话 紧急联系人手机 紧急电话 应急电话 紧急联系人联系电话 紧急联系人手机号"
        " 紧急联系人联系方式 应急联系电话 紧急联系人手机号码"
    ),
    Column.EMERGENCY_RELATION: "紧急联系人关系 与紧急联系人关系 紧急联系人与业主关系 与业主关系 联系人关系",
    Column.REMARK: "备注 说明 附注 备注说明 备注信息 其他说明 其他 情况说明",
    Column.SPACE: "车位号 车位编号 车位 停车位 停车位号 泊位号 车位号码 泊位 车位名称 停车位编号 车库号",
    Column.PLATE: "车牌 车牌号 车牌号码 车号 车辆号牌 号牌 车辆牌照 牌照号 业主车牌",
    Column.IGNORED: "套内面积 公摊面积 分摊面积 套内建筑面积 车位面积 性别",
}
# Among several headings for one thing the one that stands first above is the surest.
_BY_WORD: Mapping[str, tuple[Column, int]] = {
    word: (column, rank) for column, words in _WORDS.items() for rank, word in enumerate(words.split())
}

SEVERAL = frozenset(
    {
        Column.PHONE,
        Column.CO_OWNERS,
        Column.CO_OWNER_PHONE,
        Column.CO_OWNER_ID,
        Column.EMERGENCY,
        Column.EMERGENCY_PHONE,
        Column.REMARK,
        Column.SPACE,
        Column.PLATE,
        Column.IGNORED,
    }
)
"""Columns that a roll may have more than once (电话1, 电话2)."""

HEADER_WITHIN = 40
"""The header stands within so many rows that are not empty."""

_BRACKETS = re.compile(r"[(\[【<][^)\]】>]*[)\]】>]")
_DECORATION = re.compile(r"[\s\u200b\ufeff*:：'\"“”、]+")
# A heading over several columns that says: what stands below is about somebody or something else.
_OTHERS = re.compile(r"租|使用人|住户|委托|代理|共有|紧急|应急|家庭|家属|成员|车|缴费|收费|物业费|宠物|配偶")


@dataclass(frozen=True, slots=True)
class Header:
    """The header of one sheet: which columns hold what, their headings as written, and what stood above."""

    row: int
    places: Mapping[Column, tuple[int, ...]]
    headings: Sequence[str]
    unknown: tuple[str, ...]
    titles: tuple[str, ...]

    def heading(self, column: Column) -> str:
        """The office's own word for a column, or the usual one where the sheet has no such column."""
        places = self.places.get(column)
        return self.headings[places[0]] if places else _WORDS[column].split()[0]

    def is_repeated_by(self, row: Row) -> bool:
        """Whether a row is the header once more (printed on each page)."""
        texts = [tidy for cell in row.written if isinstance(cell, str) and (tidy := _tidy(cell))]
        if len(texts) < 2 or _known(texts[0]) is None:
            return False
        known = sum(_known(text) is not None for text in texts)
        return known >= 2 and known * 2 >= len(texts)


def is_homes(header: Header, sheet: str) -> bool:
    """Whether a sheet with this header lists homes."""
    return {Column.NUMBER, Column.AREA} <= header.places.keys() and not is_parking(header, sheet)


def is_parking(header: Header, sheet: str) -> bool:
    """Whether a sheet with this header lists parking spaces or plates."""
    if not header.places.keys() & {Column.SPACE, Column.PLATE}:
        return False
    return Column.AREA not in header.places or re.search(r"车位|车库|停车|泊位|车辆", sheet) is not None


def find_header(rows: Sequence[Row], across: Mapping[int, Sequence[tuple[int, int]]]) -> Header | None:
    """The header among the first rows of a sheet, or ``None``. ``across`` are the cells merged sideways."""
    best: Header | None = None
    best_score = 0
    for place, row in enumerate(rows):
        if any(not isinstance(cell, str) for cell in row.written):
            continue
        if best is not None and row.number > best.row + 1 and (is_homes(best, "") or is_parking(best, "")):
            break  # what follows is another table or another page
        above = rows[place - 1] if place and rows[place - 1].number == row.number - 1 else None
        header = _read_header(row, above, across, rows[:place])
        known = header.places.keys() - {Column.IGNORED, Column.SERIAL, Column.REMARK}
        named = known & {Column.NUMBER, Column.SPACE, Column.PLATE}
        score = sum(len(places) for places in header.places.values()) if named and len(known) >= 2 else 0
        only_units = best is not None and best.row == row.number - 1 and not any(map(_tidy, row.written))
        if score > best_score or (score == best_score and only_units):
            best, best_score = header, score
    return best


def _read_header(
    row: Row, above: Row | None, across: Mapping[int, Sequence[tuple[int, int]]], before: Sequence[Row]
) -> Header:
    group = _groups(above, across) if above is not None else None
    headings: list[str] = []
    meanings: list[tuple[Column, int] | None] = []
    for place, cell in enumerate(row.cells):
        own, over, written = _tidy(cell), "", _as_written(cell)
        if group is not None and above is not None:
            over = _tidy(group[place] if place < len(group) else "")
            if not own:  # one heading over both lines of the header
                own, over, written = _tidy(above.cell(place)), "", _as_written(above.cell(place))
        headings.append(written)
        meanings.append(_meaning(own, over))
    places = _places(meanings)
    used = {place for found in places.values() for place in found}
    unknown = tuple(text for place, text in enumerate(headings) if text and place not in used)
    titles = tuple(
        dict.fromkeys(_as_written(cell) for earlier in before for cell in earlier.written if cell != "")
    )
    return Header(row.number, places, headings, unknown, titles)


def _places(meanings: Sequence[tuple[Column, int] | None]) -> dict[Column, tuple[int, ...]]:
    found: dict[Column, list[tuple[int, int]]] = {}
    for place, meaning in enumerate(meanings):
        if meaning is not None:
            found.setdefault(meaning[0], []).append((meaning[1], place))
    return {
        column: tuple(place for _rank, place in ranked) if column in SEVERAL else (min(ranked)[1],)
        for column, ranked in found.items()
    }


def _groups(above: Row, across: Mapping[int, Sequence[tuple[int, int]]]) -> list[Cell] | None:
    """The upper line of a header of two lines, spread over what it covers; ``None`` if it is only a title."""
    known = {_meaning(_tidy(cell), "") for cell in above.cells} - {None}
    if len(known) < 2:
        return None
    spread = list(above.cells)
    spans = across.get(above.number)
    if spans:
        for first, last in spans:
            spread[first : last + 1] = [spread[first]] * (last + 1 - first)
    else:  # a CSV keeps the first cell of a merged block only
        for place, cell in enumerate(spread):
            if cell == "" and place:
                spread[place] = spread[place - 1]
    return spread


def _meaning(own: str, over: str) -> tuple[Column, int] | None:
    if not own:
        return None
    if over and over != own:
        joined = _BY_WORD.get(over + own)
        if joined is not None or _OTHERS.search(over):
            return joined
    return _known(own)


def _known(heading: str) -> tuple[Column, int] | None:
    for word in (heading, re.sub(r"[0-9一二三]+$", "", heading), *heading.split("/")):
        if word in _BY_WORD:
            return _BY_WORD[word]
    return None


def _tidy(cell: Cell) -> str:
    text = unicodedata.normalize("NFKC", cell).upper() if isinstance(cell, str) else ""
    return _DECORATION.sub("", _BRACKETS.sub("", text))


def _as_written(cell: Cell) -> str:
    return re.sub(r"\s+", " ", str(cell)).strip()
