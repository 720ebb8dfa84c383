"""From the bytes of a request to a schema; every fault at once, each with its place and a hint."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails, from_json

from riskguard.api.schemas import MAX_BATCH, FieldFault
from riskguard.domain.errors import InvalidInput, TooLarge

Shape = TypeVar("Shape", bound=BaseModel)

NDJSON = ("application/x-ndjson", "application/ndjson", "application/jsonl", "application/x-jsonlines")

_HINTS = {
    "naive": "write the offset: 2026-11-22T14:05:00+08:00, or Z for UTC",
    "nul": "remove U+0000 before you send it",
    "callback": "write it in full, such as https://example.com/hooks/riskguard",
    "missing": "add it",
}


class BodyInvalid(InvalidInput):
    """A body that has faults; all of them, each with a JSON pointer."""

    def __init__(self, message: str, faults: tuple[FieldFault, ...] = (), *, hint: str = "") -> None:
        super().__init__(message, hint=hint, field=faults[0].pointer if faults else "")
        self.faults = faults


def parsed_json(raw: bytes) -> object:
    """The JSON value of `raw`, in UTF-8. BodyInvalid says where it breaks."""
    try:
        return from_json(raw, allow_inf_nan=False)
    except ValueError as error:
        raise BodyInvalid(f"the body is not JSON: {error}", hint="send UTF-8 JSON") from None


def checked(shape: type[Shape], value: object) -> Shape:
    """`value` as `shape`; BodyInvalid with all faults otherwise."""
    if not isinstance(value, Mapping):
        raise BodyInvalid(f"expected a JSON object, not {_kind(value)}")
    try:
        return shape.model_validate(value)
    except ValidationError as error:
        faults = tuple(_fault(each, shape) for each in error.errors(include_url=False, include_input=False))
        raise BodyInvalid(_summary(faults), faults) from None


def batch_items(raw: bytes, content_type: str) -> list[object]:
    """The values of a JSON array or of the lines of NDJSON, in order; a broken line becomes its BodyInvalid."""
    lines = content_type in NDJSON or not raw.lstrip().startswith(b"[")
    items = list(_lines(raw)) if lines else parsed_json(raw)
    if not isinstance(items, list) or not items:
        raise BodyInvalid("the batch is empty", hint="send a JSON array, or one post a line as application/x-ndjson")
    if len(items) > MAX_BATCH:
        raise TooLarge(
            f"the batch has {len(items)} posts, the limit is {MAX_BATCH}", hint="send it in several requests"
        )
    return items


def _lines(raw: bytes) -> Iterator[object]:
    for line in raw.split(b"\n"):
        if not line.strip():
            continue
        try:
            yield parsed_json(line)
        except BodyInvalid as broken:
            yield broken


def _summary(faults: tuple[FieldFault, ...]) -> str:
    first = f"{faults[0].pointer} {faults[0].detail}"
    return first if len(faults) == 1 else f"{first}; and {len(faults) - 1} more"


def _fault(error: ErrorDetails, shape: type[BaseModel]) -> FieldFault:
    pointer = "".join(f"/{str(part).replace('~', '~0').replace('/', '~1')}" for part in error["loc"])
    if error["type"] == "extra_forbidden":
        return FieldFault(pointer=pointer, detail="is not a known field", hint=_near(error["loc"], shape))
    detail = {"missing": "is missing", "enum": f"should be {_choices(error)}"}.get(error["type"], error["msg"])
    return FieldFault(pointer=pointer, detail=detail[:1].lower() + detail[1:], hint=_HINTS.get(error["type"], ""))


def _choices(error: ErrorDetails) -> str:
    return str(error.get("ctx", {}).get("expected", "one of the listed words")).replace("'", "")


def _near(place: tuple[int | str, ...], shape: type[BaseModel]) -> str:
    """'did you mean' for a field name that nobody knows, else the list of names."""
    names = list(_within(shape, place[:-1]).model_fields)
    near = get_close_matches(str(place[-1]), names, n=1)
    return f"did you mean '{near[0]}'?" if near else f"known fields: {', '.join(names)}"


def _within(shape: type[BaseModel], place: tuple[int | str, ...]) -> type[BaseModel]:
    for part in place:
        inner: Any = shape.model_fields[str(part)].annotation if str(part) in shape.model_fields else None
        if not (isinstance(inner, type) and issubclass(inner, BaseModel)):
            return shape
        shape = inner
    return shape


def _kind(value: object) -> str:
    if value is None:
        return "null"
    names = {str: "a string", bool: "a boolean", int: "a number", float: "a number", list: "an array"}
    return names.get(type(value), "something else")
