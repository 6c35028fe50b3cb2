"""Several threads draw with fonts that nobody has used before: every one of them draws the same, and none crashes."""

import subprocess
import sys

from app.config import PROJECT

CHILD = """
import hashlib, threading
from app.config import Settings
from app.reads.brand_kit import load_brand
from app.reads.templates import load_templates
from app.rendering.layout import lay_out
from app.rendering.thumbnail import thumbnail
from app.rendering.values import Values

settings = Settings.from_env({})
brand = load_brand(settings.brand_assets_dir / "lanshan", settings.fonts_dir)
loaded = load_templates(settings.poster_templates_dir, brand.kit, "fund-weekly")["fund-weekly"]
found, together = [], threading.Barrier(6)

def draw():
    together.wait()
    display = lay_out(
        loaded.template, "phone", Values({}, brand.sample_profile), brand.kit, loaded.pictures, "https://a.example/r/x"
    )
    found.append(hashlib.sha256(thumbnail(display, brand.kit.fonts, 360)).hexdigest())

threads = [threading.Thread(target=draw) for _ in range(6)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
print(len(found), len(set(found)))
"""


def test_the_first_posters_of_a_process_are_drawn_right_by_several_threads_at_once() -> None:
    done = subprocess.run([sys.executable, "-c", CHILD], cwd=PROJECT, capture_output=True, text=True, timeout=120)
    assert (done.returncode, done.stdout.split()) == (0, ["6", "1"]), done.stderr[-2000:]
