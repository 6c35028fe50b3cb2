"""Links as rows, on both databases: minting, re-shares, and the ways in which they end."""

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest
from sqlalchemy import Engine, update

from app.db import database_now, reading, transaction
from app.kernel.errors import Conflict, Invalid, NotFound
from app.links import records
from app.links.core import Link, LinkPicture, is_code, state_of
from app.links.tables import LinkRow
from tests.redirects import a_link


@pytest.fixture
def deps(engine: Engine) -> SimpleNamespace:
    return SimpleNamespace(engine=engine)


def the(deps: SimpleNamespace, code: str) -> tuple[Link, str]:
    """The link and its state."""
    with reading(deps) as session:
        link = records.resolve(session, code)
        assert link is not None
        return link, state_of(link, database_now(session))


def test_a_link_leads_nowhere_until_it_is_activated(deps: SimpleNamespace) -> None:
    with transaction(deps) as session:
        code = records.mint(session, "poster", "poster-1", "wechat", created_by_person_id="person-1")
    assert is_code(code)
    assert the(deps, code)[1] == "pending"
    with transaction(deps) as session:
        records.activate(session, code)
    assert the(deps, code)[1] == "active"
    with pytest.raises(Conflict, match="activated"), transaction(deps) as session:
        records.activate(session, code)


def test_an_unsafe_address_is_refused_and_leaves_no_row(deps: SimpleNamespace) -> None:
    with pytest.raises(Invalid) as caught, transaction(deps) as session:
        records.mint(session, "address", "https://good@evil.example/", "wechat")
    assert caught.value.code == "hidden_host"
    with reading(deps) as session:
        assert session.query(LinkRow).count() == 0


def test_a_reshare_is_a_child_at_any_depth(deps: SimpleNamespace) -> None:
    codes = [a_link(deps)]
    for _ in range(5):
        codes.append(a_link(deps, parent_code=codes[-1]))
    for depth, code in enumerate(codes):
        link, state = the(deps, code)
        assert (link.depth, link.root_code, state) == (depth, codes[0], "active")
        assert link.parent_code == (codes[depth - 1] if depth else None)
    with reading(deps) as session:
        assert [link.code for link in records.links_to(session, "poster", "poster-1")] == codes


def test_a_child_leads_where_its_parent_leads_and_ends_with_it(deps: SimpleNamespace) -> None:
    end = datetime(2099, 1, 1, tzinfo=UTC)
    parent = a_link(deps, expires_at=end)
    child = a_link(deps, parent_code=parent)
    later = a_link(deps, parent_code=parent, expires_at=end + timedelta(days=1))
    assert (the(deps, child)[0].expires_at, the(deps, later)[0].expires_at) == (end, end)
    with pytest.raises(Conflict, match="parent leads"):
        a_link(deps, "poster-2", parent_code=parent)
    with pytest.raises(NotFound):
        a_link(deps, parent_code="Nobody55")
    with transaction(deps) as session:
        records.recall(session, parent)
    with pytest.raises(Conflict, match="active"):
        a_link(deps, parent_code=parent)


def test_a_recall_of_a_target_ends_all_its_links_once(deps: SimpleNamespace) -> None:
    first = a_link(deps)
    codes = sorted([first, a_link(deps, parent_code=first), a_link(deps)])
    other = a_link(deps, "poster-2")
    with transaction(deps) as session:
        assert records.recall_all(session, "poster", "poster-1") == codes
    with transaction(deps) as session:
        assert records.recall_all(session, "poster", "poster-1") == []
    assert [the(deps, code)[1] for code in [*codes, other]] == ["recalled"] * 3 + ["active"]


def test_an_end_may_come_sooner_but_not_later(deps: SimpleNamespace) -> None:
    code = a_link(deps)
    with transaction(deps) as session:
        records.expire(session, code, datetime(2099, 1, 1, tzinfo=UTC))
    assert the(deps, code)[1] == "active"
    with transaction(deps) as session:
        records.expire(session, code)
    assert the(deps, code)[1] == "expired"
    with transaction(deps) as session:
        records.expire(session, code, datetime(2099, 1, 1, tzinfo=UTC))
    assert the(deps, code)[1] == "expired"


@pytest.mark.parametrize("code", ["Nobody55", "../../etc/passwd", "", "13811112222"])
def test_what_is_no_link_is_nothing(deps: SimpleNamespace, code: str) -> None:
    with reading(deps) as session:
        assert records.resolve(session, code) is None


def test_an_address_that_was_altered_in_the_database_is_still_found_but_unsafe(deps: SimpleNamespace) -> None:
    code = a_link(deps, "https://lanshan.example/", "address")
    with transaction(deps) as session:
        session.execute(update(LinkRow).where(LinkRow.code == code).values(target="javascript:alert(1)"))
    assert the(deps, code)[0].target == "javascript:alert(1)"


def test_a_line_of_reshares_comes_to_an_end(deps: SimpleNamespace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(records, "DEEPEST", 2)
    code = a_link(deps)
    for _ in range(2):
        code = a_link(deps, parent_code=code)
    with pytest.raises(Conflict) as caught:
        a_link(deps, parent_code=code)
    assert caught.value.code == "too_deep"


def test_the_picture_of_a_link_is_written_down_once(deps: SimpleNamespace) -> None:
    code = a_link(deps)
    first, other = LinkPicture("a" * 64, "image/jpeg", 1), LinkPicture("b" * 64, "image/jpeg", 2)
    for picture in (first, other):
        with transaction(deps) as session:
            records.keep_picture(session, code, picture)
    with reading(deps) as session:
        assert (records.find_picture(session, code), records.find_picture(session, "Nobody55")) == (first, None)
