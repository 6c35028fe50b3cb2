"""The pages that are photographed: whose, where, and in which state."""

from collections.abc import Callable
from dataclasses import dataclass

from playwright.sync_api import Page
from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from app.accounts.tables import AccountRow
from app.archive.tables import ArchiveEntryRow
from app.customers.tables import CustomerEventRow, CustomerRow, CustomerTaskRow
from app.library.tables import TemplateVersionRow
from app.links.tables import LinkRow
from app.posters.tables import PosterRow
from app.review.tables import CaseRow
from app.tracking.tables import VisitRow

# What docs/design-system.md shows.
DOCS: tuple[str, ...] = (
    "10-advisor-home.phone.zh.top",
    "10-advisor-editor-finding.phone.zh",
    "10-advisor-share.phone.zh.top",
    "10-advisor-customer.phone.zh.top",
    "70-customer-landing.phone.zh.top",
    "10-advisor-gallery.desk.zh",
    "10-advisor-spread.desk.zh",
    "20-designer-version-in_review.desk.en",
    "30-reviewer-poster.desk.zh",
    "40-operator-results.desk.zh",
    "50-auditor-poster.desk.en",
)


@dataclass(frozen=True)
class Shot:
    """One page as `login` sees it (nobody's, if empty); `do` brings it into the state that is shown."""

    name: str
    login: str
    path: str
    do: Callable[[Page], None] | None = None
    status: int = 200
    is_whole: bool = True


def shots(engine: Engine) -> list[Shot]:
    """All of them, for the demonstration in this database."""
    with Session(engine) as session:
        known = _Known(session)
        return [
            *_door(),
            *_advisor(known),
            *_designer(known),
            *_reviewer(known),
            *_operator(known),
            *_auditor(known),
            *_admin(known),
            *_customer(known),
        ]


class _Known:
    """Finds ids by what they are known for."""

    def __init__(self, session: Session) -> None:
        self.session = session

    def person(self, login: str) -> str:
        return self.session.scalars(select(AccountRow.person_id).where(AccountRow.login == login)).one()

    def poster(self, login: str, state: str, template: str | None = None) -> str:
        wanted = (
            select(PosterRow.id)
            .join(CaseRow, CaseRow.subject_id == PosterRow.id)
            .join(TemplateVersionRow, TemplateVersionRow.id == PosterRow.template_version_id)
            .where(PosterRow.owner_person_id == self.person(login), CaseRow.state == state)
            .order_by(PosterRow.created_at)
        )
        if template is not None:
            wanted = wanted.where(TemplateVersionRow.slug == template)
        return self.session.scalars(wanted).first() or "none"

    def version(self, state: str, slug: str | None = None) -> str:
        wanted = (
            select(TemplateVersionRow.id)
            .join(CaseRow, CaseRow.subject_id == TemplateVersionRow.id)
            .where(CaseRow.state == state)
            .order_by(TemplateVersionRow.created_at.desc())
        )
        if slug is not None:
            wanted = wanted.where(TemplateVersionRow.slug == slug)
        return self.session.scalars(wanted).first() or "none"

    def in_review(self, kind: str) -> str:
        wanted = select(CaseRow).where(CaseRow.state == "in_review", CaseRow.kind == kind)
        cases = sorted(self.session.scalars(wanted), key=lambda case: -len(case.findings))
        return cases[0].subject_id if cases else "none"

    def widest(self, login: str) -> str:
        """The poster of the advisor that was passed on most."""
        wanted = (
            select(LinkRow.target)
            .join(PosterRow, PosterRow.id == LinkRow.target)
            .where(PosterRow.owner_person_id == self.person(login))
            .group_by(LinkRow.target)
            .order_by(func.count().desc(), LinkRow.target)
        )
        return self.session.scalars(wanted).first() or "none"

    def link(self, ended: bool = False, depth: int = 0) -> str:
        wanted = select(LinkRow.code).join(VisitRow, VisitRow.code == LinkRow.code).group_by(LinkRow.code)
        is_ended = LinkRow.recalled_at.is_not(None) if ended else LinkRow.recalled_at.is_(None)
        found = wanted.where(is_ended, LinkRow.depth == depth, LinkRow.expires_at.is_(None) if not ended else is_ended)
        return self.session.scalars(found.order_by(func.count().desc())).first() or "none"

    def expired(self) -> str:
        return (
            self.session.scalars(select(LinkRow.code).where(LinkRow.expires_at < func.current_timestamp())).first()
            or "x"
        )

    def customer(self, login: str) -> str:
        wanted = (
            select(CustomerRow.id)
            .join(CustomerEventRow, CustomerEventRow.customer_id == CustomerRow.id)
            .where(CustomerRow.advisor_person_id == self.person(login))
            .group_by(CustomerRow.id)
            .order_by(func.count().desc())
        )
        return self.session.scalars(wanted).first() or "none"

    def entry(self) -> int:
        return self.session.scalar(select(func.max(ArchiveEntryRow.sequence))) or 1

    def tasks(self) -> int:
        return self.session.scalar(select(func.count()).select_from(CustomerTaskRow)) or 0


