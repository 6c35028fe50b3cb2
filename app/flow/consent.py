"""Consent: a customer agrees to be remembered; without it nobody has an id. Taking it back is `forget`."""

from sqlalchemy.orm import Session

from app.archive.records import append
from app.db import reading, retried
from app.flow.deps import Deps
from app.kernel.digest import sha256_hex
from app.tracking import records

WORDING = "2026-11"


def agree(deps: Deps, code: str) -> str:
    """The new visitor's id, for their cookie; `code` is the link on whose page they agreed to the wording of today.

    The archive holds the id's digest: it proves the consent to whoever has the id, and tells nobody else's.
    """

    def work(session: Session) -> str:
        visitor = records.give_consent(session, WORDING)
        facts = {"visitor_sha256": sha256_hex(visitor.encode()), "wording": WORDING}
        append(session, "consent.give", f"link:{code}", None, facts)
        return visitor

    return retried(deps, work)


def remembered(deps: Deps, visitor: str | None) -> str | None:
    """`visitor`, if that is somebody who agreed and has not taken it back."""
    if visitor is None:
        return None
    with reading(deps) as session:
        return visitor if records.has_consent(session, visitor) else None
