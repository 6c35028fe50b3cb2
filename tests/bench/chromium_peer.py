"""A warm Chromium page that paints the bench poster, as its own process: JSON lines in, JSON lines out.

Requests: ``{"op": "load", "url", "width", "height"}``, ``{"op": "shot", "format", "speed", "texts"}`` and
``{"op": "pdf", "texts"}``.
Answers: ``{"ms", "bytes", "rss_mib"}``. `speed` asks for the protocol's ``optimizeForSpeed`` after one ``evaluate``.
"""

import base64
import json
import os
import sys
import time
from pathlib import Path
from typing import Any

from playwright.sync_api import CDPSession, Page, sync_playwright

CHROMIUM = "/usr/bin/chromium-headless-shell"
ARGUMENTS = [
    "--no-sandbox",
    "--disable-quic",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
SET_TEXTS = "texts => { for (const id in texts) document.getElementById(id).textContent = texts[id]; }"


def main() -> None:
    """Answer requests until standard input ends."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        page = browser.new_page()
        session = page.context.new_cdp_session(page)
        for line in sys.stdin:
            print(json.dumps(_answer(page, session, json.loads(line))), flush=True)
        browser.close()


def _answer(page: Page, session: CDPSession, request: dict[str, Any]) -> dict[str, Any]:
    started = time.perf_counter()
    data = b""
    if request["op"] == "load":
        page.set_viewport_size({"width": request["width"], "height": request["height"]})
        page.goto(request["url"], wait_until="networkidle")
        page.evaluate("document.fonts.ready")
    elif request["op"] == "pdf":
        page.evaluate(SET_TEXTS, request["texts"])
        size = page.viewport_size or {"width": 0, "height": 0}
        data = page.pdf(width=f"{size['width']}px", height=f"{size['height']}px", print_background=True)
    elif request["speed"]:
        page.evaluate(SET_TEXTS, request["texts"])
        options: dict[str, Any] = {"format": request["format"], "optimizeForSpeed": True}
        if request["format"] == "jpeg":
            options["quality"] = 90
        data = base64.b64decode(session.send("Page.captureScreenshot", options)["data"])
    else:
        page.evaluate(SET_TEXTS, request["texts"])
        quality = {"quality": 90} if request["format"] == "jpeg" else {}
        data = page.screenshot(type=request["format"], **quality)
    return {"ms": (time.perf_counter() - started) * 1000, "bytes": len(data), "rss_mib": _rss_mib(os.getpid())}


def _rss_mib(root: int) -> float:
    """Proportional memory of this process and all below it, in MiB: what the browser's processes share counts once."""
    children: dict[int, list[int]] = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rsplit(")", 1)[1].split()
        except OSError:
            continue
        children.setdefault(int(fields[1]), []).append(int(stat.parent.name))
    total, waiting = 0.0, [root]
    while waiting:
        process = waiting.pop()
        waiting += children.get(process, [])
        try:
            rollup = Path(f"/proc/{process}/smaps_rollup").read_text()
        except OSError:
            continue
        total += sum(int(line.split()[1]) for line in rollup.splitlines() if line.startswith("Pss:")) / 1024
    return total


if __name__ == "__main__":
    main()
