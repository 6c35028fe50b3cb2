"""Landing: what the page behind a short link shows: the poster's standing, its approval, and whose it is."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.accounts.records import licences, profile
from app.db import database_now
from app.kernel.errors import NotFound
from app.library.records import find_version
from app.links.core import Link, State, is_safe_address, state_of
from app.links.records import resolve
from app.posters.records import find_poster, find_snapshot
from app.posters.tables import IssuedFileRow, IssueRow, SnapshotRow
from app.rendering.scene import DisclosureLayer, Language
from app.rendering.template import Template, TextSlot, flat
from app.rendering.template_file import read_template
from app.rendering.values import words_in
from app.storage.store import Store

TEMPLATE_FILE = "template.json"


@dataclass(frozen=True, slots=True)
class Standing:
    """A link to a poster, and how it stands now."""

    link: Link
    state: State


@dataclass(frozen=True, slots=True)
class Licence:
    """A qualification that holds today."""

    kind: str
    number: str


@dataclass(frozen=True, slots=True)
class Card:
    """The advisor, as the approved poster shows them; how to reach their chat and their licences, as they are today."""

    name: str
    title: str
    line: str
    phone: str
    photo_digest: str | None
    chat: str | None
    licences: tuple[Licence, ...]

    @property
    def initial(self) -> str:
        """The one character that stands for the person where there is no photo."""
        return self.name[:1].upper()

    @property
    def dial(self) -> str:
        """The telephone number as a telephone takes it."""
        return "".join(char for char in self.phone if char.isdigit() or char == "+")


@dataclass(frozen=True, slots=True)
class Landing:
    """Everything that the page says. `words` are the poster's own, in their order; *Unit*: pixels of the poster."""

    link: Link
    language: Language
    title: str
    words: tuple[str, ...]
    disclosures: tuple[str, ...]
    width_px: int
    height_px: int
    approval_number: str
    issued_at: datetime
    card: Card


def approval_number(digest: str) -> str:
    """The short name of a snapshot's digest that people compare and read out."""
    return " ".join(digest[at : at + 4] for at in range(0, 12, 4)).upper()


def standing(session: Session, code: str) -> Standing | None:
    """The link of `code`; None when there is none that a customer may know of: pending ones are not there yet."""
    link = resolve(session, code)
    if link is None or link.target_kind != "poster":
        return None
    state = state_of(link, database_now(session))
    return Standing(link, state) if state != "pending" else None


def landing(session: Session, store: Store, link: Link) -> Landing:
    """What there is to show behind an active link. *Raises* NotFound ``not_issued``."""
    wanted = (
        select(IssueRow.poster_id, SnapshotRow.digest, func.min(IssuedFileRow.finished_at))
        .join(SnapshotRow, SnapshotRow.id == IssueRow.snapshot_id)
        .join(IssuedFileRow, IssuedFileRow.issue_id == IssueRow.id)
        .where(IssueRow.link_code == link.root_code)
        .group_by(IssueRow.id, IssueRow.poster_id, SnapshotRow.digest)
    )
    found = session.execute(wanted).first()
    if found is None:
        raise NotFound("not_issued", "nothing was issued under this link")
    poster_id, digest, issued_at = found
    content, poster = find_snapshot(session, poster_id, digest).content, find_poster(session, poster_id)
    template = _template(store, find_version(session, poster.template_version_id).content.files[TEMPLATE_FILE])
    size, language = template.sizes[content.size], content.language
    return Landing(
        link=link,
        language=language,
        title=words_in(template.title, language),
        words=_words(template, content.values["slots"], language),
        disclosures=tuple(
            words_in(layer.text, language)
            for _, layer in flat(size.layers, "")
            if isinstance(layer, DisclosureLayer) and layer.only in (None, language)
        ),
        width_px=size.width_px,
        height_px=size.height_px,
        approval_number=approval_number(digest),
        issued_at=issued_at,
        card=_card(session, poster.owner_person_id, content.values["profile"]),
    )


def _card(session: Session, person_id: str, shown: Mapping[str, Any]) -> Card:
    now = profile(session, person_id)
    chat = now.contact_code if now else None
    today = database_now(session).date()
    return Card(
        name=shown["name"],
        title=shown.get("title", ""),
        line=shown.get("organisation", ""),
        phone=shown.get("phone", ""),
        photo_digest=shown.get("photo"),
        chat=chat if chat and is_safe_address(chat) else None,
        licences=tuple(
            Licence(one.licence_class, one.number) for one in licences(session, person_id) if one.expires_on >= today
        ),
    )


def _words(template: Template, slots: Mapping[str, Any], language: Language) -> tuple[str, ...]:
    found = []
    for name, slot in template.slots.items():
        if isinstance(slot, TextSlot):
            given = slots.get(name)
            text = given.get("text") if isinstance(given, Mapping) else given
            found.append(text if isinstance(text, str) else words_in(slot.example, language))
    return tuple(" ".join(text.split()) for text in found if text.strip())


@lru_cache(maxsize=64)
def _template(store: Store, digest: str) -> Template:
    """Objects never change, so that what was once read stays right."""
    return read_template(store.get(digest))