def _door() -> list[Shot]:
    def refused(page: Page) -> None:
        page.locator("input[name=login]").fill("lin")
        page.locator("input[name=password]").fill("not-the-password")
        page.locator("main form button[type=submit]").first.click()
        page.wait_for_load_state("networkidle")

    return [
        Shot("00-door-sign-in", "", "/sign-in"),
        Shot("00-door-refused", "", "/sign-in", refused),
        Shot("00-door-not-found", "", "/nothing-here", status=404),
    ]


def _advisor(known: _Known) -> list[Shot]:
    def in_lin(name: str, path: str, do: Callable[[Page], None] | None = None, whole: bool = True) -> Shot:
        return Shot(f"10-advisor-{name}", "lin", path, do, is_whole=whole)

    def tap_slot(page: Page) -> None:
        page.locator(".slots [data-slot=message]").first.click()
        page.wait_for_timeout(900)

    states = ("draft", "in_review", "changes_requested", "approved", "issued", "rejected", "recalled")
    return [
        in_lin("home", "/home"),
        in_lin("gallery", "/templates/"),
        in_lin("gallery-empty", "/templates/?q=zzz"),
        in_lin("template", "/templates/fund-weekly"),
        in_lin("works", "/posters"),
        *(in_lin(f"poster-{state}", f"/posters/{known.poster('lin', state)}") for state in states),
        in_lin("poster-expired", f"/posters/{known.poster('lin', 'issued', 'card-autumn')}"),
        in_lin("editor", f"/posters/{known.poster('lin', 'draft', 'photo-greeting')}/edit", whole=False),
        in_lin(
            "editor-finding", f"/posters/{known.poster('lin', 'draft', 'wealth-launch')}/edit", tap_slot, whole=False
        ),
        in_lin("editor-changes", f"/posters/{known.poster('lin', 'changes_requested')}/edit", whole=False),
        in_lin("share", f"/posters/{known.poster('lin', 'issued', 'advisor-card')}/share"),
        in_lin("share-printed", f"/posters/{known.poster('lin', 'issued', 'business-card')}/share"),
        in_lin("spread", f"/posters/{known.widest('lin')}/spread"),
        in_lin("customers", "/customers"),
        in_lin("customer", f"/customers/{known.customer('lin')}"),
        in_lin("tasks", "/tasks"),
        in_lin("me", "/me"),
        Shot("11-advisor-long-name-home", "alexandra", "/home"),
        Shot("11-advisor-long-name-template", "alexandra", "/templates/business-card"),
        Shot("11-advisor-long-name-works", "alexandra", "/posters"),
        Shot("11-advisor-not-found", "lin", "/posters/none", status=404),
    ]


def _designer(known: _Known) -> list[Shot]:
    states = ("draft", "in_review", "changes_requested", "approved", "retired", "recalled", "rejected")
    return [
        Shot("20-designer-index", "mei", "/design/"),
        Shot("20-designer-template", "mei", "/design/event-invitation"),
        *(Shot(f"20-designer-version-{state}", "mei", f"/design/versions/{known.version(state)}") for state in states),
        Shot("20-designer-brand", "mei", "/brand"),
        Shot("20-designer-me", "mei", "/me"),
    ]


