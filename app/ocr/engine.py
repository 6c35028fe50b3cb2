"""The engine: pixels in, lines of text out. Its models come with its package; it asks no network.

It is heavy (half a gigabyte, seconds to start) and is loaded at the first picture, in a process that may die.
"""

import os
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.ocr.core import Line

MAX_EDGE_PX = 1280
_LEAST_CONFIDENCE = 0.5
_NICER = 10  # people who wait for a poster come first

Pixels = NDArray[np.uint8]


def read_pixels(pixels: Pixels) -> tuple[Line, ...]:
    """The lines of text in RGB pixels (height × width × 3), as sure as half at least."""
    height, width = pixels.shape[:2]
    answer = _engine()(np.ascontiguousarray(pixels[:, :, ::-1]))
    if answer.txts is None:
        return ()
    found = zip(answer.txts, answer.boxes, answer.scores, strict=True)
    return tuple(
        Line(text.strip(), _box(corners, width, height), round(float(score), 4))
        for text, corners, score in found
        if text.strip()
    )


def _box(corners: Any, width: int, height: int) -> tuple[float, float, float, float]:
    """The upright box around four corners, in parts of the picture."""
    across, down = np.clip(corners[:, 0] / width, 0, 1), np.clip(corners[:, 1] / height, 0, 1)
    left, top = float(across.min()), float(down.min())
    return (round(left, 4), round(top, 4), round(float(across.max()) - left, 4), round(float(down.max()) - top, 4))


@lru_cache(maxsize=1)
def _engine() -> Any:
    import cv2
    from rapidocr import RapidOCR

    os.nice(_NICER)
    cv2.setNumThreads(1)
    return RapidOCR(
        params={
            "Global.log_level": "critical",
            "Global.max_side_len": MAX_EDGE_PX,
            "Global.text_score": _LEAST_CONFIDENCE,
            "Det.limit_type": "max",  # a small picture is looked at as it is, not blown up first
            "Det.limit_side_len": MAX_EDGE_PX,
            "EngineConfig.onnxruntime.intra_op_num_threads": 1,
            "EngineConfig.onnxruntime.inter_op_num_threads": 1,
        }
    )
