"""What describes one route: its parameters, shapes and answers."""

from __future__ import annotations

from dataclasses import dataclass

from pydantic import BaseModel


@dataclass(frozen=True, slots=True)
class Parameter:
    """Something that stands in the path, the query or a header."""

    name: str
    where: str
    about: str
    shape: dict[str, object]
    required: bool = False


@dataclass(frozen=True, slots=True)
class Route:
    """One method on one path; `answers` maps a status to its shape and meaning, `problems` are statuses."""

    method: str
    path: str
    name: str
    group: str
    summary: str
    about: str
    answers: dict[int, tuple[type[BaseModel] | str, str]]
    problems: tuple[int, ...] = ()
    takes: type[BaseModel] | None = None
    many: bool = False
    parameters: tuple[Parameter, ...] = ()
    keyless: bool = False
    example: str = ""
