"""Entries of the archive as sentences for people."""

from collections.abc import Callable, Mapping
from typing import Any

from app.archive.core import Entry
from app.web.names import licence_name, role_name
from app.web.words import _

Body = Mapping[str, Any]


def noun_name(noun: str) -> str:
    """What people call the things that entries are about."""
    known = {
        "poster": _("Posters"),
        "template": _("Templates"),
        "account": _("Accounts"),
        "session": _("Sign-ins"),
        "person": _("People"),
        "profile": _("Profiles"),
        "licence": _("Licences"),
        "organisation": _("Organisations"),
        "customer": _("Customers"),
        "consent": _("Consents"),
        "task": _("Tasks"),
        "tag": _("Tags"),
        "link": _("Links"),
        "review": _("Review"),
        "rule": _("Rules"),
        "evidence": _("Claims library"),
        "results": _("Results"),
        "archive": _("The record itself"),
    }
    return known.get(noun, noun)


def one_name(noun: str) -> str:
    """What people call one of them."""
    known = {
        "poster": _("Poster"),
        "template": _("Template"),
        "account": _("Account"),
        "person": _("Person"),
        "organisation": _("Organisation"),
        "customer": _("Customer"),
        "task": _("Task"),
        "link": _("Link"),
        "rule": _("Rule"),
        "evidence": _("Evidence"),
        "visits": _("Visits"),
        "results": _("Results"),
        "archive": _("The record itself"),
    }
    return known.get(noun, noun)


def sentence(entry: Entry) -> str:
    """What happened, without who did it."""
    told = SENTENCES.get(entry.kind)
    return told(entry.body) if told else _("Noted: %(kind)s", kind=entry.kind)


def mark(kind: str) -> str:
    """The icon that goes with an entry."""
    verb = kind.split(".")[-1]
    if verb in ("denied", "refused", "blocked", "recall", "reject", "disabled", "broken"):
        return "block"
    if verb in ("approve", "approve_by_policy", "verified", "enabled"):
        return "pass"
    if verb in ("request_change", "withdraw", "role_changed", "password_reset", "retire"):
        return "review"
    return {
        "poster": "works",
        "template": "design",
        "session": "me",
        "account": "lock",
        "person": "me",
        "profile": "me",
        "licence": "stamp",
        "organisation": "brand",
        "archive": "record",
        "rule": "rules",
    }.get(kind.split(".")[0], "record")


def channel_name(channel: str) -> str:
    """What people call a way to share."""
    known = {
        "wechat": _("WeChat"),
        "wecom": _("WeCom"),
        "moments": _("Moments"),
        "weibo": _("Weibo"),
        "email": _("E-mail"),
        "sms": _("Text message"),
        "print": _("Print"),
        "download": _("Download"),
        "copy": _("Copied"),
        "again": _("Shared on by customers"),
    }
    return known.get(channel, channel)


def policy_name(policy: str) -> str:
    """What people call a policy that approves without a human."""
    known = {
        "open-slots-no-finding": _("only open slots were changed, and nothing was found"),
        "built-in": _("comes with the product"),
    }
    return known.get(policy, policy)


def why_broken(reason: str) -> str:
    """What is wrong with the first bad entry."""
    known = {
        "missing": _("An entry is missing, or out of its place."),
        "altered": _("Its text does not give its hash: it was altered."),
        "columns_differ": _("Its columns say something else than its text."),
        "cut": _("The chain ends before it, but it was written."),
        "not_the_head": _("The chain does not lead to the head that is known."),
        "not_as_sealed": _("A signed head holds another hash: it was altered and chained anew."),
        "seal_missing": _("The signed head that covers it is gone."),
        "bad_seal": _("The signed head that begins with it is not as it was signed."),
    }
    return known.get(reason, reason)


def state_word(state: str) -> tuple[str, str]:
    """What people call the state of a poster, and the kind of chip that shows it."""
    known = {
        "draft": (_("Draft"), ""),
        "in_review": (_("In review"), "review"),
        "changes_requested": (_("Change requested"), "review"),
        "rejected": (_("Rejected"), "block"),
        "approved": (_("Approved"), "pass"),
        "issued": (_("Issued"), "pass"),
        "retired": (_("Retired"), ""),
        "recalled": (_("Recalled"), "block"),
    }
    return known.get(state, (state, ""))


def _role(role: Any) -> str:
    return role_name(role) if role in ("advisor", "designer", "reviewer", "operator", "auditor", "admin") else "–"


def _granted(body: Body) -> str:
    return _("Account opened as %(role)s", role=_role(body.get("role")))


def _role_changed(body: Body) -> str:
    before, after = (body.get(end, {}).get("role") for end in ("from", "to"))
    if before == after:
        return _("Account moved to another organisation")
    return _("Role changed from %(before)s to %(after)s", before=_role(before), after=_role(after))


def _findings(body: Body, none: str, some: str) -> str:
    count = body.get("findings", 0)
    return some % {"count": count} if count else none


def _decided(words: str, body: Body) -> str:
    comments = body.get("comments", 0)
    return words + (_(", %(count)s comments", count=comments) if comments else "")


def _licence(body: Body) -> str:
    return _("%(licence)s entered, valid until %(day)s", licence=licence_name(body["class"]), day=body["expires_on"])


