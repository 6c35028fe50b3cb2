"""Review as pure rules: which step leads from which state to which, who may take it, and what needs a human."""

import re
import unicodedata
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from difflib import SequenceMatcher
from hashlib import sha256
from typing import Literal

from app.kernel.digest import sha256_hex
from app.kernel.errors import Conflict, Forbidden

Kind = Literal["poster", "template"]
State = Literal["draft", "in_review", "changes_requested", "rejected", "approved", "issued", "retired", "recalled"]
Action = Literal[
    "edit",
    "submit",
    "approve_by_policy",
    "approve",
    "reject",
    "request_change",
    "withdraw",
    "issue",
    "retire",
    "recall",
]
Decision = Literal["approve", "reject", "request_change"]

FIRST: State = "draft"
POLICY = "policy"  # the role of a step that no person takes

Ways = Mapping[State, State]


@dataclass(frozen=True, slots=True)
class Rule:
    """Who may take a step, and where it leads from each state in which it can be taken."""

    roles: frozenset[str]
    ways: Ways


def _rule(roles: str, **ways: State) -> Rule:
    return Rule(frozenset(roles.split()), dict(ways))  # type: ignore[arg-type]


# Role × action × state, for each kind of thing that is reviewed. What does not stand here cannot happen.
TRANSITIONS: Mapping[Kind, Mapping[Action, Rule]] = {
    "poster": {
        "edit": _rule("advisor", draft="draft", in_review="draft", changes_requested="draft"),
        "submit": _rule("advisor", draft="in_review", changes_requested="in_review", approved="in_review"),
        "withdraw": _rule("advisor", in_review="draft"),
        "approve_by_policy": _rule(POLICY, in_review="approved"),
        "approve": _rule("reviewer", in_review="approved"),
        "reject": _rule("reviewer", in_review="rejected"),
        "request_change": _rule("reviewer", in_review="changes_requested"),
        "issue": _rule("advisor", approved="issued"),
        "recall": _rule("advisor reviewer operator", approved="recalled", issued="recalled"),
    },
    "template": {
        "edit": _rule("designer", draft="draft", in_review="draft", changes_requested="draft"),
        "submit": _rule("designer", draft="in_review", changes_requested="in_review"),
        "withdraw": _rule("designer", in_review="draft"),
        "approve_by_policy": _rule(POLICY, in_review="approved"),
        "approve": _rule("reviewer", in_review="approved"),
        "reject": _rule("reviewer", in_review="rejected"),
        "request_change": _rule("reviewer", in_review="changes_requested"),
        "retire": _rule("designer operator", approved="retired"),
        "recall": _rule("reviewer operator", approved="recalled", retired="recalled"),
    },
}

_REFUSED: Mapping[str, str] = {
    "edit": "locked",
    "approve": "not_in_review",
    "reject": "not_in_review",
    "request_change": "not_in_review",
    "issue": "not_approved",
}


def permits(kind: Kind, role: str, action: Action, state: State) -> bool:
    """Whether `role` may take the step `action` in `state`."""
    rule = TRANSITIONS[kind].get(action)
    return rule is not None and role in rule.roles and state in rule.ways


def next_state(kind: Kind, role: str, action: Action, state: State) -> State:
    """Where the step leads. *Raises* Forbidden ``not_permitted`` (the role), Conflict (the state): ``locked`` for an
    edit, ``not_in_review`` for a decision, ``not_approved`` for an issue, else ``wrong_state``.
    """
    rule = TRANSITIONS[kind].get(action)
    if rule is None or role not in rule.roles:
        raise Forbidden("not_permitted", "your role may not do this here", action=action)
    return _follow(rule, kind, action, state)


def _follow(rule: Rule, kind: Kind, action: Action, state: State) -> State:
    if state not in rule.ways:
        code = _REFUSED.get(action, "wrong_state")
        raise Conflict(code, f"a {kind} that is {state.replace('_', ' ')} cannot take the step “{action}”", state=state)
    return rule.ways[state]


def state_of(kind: Kind, actions: Iterable[Action]) -> State:
    """The state after `actions`, oldest first. *Raises* Conflict where the history could not have happened."""
    state = FIRST
    for action in actions:
        state = _follow(TRANSITIONS[kind][action], kind, action, state)
    return state


def require_four_eyes(person_id: str, contributors: Collection[str]) -> None:
    """*Raises* Forbidden ``four_eyes`` when the person who decides had a hand in what is decided, in any revision.

    Persons are compared, not accounts: a second account, a key or a delegation changes nothing.
    """
    if person_id in contributors:
        raise Forbidden("four_eyes", "nobody decides on what they had a hand in")


