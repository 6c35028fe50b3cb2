"""From a key to the canvas, on a phone six times slower than this machine: ``python -m tests.bench.keystroke``.

*Unit*: milliseconds; `own` is what the browser took of the whole, the rest is the server's answer.
"""

import json
import statistics
import tempfile
from pathlib import Path

from playwright.sync_api import Browser, expect, sync_playwright

from tests.conftest import CHROMIUM, CHROMIUM_ARGUMENTS
from tests.journey.conftest import PHONE
from tests.journey.editor_house import serving

WORDS = "周周有看点天天有新意"
SLOWER = 6
BETWEEN_MS = 500
_STOPWATCH = """() => {
    window.times = [];
    let begun = 0, waited = 0;
    const plain = window.fetch;
    window.fetch = async (...given) => {
        const from = performance.now();
        const answer = await plain(...given);
        waited = performance.now() - from;
        return answer;
    };
    new MutationObserver(() => requestAnimationFrame(() => {
        if (begun) window.times.push({whole: performance.now() - begun, waited});
        begun = 0;
    })).observe(document.querySelector('.poster > g'), {childList: true});
    const area = document.querySelector('#slot-text');
    area.addEventListener('input', () => { begun = performance.now(); }, true);
}"""


def measure(browser: Browser, folder: Path, words: str = WORDS) -> dict[str, float]:
    """The median over the letters of `words`, typed one by one into the headline of a weekly note."""
    with serving(folder) as house:
        context = browser.new_context(**PHONE)
        page = context.new_page()
        page.goto(f"{house.url}/posters/fund-weekly/edit")
        page.locator(".slots [data-slot=headline]").click()
        with page.expect_response(lambda answer: "preview" in answer.url):
            page.locator("#slot-text").fill("市场")
        expect(page.locator(".poster [aria-label='市场']")).to_be_attached()
        context.new_cdp_session(page).send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
        page.evaluate(_STOPWATCH)
        for count, letter in enumerate(words, start=1):
            page.keyboard.insert_text(letter)
            page.wait_for_timeout(BETWEEN_MS)
            page.wait_for_function("count => window.times.length >= count", arg=count, polling=BETWEEN_MS)
        times = page.evaluate("window.times")
        context.close()
    whole = statistics.median(one["whole"] for one in times)
    own = statistics.median(one["whole"] - one["waited"] for one in times)
    return {"letters": len(times), "whole_ms": round(whole, 1), "own_ms": round(own, 1)}


if __name__ == "__main__":
    with sync_playwright() as playwright, tempfile.TemporaryDirectory() as scratch:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=CHROMIUM_ARGUMENTS)
        print(json.dumps(measure(chromium, Path(scratch))))
        chromium.close()
