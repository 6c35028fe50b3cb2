"""Who may do what to what, as pure rules: roles, actions, states, and the scope that the organisation tree gives.

The one table below is asked by flow (which enforces it), by routes (which declare it) and by pages (which hide
buttons). What a person may not see at all is a matter of scope and is answered as if it were absent.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, get_args

from app.kernel.errors import Forbidden, NotFound

Role = Literal["advisor", "designer", "reviewer", "operator", "auditor", "admin"]
Action = Literal[
    "template.read",
    "template.upload",
    "template.edit",
    "template.submit",
    "template.decide",
    "template.release",
    "template.retire",
    "template.recall",
    "brand.read",
    "brand.manage",
    "poster.read",
    "poster.fill",
    "poster.delete",
    "poster.submit",
    "poster.withdraw",
    "poster.decide",
    "poster.issue",
    "poster.download",
    "poster.recall",
    "review.read",
    "review.claim",
    "rule.read",
    "rule.write",
    "rule.switch",
    "evidence.read",
    "evidence.write",
    "evidence.approve",
    "link.read",
    "link.share",
    "link.recall",
    "customer.read",
    "customer.tag",
    "task.read",
    "task.complete",
    "dashboard.read",
    "dashboard.export",
    "archive.read",
    "archive.verify",
    "account.read",
    "account.manage",
    "organisation.manage",
    "profile.edit",
    "profile.manage",
    "licence.manage",
]
State = Literal[
    "draft", "in_review", "changes_requested", "approved", "issued", "rejected", "recalled", "expired", "retired"
]

ROLES: tuple[Role, ...] = get_args(Role)
ACTIONS: tuple[Action, ...] = get_args(Action)
STATES: tuple[State, ...] = get_args(State)

# A column for each of ROLES, in that order: x may, . may not. Every cell is a decision.
PERMISSIONS: Mapping[Action, str] = {
    #                      advisor designer reviewer operator auditor admin
    "template.read":       "x x x x x x",
    "template.upload":     ". x . . . .",
    "template.edit":       ". x . . . .",
    "template.submit":     ". x . . . .",
    "template.decide":     ". . x . . .",
    "template.release":    ". x . x . .",
    "template.retire":     ". x . x . .",
    "template.recall":     ". . x x . .",
    "brand.read":          "x x x x x x",
    "brand.manage":        ". x . . . .",
    "poster.read":         "x . x x x .",
    "poster.fill":         "x . . . . .",
    "poster.delete":       "x . . . . .",
    "poster.submit":       "x . . . . .",
    "poster.withdraw":     "x . . . . .",
    "poster.decide":       ". . x . . .",
    "poster.issue":        "x . . . . .",
    "poster.download":     "x . . . . .",
    "poster.recall":       "x . x x . .",
    "review.read":         ". . x . x .",
    "review.claim":        ". . x . . .",
    "rule.read":           ". . x . x .",
    "rule.write":          ". . x . . .",
    "rule.switch":         ". . x . . .",
    "evidence.read":       ". . x . x .",
    "evidence.write":      ". . x . . .",
    "evidence.approve":    ". . x . . .",
    "link.read":           "x . . x x .",
    "link.share":          "x . . . . .",
    "link.recall":         "x . x x . .",
    "customer.read":       "x . . x . .",
    "customer.tag":        "x . . . . .",
    "task.read":           "x . . x . .",
    "task.complete":       "x . . . . .",
    "dashboard.read":      ". . . x x .",
    "dashboard.export":    ". . . x x .",
    "archive.read":        ". . . . x .",
    "archive.verify":      ". . . . x x",
    "account.read":        ". . . . x x",
    "account.manage":      ". . . . . x",
    "organisation.manage": ". . . . . x",
    "profile.edit":        "x x x x x x",
    "profile.manage":      ". . . . . x",
    "licence.manage":      ". . . . . x",
}  # fmt: skip

# The states in which an action is possible; an action that is not named here has nothing to do with a state.
STATES_OF: Mapping[Action, frozenset[State]] = {
    "template.edit": frozenset({"draft", "in_review", "changes_requested"}),
    "template.submit": frozenset({"draft", "changes_requested"}),
    "template.decide": frozenset({"in_review"}),
    "template.release": frozenset({"approved"}),
    "template.retire": frozenset({"approved"}),
    "template.recall": frozenset({"approved", "retired"}),
    "poster.fill": frozenset({"draft", "in_review", "changes_requested"}),
    "poster.delete": frozenset({"draft"}),
    "poster.submit": frozenset({"draft", "changes_requested", "approved"}),
    "poster.withdraw": frozenset({"in_review"}),
    "poster.decide": frozenset({"in_review"}),
    "poster.issue": frozenset({"approved", "issued"}),
    "poster.download": frozenset({"issued"}),
    "poster.recall": frozenset({"approved", "issued"}),
    "review.claim": frozenset({"in_review"}),
    "link.share": frozenset({"issued"}),
}

# What a role weighs when it is granted: nobody hands out more than they hold.
_WEIGHT: Mapping[Role, int] = {"advisor": 1, "designer": 2, "operator": 2, "reviewer": 3, "auditor": 3, "admin": 4}

_PATH = re.compile(r"(/[^/]+)+/")


@dataclass(frozen=True, slots=True)
class Actor:
    """Who asks: an account, the person behind it, and where it stands.

    `organisation_path` is the ids from the root down to the organisation, ``/hq/branch/outlet/``. Whoever still has the
    password that somebody else has given them may do nothing but change it.
    *Raises* ValueError for a path of another form: a sloppy one would widen the scope.
    """

    account_id: str
    person_id: str
    organisation_id: str
    organisation_path: str
    role: Role
    must_change_password: bool = field(default=False, compare=False)

    def __post_init__(self) -> None:
        if not _PATH.fullmatch(self.organisation_path):
            raise ValueError("an organisation's path is /id/id/")


def permits(role: Role, action: Action, state: str | None = None) -> bool:
    """Whether `role` may do `action`, to a thing in `state`; without a state: to a thing in some state.

    A role, an action or a state that is not known is never permitted.
    """
    if role not in ROLES or action not in PERMISSIONS:
        return False
    if state is not None and state not in STATES_OF.get(action, STATES):
        return False
    return PERMISSIONS[action].split()[ROLES.index(role)] == "x"


def require(actor: Actor, action: Action, state: str | None = None) -> None:
    """Let `actor` pass. *Raises* Forbidden ``not_permitted``, ``change_password_first``."""
    if actor.must_change_password:
        raise Forbidden("change_password_first", "choose a password of your own first", action=action)
    if not permits(actor.role, action, state):
        raise Forbidden("not_permitted", "your role may not do this here", action=action)


def is_in_scope(actor: Actor, path: str) -> bool:
    """Whether the organisation at `path` is the actor's own or below it."""
    return path.startswith(actor.organisation_path)


def can_see(actor: Actor, path: str, owner_person_id: str) -> bool:
    """Whether a thing that belongs to somebody is in scope: to an advisor only their own, also beside colleagues."""
    return is_in_scope(actor, path) and (actor.role != "advisor" or actor.person_id == owner_person_id)


def require_in_scope(actor: Actor, path: str, what: str) -> None:
    """Let `actor` reach into `path`. *Raises* NotFound ``no_such_<what>``, the same as for a thing that is absent."""
    if not is_in_scope(actor, path):
        raise NotFound(f"no_such_{what}", f"there is no such {what}")


def may_grant(role: Role, granted: Role) -> bool:
    """Whether an account with `role` may give somebody else the role `granted`."""
    return permits(role, "account.manage") and _WEIGHT[granted] <= _WEIGHT[role]


def as_role(text: str) -> Role | None:
    """`text` as a role, if it is one."""
    return text if text in ROLES else None
