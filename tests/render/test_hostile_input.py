"""Hostile values and pictures: nothing is fetched, nothing is run, nothing runs away (threats 35, 44, 45, 46)."""

import io
import json
import socket
import struct
import sys
import threading
import time
import xml.etree.ElementTree as ET
import zlib
from collections.abc import Iterator
from typing import Any

import pytest
from PIL import Image
from playwright.sync_api import Browser

from app.kernel.errors import Invalid
from app.rendering.display import DisplayList
from app.rendering.encode import encode
from app.rendering.paint_pdf import paint_pdf
from app.rendering.paint_png import paint
from app.rendering.paint_svg import paint_svg
from app.rendering.pictures import read_picture
from app.rendering.proof import prove
from app.rendering.template_file import read_template
from app.rendering.values import Profile, TextValue, Values, validate
from tests.posters import ADVISOR, LINK, brand, document, poster, template, text_layer, text_slot
from tests.render.ink import page_texts

SLOT = {"words": text_slot(max_chars=2000, multiline=True)}
WIDE = {"box": [20, 20, 1040, 600], "set": {"size": 20}}


def poster_of(words: str) -> DisplayList:
    return poster(template(text_layer(slot="words", **WIDE), slots=SLOT), {"words": words})


# --- 44: references that must not be followed ------------------------------------------------------------------------

REFERENCES = [
    '<img src="{}">',
    '<style>@import url("{}");</style>',
    '<style>@font-face{{font-family:x;src:url("{}")}}</style>',
    '<link rel="attachment" href="{}">',
    '<link rel="stylesheet" href="{}">',
    '<svg><image href="{}"/></svg>',
    '<svg><use href="{}#a"/></svg>',
    '<object data="{}"></object>',
    '<embed src="{}">',
    '<iframe src="{}"></iframe>',
    '<p style="background:url({})">',
    '<?xml-stylesheet href="{}"?>',
    '<!DOCTYPE a [<!ENTITY b SYSTEM "{}">]>&b;',
    "url({})",
]


class Listener:
    """A server on the loopback that counts who connects."""

    def __init__(self) -> None:
        self.connections = 0
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port = self._socket.getsockname()[1]
        threading.Thread(target=self._count, daemon=True).start()

    def _count(self) -> None:
        while True:
            try:
                connection, _ = self._socket.accept()
            except OSError:
                return
            self.connections += 1
            connection.close()

    def close(self) -> None:
        self._socket.close()


@pytest.fixture
def listener() -> Iterator[Listener]:
    listener = Listener()
    yield listener
    listener.close()


_watched: list[str] | None = None


def _watch(event: str, arguments: tuple[Any, ...]) -> None:
    if _watched is not None and event in ("open", "socket.connect", "urllib.Request", "subprocess.Popen", "os.system"):
        _watched.append(f"{event} {arguments[0] if event == 'open' else arguments}")


sys.addaudithook(_watch)


@pytest.fixture
def watched() -> Iterator[list[str]]:
    """Every file that is opened and every connection that is made meanwhile, by whatever Python code."""
    global _watched
    _watched = found = []
    yield found
    _watched = None


def all_files(display: DisplayList) -> dict[str, bytes]:
    fonts = brand().kit.fonts
    files = {kind: encode(paint(display, fonts), kind) for kind in ("png", "jpeg", "webp")}  # type: ignore[arg-type]
    return files | {"pdf": paint_pdf(display, fonts), "svg": paint_svg(display, fonts).encode()}


@pytest.mark.parametrize("reference", REFERENCES)
def test_a_reference_in_a_text_is_text(reference: str, listener: Listener, watched: list[str]) -> None:
    all_files(poster_of("先画一次"))  # what the libraries open on first use is no answer to the text
    for address in ("file:///etc/passwd", "http://169.254.169.254/latest", f"http://127.0.0.1:{listener.port}/a"):
        words = reference.format(address)
        display = poster_of(words)
        watched.clear()
        files = all_files(display)
        assert watched == []
        (copied,) = page_texts(files["pdf"], [(0, 0, 1080, 1080)], display.width_px)
        assert copied == "".join(words.split())
        assert b"root:" not in b"".join(files.values())
    assert listener.connections == 0


def test_the_watch_and_the_listener_would_see_a_request(listener: Listener, watched: list[str]) -> None:
    socket.create_connection(("127.0.0.1", listener.port)).close()
    with open(__file__, "rb"):
        pass
    deadline = time.monotonic() + 5
    while not listener.connections and time.monotonic() < deadline:
        time.sleep(0.01)
    assert listener.connections == 1
    assert [event.split()[0] for event in watched] == ["socket.connect", "open"]


def test_a_browser_that_shows_the_svg_asks_for_nothing_and_runs_nothing(listener: Listener, browser: Browser) -> None:
    address = f"http://127.0.0.1:{listener.port}/a"
    hostile = [reference.format(address) for reference in REFERENCES]
    hostile += [f"</style><script>fetch('{address}');window.run=1</script>", "]]><script>window.run=1</script>"]
    made = template(text_layer(slot="words", **WIDE, name="words"), slots=SLOT)
    requests: list[str] = []
    page = browser.new_page()
    page.on("request", lambda request: requests.append(request.url))
    for words in hostile:
        page.set_content(paint_svg(poster(made, {"words": words}), brand().kit.fonts))
        assert page.evaluate("[window.run, document.scripts.length]") == [None, 0]
    page.close()
    assert [url for url in requests if not url.startswith(("data:", "about:"))] == []
    assert listener.connections == 0


