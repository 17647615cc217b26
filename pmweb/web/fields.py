"""The ground of every form: fields of the types in forms.md, with sentences for a clerk.

A form never clears what somebody typed: what cannot be read stays in the box with the reason below it.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from flask_wtf.i18n import translations
from wtforms import (
    BooleanField,
    DateField,
    DateTimeLocalField,
    DecimalField,
    Field,
    IntegerField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than its stubs
from wtforms.validators import InputRequired, Length, Optional, StopValidation, ValidationError
from wtforms.widgets import CheckboxInput, ListWidget

from pmweb.domain import id_numbers
from pmweb.domain.workflow import RuleBroken
from pmweb.web.filters import named
from pmweb.web.unit_of_work import settle
from pmweb.web.wording import worded

NOTE_LENGTH = 2000
_YEARS = range(1900, 2201)
_DECIMAL = re.compile(r"[+-]?([0-9]{1,20}(\.[0-9]{0,20})?|\.[0-9]{1,20})")


class _Said:
    """What WTForms itself says, in the words of this house and the reader's language."""

    _WORDS: Mapping[str, Any] = {
        "Not a valid choice.": _l("请从列出的选项里选。"),
        "Invalid Choice: could not coerce.": _l("请从列出的选项里选。"),
        "Invalid choice(s): one or more data inputs could not be coerced.": _l("请从列出的选项里选。"),
        "'%(value)s' is not a valid choice for this field.": _l("请从列出的选项里选。"),
        "Not a valid integer value.": _l("请填整数。"),
        "This field is required.": _l("请填写这一项。"),
    }

    def __init__(self, others: Any) -> None:
        self._others = others

    def gettext(self, text: str) -> str:
        """The sentence for a text of WTForms; its own translation where this house has no words for it."""
        return str(self._WORDS[text] if text in self._WORDS else self._others.gettext(text))

    def ngettext(self, one: str, many: str, n: int) -> str:
        """As ``gettext``, of a text with a number."""
        return str(self._WORDS[one] if one in self._WORDS else self._others.ngettext(one, many, n))


class Form(FlaskForm):
    """A form that can carry out an operation and show why a rule forbids it."""

    class Meta(FlaskForm.Meta):
        """Where WTForms finds its words."""

        def get_translations(self, form: Any) -> _Said:
            """The words of this house, else those of WTForms."""
            return _Said(translations)

    if TYPE_CHECKING:  # FlaskForm is not annotated; every form of the house is made and asked through these

        def __init__(self, *args: Any, **kwargs: Any) -> None: ...

        def validate_on_submit(self, extra_validators: Mapping[str, Any] | None = None) -> bool:
            """Whether this is a POST and all that was sent is in order."""
            ...

    def need(self, *names: str) -> None:
        """Ask for these fields after all: whether they are needed depends on what else was answered."""
        for field in (self[name] for name in names):
            others = [rule for rule in field.validators if not isinstance(rule, Optional | InputRequired)]
            field.validators = [Needed(), *others]

    def carried_out(self, operation: Callable[[], Any]) -> bool:
        """Run ``operation`` if the input is valid; a broken rule becomes an error in place.

        ``RuleBroken`` with the fact ``field`` lands beside that field, any other on top of the form. What the
        operation had written by then is undone at once, so that the page that shows the error shows what is kept.
        """
        if not self.validate_on_submit():
            return False
        try:
            operation()
        except RuleBroken as broken:
            settle(accepted=False)
            field = self._fields.get(str(broken.facts.get("field", "")))
            if field is not None:
                field.errors = [*field.errors, worded(broken)]
            else:
                self.form_errors.append(worded(broken))
            return False
        return True


class Together:
    """Several forms that are one on the page: each says what it lacks, and one summary names it all."""

    def __init__(self, forms: Sequence[Form]) -> None:
        self._forms = forms

    def __iter__(self) -> Iterator[Field]:
        return (field for form in self._forms for field in form)

    def validate(self) -> bool:
        """Whether all of them are filled in; every one is asked, not only up to the first that is not."""
        fits = [form.validate() for form in self._forms]
        return all(fits)

    @property
    def form_errors(self) -> list[str]:
        """What was refused without belonging to a field."""
        return [said for form in self._forms for said in form.form_errors]


def tidy(text: str | None) -> str | None:
    """Without blanks around it and without control characters."""
    if text is None:
        return None
    return "".join(c for c in text if c.isprintable() or c in "\n\t").strip()


class Needed(InputRequired):
    """A field that must be filled in, said with its own name."""

    def __call__(self, form: Any, field: Field) -> None:
        """Raises StopValidation when nothing was entered."""
        empty = not field.raw_data or not str(field.raw_data[0]).strip() or field.data == ""
        if empty:
            field.errors = []
            choice = isinstance(field, RadioField | SelectField)
            words = _("请选择%(label)s。") if choice else _("请填写%(label)s。")
            raise StopValidation(words % {"label": field.label.text})


class _Longest(Length):
    """A limit that is said in the language of the reader."""

    def __init__(self, longest: int) -> None:
        super().__init__(max=longest)

    def __call__(self, form: Any, field: Field) -> None:
        """Raises ValidationError when the text is longer."""
        if field.data and len(field.data) > self.max:
            raise ValidationError(_("最多 %(n)s 个字。", n=self.max))


class Sometimes(Optional):
    """A field that another answer may make needed (``Form.need``): nothing beside it says 选填."""

    def __init__(self) -> None:
        super().__init__()
        self.field_flags = {}


def _rules(needed: bool | None, *more: Any) -> list[Any]:
    """``needed`` None: it depends on another answer."""
    return [Needed() if needed else Sometimes() if needed is None else Optional(), *more]


