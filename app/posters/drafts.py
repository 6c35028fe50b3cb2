"""A poster on its way as values: what a draft revision says, and what a snapshot pins."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Literal, cast

from app.kernel.digest import digest_of

_TOLD_APART = ("rule", "severity", "text", "place")


@dataclass(frozen=True, slots=True)
class Draft:
    """What an advisor chose: the slots as JSON (a picture is named by its digest), size, language and link channel."""

    slots: Mapping[str, Any]
    size: str
    language: Literal["zh", "en"]
    channel: str


@dataclass(frozen=True, slots=True)
class Revision:
    """One state of a draft: whose, and on which revision it builds (0: on none)."""

    number: int
    base: int
    author_person_id: str
    draft: Draft


@dataclass(frozen=True, slots=True)
class Poster:
    """A poster with its newest revision. `based_on` is the poster that it corrects or repeats."""

    id: str
    template_version_id: str
    owner_person_id: str
    organisation_path: str
    based_on: str | None
    revision: Revision


@dataclass(frozen=True, slots=True)
class SnapshotContent:
    """Everything that decides what is drawn and how it was judged. Two snapshots with one digest are the same poster.

    `values` is the JSON document of slots and profile; `pictures` the digests of all pictures in it, by path.
    """

    template: str
    template_version: str
    template_digest: str
    values: Mapping[str, Any]
    pictures: Mapping[str, str]
    size: str
    language: Literal["zh", "en"]
    channel: str
    brand_digest: str
    fonts_digest: str
    rules_fingerprint: str
    renderer_version: str

    @property
    def digest(self) -> str:
        """The snapshot's identity."""
        return digest_of(self.document())

    def document(self) -> dict[str, Any]:
        """As JSON."""
        return asdict(self)

    @classmethod
    def of(cls, document: Mapping[str, Any]) -> "SnapshotContent":
        """What `document` wrote down."""
        return cls(**cast(Any, document))

    def differences(self, other: "SnapshotContent") -> tuple[str, ...]:
        """The names of the parts that differ."""
        mine, theirs = ({name: digest_of([part]) for name, part in one.document().items()} for one in (self, other))
        return tuple(name for name in mine if mine[name] != theirs[name])


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A frozen revision, as it was submitted, with what the rules found then."""

    id: str
    poster_id: str
    revision: int
    digest: str
    content: SnapshotContent
    findings: tuple[Mapping[str, Any], ...]

    @property
    def masked_digest(self) -> str:
        """The same for two posters that differ in nothing but whose they are, to the eye and to the rules."""
        content = self.content
        values = {**content.values, "profile": {}}
        pictures = {path: digest for path, digest in content.pictures.items() if not path.startswith("profile.")}
        found = sorted([str(one[name]) for name in _TOLD_APART] for one in self.findings)
        return digest_of({**content.document(), "values": values, "pictures": pictures, "findings": found})


@dataclass(frozen=True, slots=True)
class Issue:
    """A snapshot that went out over one channel, under its own link."""

    id: str
    poster_id: str
    snapshot_id: str
    channel: str
    link_code: str


@dataclass(frozen=True, slots=True)
class IssuedFile:
    """A finished, proved file of an issue, an object of the store."""

    format: str
    object_digest: str
    media_type: str
    bytes: int
