"""Vocabulary of the roll: words that offices write into its cells, apart from the headings."""

from __future__ import annotations


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


NOTHING = _words(
    "无 暂无 没有 未填 未登记 未提供 待补 待补充 待定 待测 待录 不详 未知 空 N/A NA NULL NONE NAN #N/A"
    " #REF! #VALUE! 0000-00-00"
)
"""Texts that only fill a cell."""


UNSOLD = _words(
    "未售 未出售 未售出 未售房 待售 待出售 未销售 未签约 未交易 库存 无业主 开发商 开发商未售 未售开发商 尾盘"
)
"""In the owner's or the state's column: nobody has bought the home."""


SOLD = _words("已售 已出售 售出 已售出 已签约 已交易 已交付 是 已收楼 已收房")
"""In the state's column: somebody has."""


COMPOUND_NAMES = _words(
    "欧阳 太史 端木 上官 司马 东方 独孤 南宫 夏侯 诸葛 尉迟 皇甫 公孙 慕容 令狐 宇文 长孙 司徒 司空"
    " 轩辕 百里 呼延 东郭 西门"
)
"""Family names of two signs."""


RELATIONS = _words(
    "妻 妻子 太太 老婆 夫 丈夫 老公 先生 配偶 爱人 夫妻 父 父亲 爸爸 母 母亲 妈妈 父母 子 儿子 女 女儿"
    " 子女 兄 弟 姐 妹 哥哥 弟弟 姐姐 妹妹 兄弟 姐妹 儿媳 女婿 岳父 岳母 公公 婆婆 祖父 祖母 爷爷 奶奶"
    " 外公 外婆 孙子 孙女 亲戚 亲属 朋友 同事 同学 邻居 本人 父子 母子 父女 母女 叔叔 姑姑 舅舅 阿姨"
    " 侄子 外甥 租客 法人 经理 员工 秘书"
)
"""What a person is to the owner."""


LABELS = _words(
    "姓名 电话 手机 手机号 手机号码 联系电话 联系方式 联系人 紧急联系人 身份证 身份证号 证件号 关系 TEL"
    " tel 共有人 业主 户主"
)
"""Words in a cell that only say what follows."""
