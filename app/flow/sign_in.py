"""Sign in and out: who may begin a session, and what ends one. `actor_of` is who a request comes from."""

import structlog
from sqlalchemy.orm import Session

from app.accounts import proof, records
from app.accounts.core import Actor
from app.accounts.limiter import attempt_keys
from app.accounts.people import Account, login_key, login_problems, password_problems
from app.archive.records import append
from app.db import database_now, reading, retried
from app.flow.application_secret import totp_key
from app.flow.deps import Deps
from app.kernel.errors import Conflict, Forbidden, Invalid, Problem, Unavailable

_log = structlog.get_logger(__name__)


def sign_in(deps: Deps, login: str, password: str, totp: str, address: str, previous_token: str | None = None) -> str:
    """The token of a new session; the session of `previous_token`, which may have been planted, ends.

    *Raises* Forbidden ``sign_in_failed``, the same after the same work whether the login, the password or the one-time
    code is wrong or the account disabled; Forbidden ``totp_required`` when only the one-time code is missing;
    Unavailable ``too_many_attempts`` with `retry_after_seconds`.
    """
    name = login_key(login)
    _count_attempt(deps, name, address)
    with reading(deps) as session:
        # Some texts a database refuses even to look for; nobody has the empty login.
        account = records.account_by_login(session, "" if login_problems(name) else name)
        now_seconds = database_now(session).timestamp()
    is_right = proof.is_right(account.password_hash if account else None, password)
    if account is None or not is_right or account.disabled_at is not None:
        raise _refused(deps, account)
    step = None
    if account.totp_secret is not None:
        if not totp.strip():
            raise Forbidden("totp_required", "the one-time code is needed as well")
        step = _totp_step(deps, account, totp, now_seconds)
        if step is None:
            raise _refused(deps, account)
    try:
        token = _enter(deps, account, step, previous_token)
    except Conflict as error:
        raise _refused(deps, account) from error
    _forgive(deps, name, address)
    if proof.is_outdated(account.password_hash):
        _renew_hash(deps, account, password)
    return token


def sign_out(deps: Deps, token: str) -> None:
    """End the session; nothing happens when there is none."""

    def end(session: Session) -> None:
        account_id = records.end_session(session, proof.token_digest(token))
        if account_id is not None:
            person_id = records.account(session, account_id).person_id
            append(session, "session.ended", f"account:{account_id}", person_id, {})

    retried(deps, end)


def actor_of(deps: Deps, token: str) -> Actor | None:
    """Who holds `token`, with role and organisation as they are at this moment; None when nobody does."""
    with reading(deps) as session:
        return records.actor(session, proof.token_digest(token))


def change_password(deps: Deps, actor: Actor, old: str, new: str) -> str:
    """The token of the one session that is left: every other one of the account ends at once.

    *Raises* Forbidden ``sign_in_failed`` when `old` is wrong, Invalid ``password_too_short`` and its like,
    Unavailable ``too_many_attempts``.
    """
    account = require_password(deps, actor, old)
    problems = password_problems(new, account.login)
    if old == new:
        problems.append(Problem("password", "password_not_new", "another one than before"))
    if problems:
        raise Invalid.of(problems)
    password_hash, token = proof.hashed(new), proof.new_token()

    def change(session: Session) -> None:
        records.change_password(session, account, password_hash)
        records.end_sessions(session, account.id)
        records.add_session(session, account.id, proof.token_digest(token), deps.settings.session_hours)
        append(session, "account.password_changed", f"account:{account.id}", actor.person_id, {})

    retried(deps, change)
    return token


def require_password(deps: Deps, actor: Actor, password: str) -> Account:
    """The actor's account, when this is its password: whoever holds a stolen session must not be able to guess it.

    *Raises* Forbidden ``sign_in_failed``, Unavailable ``too_many_attempts``.
    """
    with reading(deps) as session:
        account = records.account(session, actor.account_id)
    _count_attempt(deps, account.login, actor.account_id)
    if not proof.is_right(account.password_hash, password):
        raise _refused(deps, account)
    _forgive(deps, account.login, actor.account_id)
    return account


def end_other_sessions(deps: Deps, actor: Actor, token: str) -> int:
    """End every session of the actor's account but the one of `token`; how many that were."""

    def end(session: Session) -> int:
        ended = records.end_sessions(session, actor.account_id, but=proof.token_digest(token))
        if ended:
            body = {"ended": ended}
            append(session, "account.sessions_ended", f"account:{actor.account_id}", actor.person_id, body)
        return ended

    return retried(deps, end)


def _totp_step(deps: Deps, account: Account, code: str, now_seconds: float) -> int | None:
    """The step of a right one-time code. A secret that cannot be opened lets nobody in: an admin can take it away."""
    try:
        secret = proof.opened(account.totp_secret or "", totp_key(deps.settings), account.id)
    except proof.SecretLost:
        _log.error("totp_secret_lost", account=account.id)
        return None
    return proof.totp_step(secret, code, now_seconds, account.last_totp_step)


def _enter(deps: Deps, account: Account, step: int | None, previous_token: str | None) -> str:
    token = proof.new_token()

    def enter(session: Session) -> None:
        if previous_token is not None:
            records.end_session(session, proof.token_digest(previous_token))
        records.enter(session, account, step, proof.token_digest(token), deps.settings.session_hours)
        append(session, "session.begun", f"account:{account.id}", account.person_id, {})

    retried(deps, enter)
    return token


def _refused(deps: Deps, account: Account | None) -> Forbidden:
    """The refusal, written down; for a login that nobody has as well, so that both take the same time."""
    subject = f"account:{account.id if account else 'unknown'}"
    retried(deps, lambda session: append(session, "session.refused", subject, None, {}))
    return Forbidden("sign_in_failed", "login, password or one-time code is wrong")


def _count_attempt(deps: Deps, login: str, address: str) -> None:
    """Count in the database, for all processes together, and here, for when the database does not answer."""
    limits = attempt_keys(login, address)
    waits = [deps.limiter.count(key, limit) for key, limit in limits]
    try:
        if not any(waits):
            waits.append(retried(deps, lambda session: records.count_attempts(session, limits)))
    except Unavailable as error:
        _log.warning("attempts_not_counted", code=error.code)
    wait = max((seconds for seconds in waits if seconds is not None), default=None)
    if wait is not None:
        message = "too many attempts: wait a while"
        raise Unavailable("too_many_attempts", message, retry_after_seconds=max(1, round(wait)))


def _forgive(deps: Deps, login: str, address: str) -> None:
    """A success takes back all attempts of the login, and its own of the address."""
    (login_digest, limit), (address_digest, _) = attempt_keys(login, address)
    deps.limiter.forgive(login_digest, limit)
    deps.limiter.forgive(address_digest, 1)

    def forgive(session: Session) -> None:
        records.forgive_attempts(session, login_digest, limit)
        records.forgive_attempts(session, address_digest, 1)

    try:
        retried(deps, forgive)
    except Unavailable as error:
        _log.warning("attempts_not_forgiven", code=error.code)


def _renew_hash(deps: Deps, account: Account, password: str) -> None:
    password_hash = proof.hashed(password)
    retried(deps, lambda session: records.renew_hash(session, account, password_hash))
