"""Agreements, keys and things, the first fee (M-6 to M-8; FM-04)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString
from wtforms import HiddenField, IntegerField

from pmweb.blueprints.movein.rules import THINGS, KeyAct
from pmweb.data import defaults
from pmweb.data.movein import Agreement
from pmweb.web.fields import Form, choice, count, labelled, select, several, text, tick
from pmweb.web.filters import named

KEY_ACT_WORDS = {
    KeyAct.HANDED_OUT: _l("发放"),
    KeyAct.RETAINED: _l("留存（整改用）"),
    KeyAct.RETURNED: _l("交回"),
    KeyAct.LOST: _l("遗失"),
}


def _agreements() -> Iterable[Agreement]:
    return defaults().movein.agreements.values()


class AgreementsForm(Form):
    """Which rules and agreements are signed."""

    agreements = several(_l("另外签署"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.agreements.choices = list(labelled(a for a in _agreements() if not a.mandatory))

    def chosen(self) -> list[str]:
        """What must be signed, and what was chosen beside it."""
        return [a.id for a in _agreements() if a.mandatory or a.id in (self.agreements.data or ())]


class ThingsForm(Form):
    """How many of each kind are handed out; every key has been tried in its lock."""

    tested = tick(_l("每把钥匙已当面试开"), description=_l("先陪业主到门口逐把试，再回来列清单签字"))
    other_what = text(_l("其他物品是什么"), 80, needed=None, description=_l("填了件数就要写"))
    entrance_key: IntegerField

    def counts(self) -> dict[str, int]:
        """How many of each kind."""
        return {kind: int(self[kind].data or 0) for kind in THINGS}


for _thing in defaults().movein.things.values():
    setattr(
        ThingsForm, _thing.id, count(LazyString(named, _thing), needed=True, most=50, default=_thing.usual)
    )


class KeyForm(Form):
    """One more line of the key ledger."""

    kind = select(_l("物品"))
    act = choice(_l("动作"), [(a.value, w) for a, w in KEY_ACT_WORDS.items()])
    quantity = count(_l("数量"), least=1, most=50, needed=True, default=1)
    reason = text(_l("说明"), 120)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.kind.choices = list(labelled(defaults().movein.things.values()))


class FeeForm(Form):
    """The first period's fee as it was shown."""

    seen = HiddenField()
