"""The policies in force: a folder that officers edit while the service runs."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from riskguard.domain.errors import Fault, PolicyInvalid
from riskguard.domain.post import Scene
from riskguard.domain.taxonomy import Taxonomy
from riskguard.policy.load import load_policy
from riskguard.policy.model import Edition, Policy
from riskguard.policy.taxonomy import load_taxonomy
from riskguard.settings import Settings

DEFAULT = "default.yaml"
TAXONOMY = "taxonomy.yaml"
COMMUNITIES = "communities"
LOOK_EVERY_S = 1.0

_log = logging.getLogger(__name__)
_Signature = tuple[tuple[str, int, int], ...]


@dataclass(frozen=True, slots=True)
class Shelf:
    """All editions of a policy folder as they were read at one time."""

    taxonomy: Taxonomy
    default: Edition
    communities: Mapping[str, Edition]

    def edition_for(self, community: str) -> Edition:
        """The community's own edition, else the default one."""
        return self.communities.get(community, self.default)


def read_shelf(folder: Path) -> Shelf:
    """Read taxonomy.yaml, default.yaml and communities/*.yaml. PolicyInvalid carries the faults of all of them."""
    taxonomy = load_taxonomy(folder / TAXONOMY)
    faults: dict[Fault, None] = {}
    editions: dict[Path, Edition] = {}
    for file in [folder / DEFAULT, *_community_files(folder)]:
        try:
            editions[file] = load_policy(file, taxonomy)
        except PolicyInvalid as error:
            faults |= dict.fromkeys(error.faults)
            continue
        if file.name != DEFAULT and len(editions[file].files) == 1:
            hint = f"add 'extends: ../{DEFAULT}'"
            faults[Fault(str(file), 1, 1, "a community's policy extends another one", hint)] = None
    if faults:
        raise PolicyInvalid(tuple(faults))
    own = {file.stem: editions[file] for file in _community_files(folder)}
    return Shelf(taxonomy, editions[folder / DEFAULT], own)


class FolderBook:
    """The policies of a folder, read again when a file changes; a faulty edit is reported and the last good one stays.

    Looks at the files at most once a second, whoever asks. Safe to share between threads.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._signature = _signature(folder)
        self._shelf = read_shelf(folder)
        self._looked_at = time.monotonic()
        self._looking = threading.Lock()

    @property
    def shelf(self) -> Shelf:
        """The editions in force now."""
        self._look()
        return self._shelf

    def policy_for(self, community: str, scene: Scene) -> Policy:
        """The policy that speaks for posts of this community and scene."""
        return self.shelf.edition_for(community).policy_for(scene)

    def _look(self) -> None:
        if time.monotonic() - self._looked_at < LOOK_EVERY_S or not self._looking.acquire(blocking=False):
            return
        try:
            self._looked_at = time.monotonic()
            signature = _signature(self._folder)
            if signature != self._signature:
                self._signature = signature
                self._read_again()
        finally:
            self._looking.release()

    def _read_again(self) -> None:
        try:
            self._shelf = read_shelf(self._folder)
        except PolicyInvalid as error:
            kept = self._shelf.default.version
            for fault in error.faults:
                _log.error("policy edit refused, version %s stays in force: %s", kept, fault)
            return
        _log.info("policies read again: %s is now version %s", DEFAULT, self._shelf.default.version)


@dataclass(frozen=True, slots=True)
class SingleBook:
    """One policy file for every community; read once."""

    edition: Edition

    def policy_for(self, community: str, scene: Scene) -> Policy:  # noqa: ARG002
        """The file's policy for the scene, whatever the community."""
        return self.edition.policy_for(scene)


def open_book(folder: Path) -> FolderBook:
    """The book of a policy folder. PolicyInvalid carries every fault of its files."""
    return FolderBook(folder)


def single(file: Path) -> SingleBook:
    """A book of one file, with the taxonomy beside it, above it, or else the one that riskguard ships."""
    return SingleBook(load_policy(file, load_taxonomy(taxonomy_for(file))))


def taxonomy_for(file: Path) -> Path:
    """The taxonomy file that a policy file is read with."""
    for folder in (file.parent, file.parent.parent):
        if (folder / TAXONOMY).is_file():
            return folder / TAXONOMY
    return Settings().policy_dir / TAXONOMY


def _community_files(folder: Path) -> list[Path]:
    return sorted((folder / COMMUNITIES).glob("*.yaml"))


def _signature(folder: Path) -> _Signature:
    """Name, time and size of every policy file; a file that vanishes while we look is left out."""
    found = []
    for file in sorted([*folder.glob("*.yaml"), *_community_files(folder)]):
        try:
            stat = file.stat()
        except OSError:
            continue
        found.append((str(file), stat.st_mtime_ns, stat.st_size))
    return tuple(found)
