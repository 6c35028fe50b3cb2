"""A house with results: posters of advisors at several places, with what came of them at given moments."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from itertools import count
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from app.accounts.people import Organisation
from app.accounts.tables import OrganisationRow, PersonRow
from app.db import transaction
from app.library.tables import TemplateContentRow, TemplateVersionRow
from app.links.tables import LinkRow
from app.posters.tables import IssuedFileRow, IssueRow, PosterRow, RevisionRow, ShareRow, SnapshotRow
from app.review.tables import CaseRow, StepRow
from app.tracking import records
from app.tracking.core import Visit
from app.tracking.tables import ConsentRow

ZONE = ZoneInfo("Asia/Shanghai")
PLACES = {
    "hq": ("/hq/", None, "headquarters", "澜山银行"),
    "east": ("/hq/east/", "hq", "branch", "望江支行"),
    "river": ("/hq/east/river/", "east", "outlet", "望江一号网点"),
    "west": ("/hq/west/", "hq", "branch", "临溪支行"),
}
PEOPLE = {"lin": ("林若溪", "river"), "chen": ("陈砚秋", "east"), "wu": ("吴一舟", "west"), "he": ("何知微", "hq")}


def organisation(id_: str) -> Organisation:
    """One of the house's organisations."""
    path, parent, kind, name = PLACES[id_]
    return Organisation(id_, parent, path, kind, name)  # type: ignore[arg-type]


def at(day: date, hour: int = 10) -> datetime:
    """A moment of a local day."""
    return datetime.combine(day, time(hour), ZONE)


