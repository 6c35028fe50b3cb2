"""event-invitation: a door ajar at night, lamp light over the threshold, and the ticket lying in it."""

from pathlib import Path

from art.canvas import Canvas
from art.lamplit import Doorway, paint_doorway, paint_ticket
from art.light import paper, vignette


def _finish(canvas: Canvas, path: Path, max_kb: int, dark: float = 0.0) -> None:
    if dark:
        vignette(canvas, dark, "#02070C")
    paper(canvas, 0.35, seed=8)
    canvas.save(path, max_kb)


def draw(folder: Path) -> None:
    """Write the pictures of the three sizes."""
    phone = Canvas(1080, 1920, "#0C2134")
    paint_doorway(phone, Doorway(352, 610, -60, 985))
    paint_ticket(phone, (84, 1186, 912, 300), 700)
    _finish(phone, folder / "phone.jpg", 640, 0.35)
    square = Canvas(1080, 1080, "#0C2134")
    paint_doorway(square, Doorway(300, 520, -250, 520, 0.85))
    paint_ticket(square, (72, 590, 936, 210), 720, 0.9)
    _finish(square, folder / "square.jpg", 420)
    cover = Canvas(900, 383, "#0C2134")
    paint_doorway(cover, Doorway(150, 272, -130, 190, 0.46))
    _finish(cover, folder / "cover.jpg", 220)