SENTENCES: Mapping[str, Callable[[Body], str]] = {
    "poster.edit": lambda body: _("Draft %(number)s saved", number=body.get("revision", "–")),
    "poster.submit": lambda body: _findings(
        body, _("Submitted; the rules found nothing new"), _("Submitted with %(count)s findings")
    ),
    "poster.delete": lambda body: _("Draft deleted, never submitted"),
    "poster.withdraw": lambda body: _("Taken back from review"),
    "poster.approve_by_policy": lambda body: _("Approved by policy: %(policy)s", policy=policy_name(body["policy"])),
    "poster.approve": lambda body: _decided(_("Approved"), body),
    "poster.reject": lambda body: _decided(_("Rejected"), body),
    "poster.request_change": lambda body: _decided(_("Change requested"), body),
    "poster.mint": lambda body: _("Link made for %(channel)s", channel=channel_name(body["channel"])),
    "poster.issue": lambda body: _("Issued as %(format)s", format=str(body["format"]).upper()),
    "poster.add_file": lambda body: _("Also issued as %(format)s", format=str(body["format"]).upper()),
    "poster.share": lambda body: _("Shared by %(channel)s", channel=channel_name(body["via"])),
    "poster.share_again": lambda body: _("Shared on by a customer, by %(channel)s", channel=channel_name(body["via"])),
    "poster.recall": lambda body: _("Recalled; %(count)s links ended", count=body["links"]),
    "poster.blocked": lambda body: _("Does not pass the rules any more: %(rules)s", rules=", ".join(body["rules"])),
    "poster.denied": lambda body: _("Refused: %(action)s", action=body.get("action", "–")),
    "template.edit": lambda body: _("Version uploaded, revision %(number)s", number=body.get("revision", "–")),
    "template.submit": lambda body: _findings(
        body, _("Template submitted; the rules found nothing"), _("Template submitted with %(count)s findings")
    ),
    "template.withdraw": lambda body: _("Template taken back from review"),
    "template.approve_by_policy": lambda body: _(
        "Template approved by policy: %(policy)s", policy=policy_name(body["policy"])
    ),
    "template.approve": lambda body: _decided(_("Template approved"), body),
    "template.reject": lambda body: _decided(_("Template rejected"), body),
    "template.request_change": lambda body: _decided(_("Change of the template requested"), body),
    "template.release": lambda body: _("Released to %(count)s organisations", count=len(body.get("grants", ()))),
    "template.retire": lambda body: _("Template retired"),
    "template.recall": lambda body: _(
        "Template recalled; %(posters)s posters and %(links)s links ended", posters=body["posters"], links=body["links"]
    ),
    "template.denied": lambda body: _("Refused: %(action)s", action=body.get("action", "–")),
    "poster.claim": lambda body: _("Taken up by a reviewer"),
    "poster.release_claim": lambda body: _("Put back into the queue"),
    "template.claim": lambda body: _("Taken up by a reviewer"),
    "template.release_claim": lambda body: _("Put back into the queue"),
    "rule.saved": lambda body: _("Version %(number)s of a rule saved", number=body.get("version", "–")),
    "rule.switched": lambda body: _("Version %(number)s of a rule put into force", number=body.get("version", "–")),
    "rule.denied": lambda body: _("Refused: %(action)s", action=body.get("action", "–")),
    "evidence.proposed": lambda body: _("A sentence proposed for the claims library"),
    "evidence.approved": lambda body: _("A sentence of the claims library approved"),
    "evidence.ended": lambda body: _("A sentence of the claims library ended"),
    "evidence.denied": lambda body: _("Refused: %(action)s", action=body.get("action", "–")),
    "session.begun": lambda body: _("Signed in"),
    "session.ended": lambda body: _("Signed out"),
    "session.refused": lambda body: _("Sign-in refused"),
    "account.created": _granted,
    "account.role_changed": _role_changed,
    "account.disabled": lambda body: _("Account closed; all its sessions ended"),
    "account.enabled": lambda body: _("Account opened again"),
    "account.password_reset": lambda body: _("Password reset by an administrator"),
    "account.password_changed": lambda body: _("Own password changed"),
    "account.totp_enrolled": lambda body: _("One-time codes taken into use"),
    "account.totp_given_up": lambda body: _("One-time codes given up"),
    "account.sessions_ended": lambda body: _("Signed out on %(count)s other devices", count=body["ended"]),
    "person.created": lambda body: _("Person entered"),
    "profile.changed": lambda body: _("Profile changed"),
    "licence.set": _licence,
    "organisation.created": lambda body: _("Organisation created"),
    "link.recall": lambda body: _("One link recalled"),
    "consent.give": lambda body: _("A customer agreed to be remembered"),
    "consent.withdraw": lambda body: _("A customer asked to be forgotten"),
    "customer.tagged": lambda body: _("%(count)s tags given after visits", count=body.get("given", 0)),
    "customer.renamed": lambda body: _("Customer given a name"),
    "customer.forgotten": lambda body: _("Customer forgotten"),
    "task.completed": lambda body: _("Task completed"),
    "results.export": lambda body: _("Results exported"),
    "archive.verified": lambda body: _("Whole record checked: %(until)s entries, all as written", until=body["until"]),
    "archive.broken": lambda body: _("Record checked: entry %(bad)s is not as it was written", bad=body["bad"]),
}
