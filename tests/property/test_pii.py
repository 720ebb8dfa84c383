"""Laws of recognisers: a number is found in any writing, exactly where it stands; one with a wrong check is not."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, timedelta

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from riskguard.detectors.pii import PiiDetector, hong_kong_id, id_card, org_code, taiwan_id
from riskguard.detectors.pii.bank_card import luhn
from riskguard.domain.finding import Finding
from tests.unit.detectors.posts import read_by, shown

DETECTOR = PiiDetector()
LIKELY = 0.5

_PLAIN = "0123456789"
_WRITINGS = (
    _PLAIN,
    "０１２３４５６７８９",
    "零一二三四五六七八九",
    "〇壹贰叁肆伍陆柒捌玖",
    "零壹貳參肆伍陸柒捌玖",
    "洞幺两三四五六拐八勾",
    "洞腰二三四五六拐八九",
    "⓪①②③④⑤⑥⑦⑧⑨",
    "⓿❶❷❸❹❺❻❼❽❾",
    "𝟎𝟏𝟐𝟑𝟒𝟓𝟔𝟕𝟖𝟗",
)
_KEYCAPS = [f"{digit}\ufe0f\u20e3" for digit in _PLAIN]
_SEPARATORS = (" ", "-", ".", "_", "·", "~", "—", "*", "　", "❤️", "⭐", " - ", "、")
_BEFORE = st.sampled_from(["", "今天的风真大，", "他跟我说：", "兄弟们记一下，", "急！", "（转）", "哈哈哈 "])
_AFTER = st.sampled_from(["", "，谢谢", "！", "。快点", " 晚点再说", "（别外传）", "，记住了吗"])

Writer = Callable[[str], str]


@st.composite
def _writers(draw: st.DrawFn) -> Writer:
    """A way to write a number: one kind of digits, or a mix of all, then something in between or nothing."""
    alphabets: Sequence[Sequence[str]] = draw(
        st.sampled_from([[each] for each in (*_WRITINGS, _KEYCAPS)] + [list(_WRITINGS)])
    )
    separator = draw(st.just("") | st.sampled_from(_SEPARATORS))

    def write(number: str) -> str:
        chosen = [draw(st.sampled_from(alphabets)) for _ in number]
        return separator.join(
            alphabet[int(char)] if char.isdigit() else char for char, alphabet in zip(number, chosen, strict=True)
        )

    return write


def _digits(count: int) -> st.SearchStrategy[str]:
    return st.text(_PLAIN, min_size=count, max_size=count)


@st.composite
def _id_cards(draw: st.DrawFn) -> str:
    region = draw(st.sampled_from(["110101", "330102", "440305", "510104", "650103", "810000", "820000", "830000"]))
    born = date(1930, 1, 1) + timedelta(days=draw(st.integers(0, 32_000)))
    head = f"{region}{born:%Y%m%d}{draw(_digits(3))}"
    return head + id_card.check_digit(head).upper()


@st.composite
def _bank_cards(draw: st.DrawFn) -> str:
    head = "62" + draw(st.sampled_from([13, 14, 15, 16]).flatmap(_digits))
    assume(len(set(head)) > 4)
    number = next(head + last for last in _PLAIN if luhn(head + last))
    assume(not _parts("pii.id_card", number))  # some are right as an identity card as well, which is told then
    return number


_MOBILES = st.builds(lambda second, rest: f"1{second}{rest}", st.sampled_from("3456789"), _digits(9))


def _parts(label: str, text: str) -> list[str]:
    (findings,) = read_by(DETECTOR, text)
    return [part for each in findings if _tells(each, label) for part in shown(text, each)]


def _tells(finding: Finding, label: str) -> bool:
    return finding.label == label and finding.score >= LIKELY


@pytest.mark.parametrize(
    ("label", "numbers"),
    [
        pytest.param("pii.mobile", _MOBILES, id="mobile"),
        pytest.param("pii.id_card", _id_cards(), id="identity-card"),
        pytest.param("pii.bank_card", _bank_cards(), id="bank-card"),
    ],
)
@given(data=st.data(), write=_writers(), before=_BEFORE, after=_AFTER)
def test_a_number_is_found_in_any_writing_where_it_stands(
    label: str, numbers: st.SearchStrategy[str], data: st.DataObject, write: Writer, before: str, after: str
) -> None:
    written = write(data.draw(numbers))
    assert _parts(label, f"{before}{written}{after}") == [written]


def test_a_number_that_is_right_as_both_is_told_as_an_identity_card() -> None:
    both = "622342200001213002"
    assert luhn(both)
    assert _parts("pii.id_card", both) == [both]
    assert _parts("pii.bank_card", both) == []


_WORDED = [
    pytest.param("pii.qq", "加我qq", st.builds("2{}".format, _digits(8)), id="qq"),
    pytest.param("pii.landline", "座机", st.builds("010-6{}".format, _digits(7)), id="landline"),
    pytest.param("pii.passport", "护照号", st.builds("E{}".format, _digits(8)), id="passport"),
    pytest.param("pii.passport", "护照", st.builds("EA{}".format, _digits(7)), id="passport-with-two-letters"),
    pytest.param("pii.travel_permit", "港澳通行证", st.builds("C{}".format, _digits(8)), id="pass-to-hong-kong"),
    pytest.param("pii.travel_permit", "回乡证", st.builds("H{}".format, _digits(10)), id="home-return-permit"),
    pytest.param("pii.licence_plate", "车牌", st.builds("浙A8{}".format, _digits(4)), id="plate"),
    pytest.param("pii.licence_plate", "车牌", st.builds("沪AD8{}".format, _digits(4)), id="new-energy-plate"),
]


@pytest.mark.parametrize(("label", "word", "numbers"), _WORDED)
@settings(max_examples=30)
@given(data=st.data(), alphabet=st.sampled_from([_PLAIN, _WRITINGS[1], *_WRITINGS[7:]]), before=_BEFORE, after=_AFTER)
def test_a_number_is_found_beside_its_name(
    label: str, word: str, numbers: st.SearchStrategy[str], data: st.DataObject, alphabet: str, before: str, after: str
) -> None:
    written = data.draw(numbers).translate(str.maketrans(dict(zip(_PLAIN, alphabet, strict=True))))
    assert _parts(label, f"{before}{word}：{written}{after}") == [written]


_LOCALS = st.from_regex("[a-z][a-z0-9]{2,10}[_.]?[a-z0-9]{2,6}", fullmatch=True)
_AT = st.sampled_from(["@", "＠", " @ ", "艾特", "#", "[at]", "(at)", "（at）", "【at】", " at ", "(@)"])
_DOT = st.sampled_from([".", "．", "点", "。", "(dot)", " dot ", "[dot]", " . "])


@given(_LOCALS, _AT, st.sampled_from(["qq", "163", "126", "gmail", "foxmail"]), _DOT, _BEFORE, _AFTER)
def test_a_mail_address_is_found_however_its_signs_are_spelt(
    local: str, at: str, provider: str, dot: str, before: str, after: str
) -> None:
    written = f"{local}{at}{provider}{dot}com"
    assert _parts("pii.email", f"{before}发我邮箱：{written}{after}") == [written]


_WRONG = [
    pytest.param("pii.id_card", "身份证", _id_cards(), "0123456789X", id="identity-card"),
    pytest.param("pii.bank_card", "银行卡号", _bank_cards(), _PLAIN, id="bank-card"),
    pytest.param(
        "pii.travel_permit",
        "香港身份证",
        _digits(6).map(lambda six: f"A{six}" + hong_kong_id.check_digit(f"a{six}").upper()),
        "0123456789A",
        id="hong-kong",
    ),
    pytest.param(
        "pii.travel_permit",
        "台湾身份证",
        _digits(7).map(lambda seven: f"F1{seven}" + taiwan_id.check_digit(f"f1{seven}")),
        _PLAIN,
        id="taiwan",
    ),
    pytest.param(
        "pii.org_code",
        "信用代码",
        _digits(8).map(lambda eight: f"91310000M{eight}" + org_code.check_sign(f"91310000m{eight}").upper()),
        "0123456789ABCDEFGHJKLMNPQRTUWXY",
        id="organisation",
    ),
]


@pytest.mark.parametrize(("label", "word", "numbers", "signs"), _WRONG)
@settings(max_examples=50)
@given(data=st.data(), before=_BEFORE, after=_AFTER)
def test_the_right_check_digit_is_found_and_no_other(
    label: str, word: str, numbers: st.SearchStrategy[str], signs: str, data: st.DataObject, before: str, after: str
) -> None:
    number = data.draw(numbers)
    assert _parts(label, f"{before}{word}{number}{after}") == [number]
    wrong = number[:-1] + data.draw(st.sampled_from([sign for sign in signs if sign != number[-1]]))
    assert _parts(label, f"{before}{word}{wrong}{after}") == []


@given(_digits(12), st.sampled_from(["订单号", "快递单号：", "流水号 ", "工号是"]))
def test_a_piece_of_a_longer_number_is_nothing(rest: str, word: str) -> None:
    (findings,) = read_by(DETECTOR, f"{word}138{rest}，已发货")
    assert not [each for each in findings if each.score >= LIKELY and each.label != "pii.id_card"]


@given(_MOBILES, st.sampled_from(["订单号", "快递单号：", "流水号 ", "序列号为"]))
def test_the_number_of_an_order_that_looks_like_a_mobile_is_unlikely(number: str, word: str) -> None:
    assert _parts("pii.mobile", f"{word}{number}，已发货") == []
