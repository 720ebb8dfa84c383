"""Everything about a policy folder that can be wrong before it is in force."""

from __future__ import annotations

from pathlib import Path

from riskguard.domain.errors import Fault, PolicyInvalid
from riskguard.domain.taxonomy import Taxonomy
from riskguard.policy.book import TAXONOMY, Shelf, read_shelf
from riskguard.policy.taxonomy import load_taxonomy
from riskguard.policy.testing import Outcome, run_tests, uncovered


def check(folder: Path) -> list[Fault]:
    """Faults of taxonomy, policies and policy tests; tests that fail; rules and thresholds that no test fires."""
    try:
        taxonomy = load_taxonomy(folder / TAXONOMY)
    except PolicyInvalid as error:
        return list(error.faults)  # without labels, nothing else can be judged
    try:
        shelf = read_shelf(folder)
    except PolicyInvalid as error:
        return [*error.faults, *_faults_of_tests(folder, taxonomy, set(error.faults))]
    return _check_tests(folder, shelf)


def _faults_of_tests(folder: Path, taxonomy: Taxonomy, known: set[Fault]) -> list[Fault]:
    try:
        run_tests(folder, taxonomy)
    except PolicyInvalid as error:
        return [fault for fault in error.faults if fault.file not in {each.file for each in known}]
    return []


def _check_tests(folder: Path, shelf: Shelf) -> list[Fault]:
    try:
        outcomes = run_tests(folder, shelf.taxonomy)
    except PolicyInvalid as error:
        return list(error.faults)
    failed = [fault for outcome in outcomes for fault in _failures(outcome)]
    return failed + uncovered(shelf.default, outcomes)


def _failures(outcome: Outcome) -> list[Fault]:
    case = outcome.case
    place = (case.place.file, case.place.line, case.place.column)
    return [Fault(*place, f"test '{case.name}' fails, {complaint}") for complaint in outcome.complaints]
