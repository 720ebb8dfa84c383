"""WIRING: the only room that knows every part."""

from __future__ import annotations

from dataclasses import dataclass

from riskguard.domain.taxonomy import Taxonomy
from riskguard.services.ports import Begin, Bell, Clock, Line, PolicyBook
from riskguard.settings import Settings


@dataclass(frozen=True, slots=True)
class House:
    """The wired parts that every door is handed."""

    settings: Settings
    clock: Clock
    begin: Begin
    line: Line
    bell: Bell
    taxonomy: Taxonomy
    policies: PolicyBook
