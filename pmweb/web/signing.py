"""Who signs, and how: on the pad, on paper with a photo, or not at all with a reason (SIG-4)."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import Any

from flask import request
from flask_babel import get_locale
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import HiddenField

from pmweb.domain.workflow import RuleBroken
from pmweb.models.signing import Change, Manner, OnPaper, Paper, Refused, changes, marks
from pmweb.web.fields import Form, choice, text
from pmweb.web.file_fields import PhotoField, SignatureField
from pmweb.web.unit_of_work import Stale, from_outbox


class SignForm(Form):
    """One act of signing."""

    manner = HiddenField(default="pad")
    side = HiddenField(default="resident")
    seen = HiddenField()
    shown = HiddenField()
    signer = choice(_l("谁来签"), coerce=str)
    strokes = SignatureField(_l("签名"), needed=False)
    photo = PhotoField(_l("签名页照片"))
    reason = text(_l("拒签原因"), 200, needed=None)
    witness = text(_l("在场见证人"), 80, needed=None)

    def validate(self, extra_validators: Any = None) -> bool:
        """A refusal needs its reason and somebody who was there: both are asked for at once (SIG-4)."""
        if self.manner.data == "refused":
            self.need("reason", "witness")
        return bool(super().validate(extra_validators))

    def how(self) -> Manner:
        """What was chosen. RuleBroken ``signature.empty`` or ``signature.photo`` when it is missing."""
        if self.manner.data == "refused":
            return Refused(self.reason.data or "", self.witness.data or "")
        if self.manner.data == "paper":
            if not self.photo.data:
                raise RuleBroken("signature.photo", field="photo")
            return OnPaper(self.photo.data[0])
        if self.strokes.data is None:
            raise RuleBroken("signature.empty", field="strokes")
        return self.strokes.data


def locale() -> str:
    """The language in which the page speaks, and in which a paper is signed."""
    return str(get_locale() or "zh_CN")


def remembered(papers: Sequence[Paper]) -> str:
    """What the page of a signature carries, to tell later what has changed since (field ``shown``)."""
    return json.dumps(marks(papers), separators=(",", ":"))


def expect_as_shown(
    form: SignForm, papers: Sequence[Paper], seen: str, words: Callable[[Change], str]
) -> None:
    """A signature given without signal holds for what the page showed then: 409 where the papers read otherwise now.

    Raises Stale, which says with ``words`` what changed. A page that does not use the outbox shows itself anew instead,
    as after every mistake.
    """
    if not from_outbox() or (papers and form.seen.data == seen):
        return
    try:
        found = changes(json.loads(form.shown.data or "{}"), papers)
    except (ValueError, AttributeError, TypeError):  # nothing that a page of ours sent
        found = []
    sentences = dict.fromkeys(words(change) for change in found)
    raise Stale(changed=list(sentences) or [_("内容已经变了。")])


def refused_parts() -> tuple[str, ...]:
    """The parts of the page that answer by themselves when something is wrong; whoever signs next gets a whole page."""
    return ("onpaper", "refusal") if request.method == "POST" else ()
