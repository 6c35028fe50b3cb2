"""The rule workbench in a real browser: a text is judged while it is typed, and a problem leads to its line."""

from playwright.sync_api import Browser, expect

from tests.journey.test_review_pages import Served, look, served  # noqa: F401


def test_a_reviewer_tries_a_text_and_writes_a_rule(browser: Browser, served: Served) -> None:  # noqa: F811
    page, complaints = served.page(browser, "desk", "zh")
    page.goto("/rules/try")
    page.locator("#text").press_sequentially("本产品保-本-保-息")
    hit = page.locator(".try-finding").first
    expect(hit).to_contain_text("保本保息")
    look(page)
    page.goto("/rules/new?way=yaml")
    text = page.locator("#text")
    text.fill(text.input_value().replace("severity: review", "severity: fatal"))
    page.locator("button[value=save]").click()
    jump = page.locator("[data-line]").first
    expect(jump).to_be_visible()
    jump.click()
    chosen = text.evaluate("one => one.value.slice(one.selectionStart, one.selectionEnd)")
    assert ":" in chosen
    page.goto("/rules/new")
    expect(page.locator("[data-part=terms]")).to_be_visible()
    expect(page.locator("[data-part=patterns]")).to_be_hidden()
    page.locator("#kind").select_option("regex")
    expect(page.locator("[data-part=patterns]")).to_be_visible()
    look(page)
    for path in ("/rules", "/rules/cn-fund-15-words"):
        page.goto(path)
        look(page)
    assert complaints == ["Failed to load resource: the server responded with a status of 422 (UNPROCESSABLE ENTITY)"]
