"""The policies in force: a folder that officers edit while the service runs."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from riskguard.domain.errors import Fault, PolicyInvalid
from riskguard.domain.post import Scene
from riskguard.domain.taxonomy import Taxonomy
from riskguard.policy.load import load_policy
from riskguard.policy.model import Edition, Policy
from riskguard.policy.taxonomy import load_taxonomy
from riskguard.policy.watch import Watched

DEFAULT = "default.yaml"
TAXONOMY = "taxonomy.yaml"
COMMUNITIES = "communities"
SUFFIXES = (".yaml", ".yml")
_NOT_POLICIES = ("lexicons", "tests")


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
    """Read taxonomy.yaml, default.yaml and communities/. PolicyInvalid carries the faults of all of them."""
    taxonomy = load_taxonomy(folder / TAXONOMY)
    faults: dict[Fault, None] = {}
    default: Edition | None = None
    communities: dict[str, Edition] = {}
    for file in [folder / DEFAULT, *community_files(folder)]:
        try:
            edition = load_policy(file, taxonomy)
        except PolicyInvalid as error:
            faults |= dict.fromkeys(error.faults)
            continue
        if default is None and file == folder / DEFAULT:
            default = edition
            continue
        if len(edition.files) == 1:
            hint = f"add 'extends: ../{DEFAULT}'"
            faults[Fault(str(file), 1, 1, "a community's policy extends another one", hint)] = None
        if file.stem in communities:
            faults[Fault(str(file), 0, 0, f"'{file.stem}' has two policies", "remove one of the files")] = None
        communities[file.stem] = edition
    if faults or default is None:
        raise PolicyInvalid(tuple(faults))
    return Shelf(taxonomy, default, communities)


class FolderBook:
    """The policies of a folder, read again when a file changes; a faulty edit is reported and the last good one stays.

    Looks at the files at most once a second, whoever asks: at those of the folder and at all that policies extend,
    wherever they lie. Safe to share between threads.
    """

    def __init__(self, folder: Path) -> None:
        self._shelf = Watched(
            "policy",
            lambda: read_shelf(folder),
            files=lambda shelf: _watched_files(folder, shelf),
            version=lambda shelf: shelf.default.version,
        )

    @property
    def shelf(self) -> Shelf:
        """The editions in force now."""
        return self._shelf.now()

    def policy_for(self, community: str, scene: Scene) -> Policy:
        """The policy that speaks for posts of this community and scene."""
        return self.shelf.edition_for(community).policy_for(scene)


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


def single(file: Path, *, policy_dir: Path) -> SingleBook:
    """A book of one file, with the taxonomy beside it, above it, or else the one of `policy_dir`."""
    return SingleBook(load_policy(file, load_taxonomy(taxonomy_for(file, policy_dir=policy_dir))))


def taxonomy_for(file: Path, *, policy_dir: Path) -> Path:
    """The taxonomy file that a policy file is read with."""
    for folder in (file.parent, file.parent.parent):
        if (folder / TAXONOMY).is_file():
            return folder / TAXONOMY
    return policy_dir / TAXONOMY


def community_files(folder: Path) -> list[Path]:
    """The policy files of communities, as they are read."""
    return sorted(file for file in (folder / COMMUNITIES).glob("*.y*ml") if file.suffix in SUFFIXES)


def _watched_files(folder: Path, shelf: Shelf | None) -> Iterator[Path]:
    for root, folders, names in os.walk(folder):
        if Path(root) == folder:
            folders[:] = [name for name in folders if name not in _NOT_POLICIES]
        yield from (Path(root, name) for name in names if name.endswith(SUFFIXES))
    for edition in [shelf.default, *shelf.communities.values()] if shelf else []:
        yield from map(Path, edition.files)
