"""Reads a template.json: its form, and what can be said of it without a brand kit; every problem with its path."""

import hashlib
import json
from collections.abc import Iterator, Mapping

from pydantic import ValidationError

from app.kernel.errors import Invalid, Problem
from app.rendering.located import located
from app.rendering.pictures import Picture
from app.rendering.scene import PictureLayer
from app.rendering.template import LoadedTemplate, PictureSlot, Template, flat
from app.rendering.template_checks import template_problems


def read_template(data: bytes, path: str = "") -> Template:
    """The template that `data` (JSON) describes.

    *Raises* Invalid ``bad_template`` with every problem, each under `path` and the place in the file.
    """
    problems: list[Problem] = []
    template = None
    try:
        document = json.loads(data)
        template = Template.model_validate(document)
    except ValidationError as error:
        problems = located(error, document, "bad_template")
    except (ValueError, RecursionError) as error:
        problems = [Problem("$", "bad_template", f"not JSON: {error}")]
    if template is not None:
        problems = template_problems(template)
        if not problems:
            return template
    prefix = f"{path}: " if path else ""
    named = [Problem(prefix + problem.path, problem.code, problem.message) for problem in problems]
    raise Invalid("bad_template", f"{len(named)} problems in the template: {named[0]}", named)


def well_formed(data: bytes) -> Template | None:
    """The template, whatever is wrong with it in itself; None when it has not even the form of one."""
    try:
        return Template.model_validate(json.loads(data))
    except (ValueError, RecursionError):
        return None


def pictures_named(template: Template) -> Iterator[tuple[str, str]]:
    """(path, file name) of every picture that the template expects beside its template.json."""
    for name, slot in template.slots.items():
        if isinstance(slot, PictureSlot):
            yield f"slots.{name}.example", slot.example
    for size_name, size in template.sizes.items():
        for path, layer in flat(size.layers, f"sizes.{size_name}.layers"):
            if isinstance(layer, PictureLayer) and layer.src is not None:
                yield f"{path}.src", layer.src


def loaded(template: Template, data: bytes, pictures: Mapping[str, Picture]) -> LoadedTemplate:
    """The template with its pictures; `data` is the template.json that it was read from."""
    digest = hashlib.sha256(data)
    for name in sorted(pictures):
        digest.update(f"\n{name} {pictures[name].digest}".encode())
    return LoadedTemplate(template, pictures, digest.hexdigest())