def text(label: Any, longest: int = 60, *, needed: bool | None = False, **kwargs: Any) -> StringField:
    """``text(n)``: one line, trimmed, no control characters."""
    return StringField(label, _rules(needed, _Longest(longest)), filters=[tidy], **kwargs)


def note(
    label: Any, *, needed: bool | None = False, longest: int = NOTE_LENGTH, **kwargs: Any
) -> TextAreaField:
    """``note``: several lines, up to 2000 characters."""
    return TextAreaField(label, _rules(needed, _Longest(longest)), filters=[tidy], **kwargs)


def _refuse_strange_year(field: Any) -> None:
    """A slip of the finger must not reach the counting of time, nor the edges of the calendar."""
    if field.data is not None and field.data.year not in _YEARS:
        field.data = None
        raise ValueError(_("请核对年份。"))


class _Day(DateField):
    def process_formdata(self, valuelist: list[str]) -> None:
        try:
            super().process_formdata(valuelist)
        except ValueError as error:
            raise ValueError(_("日期写成 2026-03-05 这样。")) from error
        _refuse_strange_year(self)


def day(label: Any, *, needed: bool = False, **kwargs: Any) -> DateField:
    """``date``: a local date."""
    return _Day(label, _rules(needed), **kwargs)


class _Moment(DateTimeLocalField):
    def process_formdata(self, valuelist: list[str]) -> None:
        try:
            super().process_formdata(valuelist)
        except ValueError as error:
            raise ValueError(_("时间写成 2026-03-05 14:30 这样。")) from error
        _refuse_strange_year(self)


def moment(label: Any, *, needed: bool | None = False, **kwargs: Any) -> DateTimeLocalField:
    """``datetime``: a local time; the view turns it into an instant with ``clock.instant``."""
    formats = ["%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M:%S"]
    return _Moment(label, _rules(needed), format=formats, **kwargs)


def _half_width(text: str) -> str:
    """Full-width signs as plain ones; ``m²`` and ``12²`` stay what they are."""
    wide = unicodedata.east_asian_width
    return "".join(unicodedata.normalize("NFKC", sign) if wide(sign) == "F" else sign for sign in text)


class _Decimal(DecimalField):
    def process_formdata(self, valuelist: list[str]) -> None:
        if valuelist and valuelist[0].strip():
            plain = _half_width(valuelist[0]).replace(",", "").strip()
            if not _DECIMAL.fullmatch(plain):
                self.data = None
                raise ValueError(_("请填数字，例如 12.5。"))
            self.data = Decimal(plain)


def number(label: Any, *, needed: bool | None = False, places: int = 3, **kwargs: Any) -> DecimalField:
    """``decimal``: a quantity ≥ 0 with up to ``places`` decimal places."""

    def sensible(_form: Any, field: Field) -> None:
        value = field.data
        if value is None:
            return
        if value < 0:
            raise ValidationError(_("不能小于 0。"))
        if value >= Decimal(10) ** 9 or value != round(value, places):
            raise ValidationError(_("最多 %(n)s 位小数，且不要太大。", n=places))

    return _Decimal(label, _rules(needed, sensible), places=None, **kwargs)


def count(
    label: Any, *, needed: bool = False, least: int = 0, most: int = 999, **kwargs: Any
) -> IntegerField:
    """``int``: a whole number in a range."""

    def sensible(_form: Any, field: Field) -> None:
        if field.data is not None and not least <= field.data <= most:
            raise ValidationError(_("请填 %(least)s 到 %(most)s 之间的整数。", least=least, most=most))

    return IntegerField(label, _rules(needed, sensible), **kwargs)


def _listed(choices: Iterable[tuple[Any, Any]]) -> list[Any]:
    """Pairs of code and word as WTForms wants them."""
    return [SelectChoice(code, word) for code, word in choices]


def choice(label: Any, choices: Any = (), *, needed: bool | None = True, **kwargs: Any) -> RadioField:
    """``choice``: one code of a short list, as chips."""
    return RadioField(label, _rules(needed), choices=_listed(choices), validate_choice=True, **kwargs)


def select(label: Any, choices: Any = (), *, needed: bool | None = True, **kwargs: Any) -> SelectField:
    """``choice`` from a long list."""
    return SelectField(label, _rules(needed), choices=_listed(choices), **kwargs)


class _Many(SelectMultipleField):
    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()


def several(label: Any, choices: Any = (), *, needed: bool = False, **kwargs: Any) -> SelectMultipleField:
    """``multi``: several codes, as chips."""
    return _Many(label, [Needed()] if needed else [], choices=_listed(choices), **kwargs)


def tick(label: Any, *, needed: Any = None, **kwargs: Any) -> BooleanField:
    """``bool``; ``needed`` is the sentence when it must be ticked."""

    def ticked(_form: Any, field: Field) -> None:
        if needed and not field.data:
            raise ValidationError(str(needed))

    return BooleanField(label, [ticked], **kwargs)


def _checked(check: Callable[[str], str]) -> Callable[[Any, Field], None]:
    def validate(_form: Any, field: Field) -> None:
        if field.data:
            try:
                field.data = check(field.data)
            except RuleBroken as broken:
                raise ValidationError(worded(broken)) from broken

    return validate


def mobile(label: Any, *, needed: bool | None = False, **kwargs: Any) -> StringField:
    """``mobile``: checked and normalised (IDN-5)."""
    kwargs.setdefault("render_kw", {"inputmode": "tel", "autocomplete": "off"})
    return StringField(label, _rules(needed, _checked(id_numbers.read_phone)), filters=[tidy], **kwargs)


def labelled(things: Iterable[Any]) -> Sequence[tuple[str, str]]:
    """Choices of bilingual things of the data files, in the reader's language."""
    return [(thing.id, named(thing)) for thing in things]
