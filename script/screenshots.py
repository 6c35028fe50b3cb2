"""Opens every page of a served demonstration and writes what it looks like; `--docs` writes what the docs show."""

import argparse
import io
import os
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "script")]

from screenshots_pages import DOCS, Shot, shots  # noqa: E402

from app.config import Settings  # noqa: E402
from app.db import open_engine  # noqa: E402

CHROMIUM = "/usr/bin/chromium-headless-shell"
ARGUMENTS = ["--no-sandbox", "--disable-quic", "--disable-background-networking", "--disable-component-update"]
SIZES = {"phone": (390, 844), "desk": (1440, 900)}
LOCALES = {"zh": "zh-CN", "en": "en-GB"}
TALLEST = 3600
# On a picture of the whole page, what stands still on the screen would hide what lies behind it.
HIDE_BARS = """() => {
    for (const one of document.querySelectorAll('body *')) {
        if (getComputedStyle(one).position === 'fixed') one.style.visibility = 'hidden';
    }
}"""
DOCS_WIDTH = {"phone": 390, "desk": 1120}


@dataclass(frozen=True)
class Site:
    """A served demonstration."""

    address: str
    environment: dict[str, str]
    logins: dict[str, str]


@contextmanager
def served(folder: Path) -> Iterator[Site]:
    """The product with its demonstration in `folder`, which may hold one already."""
    fonts = str(Settings.from_env({}).fonts_dir)
    given = {
        "IMPRIMATUR_VAR_DIR": str(folder),
        "IMPRIMATUR_FONTS_DIR": os.environ.get("IMPRIMATUR_FONTS_DIR", fonts),
        "IMPRIMATUR_DATABASE_URL": f"sqlite:///{folder / 'imprimatur.db'}",
        "IMPRIMATUR_BASE_URL": "https://go.lanshan.example/r",
    }
    environment = {name: value for name, value in os.environ.items() if not name.startswith("IMPRIMATUR_")} | given
    product = [sys.executable, "-m", "app.factory"]
    for command in ("migrate", "demo"):
        subprocess.run([*product, command], cwd=ROOT, env=environment, check=True, stdout=subprocess.DEVNULL)
    port = _free_port()
    address = f"http://127.0.0.1:{port}"
    environment["IMPRIMATUR_SITE_URL"] = address
    rows = (line.split(maxsplit=3) for line in (folder / "demo_logins.txt").read_text(encoding="utf-8").splitlines())
    logins = {login: password for _, login, password, _ in rows}
    with (folder / "log").open("wb") as log:
        serve = [*product, "serve", "--port", str(port)]
        running = subprocess.Popen(serve, cwd=ROOT, env=environment, stdout=log, stderr=log)
        try:
            _wait_until_ready(address, running, folder / "log")
            yield Site(address, given | {"IMPRIMATUR_SITE_URL": address}, logins)
        finally:
            running.terminate()
            running.wait(30)


def _free_port() -> int:
    import socket

    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
    return port


def _wait_until_ready(address: str, running: "subprocess.Popen[bytes]", log: Path) -> None:
    until = time.monotonic() + 120
    while time.monotonic() < until and running.poll() is None:
        try:
            with urllib.request.urlopen(f"{address}/readyz", timeout=2) as answer:  # noqa: S310
                if answer.status == 200:
                    return
        except (urllib.error.URLError, OSError):
            time.sleep(0.2)
    raise SystemExit(f"the product did not come up:\n{log.read_text(encoding='utf-8')[-2000:]}")