@dataclass
class House:
    """Puts rows where the flows would have put them, at moments of one's choice."""

    deps: Any
    _numbers: Iterator[int] = field(default_factory=count)

    def furnish(self) -> None:
        """Organisations, people, and two approved templates."""
        long_ago = datetime(2026, 1, 1, tzinfo=UTC)
        with transaction(self.deps) as session:
            for id_, (path, parent, kind, name) in PLACES.items():
                row = OrganisationRow(id=id_, parent_id=parent, path=path, kind=kind, name=name, created_at=long_ago)
                session.add(row)
                session.flush()
            for id_, (name, place) in PEOPLE.items():
                session.add(PersonRow(id=id_, organisation_id=place, name=name, created_at=long_ago))
            for slug, title in (("fund-weekly", "基金周报"), ("daily-greeting", "日签")):
                self._template(session, slug, title, long_ago)

    def _template(self, session: Session, slug: str, title: str, made_at: datetime) -> None:
        version_id = f"v-{slug}"[:16]
        row = TemplateVersionRow(id=version_id, slug=slug, version="0.9.0", organisation_path="/", created_at=made_at)
        session.add(row)
        session.flush()
        head = {"title": {"zh": title, "en": slug.replace("-", " ").capitalize()}, "product": "fund"}
        content = TemplateContentRow(
            version_id=version_id, number=1, digest="d" * 64, files={}, head=head, created_at=made_at
        )
        session.add(content)
        self._case(session, version_id, "template", "/", "approved")

    def _case(self, session: Session, subject: str, kind: str, path: str, state: str) -> None:
        row = CaseRow(
            subject_id=subject, kind=kind, organisation_path=path, state=state, version=1, digest="a" * 64, findings=[]
        )
        session.add(row)
        session.flush()

    def poster(
        self, id_: str, person: str, issued_at: datetime, slug: str = "fund-weekly", words: str = "稳步前行"
    ) -> str:
        """A poster that was issued; the code of its link, which is the poster's id in another form."""
        path, code = PLACES[PEOPLE[person][1]][0], f"Linked{id_}"
        with transaction(self.deps) as session:
            version_id = f"v-{slug}"[:16]
            add = session.add
            add(
                PosterRow(
                    id=id_,
                    template_version_id=version_id,
                    owner_person_id=person,
                    organisation_path=path,
                    created_at=issued_at,
                )
            )
            session.flush()
            self._case(session, id_, "poster", path, "issued")
            for number, action in enumerate(("edit", "submit", "approve_by_policy", "issue"), start=1):
                add(
                    StepRow(
                        subject_id=id_,
                        number=number,
                        action=action,
                        role="advisor",
                        actor_person_id=person,
                        digest="a" * 64,
                        reason="",
                        at=issued_at,
                    )
                )
            draft = {"slots": {"words": words}, "size": "phone", "language": "zh", "channel": "wechat"}
            add(RevisionRow(poster_id=id_, number=1, base=0, author_person_id=person, saved_at=issued_at, **draft))
            add(
                SnapshotRow(
                    id=f"s{id_}"[:16],
                    poster_id=id_,
                    revision=1,
                    digest="a" * 64,
                    content={},
                    findings=[],
                    taken_at=issued_at,
                )
            )
            self.link(session, code, id_, issued_at, person=person)
            session.flush()
            issue = {"snapshot_id": f"s{id_}"[:16], "channel": "wechat", "link_code": code}
            add(IssueRow(id=f"i{id_}"[:16], poster_id=id_, issued_by_person_id=person, begun_at=issued_at, **issue))
            session.flush()
            self.file(session, id_, "png", issued_at)
        return code

    def file(self, session: Session, poster_id: str, format_: str, finished_at: datetime) -> None:
        """A finished file of a poster."""
        kept = {"object_digest": "b" * 64, "media_type": "image/png", "bytes": 1}
        session.add(IssuedFileRow(issue_id=f"i{poster_id}"[:16], format=format_, finished_at=finished_at, **kept))

    def link(
        self,
        session: Session,
        code: str,
        poster_id: str,
        minted_at: datetime,
        parent: str | None = None,
        person: str | None = None,
    ) -> None:
        """An active link."""
        row = LinkRow(
            code=code,
            target_kind="poster",
            target=poster_id,
            channel="wechat",
            parent_code=parent,
            root_code=parent or code,
            depth=1 if parent else 0,
            created_by_person_id=person,
            minted_at=minted_at,
            activated_at=minted_at,
        )
        session.add(row)

    def share(self, poster_id: str, shared_at: datetime, by: str | None, via: str = "wechat") -> str:
        """A share; without a person it is a customer's, who has a link of their own."""
        code = f"Linked{poster_id}"
        with transaction(self.deps) as session:
            if by is None:
                parent, code = code, f"Kid{next(self._numbers) + 111111}x{poster_id}"[:24]
                self.link(session, code, poster_id, shared_at, parent)
            row = ShareRow(poster_id=poster_id, link_code=code, via=via, shared_by_person_id=by, shared_at=shared_at)
            session.add(row)
        return code

    def name(self, session: Session, poster_id: str, person_id: str) -> None:
        """The poster is somebody else's."""
        session.get_one(PosterRow, poster_id).owner_person_id = person_id

    def agree(self, visitor: str) -> str:
        """A visitor who agreed to be remembered."""
        visitor = visitor.ljust(22, "x")
        with transaction(self.deps) as session:
            session.add(ConsentRow(visitor=visitor, wording="2026-11", given_at=datetime(2026, 1, 1, tzinfo=UTC)))
        return visitor

    def visit(self, *visits: Visit) -> None:
        """Visits, as they are taken in from a spool."""
        name = f"spool-{next(self._numbers)}"
        with transaction(self.deps) as session:
            records.begin(session, name)
            records.take_in(session, name, visits, 1, ZONE)


def a_visit(poster: str, day: date, hour: int = 10, **changes: Any) -> Visit:
    """A person's visit of a poster."""
    plain = Visit(f"Linked{poster}", at(day, hour), "redirect", "", poster, None, None, "phone", "wechat", None)
    return plain._replace(**changes)


def times(visit: Visit, how_many: int) -> Sequence[Visit]:
    """The same again and again."""
    return [visit] * how_many