# --- 45: markup and template language --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "words",
    ["{{7*7}}", "{% raw %}", "${7*7}", "</style><script>alert(1)</script>", "<b>粗</b>", "&lt;&amp;", "a) Tj ET Q (b"],
)
def test_markup_in_a_text_is_literal_everywhere(words: str) -> None:
    display = poster_of(words)
    files = all_files(display)
    (copied,) = page_texts(files["pdf"], [(0, 0, 1080, 1080)], display.width_px)
    assert copied == "".join(words.split())
    root = ET.fromstring(files["svg"])  # noqa: S314
    labels = [element.get("aria-label") for element in root.iter() if element.get("aria-label")]
    assert "".join(labels[0].split()) == "".join(words.split())
    assert {element.tag.split("}")[1] for element in root.iter()} <= {"svg", "defs", "g", "path", "use"}


@pytest.mark.parametrize("field", ["name", "title", "phone", "organisation", "licence"])
def test_markup_in_the_profile_is_literal_too(field: str) -> None:
    layer = {"kind": "profile", "name": "words", "field": field, **WIDE}
    display = poster(template(layer), profile=Profile(**{field: "</style><script>{{7*7}}"}))
    (copied,) = page_texts(paint_pdf(display, brand().kit.fonts), [(0, 0, 1080, 1080)], display.width_px)
    assert copied == "</style><script>{{7*7}}"


# --- 46: too much of everything --------------------------------------------------------------------------------------


def test_half_a_million_characters_are_refused_at_once() -> None:
    made = template(text_layer(slot="words", **WIDE), slots=SLOT)
    words = "字" * 500_000
    started = time.perf_counter()
    problems = validate(made, Values({"words": TextValue(words)}, ADVISOR), brand().kit.fonts)
    profile_problems = validate(made, Values({}, Profile(name=words)), brand().kit.fonts, complete=False)
    assert time.perf_counter() - started < 1
    assert [(problem.path, problem.code) for problem in problems] == [("slots.words", "too_long")]
    assert [(problem.path, problem.code) for problem in profile_problems] == [("profile.name", "too_long")]


def test_a_slot_has_at_most_2000_characters() -> None:
    with pytest.raises(Invalid) as refused:
        template(text_layer(slot="words"), slots={"words": text_slot(max_chars=2001)})
    assert "slots.words.max_chars" in [problem.path for problem in refused.value.problems]


def test_2000_characters_are_laid_out_and_painted_in_seconds() -> None:
    started = time.perf_counter()
    made = template(text_layer(slot="words", box=[0, 0, 1080, 1080], set={"size": 18}), slots=SLOT)
    display = poster(made, {"words": "稳健 steady 3.85% " * 125})
    assert len(all_files(display)) == 5
    assert time.perf_counter() - started < 10


@pytest.mark.parametrize("depth", [30, 300, 3000])
def test_a_tower_of_boxes_is_drawn_or_refused_and_never_crashes(depth: int) -> None:
    groups = "".join(f'{{"kind":"group","name":"g{level}","layers":[' for level in range(depth))
    tower = groups + json.dumps(text_layer(text="深")) + "]}" * depth
    data = json.dumps(document()).replace('"layers": []', f'"layers": [{tower}]').encode()
    started = time.perf_counter()
    assert drawn_or_refused(data) in ("drawn", "bad_template")
    assert time.perf_counter() - started < 10


def drawn_or_refused(data: bytes) -> str:
    try:
        made = read_template(data)
    except Invalid as refused:
        return refused.code
    return "drawn" if len(all_files(poster(made))) == 5 else "nothing"


def test_the_next_poster_succeeds_after_refused_ones() -> None:
    for words in ("字" * 3000, "\U0010ffff"):
        with pytest.raises(Invalid):
            poster_of(words)
    display = poster(template(text_layer(text="好"), {"kind": "qr", "name": "qr", "box": [800, 800, 240, 240]}))
    prove(all_files(display)["png"], "image/png", LINK)


# --- 35: pictures that are small on disk and huge in memory ----------------------------------------------------------


def bomb(side: int = 12_000) -> bytes:
    """A valid PNG of one bit per pixel: a few kilobytes for 144 million pixels."""
    row = b"\x00" + bytes((side + 7) // 8)
    packer = zlib.compressobj(9)
    packed = b"".join(packer.compress(row) for _ in range(side)) + packer.flush()
    chunks = [(b"IHDR", struct.pack(">IIBBBBB", side, side, 1, 0, 0, 0, 0)), (b"IDAT", packed), (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body)) for kind, body in chunks
    )


def test_a_picture_of_144_million_pixels_is_refused_before_it_is_decoded(monkeypatch: pytest.MonkeyPatch) -> None:
    data = bomb()
    assert len(data) < 25_000

    def decoded(*_: Any, **__: Any) -> None:
        raise AssertionError("the picture was decoded")

    monkeypatch.setattr(Image.Image, "load", decoded)
    monkeypatch.setattr("PIL.ImageFile.ImageFile.load", decoded)
    with pytest.raises(Invalid) as refused:
        read_picture(data, "slots.photo")
    assert [(problem.path, problem.code) for problem in refused.value.problems] == [("slots.photo", "too_many_pixels")]


@pytest.mark.parametrize("kind", ["GIF", "TIFF", "BMP", "ICO", "PPM"])
def test_formats_that_are_not_asked_for_are_not_opened(kind: str) -> None:
    file = io.BytesIO()
    Image.new("RGB", (32, 32)).save(file, kind)
    with pytest.raises(Invalid) as refused:
        read_picture(file.getvalue())
    assert refused.value.code == "bad_picture"