def _reviewer(known: _Known) -> list[Shot]:
    return [
        Shot("30-reviewer-queue", "zhou", "/review"),
        Shot("30-reviewer-poster", "zhou", f"/review/{known.in_review('poster')}"),
        Shot("30-reviewer-template", "zhou", f"/review/{known.in_review('template')}"),
        Shot("30-reviewer-changes", "zhou", f"/review/{known.poster('lin', 'changes_requested')}"),
        Shot("30-reviewer-decided", "zhou", "/review/decided"),
        Shot("31-rules-list", "zhou", "/rules"),
        Shot("31-rules-found", "zhou", "/rules?q=保本&jurisdiction=CN"),
        Shot("31-rules-rule", "zhou", "/rules/cn-fund-15-words"),
        Shot("31-rules-try", "zhou", "/rules/try?product=fund&text=本基金稳-赚-不-赔，历史收益率达12%25。"),
        Shot("31-rules-new", "zhou", "/rules/new"),
        Shot("31-rules-edit", "zhou", "/rules/cn-fund-4-performance-context/edit"),
        Shot("31-rules-rescan", "zhou", "/rules/rescan"),
        Shot("31-rules-claims", "wang", "/rules/claims"),
        Shot("31-rules-yaml", "zhou", "/rules/cn-fund-15-words/edit?way=yaml"),
    ]


def _operator(known: _Known) -> list[Shot]:
    widest = known.widest("lin")
    return [
        Shot("40-operator-results", "he", "/results"),
        Shot("40-operator-template", "he", "/results/templates/daily-greeting"),
        Shot("40-operator-advisor", "he", f"/results/advisors/{known.person('lin')}"),
        Shot("40-operator-posters", "he", "/results/posters"),
        Shot("40-operator-poster", "he", f"/results/posters/{widest}"),
        Shot("40-operator-circulation", "he", "/circulation"),
        Shot("40-operator-circulation-templates", "he", "/circulation/templates"),
        Shot("40-operator-circulation-poster", "he", f"/circulation/posters/{widest}"),
        Shot("40-operator-circulation-recalled", "he", f"/circulation/posters/{known.poster('lin', 'recalled')}"),
        Shot(
            "40-operator-circulation-template",
            "he",
            f"/circulation/templates/{known.version('approved', 'daily-greeting')}",
        ),
        Shot("40-operator-customers", "he", "/customers"),
        Shot("41-branch-operator-results", "xu", "/results"),
        Shot("41-branch-operator-circulation", "xu", "/circulation"),
    ]


def _auditor(known: _Known) -> list[Shot]:
    return [
        Shot("50-auditor-record", "qin", "/audit"),
        Shot("50-auditor-poster", "qin", f"/audit/poster/{known.poster('lin', 'issued', 'fund-weekly')}"),
        Shot("50-auditor-recalled", "qin", f"/audit/poster/{known.poster('lin', 'recalled')}"),
        Shot("50-auditor-template", "qin", f"/audit/template/{known.version('recalled')}"),
        Shot("50-auditor-entry", "qin", f"/audit/entries/{known.entry()}"),
        Shot("50-auditor-check", "qin", "/audit/check"),
        Shot("50-auditor-results", "qin", "/results"),
        Shot("50-auditor-review", "qin", "/review"),
    ]


def _admin(known: _Known) -> list[Shot]:
    return [
        Shot("60-admin-people", "tang", "/people"),
        Shot("60-admin-person", "tang", f"/people/{known.person('chen')}"),
        Shot("60-admin-new", "tang", "/people/new"),
        Shot("60-admin-organisations", "tang", "/organisations"),
        Shot("60-admin-me", "tang", "/me"),
    ]


def _customer(known: _Known) -> list[Shot]:
    return [
        Shot("70-customer-landing", "", f"/l/{known.link()}"),
        Shot("70-customer-landing-child", "", f"/l/{known.link(depth=1)}"),
        Shot("70-customer-notice-recalled", "", f"/l/{known.link(ended=True)}/notice", status=410),
        Shot("70-customer-notice-expired", "", f"/l/{known.expired()}/notice", status=410),
        Shot("70-customer-forget", "", f"/l/{known.link()}/forget"),
        Shot("70-customer-unknown", "", "/r/Nobody55xx", status=404),
    ]
