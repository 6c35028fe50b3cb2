"""Keep evidence: a sentence enters the claims library, somebody else approves it, and it ends."""

import re
from typing import get_args

from sqlalchemy.orm import Session

from app.accounts.core import Actor
from app.archive.core import JSON
from app.archive.records import append
from app.compliance.normalise import fold_term
from app.compliance.pack import Jurisdiction, Product
from app.db import retried
from app.evidence import records
from app.evidence.core import NewSentence
from app.flow.deps import Deps
from app.flow.steps import permitted, require_rule_over_house
from app.kernel.digest import sha256_hex
from app.kernel.errors import Invalid, Problem
from app.review.core import require_four_eyes

MAX_TEXT, MAX_EVIDENCE = 500, 4000


def propose_sentence(deps: Deps, actor: Actor, new: NewSentence) -> str:
    """The id of the sentence, which waits for somebody else. *Raises* Invalid with every problem; Forbidden."""
    with permitted(deps, actor, "evidence.write", "evidence", "new"):
        require_rule_over_house(actor)
        _require_whole(new)
        return retried(deps, lambda session: _proposed(session, actor, new))


def approve_sentence(deps: Deps, actor: Actor, sentence_id: str) -> None:
    """From now on the sentence clears what asks for evidence, on its days, for its product and jurisdiction.

    *Raises* Forbidden ``four_eyes`` for whoever wrote it; Conflict ``wrong_state``; NotFound ``no_such_sentence``.
    """

    def work(session: Session) -> None:
        require_four_eyes(actor.person_id, {records.find(session, sentence_id).written_by_person_id})
        records.approve(session, sentence_id, actor.person_id)
        append(session, "evidence.approved", f"evidence:{sentence_id}", actor.person_id, {})

    with permitted(deps, actor, "evidence.approve", "evidence", sentence_id):
        require_rule_over_house(actor)
        retried(deps, work)


def end_sentence(deps: Deps, actor: Actor, sentence_id: str) -> None:
    """From now on the sentence clears nothing. *Raises* Conflict ``wrong_state``; NotFound ``no_such_sentence``."""

    def work(session: Session) -> None:
        records.find(session, sentence_id)
        records.end(session, sentence_id, actor.person_id)
        append(session, "evidence.ended", f"evidence:{sentence_id}", actor.person_id, {})

    with permitted(deps, actor, "evidence.write", "evidence", sentence_id):
        require_rule_over_house(actor)
        retried(deps, work)


def _proposed(session: Session, actor: Actor, new: NewSentence) -> str:
    sentence_id = records.add(session, new, fold_term(new.text), actor.person_id)
    body: dict[str, JSON] = {
        "text_sha256": sha256_hex(new.text.encode()),
        "evidence_sha256": sha256_hex(new.evidence.encode()),
        "file_sha256": new.file_digest,
    }
    append(session, "evidence.proposed", f"evidence:{sentence_id}", actor.person_id, body)
    return sentence_id


def _require_whole(new: NewSentence) -> None:
    problems = []
    if not new.text.strip() or len(new.text) > MAX_TEXT or len(fold_term(new.text)) < 2:
        problems.append(Problem("text", "required", f"the sentence, in at most {MAX_TEXT} characters"))
    if not new.evidence.strip() or len(new.evidence) > MAX_EVIDENCE:
        problems.append(Problem("evidence", "required", f"what proves it, in at most {MAX_EVIDENCE} characters"))
    if new.file_digest is not None and not re.fullmatch("[0-9a-f]{64}", new.file_digest):
        problems.append(Problem("file_digest", "bad_digest", "a digest is 64 hexadecimal digits"))
    if new.valid_to is not None and new.valid_to < new.valid_from:
        problems.append(Problem("valid_to", "bad_range", "the last day lies before the first"))
    if new.jurisdiction not in get_args(Jurisdiction):
        problems.append(Problem("jurisdiction", "unknown_jurisdiction", "there is no such jurisdiction"))
    if new.product not in get_args(Product):
        problems.append(Problem("product", "unknown_product", "there is no such product"))
    if problems:
        raise Invalid.of(problems)