# --- what needs a human -------------------------------------------------------------------------------------------

OPEN_SLOTS = "open-slots-no-finding"
BUILT_IN = "built-in"


def policy_for(findings: int, looked_at: Collection[str]) -> str | None:
    """The policy that approves a poster without a human, by name; None when a human must look.

    `findings` counts those that were not decided on with the template; `looked_at` names the changed slots that a human
    always looks at. That nothing but open slots was changed follows from the format: there is nothing else to change.
    """
    return OPEN_SLOTS if not findings and not looked_at else None


def due_at(submitted_at: datetime) -> datetime:
    """One working day later: who submits on a Friday or at the weekend is answered by Monday at the same time."""
    due = submitted_at + timedelta(days=1)
    while due.weekday() >= 5:
        due += timedelta(days=1)
    return due


# --- copy ---------------------------------------------------------------------------------------------------------

_ENDS = re.compile(r"[。！？!?；;\n]+|(?<=[a-z])\.\s+")


def sentences(text: str) -> tuple[str, ...]:
    """The sentences of `text` in a form in which the same sentence is the same string: no case, width or spaces."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    parts = (re.sub(r"\s+", "", part).strip("，,、.") for part in _ENDS.split(folded))
    return tuple(dict.fromkeys(part for part in parts if len(part) > 1))


def sentence_key(sentence: str) -> str:
    """The name under which a sentence is found again."""
    return sha256_hex(sentence.encode())


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence as `sentences` gives it, and as the rules read it: without what only hides or adorns it."""

    text: str
    folded: str

    @property
    def folded_key(self) -> str:
        """The name under which everything that is read like this is found again."""
        return sentence_key(self.folded)


SIMILAR = 0.6  # from this likeness on two sentences say nearly the same
_SHORTEST_SIMILAR = 6
_MARKS = 12
_BITS = (1 << 64) - 1


def _trigrams(folded: str) -> frozenset[str]:
    return frozenset(folded[index : index + 3] for index in range(max(1, len(folded) - 2)))


def likeness(one: str, other: str) -> float:
    """How alike two folded sentences are, from 0 to 1: their common trigrams. *Source*: the coefficient of Dice."""
    if one == other:
        return 1.0
    mine, theirs = _trigrams(one), _trigrams(other)
    return 2 * len(mine & theirs) / (len(mine) + len(theirs))


def marks(folded: str) -> tuple[int, ...]:
    """Numbers of which two sentences that are alike have some in common; none for one that is too short to be alike.

    *Source*: the smallest of the hashes of the trigrams under each of twelve orders (Broder's MinHash): of two
    sentences that are similar, about one pair in a thousand has no number in common.
    """
    if len(folded) < _SHORTEST_SIMILAR:
        return ()
    hashes = [int.from_bytes(sha256(gram.encode()).digest()[:8], "big") for gram in _trigrams(folded)]
    return tuple(slot << 58 | min((one ^ turn) * turn & _BITS for one in hashes) >> 6 for slot, turn in _ORDERS)


_ORDERS = tuple((slot, int.from_bytes(sha256(bytes([slot])).digest()[:8], "big") | 1) for slot in range(_MARKS))


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of copy: `same` in both, only in the `old`, or only in the `new`."""

    kind: Literal["same", "old", "new"]
    text: str


def copy_diff(old: str, new: str) -> tuple[Piece, ...]:
    """What became of `old` in `new`: words of Latin script and single Chinese characters, in reading order.

    One or two of them that stayed between two changes are shown as changed, too: a person reads phrases.
    """
    before, after = (re.findall(r"[A-Za-z0-9%.]+|\s+|.", text, re.DOTALL) for text in (old, new))
    pieces: list[Piece] = []
    for is_same, i, j, k, m in _stretches(before, after):
        if is_same:
            pieces.append(Piece("same", "".join(before[i:j])))
        else:
            pieces += [Piece("old", "".join(before[i:j]))] if i < j else []
            pieces += [Piece("new", "".join(after[k:m]))] if k < m else []
    return tuple(pieces)


def _stretches(before: list[str], after: list[str]) -> list[tuple[bool, int, int, int, int]]:
    found: list[tuple[bool, int, int, int, int]] = []
    codes = SequenceMatcher(None, before, after, autojunk=False).get_opcodes()
    for index, (tag, i, j, k, m) in enumerate(codes):
        is_same = tag == "equal" and not (0 < index < len(codes) - 1 and j - i <= _FEW)
        if found and not is_same and not found[-1][0]:
            found[-1] = (False, found[-1][1], j, found[-1][3], m)
        else:
            found.append((is_same, i, j, k, m))
    return found


_FEW = 2
