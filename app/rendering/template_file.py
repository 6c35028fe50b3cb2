"""Reads a template.json: its form, and what can be said of it without a brand kit; every problem with its path."""

import json

from pydantic import ValidationError

from app.kernel.errors import Invalid, Problem
from app.rendering.located import located
from app.rendering.template import Template
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
