"""What the pages say, in both languages, and the pictures they show."""

import io
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from babel.messages.pofile import read_po
from flask.testing import FlaskClient
from PIL import Image

from app.accounts.core import Role
from app.config import PROJECT
from script.translations import catalogues, collected

PAGES = (
    "/home",
    "/templates/",
    "/templates/fund-weekly",
    "/templates/business-card",
    "/posters",
    "/customers",
    "/tasks",
    "/me",
)
TEMPLATES = [file for room in ("web", "public") for file in (PROJECT / "app" / room / "templates").rglob("*.html")]
OWN_WORDS = {"中文", "English", "·", "×", "–", "A4"}


@pytest.mark.parametrize("path", PAGES)
def test_each_page_speaks_both_languages(as_role: Callable[[Role], FlaskClient], path: str) -> None:
    browser, pages = as_role("advisor"), {}
    for lang, expected in (("zh", "zh-CN"), ("en", "en")):
        browser.set_cookie("lang", lang, domain="localhost")
        answer = browser.get(path)
        assert answer.status_code == 200
        assert f'<html lang="{expected}">' in answer.text
        pages[lang] = answer.text
    assert ("首页" in pages["zh"], "首页" in pages["en"], "Home" in pages["en"]) == (True, False, True)


def test_the_browser_is_asked_until_the_person_chooses(client: FlaskClient) -> None:
    english = {"Accept-Language": "en-GB,en;q=0.9"}
    assert '<html lang="en">' in client.get("/sign-in", headers=english).text
    assert '<html lang="zh-CN">' in client.get("/sign-in", headers={"Accept-Language": "fr"}).text
    client.set_cookie("lang", "zh", domain="localhost")
    assert '<html lang="zh-CN">' in client.get("/sign-in", headers=english).text


@pytest.mark.parametrize("file", catalogues(), ids=lambda file: file.parent.parent.name)
def test_every_word_is_translated_and_none_is_left_over(file: Path) -> None:
    wanted = {message.id for message in collected() if message.id}
    with file.open("rb") as stream:
        catalog = read_po(stream)
    found = {message.id for message in catalog if message.id and message.string and not message.fuzzy}
    assert found == wanted
    problems = [error for message in catalog if message.id for error in message.check(catalog)]
    assert problems == []


def bare_words(text: str) -> list[str]:
    """What stands in a template for people to read, without having been asked from the catalogue."""
    text = re.sub(r"\{% block body_class %\}.*?\{% endblock %\}", "", text)
    text = re.sub(r"\{#.*?#\}|\{%.*?%\}|\{\{.*?\}\}|<!doctype[^>]*>", "\0", text, flags=re.S)
    text = re.sub(r"<(script|style)\b.*?</\1>", "\0", text, flags=re.S)
    shown = re.sub(r"<[^>]*>", "\0", text)
    labels = re.findall(r'(?:aria-label|alt|placeholder|title)="([^"\0]+)"', text)
    return [word.strip() for word in [*shown.split("\0"), *labels] if re.search(r"[^\W\d_]", word)]


@pytest.mark.parametrize("file", sorted(TEMPLATES), ids=lambda file: file.name)
def test_no_word_stands_bare_in_a_template(file: Path) -> None:
    assert set(bare_words(file.read_text(encoding="utf-8"))) <= OWN_WORDS


def test_the_search_for_bare_words_can_fail() -> None:
    assert bare_words('<p>{{ _("x") }} left over</p><img alt="A poster">') == ["left over", "A poster"]


def test_the_gallery_is_narrowed_by_product_occasion_and_words(as_role: Callable[[Role], FlaskClient]) -> None:
    browser = as_role("advisor")

    def found(query: str) -> set[str]:
        return set(re.findall(r'href="/templates/([a-z-]+)"', browser.get(f"/templates/?{query}").text))

    everything = found("")
    assert len(everything) >= 10
    assert found("product=fund") == {"fund-weekly"}
    assert found("occasion=festival") == {"festival-mid-autumn", "festival-spring"}
    assert found("q=中秋") == {"festival-mid-autumn"}
    assert found("q=MOON hills") == {"festival-mid-autumn"}
    assert found("product=nonsense") == everything
    assert found("q=zzz") == set()
    assert "没有合适的模板" in browser.get("/templates/?q=zzz").text


def test_what_is_searched_for_is_shown_as_text(as_role: Callable[[Role], FlaskClient]) -> None:
    page = as_role("advisor").get("/templates/", query_string={"q": '"><script>alert(1)</script>{{7*7}}'}).text
    assert "<script>alert" not in page
    assert "{{7*7}}" in page


def test_a_thumbnail_is_ones_own_poster_and_kept(as_role: Callable[[Role], FlaskClient]) -> None:
    advisor, path = as_role("advisor"), "/templates/fund-weekly/thumbnail-360.webp"
    first = advisor.get(path)
    assert first.content_type == "image/webp"
    with Image.open(io.BytesIO(first.data)) as image:
        assert image.size == (360, 640)
    assert first.headers["Cache-Control"] == "private, max-age=300"
    assert advisor.get(path).data == first.data
    again = advisor.get(path, headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")
    assert as_role("reviewer").get(path).headers["ETag"] != first.headers["ETag"]


def test_only_advisors_are_offered_to_make_a_poster(as_role: Callable[[Role], FlaskClient]) -> None:
    path = "/templates/fund-weekly"
    assert 'action="/templates/fund-weekly/start"' in as_role("advisor").get(path).text
    assert "/start" not in as_role("reviewer").get(path).text
