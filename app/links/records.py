"""The rows of links."""

from datetime import datetime
from typing import cast

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app.db import database_now
from app.kernel.errors import Conflict, Invalid, NotFound, Problem
from app.kernel.ids import new_code
from app.links.core import CODE_LENGTH, DEEPEST, Link, LinkPicture, TargetKind, checked_address, is_code, state_of
from app.links.tables import LinkPictureRow, LinkRow

_TARGETS_AT_ONCE = 500


def mint(
    session: Session,
    target_kind: TargetKind,
    target_id: str,
    channel: str,
    *,
    parent_code: str | None = None,
    expires_at: datetime | None = None,
    created_by_person_id: str | None = None,
) -> str:
    """The code of a new link, which leads nowhere until it is activated; a customer's re-share is made by no person.

    A child has its parent's target, and ends with it at the latest. *Raises* Invalid for an address that may not be a
    target, NotFound ``no_such_link`` for the parent, Conflict ``parent_not_active``, ``other_target`` and ``too_deep``.
    """
    now = database_now(session)
    parent = _active_parent(session, parent_code, now) if parent_code is not None else None
    target = checked_address(target_id) if target_kind == "address" else target_id
    if parent is not None:
        if (parent.target_kind, parent.target) != (target_kind, target):
            raise Conflict("other_target", "a re-share leads where its parent leads")
        if parent.depth >= DEEPEST:
            raise Conflict("too_deep", f"a line of re-shares has at most {DEEPEST} steps")
        ends = [end for end in (expires_at, parent.expires_at) if end is not None]
        expires_at = min(ends, default=None)
    code = _new_code()
    row = LinkRow(
        code=code,
        target_kind=target_kind,
        target=target,
        channel=_checked_channel(channel),
        parent_code=parent_code,
        root_code=parent.root_code if parent else code,
        depth=parent.depth + 1 if parent else 0,
        created_by_person_id=created_by_person_id,
        minted_at=now,
        expires_at=expires_at,
    )
    session.add(row)
    session.flush()
    return code


def activate(session: Session, code: str) -> None:
    """Let the link lead to its target from now on. *Raises* NotFound ``no_such_link``, Conflict ``not_pending``."""
    row = _locked(session, code)
    now = database_now(session)
    if state_of(_value(row), now) != "pending":
        raise Conflict("not_pending", "only a link that has not been activated can be")
    row.activated_at = now
    session.flush()


def recall(session: Session, code: str) -> None:
    """End the link for good; it is no error if it is recalled already. *Raises* NotFound ``no_such_link``."""
    row = _locked(session, code)
    if row.recalled_at is None:
        row.recalled_at = database_now(session)
        session.flush()


def recall_line(session: Session, code: str) -> list[str]:
    """End the link and every re-share that came of it; the codes that were alive until now.

    It is asked again as `recall_all` does. *Raises* NotFound ``no_such_link``.
    """
    _locked(session, code)
    now = database_now(session)
    ended: set[str] = set()
    while True:
        line = select(LinkRow.code).where(LinkRow.code == code).cte("line", recursive=True)
        line = line.union_all(select(LinkRow.code).join(line, LinkRow.parent_code == line.c.code))
        alive = LinkRow.code.in_(select(line.c.code)) & LinkRow.recalled_at.is_(None)
        recalled = update(LinkRow).where(alive).values(recalled_at=now).returning(LinkRow.code)
        found = set(session.scalars(recalled.execution_options(synchronize_session=False)))
        if not found:
            return sorted(ended)
        ended |= found


def recall_all(session: Session, target_kind: TargetKind, *target_ids: str) -> list[str]:
    """End all links to these targets, re-shares included; the codes that were alive until now.

    It is asked again until nothing is left: a re-share that is being minted holds its parent, so that the first round
    waits for it and the next one finds it.
    """
    now = database_now(session)
    codes: list[str] = []
    for at in range(0, len(target_ids), _TARGETS_AT_ONCE):
        targets = target_ids[at : at + _TARGETS_AT_ONCE]
        to_them = LinkRow.target.in_(targets) & (LinkRow.target_kind == target_kind) & LinkRow.recalled_at.is_(None)
        ended = update(LinkRow).where(to_them).values(recalled_at=now).returning(LinkRow.code)
        while found := list(session.scalars(ended.execution_options(synchronize_session=False))):
            codes += found
    return sorted(codes)


def expire(session: Session, code: str, at: datetime | None = None) -> None:
    """Let the link end at `at`, or now; never later than was said before. *Raises* NotFound ``no_such_link``."""
    row = _locked(session, code)
    end = at if at is not None else database_now(session)
    if row.expires_at is None or end < row.expires_at:
        row.expires_at = end
        session.flush()


def resolve(session: Session, code: str) -> Link | None:
    """The link of `code`; None when there is none, or when `code` cannot be one."""
    row = session.get(LinkRow, code, populate_existing=True) if is_code(code) else None
    return _value(row) if row is not None else None


def resolve_many(session: Session, codes: list[str]) -> dict[str, Link]:
    """The links of those `codes` that have one."""
    rows = session.scalars(select(LinkRow).where(LinkRow.code.in_([code for code in codes if is_code(code)])))
    return {row.code: _value(row) for row in rows}


def links_to(session: Session, target_kind: TargetKind, target_id: str) -> list[Link]:
    """All links to one target, parents before their children: what a propagation tree is built from."""
    to_target = (LinkRow.target == target_id) & (LinkRow.target_kind == target_kind)
    rows = session.scalars(select(LinkRow).where(to_target).order_by(LinkRow.depth, LinkRow.minted_at, LinkRow.code))
    return [_value(row) for row in rows]


def find_picture(session: Session, code: str) -> LinkPicture | None:
    """The poster as it was painted for this link, if it was."""
    row = session.get(LinkPictureRow, code)
    return LinkPicture(row.object_digest, row.media_type, row.bytes) if row else None


def keep_picture(session: Session, code: str, picture: LinkPicture) -> None:
    """Write down the poster as it was painted for this link; the same code and poster give the same bytes again."""
    known = session.get(LinkPictureRow, code)
    if known is None:
        fields = {"object_digest": picture.object_digest, "media_type": picture.media_type, "bytes": picture.bytes}
        session.add(LinkPictureRow(code=code, made_at=database_now(session), **fields))
        session.flush()


def _active_parent(session: Session, code: str, now: datetime) -> Link:
    parent = _value(_locked(session, code))
    if state_of(parent, now) != "active":
        raise Conflict("parent_not_active", "only a link that is active can be shared again")
    return parent


def _locked(session: Session, code: str) -> LinkRow:
    row = session.get(LinkRow, code, with_for_update=True, populate_existing=True)
    if row is None:
        raise NotFound("no_such_link", "there is no such link")
    return row


def _new_code() -> str:
    code = new_code(CODE_LENGTH)
    while not is_code(code):
        code = new_code(CODE_LENGTH)
    return code


def _checked_channel(channel: str) -> str:
    if not 1 <= len(channel) <= 20:
        raise Invalid.of([Problem("channel", "bad_channel", "a channel has 1 to 20 characters")])
    return channel


def _value(row: LinkRow) -> Link:
    return Link(
        code=row.code,
        target_kind=cast(TargetKind, row.target_kind),
        target=row.target,
        channel=row.channel,
        parent_code=row.parent_code,
        root_code=row.root_code,
        depth=row.depth,
        created_by_person_id=row.created_by_person_id,
        minted_at=row.minted_at,
        activated_at=row.activated_at,
        recalled_at=row.recalled_at,
        expires_at=row.expires_at,
    )
