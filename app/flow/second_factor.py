"""The second factor: one-time codes of an authenticator, as everybody may choose for themselves."""

from sqlalchemy.orm import Session

from app.accounts import proof, records
from app.accounts.core import Actor
from app.archive.records import append
from app.db import database_now, retried
from app.flow.deps import Deps
from app.kernel.errors import Conflict, Invalid, Problem


def enrol(deps: Deps, actor: Actor, secret: str, code: str) -> None:
    """From now on signing in needs a code made with `secret`, which `proof.new_totp_secret` has made.

    `code` shows that the authenticator has it; it counts as used. *Raises* Invalid ``wrong_code``, Conflict
    ``totp_enrolled`` when there is one already.
    """

    def write(session: Session) -> None:
        account = records.account(session, actor.account_id)
        if account.totp_secret is not None:
            raise Conflict("totp_enrolled", "one-time codes are in use already")
        step = proof.totp_step(secret, code, database_now(session).timestamp(), None)
        if step is None:
            raise Invalid.of([Problem("code", "wrong_code", "this is not the code of this moment")])
        records.change_account(session, account.id, totp_secret=secret, last_totp_step=step)
        append(session, "account.totp_enrolled", f"account:{account.id}", actor.person_id, {})

    retried(deps, write)


def give_up(deps: Deps, actor: Actor, code: str) -> None:
    """Sign in without codes again, which takes one last of them. *Raises* Invalid ``wrong_code``."""

    def write(session: Session) -> None:
        account = records.account(session, actor.account_id)
        now_seconds = database_now(session).timestamp()
        secret = account.totp_secret
        if secret is None or proof.totp_step(secret, code, now_seconds, account.last_totp_step) is None:
            raise Invalid.of([Problem("code", "wrong_code", "this is not the code of this moment")])
        records.change_account(session, account.id, totp_secret=None)
        append(session, "account.totp_given_up", f"account:{account.id}", actor.person_id, {})

    retried(deps, write)
