"""The page of one version, put together from what the flows and reads say of it."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from flask import render_template, url_for

from app.accounts.core import permits
from app.db import reading
from app.flow.inspect_template import Strain, copy_review, strains
from app.flow.published import load_version
from app.flow.steps import rules_over
from app.library.core import Availability
from app.reads.design import VersionView, place_names, places
from app.rendering.scene import GroupLayer
from app.rendering.template import PictureSlot, Template, TextSlot, flat
from app.rendering.template_checks import slot_uses
from app.rendering.values import words_in
from app.web.advisor.showing import today
from app.web.articles import cited
from app.web.designer.pictures import LONGEST, longest_people
from app.web.designer.words import grant_words, profile_word
from app.web.languages import chosen
from app.web.names import size_name
from app.web.parts import parts
from app.web.visitor import current_actor

_SEVERITIES = ("block", "review", "advise")


def version_page(view: VersionView, name: str | None = None, trouble: str = "", opened: str = "") -> str:
    """The page. `name` is what is shown on the posters, `trouble` a sentence about what was just refused."""
    deps, studio = parts().deps, parts().studio
    loaded = load_version(deps, view.version)
    with reading(deps) as session:
        names = place_names(session)
        choices = places(session, current_actor().organisation_path)
    people = longest_people()
    is_longest = name == LONGEST
    return render_template(
        "designer/version.html",
        view=view,
        title=words_in(loaded.template.title, chosen()),
        summary=words_in(loaded.template.summary, chosen()),
        template=loaded.template,
        pictures=_pictures(view, loaded.template, is_longest),
        shown=[_shown(view, "", not is_longest), _shown(view, LONGEST, is_longest)],
        is_longest=is_longest,
        people=people,
        strains=_strained(strains(studio, loaded, people.profile), loaded.template),
        findings=_findings(copy_review(studio, loaded, today())),
        slots=_slots(loaded.template),
        locked=_locked(loaded.template),
        grants=[_grant(one, names) for one in view.grants],
        elsewhere=sum(not rules_over(current_actor(), one.organisation_path) for one in view.grants),
        choices=choices,
        is_root=rules_over(current_actor(), "/"),
        today=today(),
        ends_on=loaded.template.validity.ends_on,
        may=_may(view),
        said=_said(view),
        trouble=trouble,
        opened=opened,
    )


def _pictures(view: VersionView, template: Template, is_longest: bool) -> list[dict[str, Any]]:
    asked = {"name": LONGEST if is_longest else None, "v": view.version.content.digest[:12]}
    return [
        {
            "size": size_name(name),
            "name": name,
            "language": language,
            "width_px": size.width_px,
            "height_px": size.height_px,
            "print": size.print,
            "asked": {"version_id": view.version.id, "size": name, "language": language, **asked},
        }
        for name, size in template.sizes.items()
        for language in template.languages
    ]


def _shown(view: VersionView, name: str, current: bool) -> dict[str, Any]:
    return {"href": url_for("design.version", version_id=view.version.id, name=name or None), "current": current}


def _strained(found: Iterable[Strain], template: Template) -> list[dict[str, Any]]:
    """The strains, those of one text together; what does not fit comes first."""
    rows: dict[tuple[str, str, str], dict[str, Any]] = {}
    for one in found:
        key = (one.path, one.outcome, one.text)
        kind, _dot, name = one.path.partition(".")
        slot = template.slots.get(name)
        label = profile_word(name) if kind == "profile" else words_in(slot.label, chosen()) if slot else name
        row = rows.setdefault(key, {"label": label, "kind": kind, "outcome": one.outcome, "text": one.text, "in": []})
        shown = size_name(one.size) if len(template.sizes) > 1 else ""
        row["in"].append({"size": shown, "language": one.language, "usual": one.usual_px, "set": one.set_px})
        row["max_chars"] = slot.max_chars if isinstance(slot, TextSlot) else None
    order = {"cannot_be_drawn": 0, "overflows": 0, "smaller": 1}
    return sorted(rows.values(), key=lambda row: (order[row["outcome"]], row["kind"] == "slots"))


def _findings(found: list[dict[str, Any]]) -> list[dict[str, Any]]:
    language = chosen()
    told = [
        {
            "severity": one["severity"],
            "text": one["text"],
            "message": one["message"][language],
            "suggestion": one["suggestion"][language],
            "source": cited(one),
            "sizes": [size_name(size) for size in one["sizes"]],
            "language": one["language"],
        }
        for one in found
    ]
    return sorted(told, key=lambda one: _SEVERITIES.index(one["severity"]))


def _slots(template: Template) -> list[dict[str, Any]]:
    drawn = _drawn(template)
    return [
        {
            "name": name,
            "label": words_in(slot.label, chosen()),
            "kind": slot.kind,
            "example": words_in(slot.example, chosen()) if isinstance(slot, TextSlot) else "",
            "max_chars": slot.max_chars if isinstance(slot, TextSlot) else None,
            "multiline": isinstance(slot, TextSlot) and slot.multiline,
            "styles": len(slot.styles) if isinstance(slot, TextSlot) else 0,
            "min_px": slot.min_px if isinstance(slot, PictureSlot) else None,
            "crop": isinstance(slot, PictureSlot) and slot.crop,
            "required": slot.required,
            "must_change": slot.must_change,
            "movable": bool(slot.move),
            "review": slot.review,
            "missing": [size_name(size) for size in template.sizes if name not in drawn[size]],
        }
        for name, slot in template.slots.items()
    ]


def _drawn(template: Template) -> dict[str, set[str]]:
    """The slots that each size shows."""
    return {
        name: {used for path, layer in flat(size.layers, "") for _, used, _kind in slot_uses(layer, path)}
        for name, size in template.sizes.items()
    }


def _locked(template: Template) -> list[tuple[str, int]]:
    """How many layers of each kind nobody but the brand may change, in the size that has most of them."""
    counts: dict[str, int] = {}
    for size in template.sizes.values():
        here: dict[str, int] = {}
        for path, layer in flat(size.layers, ""):
            if not isinstance(layer, GroupLayer) and not list(slot_uses(layer, path)):
                here[layer.kind] = here.get(layer.kind, 0) + 1
        for kind, count in here.items():
            counts[kind] = max(counts.get(kind, 0), count)
    return sorted(counts.items(), key=lambda one: -one[1])


def _grant(grant: Availability, names: Mapping[str, str]) -> dict[str, Any]:
    where, when = grant_words(grant, dict(names))
    now: date = today()
    state = "over" if grant.ends_on and grant.ends_on < now else "ahead" if grant.starts_on > now else "open"
    return {
        "where": where,
        "when": when,
        "path": grant.organisation_path,
        "starts_on": grant.starts_on,
        "ends_on": grant.ends_on,
        "state": state,
        "is_own": rules_over(current_actor(), grant.organisation_path),
    }


def _may(view: VersionView) -> dict[str, bool]:
    """What the page offers; flow asks again."""
    role, state = current_actor().role, view.case.state
    rules = rules_over(current_actor(), view.version.organisation_path)
    return {
        "submit": permits(role, "template.submit", state),
        "withdraw": permits(role, "template.submit") and state == "in_review",
        "release": permits(role, "template.release", state),
        "retire": rules and permits(role, "template.retire", state),
        "recall": rules and permits(role, "template.recall", state),
        "decide": permits(role, "template.decide", state),
    }


def _said(view: VersionView) -> Any:
    """What the last reviewer said, while it is the designer's turn."""
    if view.case.state not in ("changes_requested", "rejected"):
        return None
    return next((one for one in view.past if one.step.action in ("request_change", "reject")), None)
