"""What each operator leaves, what holds where places overlap, and what opens a token."""

from __future__ import annotations

import pytest

from riskguard.domain.operator import Operator
from riskguard.keyring import Keyring, new_key
from riskguard.text.mask import Place, Treatment, redact, reveal

_KEYS = Keyring.of([new_key()])
_NAMES = {"pii.mobile": "手机号", "pii.health": "健康信息", "pii.qq": "QQ号"}


def _treated(text: str, *places: Place, keys: Keyring | None = _KEYS, **operators: Operator) -> str:
    chosen = {f"pii.{label}" if label != "pii" else label: operator for label, operator in operators.items()}
    return redact(text, places, Treatment(chosen, _NAMES, keys)).text


_MOBILE = Place("pii.mobile", 1, 12)


@pytest.mark.parametrize(
    ("operator", "left"),
    [
        pytest.param(Operator.KEEP, "打16400001234吧", id="keep"),
        pytest.param(Operator.MASK, "打164****1234吧", id="mask"),
        pytest.param(Operator.REPLACE, "打<手机号>吧", id="replace"),
        pytest.param(Operator.REDACT, "打吧", id="redact"),
    ],
)
def test_what_an_operator_leaves(operator: Operator, left: str) -> None:
    assert _treated("打16400001234吧", _MOBILE, mobile=operator) == left


def test_a_hash_is_the_same_for_every_way_to_write_a_number_and_no_other() -> None:
    ways = ("16400001234", "１６４００００１２３４", "164 0000 1234", "一六四零零零零一二三四", "164\u200b00001234")
    hashes = {_treated(way, Place("pii.mobile", 0, len(way)), mobile=Operator.HASH) for way in ways}
    assert len(hashes) == 1
    (told,) = hashes
    assert told.startswith("<手机号#")
    assert len(told) == len("<手机号#>") + 16
    assert told != _treated("16400001235", Place("pii.mobile", 0, 11), mobile=Operator.HASH)
    other = Keyring.of([new_key()])
    assert told != _treated(ways[0], Place("pii.mobile", 0, 11), keys=other, mobile=Operator.HASH)


def test_a_token_opens_with_its_key_under_its_name_only() -> None:
    token = _treated("打16400001234吧", _MOBILE, mobile=Operator.ENCRYPT)
    assert "16400001234" not in token
    assert token.startswith("打<手机号:")
    assert reveal(token, _KEYS).text == "打16400001234吧"
    assert reveal(token, Keyring.of([new_key()])).closed == 1
    renamed = reveal(token.replace("手机号", "QQ号"), _KEYS)
    assert (renamed.opened, renamed.closed) == (0, 1)
    assert renamed.text == token.replace("手机号", "QQ号")


def test_what_only_looks_like_a_token_is_left_alone() -> None:
    text = "<b:rg1:x> <手机号:16400001234> a<3:00 <:> <手机号>"
    opened = reveal(text, _KEYS)
    assert (opened.text, opened.opened) == (text, 0)


@pytest.mark.parametrize(
    ("operators", "left"),
    [
        pytest.param({}, "*****************", id="both-masked"),
        pytest.param({"health": Operator.KEEP}, "我164****1234确诊了吧a", id="the-outer-is-kept"),
        pytest.param({"mobile": Operator.KEEP}, "*****************", id="the-inner-is-kept"),
        pytest.param({"mobile": Operator.REPLACE}, "<手机号>", id="the-inner-is-stricter"),
        pytest.param({"health": Operator.REPLACE}, "<健康信息>", id="the-outer-is-stricter"),
        pytest.param({"pii": Operator.REPLACE}, "<健康信息>", id="as-strict-so-the-longer-names-it"),
        pytest.param({"pii": Operator.REPLACE, "mobile": Operator.REDACT}, "", id="nothing-is-strictest"),
    ],
)
def test_the_strictest_holds_for_all_that_overlaps(operators: dict[str, Operator], left: str) -> None:
    text = "我16400001234确诊了吧a"
    places = [Place("pii.health", 0, 17), Place("pii.mobile", 1, 12)]
    assert _treated(text, *places, **operators) == left


def test_places_that_touch_are_treated_apart() -> None:
    places = [Place("pii.mobile", 0, 3), Place("pii.qq", 3, 6)]
    assert _treated("164123", *places, pii=Operator.REPLACE) == "<手机号><QQ号>"


def test_without_keys_what_should_be_sealed_or_hashed_is_replaced() -> None:
    for operator in (Operator.HASH, Operator.ENCRYPT):
        assert _treated("打16400001234吧", _MOBILE, keys=None, mobile=operator) == "打<手机号>吧"


def test_places_lead_into_the_redacted_text() -> None:
    text = "甲16400001234乙12345丙"
    places = [Place("pii.mobile", 1, 12), Place("pii.qq", 13, 18)]
    redacted = redact(text, places, Treatment({"pii.qq": Operator.REDACT, "pii.mobile": Operator.REPLACE}, _NAMES))
    assert redacted.text == "甲<手机号>乙丙"
    assert [redacted.place(*each) for each in ((0, 1), (1, 12), (3, 5), (12, 13), (13, 18), (18, 19))] == [
        (0, 1),
        (1, 6),
        (1, 6),
        (6, 7),
        (7, 7),
        (7, 8),
    ]
    assert [redacted.origin(at) for at in range(8)] == [0, 1, 1, 1, 1, 1, 12, 18]