@dataclass
class Photographer:
    """Goes to pages as somebody, on one screen and in one language."""

    browser: Browser
    site: Site
    folder: Path
    states: dict[tuple[str, str], dict[str, object]]
    only: str

    def take(self, size: str, language: str, wanted: list[Shot]) -> None:
        """All of `wanted`, each person signed in once."""
        for login in dict.fromkeys(shot.login for shot in wanted):
            context = self._context(size, language, login)
            page = context.new_page()
            for shot in (shot for shot in wanted if shot.login == login):
                if not self.only or self.only in shot.name:
                    self._shoot(page, shot, f"{shot.name}.{size}.{language}")
            context.close()

    def _context(self, size: str, language: str, login: str) -> BrowserContext:
        width, height = SIZES[size]
        is_phone = size == "phone"
        options = {
            "base_url": self.site.address,
            "viewport": {"width": width, "height": height},
            "has_touch": is_phone,
            "is_mobile": is_phone,
            "device_scale_factor": 2 if is_phone else 1,
            "locale": LOCALES[language],
            "timezone_id": "Asia/Shanghai",
        }
        if not login:
            return self.browser.new_context(**options)  # type: ignore[arg-type]
        if (login, language) not in self.states:
            first = self.browser.new_context(**options)  # type: ignore[arg-type]
            _sign_in(first.new_page(), login, self.site.logins[login])
            self.states[login, language] = dict(first.storage_state())
            first.close()
        return self.browser.new_context(**options, storage_state=self.states[login, language])  # type: ignore[arg-type]

    def _shoot(self, page: Page, shot: Shot, name: str) -> None:
        try:
            answer = page.goto(shot.path, wait_until="load")
            page.wait_for_load_state("networkidle", timeout=15_000)
            if shot.do is not None:
                shot.do(page)
                page.wait_for_timeout(500)
        except Exception as error:
            print(f"!! {name}: {shot.path}: {str(error).splitlines()[0]}", file=sys.stderr)
            return
        status = answer.status if answer is not None else 0
        if status >= 400 and status != shot.status:
            print(f"!! {name}: {shot.path} answered {status}", file=sys.stderr)
        wider = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        if wider > 0:
            print(f"!! {name}: {wider} px wider than the screen", file=sys.stderr)
        _settle(page, shot.is_whole)
        if shot.is_whole and ".phone." in name:
            page.screenshot(path=self.folder / f"{name}.top.png", scale="css", animations="disabled")
            page.evaluate(HIDE_BARS)
        page.screenshot(path=self.folder / f"{name}.png", full_page=shot.is_whole, scale="css", animations="disabled")


def _sign_in(page: Page, login: str, password: str) -> None:
    page.goto("/sign-in")
    page.locator("input[name=login]").fill(login)
    page.locator("input[name=password]").fill(password)
    page.locator("form[action*=sign-in] button[type=submit], main form button[type=submit]").first.click()
    page.wait_for_url(lambda url: "/sign-in" not in url)


def _settle(page: Page, is_whole: bool) -> None:
    """Let pictures that load when they come into sight do so."""
    if is_whole:
        page.evaluate(
            """async tallest => {
                for (let y = 0; y < Math.min(document.body.scrollHeight, tallest); y += 700) {
                    scrollTo(0, y);
                    await new Promise(done => setTimeout(done, 60));
                }
                scrollTo(0, 0);
            }""",
            TALLEST,
        )
    page.evaluate(
        """() => Promise.race([
            new Promise(done => setTimeout(done, 4000)),
            Promise.all([...document.images].filter(one => !one.complete && one.loading !== 'lazy').map(
                one => new Promise(done => { one.onload = one.onerror = done; })))])"""
    )
    page.wait_for_timeout(120)


def _write_docs(folder: Path) -> None:
    """The selection of the docs as JPEG files, together no more than 1.5 MB."""
    target = ROOT / "docs" / "images"
    target.mkdir(exist_ok=True)
    for old in target.glob("*.jpg"):
        old.unlink()
    for name in DOCS:
        file = folder / f"{name}.png"
        if not file.exists():
            print(f"!! no {file.name} for the docs", file=sys.stderr)
            continue
        image = Image.open(file).convert("RGB")
        width = DOCS_WIDTH["phone" if ".phone." in name else "desk"]
        seen = image.crop((0, 0, image.width, min(image.height, SIZES["desk"][1])))
        small = seen.resize((width, round(seen.height * width / seen.width)), Image.Resampling.LANCZOS)
        data = io.BytesIO()
        small.save(data, "JPEG", quality=82, optimize=True, progressive=True)
        (target / f"{name.replace('.', '-')}.jpg").write_bytes(data.getvalue())
    print(f"docs/images: {sum(file.stat().st_size for file in target.glob('*.jpg')) // 1024} KB")


def main() -> int:
    """Take all that was asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", nargs="?", type=Path, default=ROOT / "var" / "screenshots")
    parser.add_argument("--only", default="", help="only pages whose name holds this")
    parser.add_argument("--sizes", default="phone,desk")
    parser.add_argument("--languages", default="zh,en")
    parser.add_argument("--keep", type=Path, help="a folder for the demonstration, to use it again")
    parser.add_argument("--docs", action="store_true", help="write docs/images as well")
    given = parser.parse_args()
    given.folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as temporary, served(given.keep or Path(temporary)) as site:
        engine = open_engine(Settings.from_env(site.environment))
        wanted = shots(engine)
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
            photographer = Photographer(browser, site, given.folder, {}, given.only)
            for language in given.languages.split(","):
                for size in given.sizes.split(","):
                    photographer.take(size, language, wanted)
            browser.close()
        engine.dispose()
    if given.docs:
        _write_docs(given.folder)
    return 0


if __name__ == "__main__":
    sys.exit(main())
