"""What is asked before a price is set."""

from __future__ import annotations

from flask import Flask
from flask_babel import force_locale

from pmweb.blueprints.fees.forms import TariffForm, unit_words
from pmweb.data import defaults

ITEMS = defaults().fees.items


def test_an_item_is_offered_with_the_unit_of_its_price(app: Flask) -> None:
    with app.test_request_context():
        form = TariffForm()
        form.offer([ITEMS["property_fee"]])
        assert form.item.choices == [("property_fee", "物业服务费 · 元/平方米·月")]


def test_the_unit_is_in_the_language_of_the_reader(app: Flask) -> None:
    with app.test_request_context(), force_locale("en"):
        assert unit_words(ITEMS["property_fee"]) == "CNY per square metre and month"
