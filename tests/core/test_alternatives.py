"""What a poster's pictures show, in words: the advisor, what fills a slot, the logo; decoration has none."""

import pytest

from app.rendering.alternatives import alternatives
from app.rendering.values import Profile, Values
from tests.posters import ADVISOR, template

PICTURES = template(
    {"kind": "picture", "name": "ground", "src": "ground.jpg", "box": [0, 0, 1080, 1080]},
    {"kind": "picture", "name": "photo", "photo": True, "box": [0, 0, 200, 200]},
    {"kind": "picture", "name": "logo", "asset": "logo-light", "box": [0, 300, 200, 60]},
    {"kind": "picture", "name": "seal", "asset": "seal", "box": [0, 400, 60, 60]},
    {
        "kind": "group",
        "name": "group",
        "layers": [{"kind": "picture", "name": "scene", "slot": "scene", "box": [300, 300, 400, 400]}],
    },
    slots={"scene": {"kind": "picture", "label": {"zh": "配图", "en": "Picture"}, "example": "ground.jpg"}},
    languages=["zh", "en"],
)


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("zh", {"photo": "林若溪的照片", "logo": "机构标志", "scene": "配图"}),
        ("en", {"photo": "Photo of 林若溪", "logo": "Logo", "scene": "Picture"}),
    ],
)
def test_pictures_that_mean_something_are_put_into_words(language: str, words: dict[str, str]) -> None:
    assert alternatives(PICTURES, None, Values({}, ADVISOR), language) == words


def test_a_photo_of_nobody_is_decoration() -> None:
    assert "photo" not in alternatives(PICTURES, None, Values({}, Profile()), "zh")
