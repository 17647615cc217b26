"""Names, numbers and companies that belong to nobody: the sequence 000 of an identity number is not issued."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

_SURNAMES = (
    "陈林黄张李王吴刘蔡杨周郑谢赵孙徐朱高何郭马罗梁宋唐许邓冯韩曹曾彭萧田董潘袁于蒋余叶程魏苏吕丁任沈姚卢"
)
_GIVEN = "伟芳娜敏静丽强磊军洋勇艳杰涛明超霞平刚桂英华梅兰玉秀建国志文宇轩子涵欣怡梓晨思雨嘉懿"
_LONG = ("欧阳慕容晓晴", "上官诸葛文轩", "买买提·阿布都热合曼", "司马明月", "古丽娜尔·艾尼瓦尔")
_COMPANIES = (
    "某某市海纳百川供应链管理集团股份有限公司第三分公司",
    "某某科技有限公司",
    "某某餐饮管理有限公司",
    "某某人力资源服务有限公司",
)
_REGIONS = ("110101", "310104", "330106", "440305", "510107", "320106", "420106")
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_USCC = "0123456789ABCDEFGHJKLMNPQRTUWXY"


@dataclass
class People:
    """A source of people; never the same number twice."""

    random: Random
    _numbers: int = 0
    _phones: int = 0

    def name(self) -> str:
        """A name; now and then a long one."""
        if self.random.random() < 0.012:
            return self.random.choice(_LONG)
        given = "".join(self.random.choice(_GIVEN) for _ in range(self.random.choice((1, 2, 2))))
        return self.random.choice(_SURNAMES) + given

    def company(self, index: int) -> str:
        """A company."""
        return _COMPANIES[index % len(_COMPANIES)]

    def mobile(self) -> str:
        """A mobile number, another one each time."""
        self._phones += 1
        return f"1{self.random.choice((35, 38, 39, 50, 59, 77, 86, 99))}{10000000 + self._phones * 7919 % 89999999:08d}"

    def id_card(self) -> str:
        """A valid identity number with the sequence 000."""
        region = _REGIONS[self._numbers % len(_REGIONS)]
        born = date(1955, 1, 1) + timedelta(days=self._numbers // len(_REGIONS) * 13 % 16000)
        self._numbers += 1
        head = f"{region}{born:%Y%m%d}000"
        total = sum(weight * int(digit) for weight, digit in zip(_WEIGHTS, head, strict=True))
        return head + "10X98765432"[total % 11]

    def uscc(self, index: int) -> str:
        """A valid company code."""
        head = f"91310115MA{index:07d}"[:17]
        total = sum(_USCC.index(sign) * pow(3, place, 31) for place, sign in enumerate(head))
        return head + _USCC[(31 - total % 31) % 31]

    def plate(self) -> str:
        """A vehicle plate."""
        return f"沪{self.random.choice('ABCDEF')}{self.random.randrange(10000, 99999)}"
