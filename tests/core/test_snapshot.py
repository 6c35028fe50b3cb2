"""A snapshot's identity: another digest for another anything."""

from dataclasses import fields, replace

import pytest

from app.posters.drafts import SnapshotContent

OTHER = {
    "values": {"slots": {"words": "别的话"}, "profile": {}},
    "pictures": {"profile.photo": "0" * 64},
    "language": "en",
}
CONTENT = SnapshotContent(
    template="daily-greeting",
    template_version="1.0.0",
    template_digest="1" * 64,
    values={"slots": {"words": "山色新"}, "profile": {"name": "林若溪", "focus": [0.5, 0.4]}},
    pictures={},
    size="phone",
    language="zh",
    channel="wechat",
    brand_digest="2" * 64,
    fonts_digest="3" * 64,
    rules_fingerprint="4" * 64,
    renderer_version="1",
)


@pytest.mark.parametrize("part", [field.name for field in fields(SnapshotContent)])
def test_a_snapshot_is_another_when_anything_of_it_is(part: str) -> None:
    changed = replace(CONTENT, **{part: OTHER.get(part, "other")})  # type: ignore[arg-type]
    assert changed.digest != CONTENT.digest
    assert changed.differences(CONTENT) == (part,)


def test_a_snapshot_survives_being_written_down() -> None:
    again = SnapshotContent.of(CONTENT.document())
    assert (again, again.digest, again.differences(CONTENT)) == (CONTENT, CONTENT.digest, ())
