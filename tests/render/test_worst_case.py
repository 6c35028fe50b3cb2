"""The built-in templates with the longest and the oddest people: nothing overflows, no character is missing."""

from dataclasses import replace
from functools import cache

import pytest

from app.reads.templates import load_templates, template_list
from app.rendering.layout import lay_out
from app.rendering.template import LoadedTemplate
from app.rendering.values import Values
from tests.posters import LINK, PROJECT, brand, texts

NAMES = [
    "林溪",
    "𠮷嬅㛃",
    "欧阳㛃䶮·买买提江",
    "阿卜杜热合曼·买买提吐尔逊·艾合买提江·玉素甫江·㛃䶮",
    "Alexandra Müller-Montgomery",
]
TITLE = "私人银行部首席财富管理顾问兼家族信托业务负责人"
ORGANISATION = "澜山银行股份有限公司广西壮族自治区分行营业部财富"


@cache
def library() -> dict[str, LoadedTemplate]:
    return load_templates(PROJECT / "poster_templates", brand().kit)


SLUGS = sorted(folder.parent.name for folder in (PROJECT / "poster_templates").glob("*/template.json"))


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("slug", SLUGS)
def test_every_template_holds_every_person(slug: str, name: str) -> None:
    assert 2 <= len(name) <= 28
    assert len(TITLE) <= 24
    assert len(ORGANISATION) <= 24
    loaded = library()[slug]
    person = replace(brand().sample_profile, name=name, title=TITLE, organisation=ORGANISATION)
    for language in loaded.template.languages:
        drawn = ""
        for size in loaded.template.sizes:
            display = lay_out(loaded.template, size, Values({}, person), brand().kit, loaded.pictures, LINK, language)
            drawn += "".join(item.text for item in texts(display).values() if item.dynamic)
        assert name.replace(" ", "") in drawn.replace(" ", "").replace("\n", "")


def test_the_list_tells_programs_what_there_is_to_fill_in() -> None:
    listed = {entry["slug"]: entry for entry in template_list(library().values())}
    assert sorted(listed) == SLUGS
    fields = {"slug", "title", "sizes", "slots", "product", "jurisdiction"}
    for entry in listed.values():
        assert set(entry) == fields
        assert all(set(size) == {"name", "width_px", "height_px"} for size in entry["sizes"])
        for slot in entry["slots"]:
            assert set(slot) == {"name", "kind", "required", "max_chars", "example"}
            assert slot["example"]
