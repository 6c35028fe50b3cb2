"""Every built-in template in every size and language, laid out with the sample advisor."""

import json
from dataclasses import dataclass
from functools import cache

from app.reads.templates import load_template
from app.rendering.display import DisplayList
from app.rendering.layout import lay_out
from app.rendering.template import LoadedTemplate
from app.rendering.values import Values
from tests.posters import LINK, PROJECT, brand

TEMPLATES = PROJECT / "poster_templates"


@dataclass(frozen=True)
class Case:
    """One size of one template in one language."""

    slug: str
    size: str
    language: str

    def __str__(self) -> str:
        return f"{self.slug}-{self.size}-{self.language}"


def cases() -> list[Case]:
    """All cases, known without loading a font or a picture."""
    found = []
    for file in sorted(TEMPLATES.glob("*/template.json")):
        document = json.loads(file.read_bytes())
        languages = document.get("languages", ["zh"])
        found += [Case(file.parent.name, size, language) for size in document["sizes"] for language in languages]
    return found


@cache
def loaded(slug: str) -> LoadedTemplate:
    """One of the built-in templates."""
    return load_template(TEMPLATES / slug, brand().kit)


def display_of(case: Case) -> DisplayList:
    """The case laid out."""
    chosen, sample = loaded(case.slug), brand()
    values = Values({}, sample.sample_profile)
    return lay_out(chosen.template, case.size, values, sample.kit, chosen.pictures, LINK, case.language)
