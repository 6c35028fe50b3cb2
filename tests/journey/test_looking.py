"""Whoever looks at a page sees what is wrong with it, also where most of it has been seen before."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from tests.journey.looking import LOOKED_AT, fault_of

GOOD = '<p class="said">Words</p>'
PALE = '<p class="pale">Words</p>'


@pytest.fixture
def page(browser: Browser, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Page]:
    """An empty page of a world in which nothing has been looked at."""
    monkeypatch.setattr(LOOKED_AT, "file", tmp_path / "looked_at")
    monkeypatch.setattr(LOOKED_AT, "_known", set())
    context = browser.new_context(viewport={"width": 390, "height": 844})
    yield context.new_page()
    context.close()


def show(page: Page, main: str) -> str:
    """What is wrong with a page of which this is the main part."""
    style = "<style>p { color: #111 } p.pale, .dim p { color: #ccc }</style>"
    head = f'<head><meta name="viewport" content="width=device-width"><title>Page</title>{style}</head>'
    page.set_content(f'<!doctype html><html lang="en">{head}<body><main><h1>Page</h1>{main}</main></body></html>')
    return fault_of(page)


def test_a_good_page_has_no_fault(page: Page) -> None:
    assert show(page, GOOD) == ""


def test_a_pale_text_is_found_among_parts_that_were_seen(page: Page) -> None:
    assert show(page, GOOD) == ""
    assert "color-contrast" in show(page, GOOD + PALE)
    assert "color-contrast" in show(page, GOOD + PALE), "what was wrong is not taken for seen"


def test_a_text_is_looked_at_again_where_it_stands_in_another_part(page: Page) -> None:
    assert show(page, GOOD) == ""
    assert "color-contrast" in show(page, f'<div class="dim">{GOOD}</div>')


def test_a_picture_without_words_is_found_in_a_page_that_has_something_new(page: Page) -> None:
    assert show(page, GOOD) == ""
    assert "image-alt" in show(page, GOOD + '<img src="data:,">')


def test_a_page_wider_than_its_screen_is_found_though_all_was_seen(page: Page) -> None:
    wide = '<p class="said" style="width: {}px">Words</p>'
    assert show(page, wide.format(200)) == ""
    assert "wider than the screen" in show(page, wide.format(2000))


def test_what_was_seen_is_not_looked_at_again(page: Page) -> None:
    assert show(page, GOOD) == ""
    noted = LOOKED_AT.file.read_bytes()
    assert show(page, GOOD + GOOD) == ""
    assert LOOKED_AT.file.read_bytes() == noted
