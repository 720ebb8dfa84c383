"""Every error that riskguard raises on purpose, named for what is true.

RiskguardError
├── InvalidInput            what the caller sent cannot be used; `field` says which part
│   ├── TooLarge            more than a limit allows
│   └── Conflict            the same key came with something else
├── NotAuthenticated        no valid key or session
├── NotAllowed              the role does not permit it
├── NotFound                no such thing (in this community)
│   └── Gone                it was there, and was deleted with the posts of its author
├── StaleVersion            a colleague changed it first
├── TooManyRequests         a rate or backlog limit; `retry_after_s` says when to come back
├── ForbiddenAddress        a callback address that we refuse to connect to
├── DetectorFailed          a detector could not read; becomes an Abstention
├── PolicyInvalid           a policy file has faults; all of them, each with file, line and hint
├── ModelInvalid            a model folder is missing, incomplete or does not match its card
├── SealBroken              a sealed value was changed, or was sealed for another place
└── NotReady                a part that the service stands on cannot be reached or started; carries a hint
    └── KeyMissing          a value is sealed with a key that this process does not have
"""

from __future__ import annotations

from dataclasses import dataclass


class RiskguardError(Exception):
    """The root of the tree; `str()` is one clear sentence, `hint` says what to do about it."""

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.hint = hint


class InvalidInput(RiskguardError):
    """What the caller sent cannot be used."""

    def __init__(self, message: str, *, field: str = "", hint: str = "") -> None:
        super().__init__(message, hint=hint)
        self.field = field


class TooLarge(InvalidInput):
    """More than a limit allows."""


class Conflict(InvalidInput):
    """The same name or key was used before with something else."""


class NotAuthenticated(RiskguardError):
    """No valid key or session."""


class NotAllowed(RiskguardError):
    """The role does not permit it."""


class NotFound(RiskguardError):
    """No such thing, or not in this community."""


class Gone(NotFound):
    """It was there, and was deleted: an author had their posts erased."""


class StaleVersion(RiskguardError):
    """A colleague changed it first."""


class TooManyRequests(RiskguardError):
    """A rate or backlog limit was reached."""

    def __init__(self, message: str, *, retry_after_s: float, hint: str = "") -> None:
        super().__init__(message, hint=hint)
        self.retry_after_s = retry_after_s


class ForbiddenAddress(RiskguardError):
    """A callback address that we refuse to connect to."""


class DetectorFailed(RiskguardError):
    """A detector could not read; the panel turns it into an Abstention."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One mistake in a file that a person wrote. Lines and columns count from 1; 0 means the whole file."""

    file: str
    line: int
    column: int
    message: str
    hint: str = ""

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}:{self.column}" if self.line else self.file
        return f"{place}: {self.message}" + (f" ({self.hint})" if self.hint else "")


class PolicyInvalid(RiskguardError):
    """Policy, taxonomy, lexicon or policy-test files have faults; all of them at once."""

    def __init__(self, faults: tuple[Fault, ...]) -> None:
        super().__init__("\n".join(str(fault) for fault in faults))
        self.faults = faults


class ModelInvalid(RiskguardError):
    """A model folder is missing, incomplete or does not match its card."""


class SealBroken(RiskguardError):
    """A sealed value was changed since, or was sealed for another place."""


class NotReady(RiskguardError):
    """A part that the service stands on cannot be reached or started."""


class KeyMissing(NotReady):
    """The key that a value is sealed with is not among those of this process."""
