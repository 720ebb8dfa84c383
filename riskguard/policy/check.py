"""Everything about a policy folder that can be wrong before it is in force."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from riskguard.domain.errors import Fault, PolicyInvalid
from riskguard.domain.taxonomy import Taxonomy
from riskguard.policy.alerts.load import plan_of
from riskguard.policy.alerts.testing import AlertCase, run_alert_tests
from riskguard.policy.book import COMMUNITIES, SUFFIXES, TAXONOMY, Shelf, read_shelf
from riskguard.policy.opinion import load_opinion
from riskguard.policy.retention import load_retention
from riskguard.policy.taxonomy import load_taxonomy
from riskguard.policy.testing import PolicyCase, run_tests, uncovered

_COMMUNITY = re.compile(r"[A-Za-z0-9_-]{1,64}")
"""What services.accounts lets a community be called."""


def check(folder: Path) -> list[Fault]:
    """Faults of taxonomy, policies, alerts.yaml and their tests; tests that fail; rules and thresholds that no test
    fires; files in communities/ that no community would be judged by."""
    return [*_check_policies(folder), *_check_alerts(folder)]


def _check_alerts(folder: Path) -> list[Fault]:
    """Of alerts.yaml and its tests. A test that uses a file with faults would only tell them again."""
    try:
        plan_of(folder)
    except PolicyInvalid as error:
        return list(error.faults)
    try:
        outcomes = run_alert_tests(folder)
    except PolicyInvalid as error:
        return list(error.faults)
    return [fault for outcome in outcomes for fault in _failures(outcome.case, outcome.complaints)]


def _check_policies(folder: Path) -> list[Fault]:
    try:
        taxonomy = load_taxonomy(folder / TAXONOMY)
    except PolicyInvalid as error:
        return list(error.faults)  # without labels, nothing else can be judged
    beside = [*_faults_in(load_opinion, folder), *_faults_in(load_retention, folder, taxonomy)]
    try:
        shelf = read_shelf(folder)
    except PolicyInvalid as error:
        faults = [*error.faults, *beside, *_faults_of_tests(folder, taxonomy, set(error.faults))]
        return [*faults, *_unread_communities(folder)]
    return [*beside, *_misnamed(shelf), *_unread_communities(folder), *_check_tests(folder, shelf)]


def _faults_in(load: Callable[..., object], *of: object) -> list[Fault]:
    try:
        load(*of)
    except PolicyInvalid as error:
        return list(error.faults)
    return []


def _misnamed(shelf: Shelf) -> Iterator[Fault]:
    """Policies whose name is not the community's: most likely copied and not finished."""
    for community, edition in shelf.communities.items():
        if edition.name != community:
            message = f"community '{community}' would be judged by a policy called '{edition.name}'"
            yield Fault(edition.files[0], 1, 1, message, f"write 'policy: {community}', or rename the file")


def _unread_communities(folder: Path) -> Iterator[Fault]:
    """Files that name no community, or are not read at all."""
    place = folder / COMMUNITIES
    for file in sorted(place.iterdir()) if place.is_dir() else ():
        if file.name.startswith(".") or file.name.endswith("~"):
            continue
        if file.is_dir() or file.suffix not in SUFFIXES:
            yield Fault(str(file), 0, 0, "this file is not read", "a community's policy is communities/<name>.yaml")
        elif not _COMMUNITY.fullmatch(file.stem):
            message = f"no community can be called '{file.stem}'"
            yield Fault(str(file), 0, 0, message, "use letters, digits, - and _ as in 'admin create-community'")


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
    failed = [fault for outcome in outcomes for fault in _failures(outcome.case, outcome.complaints)]
    return failed + uncovered(shelf.default, outcomes)


def _failures(case: PolicyCase | AlertCase, complaints: Iterable[str]) -> list[Fault]:
    place = (case.place.file, case.place.line, case.place.column)
    return [Fault(*place, f"test '{case.name}' fails, {complaint}") for complaint in complaints]
