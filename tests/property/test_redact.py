"""Laws of operators: nothing of an identifier is left, the rest is as it was, and places lead to and fro."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from riskguard.domain.operator import Operator
from riskguard.keyring import Keyring, new_key
from riskguard.text.mask import Place, Redacted, Treatment, redact, reveal

_LABELS = ("pii.mobile", "pii.email", "pii.health", "pii.qq")
_KEYS = Keyring.of([new_key()])

_texts = st.text(st.sampled_from("打我1６4零a@.，。 \u200b①❤\n"), min_size=1, max_size=40)
_operators = st.dictionaries(st.sampled_from(_LABELS), st.sampled_from(list(Operator)), max_size=4)
_treatments = st.builds(Treatment, _operators, st.just({label: f"名{label[4]}" for label in _LABELS}), st.just(_KEYS))
_wholes = st.builds(Treatment, st.just({"pii": Operator.REDACT}), st.just({}), st.just(_KEYS))


@st.composite
def _cases(draw: st.DrawFn) -> tuple[str, list[Place]]:
    """A text, and places in it that may overlap, lie in one another or be the same."""
    text = draw(_texts)
    places = []
    for _ in range(draw(st.integers(0, 5))):
        start = draw(st.integers(0, len(text) - 1))
        end = draw(st.integers(start + 1, len(text)))
        places.append(Place(draw(st.sampled_from(_LABELS)), start, end))
    return text, places


def _untouched(redacted: Redacted, size: int) -> list[tuple[int, int]]:
    """(place in the text, place in what is left) of every character outside the parts."""
    inside = {at for part in redacted.parts for at in range(part.start, part.end)}
    return [(at, redacted.place(at, at + 1)[0]) for at in range(size) if at not in inside]


@given(_cases(), _treatments)
def test_what_lies_outside_is_unchanged_and_in_order(case: tuple[str, list[Place]], treatment: Treatment) -> None:
    text, places = case
    redacted = redact(text, places, treatment)
    kept = _untouched(redacted, len(text))
    assert all(text[at] == redacted.text[out] for at, out in kept)
    assert all(redacted.origin(out) == at for at, out in kept)
    covered = sum(part.out_end - part.out_start for part in redacted.parts)
    assert len(kept) + covered == len(redacted.text)


@given(_cases(), _treatments)
def test_every_place_that_is_not_kept_lies_in_a_part_as_strict(
    case: tuple[str, list[Place]], treatment: Treatment
) -> None:
    text, places = case
    redacted = redact(text, places, treatment)
    for place in places:
        operator = treatment.of(place.label)
        if operator is not Operator.KEEP:
            (part,) = (each for each in redacted.parts if each.start <= place.start and place.end <= each.end)
            assert part.operator.strictness >= operator.strictness
            start, end = redacted.place(place.start, place.end)
            assert part.out_start <= start <= end <= part.out_end


@given(_cases(), _wholes)
def test_redacting_leaves_no_character_of_a_place(case: tuple[str, list[Place]], treatment: Treatment) -> None:
    text, places = case
    inside = {at for place in places for at in range(place.start, place.end)}
    assert redact(text, places, treatment).text == "".join(char for at, char in enumerate(text) if at not in inside)


@given(_cases(), _treatments)
def test_what_replaces_a_place_holds_none_of_its_letters_and_digits(
    case: tuple[str, list[Place]], treatment: Treatment
) -> None:
    text, places = case
    redacted = redact(text, places, treatment)
    for part in redacted.parts:
        instead = redacted.text[part.out_start : part.out_end]
        words = text[part.start : part.end]
        if part.operator is Operator.REPLACE:
            assert instead in {f"<{name}>" for name in treatment.names.values()}
        if part.operator is Operator.MASK:
            assert len(instead) == len(words)
            assert all(after in ("*", before) for before, after in zip(words, instead, strict=True))


@given(_cases())
def test_masking_hides_what_any_place_hides(case: tuple[str, list[Place]]) -> None:
    text, places = case
    together = redact(text, places, Treatment()).text
    for place in places:
        alone = redact(text, [place], Treatment()).text
        assert all(shown == "*" for shown, one in zip(together, alone, strict=True) if one == "*")


@given(_cases())
def test_what_is_sealed_is_turned_back(case: tuple[str, list[Place]]) -> None:
    text, places = case
    redacted = redact(text, places, Treatment({"pii": Operator.ENCRYPT}, {"pii.mobile": "手机号"}, _KEYS))
    opened = reveal(redacted.text, _KEYS)
    assert (opened.text, opened.opened, opened.closed) == (text, len(redacted.parts), 0)


@given(_cases(), _treatments)
def test_places_of_the_redacted_text_never_run_backwards(case: tuple[str, list[Place]], treatment: Treatment) -> None:
    text, places = case
    redacted = redact(text, places, treatment)
    origins = [redacted.origin(at) for at in range(len(redacted.text))]
    assert origins == sorted(origins)
    assert all(0 <= origin < len(text) for origin in origins)
