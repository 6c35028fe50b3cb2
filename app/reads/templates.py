"""The folder of templates, read and checked against the brand kit before anything is made from it."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from app.kernel.errors import Invalid, Problem
from app.rendering.brand_names import name_problems
from app.rendering.layout import Kit
from app.rendering.pictures import Picture, read_picture
from app.rendering.template import LoadedTemplate, Template, TextSlot
from app.rendering.template_file import loaded, pictures_named, read_template
from app.rendering.values import words_in

MAX_TEMPLATE_BYTES = 2_000_000


def template_slugs(folder: Path) -> list[str]:
    """The slugs of all templates in `folder`, in order; nothing is read."""
    return sorted(file.parent.name for file in folder.glob("*/template.json"))


def load_templates(folder: Path, kit: Kit, only: str | None = None) -> dict[str, LoadedTemplate]:
    """All templates of `folder` by slug, one folder each, or `only` one of them (none, when there is no such).

    *Raises* Invalid ``bad_template`` with every problem of all of them.
    """
    found: dict[str, LoadedTemplate] = {}
    problems: list[Problem] = []
    for slug in template_slugs(folder):
        try:
            if only in (None, slug):
                found[slug] = load_template(folder / slug, kit)
        except Invalid as error:
            problems += error.problems
    if problems:
        raise Invalid("bad_template", f"{len(problems)} problems in the templates: {problems[0]}", problems)
    return found


def load_template(folder: Path, kit: Kit) -> LoadedTemplate:
    """The template of one folder with its pictures.

    *Raises* Invalid ``bad_template`` with every problem, each under the folder's name and the path in the file.
    """
    file = f"{folder.name}/template.json"
    data = _bytes(folder / "template.json", file)
    template = read_template(data, file)
    problems = list(name_problems(template, kit.palette, kit.fonts.weights, kit.assets))
    if template.slug != folder.name:
        problems.append(Problem("slug", "bad_slug", f"the folder is called “{folder.name}”"))
    pictures: dict[str, Picture] = {}
    for path, name in pictures_named(template):
        try:
            if name not in pictures:
                pictures[name] = _picture(folder, name, path)
        except Invalid as error:
            problems += error.problems
    if problems:
        named = [Problem(f"{file}: {problem.path}", problem.code, problem.message) for problem in problems]
        raise Invalid("bad_template", f"{len(named)} problems in the template: {named[0]}", named)
    return loaded(template, data, pictures)


def _bytes(file: Path, shown: str) -> bytes:
    try:
        with file.open("rb") as stream:
            data = stream.read(MAX_TEMPLATE_BYTES + 1)
    except OSError as error:
        raise Invalid.of([Problem(shown, "bad_template", f"cannot be read ({error.strerror})")]) from error
    if len(data) > MAX_TEMPLATE_BYTES:
        raise Invalid.of([Problem(shown, "bad_template", "a template has at most 2 MB")])
    return data


def _picture(folder: Path, name: str, path: str) -> Picture:
    if Path(name).name != name or name.startswith("."):
        raise Invalid.of([Problem(path, "bad_name", f"“{name}” is not the name of a file beside template.json")])
    try:
        data = (folder / name).read_bytes()
    except OSError as error:
        raise Invalid.of([Problem(path, "missing_picture", f"{name}: {error.strerror}")]) from error
    return read_picture(data, path)


def template_list(templates: Iterable[LoadedTemplate]) -> list[dict[str, Any]]:
    """What there is to fill in, template by template, as JSON shows it."""
    return [_entry(one.template) for one in templates]


def _entry(template: Template) -> dict[str, Any]:
    language = template.language
    return {
        "slug": template.slug,
        "title": words_in(template.title, language),
        "sizes": [
            {"name": name, "width_px": size.width_px, "height_px": size.height_px}
            for name, size in template.sizes.items()
        ],
        "slots": [
            {
                "name": name,
                "kind": slot.kind,
                "required": slot.required,
                "max_chars": slot.max_chars if isinstance(slot, TextSlot) else None,
                "example": words_in(slot.example, language),
            }
            for name, slot in template.slots.items()
        ],
        "product": template.product,
        "jurisdiction": template.jurisdiction,
    }
