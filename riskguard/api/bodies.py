"""From the bytes of a request to a schema; every fault at once, each with its place and a hint."""

from __future__ import annotations

from collections.abc import Mapping
from difflib import get_close_matches
from io import BytesIO
from itertools import islice
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails, from_json

from riskguard.api.schemas import MAX_BATCH, FieldFault
from riskguard.domain.errors import InvalidInput, TooLarge

Shape = TypeVar("Shape", bound=BaseModel)

NDJSON = ("application/x-ndjson", "application/ndjson", "application/jsonl", "application/x-jsonlines")

MAX_FAULTS = 20
"""Faults that are spelled out; of the others only the number is told."""
MAX_FIELDS = 100
"""An object that stands for a shape and has more names than this is not looked at name by name."""

_HINTS = {
    "naive": "write the offset: 2026-11-22T14:05:00+08:00, or Z for UTC",
    "nul": "remove U+0000 before you send it",
    "callback": "write it in full, such as https://example.com/hooks/riskguard",
    "missing": "add it",
}
_DETAILS = {"missing": "is missing", "model_type": "should be an object", "dict_type": "should be an object"}


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
    """`value` as `shape`; BodyInvalid otherwise, with all faults, or the first MAX_FAULTS of very many."""
    if not isinstance(value, Mapping):
        raise BodyInvalid(f"expected a JSON object, not {_kind(value)}")
    _refuse_crowds(value, shape, "")
    try:
        return shape.model_validate(value)
    except ValidationError as error:
        found = error.errors(include_url=False, include_input=False)
        faults = tuple(_fault(each, shape) for each in found[:MAX_FAULTS])
        raise BodyInvalid(_summary(faults, len(found)), faults) from None


def batch_items(raw: bytes, content_type: str) -> list[object]:
    """The values of a JSON array or of the lines of NDJSON, in order; a broken line becomes its BodyInvalid."""
    if content_type in NDJSON or not raw.lstrip().startswith(b"["):
        items: object = [_parsed_line(line) for line in _lines(raw)]
    else:
        items = parsed_json(raw)
    if not isinstance(items, list) or not items:
        raise BodyInvalid("the batch is empty", hint="send a JSON array, or one post a line as application/x-ndjson")
    if len(items) > MAX_BATCH:
        raise _too_many()
    return items


def _lines(raw: bytes) -> list[bytes]:
    """The lines that are not blank, counted before any is parsed: a body of a million lines costs no more than one."""
    found = list(islice((line for line in BytesIO(raw) if not line.isspace()), MAX_BATCH + 1))
    if len(found) > MAX_BATCH:
        raise _too_many()
    return found


def _parsed_line(line: bytes) -> object:
    try:
        return parsed_json(line.rstrip(b"\n"))
    except BodyInvalid as broken:
        return broken.with_traceback(None)


def _too_many() -> TooLarge:
    return TooLarge(f"the batch has more than {MAX_BATCH} posts", hint="send it in several requests")


def _refuse_crowds(value: Mapping[str, object], shape: type[BaseModel], pointer: str) -> None:
    """An error per unknown name would make hundreds of megabytes of a body of a few."""
    if len(value) > MAX_FIELDS:
        fault = FieldFault(pointer=pointer, detail=f"has {len(value)} fields", hint=_known(shape))
        raise BodyInvalid(f"{pointer or 'the body'} {fault.detail}", (fault,), hint=fault.hint)
    for name, field in shape.model_fields.items():
        inner, within = value.get(name), field.annotation
        if isinstance(inner, Mapping) and isinstance(within, type) and issubclass(within, BaseModel):
            _refuse_crowds(inner, within, f"{pointer}/{name}")


def _summary(faults: tuple[FieldFault, ...], count: int) -> str:
    first = f"{faults[0].pointer or 'the body'} {faults[0].detail}"
    return first if count == 1 else f"{first}; and {count - 1} more"


def _fault(error: ErrorDetails, shape: type[BaseModel]) -> FieldFault:
    pointer = "".join(f"/{str(part).replace('~', '~0').replace('/', '~1')}" for part in error["loc"])
    if error["type"] == "extra_forbidden":
        return FieldFault(pointer=pointer, detail="is not a known field", hint=_near(error["loc"], shape))
    detail = _DETAILS.get(error["type"]) or error["msg"]
    if error["type"] == "enum":
        detail = f"should be {_choices(error)}"
    return FieldFault(pointer=pointer, detail=detail[:1].lower() + detail[1:], hint=_HINTS.get(error["type"], ""))


def _choices(error: ErrorDetails) -> str:
    return str(error.get("ctx", {}).get("expected", "one of the listed words")).replace("'", "")


def _near(place: tuple[int | str, ...], shape: type[BaseModel]) -> str:
    """'did you mean' for a field name that nobody knows, else the list of names."""
    nearby = _within(shape, place[:-1])
    near = get_close_matches(str(place[-1]), nearby.model_fields, n=1)
    return f"did you mean '{near[0]}'?" if near else _known(nearby)


def _known(shape: type[BaseModel]) -> str:
    return f"known fields: {', '.join(shape.model_fields)}"


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
