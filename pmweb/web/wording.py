"""The words of refused rules: one sentence per ``RuleBroken`` code, saying what is wrong and what to do."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from pmweb.domain.workflow import RuleBroken

WORDS: dict[str, Any] = {
    "move.illegal": _l("当前状态不能这样办理。请刷新页面，看看现在到了哪一步。"),
    "submission.reused": _l("这一页已经提交过，但内容不同，所以没有再保存。请刷新页面后重填。"),
    "upload.heic": _l(
        "这是苹果的 HEIC 照片，系统不能读取。请在手机设置里把相机格式改为“兼容性最佳”，或直接用页面上的拍照。"
    ),
    "upload.kind": _l("只能上传 JPEG、PNG 或 PDF 文件。"),
    "upload.size": _l("单个文件不超过 15 MB。"),
    "upload.torn": _l("文件不完整，可能上传时断了。请重新选择文件。"),
    "upload.pixels": _l("照片的尺寸大得不正常，不能处理。"),
    "upload.disk_full": _l("服务器磁盘已满，照片没有保存。请告诉系统管理员，稍后再传。"),
    "upload.not_stored": _l("服务器没能保存文件。请再试一次；仍不行，请告诉系统管理员。"),
    "upload.not_a_photo": _l("这里只收照片（JPEG 或 PNG），不收 PDF。"),
    "upload.one": _l("这里只收 1 个文件，请只选一个；几页的文件请合成一个 PDF，或拍在一张里。"),
    "upload.too_many": _l("一次最多 %(limit)s 个文件，请分几次上传。"),
    "upload.no_watermark": _l("身份证件请拍照或扫描成 JPEG、PNG：系统要在图上加印用途，PDF 上不能加。"),
    "file.unreadable": _l("这个文件在服务器上读不出来，可能已丢失或损坏。请告诉系统管理员。"),
    "signature.empty": _l("还没有签名。请在签名区写上名字，或改用纸上签字、拒签。"),
    "signature.photo": _l("请拍下签名页。"),
    "sign.owner_only": _l("这些文件要由业主或受托人签字。"),
    "signature.torn": _l("签名没有完整传到。请重写一遍再确认。"),
    "signature.signer": _l("请写明签字人的姓名。"),
    "signature.changed": _l("您看过之后，要签的内容有改动，所以没有签。请按最新内容重新核对后再签。"),
    "signature.reason": _l("请写明拒签的原因。"),
    "signature.witness": _l("拒签要有一位在场见证人，请写上姓名。"),
    "id_card.length": _l("身份证号码是 18 位，请数一数。"),
    "id_card.form": _l("身份证号码由 17 位数字和最后一位数字或 X 组成。"),
    "id_card.region": _l("身份证号码的前两位不是有效的地区代码。"),
    "id_card.birth_date": _l("身份证号码里的出生日期不存在。"),
    "id_card.future": _l("身份证号码里的出生日期还没到。"),
    "id_card.check_digit": _l("身份证号码的最后一位与前面不符，请对照证件再看一遍。"),
    "uscc.length": _l("统一社会信用代码是 18 位，请数一数。"),
    "uscc.form": _l("统一社会信用代码是 18 位数字和大写字母（不含 I、O、S、V、Z）。"),
    "uscc.check_digit": _l("统一社会信用代码的最后一位与前面不符，请对照执照再看一遍。"),
    "mobile.form": _l("手机号是 1 开头的 11 位数字。"),
    "landline.form": _l("座机号码要带区号，例如 021-50001234。"),
    "money.form": _l("金额写成 1234.50 这样。"),
    "money.too_fine": _l("金额最多到分，即两位小数。"),
    "home_number.missing": _l("没有房号。请写成 3-2-1201 或 3 栋 2 单元 1201。"),
    "home_number.unreadable": _l("看不懂这个房号。请写成 3-2-1201 或 3 栋 2 单元 1201。"),
    "home_number.contradiction": _l("房号里的楼栋、单元与另外填写的不一致，请核对。"),
    "formula.division_by_zero": _l("计费公式在这里要除以零，算不出金额。请检查收费项目的公式和面积。"),
    "phone.form": _l("电话号码不对：手机 11 位，座机要带区号。"),
}


def word(codes: dict[str, Any]) -> None:
    """A room adds the words of its own rules; each code is worded once."""
    known = WORDS.keys() & codes.keys()
    if known:
        raise ValueError(f"worded twice: {sorted(known)}")
    WORDS.update(codes)


def worded(broken: RuleBroken) -> str:
    """The sentence for a clerk. Facts fill the ``%(name)s`` places; a function of the facts may word them itself."""
    said = WORDS.get(broken.code)
    if said is None:
        return _("按规定不能这样办理（%(code)s）。", code=broken.code)
    if callable(said):
        return str(said(broken.facts))
    sentence = str(said)
    try:
        return (
            sentence % {name: str(value) for name, value in broken.facts.items()}
            if "%(" in sentence
            else sentence
        )
    except KeyError:
        return sentence
