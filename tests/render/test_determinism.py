"""The same input, the same bytes: in fresh processes, with cold and warm caches, in any order."""

import json
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest

from app.rendering import version
from app.rendering.cache import ByteLru, StaticCache
from app.rendering.display import DisplayList
from app.rendering.encode import encode
from app.rendering.fonts import FontBook
from app.rendering.paint_pdf import paint_pdf
from app.rendering.paint_png import paint
from app.rendering.version import renderer_version
from tests.posters import PROJECT, brand, poster, template, text_layer
from tests.render.cases import cases, display_of

Prints = dict[str, str]


def two_processes() -> list[Prints]:
    """The fingerprints of all files from two processes that differ in all that must not matter."""
    odd = {"PYTHONHASHSEED": "1", "TZ": "Asia/Shanghai", "LANG": "zh_CN.UTF-8"}
    even = {"PYTHONHASHSEED": "2", "TZ": "America/Lima", "LANG": "C"}
    started = [
        subprocess.Popen(
            [sys.executable, "-m", "tests.render.fingerprints", order],
            cwd=PROJECT,
            env={**os.environ, **environment},
            stdout=subprocess.PIPE,
        )
        for order, environment in (("forwards", odd), ("backwards", even))
    ]
    outputs = [process.communicate()[0] for process in started]
    assert [process.returncode for process in started] == [0, 0]
    return [json.loads(output) for output in outputs]


def test_fresh_processes_cold_or_warm_paint_the_same_bytes() -> None:
    one, other = two_processes()
    assert set(one) == set(other)
    assert [name for name in one if one[name] != other[name]] == []
    pairs = [(name, name.removesuffix("warm") + "cold") for name in one if name.endswith(" warm")]
    assert len(pairs) == 2 * (len(cases()) + 1)  # and the poster of effects
    assert [warm for warm, cold in pairs if one[warm] != one[cold]] == []


def test_no_cache_at_all_paints_the_same_pixels() -> None:
    display, fonts = display_of(cases()[0]), brand().kit.fonts
    cache = StaticCache()
    painted = [paint(display, fonts, cache).tobytes() for _ in range(2)]
    assert painted == [paint(display, fonts).tobytes()] * 2


def test_a_process_that_starts_from_a_kept_folder_paints_the_same_pixels() -> None:
    display, fonts, folder = display_of(cases()[0]), brand().kit.fonts, dict[str, bytes]()
    first = paint(display, fonts, StaticCache(backing=folder)).tobytes()
    assert folder
    kept = dict(folder)
    assert paint(display, fonts, StaticCache(backing=folder)).tobytes() == first
    assert folder == kept
    broken = {name: data[: len(data) // 2] for name, data in folder.items()}
    assert paint(display, fonts, StaticCache(backing=broken)).tobytes() == first


def test_the_cache_keeps_to_its_limit_and_forgets_the_oldest() -> None:
    lru = ByteLru[bytes](10, len)
    for name in "abc":
        lru.put(name, name.encode() * 4)
    assert (lru.get("a"), lru.get("b"), lru.used_bytes) == (None, b"bbbb", 8)
    lru.put("d", b"dddd")
    assert (lru.get("b"), lru.get("c")) == (b"bbbb", None)
    lru.put("e", b"e" * 11)
    assert (lru.get("e"), len(lru), lru.used_bytes) == (None, 2, 8)


def test_two_posters_of_one_template_do_not_share_what_differs() -> None:
    cache, fonts = StaticCache(), brand().kit.fonts
    made = [poster(template(text_layer(text=words))) for words in ("山高水长", "稳行致远")]
    warm = [paint(display, fonts, cache).tobytes() for display in made]
    assert warm == [paint(display, fonts).tobytes() for display in made]
    assert warm[0] != warm[1]


def test_a_renderer_upgrade_changes_the_version_that_a_snapshot_records(monkeypatch: pytest.MonkeyPatch) -> None:
    before = renderer_version()
    assert all(name in before for name in ("pillow-", "harfbuzz-", "freetype-"))
    monkeypatch.setattr(version, "RENDERER", version.RENDERER + 1)
    assert renderer_version() != before


def test_threads_that_share_a_cache_paint_the_same_bytes() -> None:
    fonts, cache = brand().kit.fonts, StaticCache()
    displays = [display_of(case) for case in cases()[:4]]
    alone = [files_of(display, fonts, None) for display in displays]
    with ThreadPoolExecutor(4) as pool:
        together = list(pool.map(lambda index: files_of(displays[index % 4], fonts, cache), range(12)))
    assert together == alone * 3


def files_of(display: DisplayList, fonts: FontBook, cache: StaticCache | None) -> tuple[bytes, bytes]:
    return encode(paint(display, fonts, cache), "png"), paint_pdf(display, fonts)


def test_painting_does_not_touch_what_is_kept() -> None:
    display, fonts, cache = display_of(cases()[0]), brand().kit.fonts, StaticCache()
    image = paint(display, fonts, cache)
    image.paste((255, 0, 0), (0, 0, *image.size))
    assert paint(display, fonts, cache).tobytes() == paint(display, fonts).tobytes()
