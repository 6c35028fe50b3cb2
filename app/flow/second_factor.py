"""The second factor: one-time codes of an authenticator, as everybody may choose for themselves."""

from sqlalchemy.orm import Session

from app.accounts import proof, records
from app.accounts.core import Actor
from app.archive.records import append
from app.db import database_now, retried
from app.flow.application_secret import totp_key
from app.flow.deps import Deps
from app.flow.sign_in import require_password
from app.kernel.errors import Conflict, Invalid, Problem


def enrol(deps: Deps, actor: Actor, secret: str, code: str) -> None:
    """From now on signing in needs a code made with `secret`, which `proof.new_totp_secret` has made.

    `code` shows that the authenticator has it; it counts as used. *Raises* Invalid ``wrong_code``, Conflict
    ``totp_enrolled`` when there is one already.
    """
    if not proof.is_totp_secret(secret):
        raise Invalid.of([Problem("secret", "bad_secret", "this is not one of our secrets")])
    stored = proof.sealed(secret, totp_key(deps.settings), actor.account_id)

    def write(session: Session) -> None:
        account = records.account(session, actor.account_id)
        if account.totp_secret is not None:
            raise Conflict("totp_enrolled", "one-time codes are in use already")
        step = proof.totp_step(secret, code, database_now(session).timestamp(), None)
        if step is None:
            raise Invalid.of([Problem("code", "wrong_code", "this is not the code of this moment")])
        records.change_account(session, account.id, totp_secret=stored, last_totp_step=step)
        append(session, "account.totp_enrolled", f"account:{account.id}", actor.person_id, {})

    retried(deps, write)


def give_up(deps: Deps, actor: Actor, password: str) -> None:
    """Sign in without codes again, which takes the password: the telephone may be lost.

    *Raises* Forbidden ``sign_in_failed``, Unavailable ``too_many_attempts``, Conflict ``not_enrolled``.
    """
    seen = require_password(deps, actor, password)
    if seen.totp_secret is None:
        raise Conflict("not_enrolled", "one-time codes are not in use")

    def write(session: Session) -> None:
        records.change_account(session, seen.id, totp_secret=None)
        append(session, "account.totp_given_up", f"account:{seen.id}", actor.person_id, {})

    retried(deps, write)


def seal_secrets(deps: Deps) -> int:
    """Seal the secrets that stand in clear since an earlier release; how many they were. They go on working."""
    key = totp_key(deps.settings)

    def seal(session: Session) -> int:
        found = records.clear_totp_secrets(session)
        for account_id, secret in found:
            records.replace_totp_secret(session, account_id, secret, proof.sealed(secret, key, account_id))
        return len(found)

    return retried(deps, seal)
