"""The archive on both databases: written in the caller's transaction, never twice, never forked, sealed outside."""

import stat
import threading
from collections.abc import Callable
from functools import partial
from pathlib import Path

import boto3
import pytest
from botocore.exceptions import ClientError
from sqlalchemy import Engine, text
from sqlalchemy.exc import DatabaseError

from app.archive import records
from app.archive.core import Break, Head, chained
from app.cli.main import run
from app.config import Settings
from app.db import open_engine, reading, retried, transaction
from app.flow import keep_archive
from app.flow.deps import Deps
from app.jobs.queue import claim
from app.kernel.errors import Conflict, Invalid
from app.storage.store import open_store
from app.worker import work
from tests.cast import deps_on, parts_on
from tests.conftest import House


@pytest.fixture
def deps(engine: Engine, tmp_path: Path) -> Deps:
    return deps_on(engine, var_dir=tmp_path / "var")


def write(deps: Deps, count: int, subject: str = "poster:p1") -> None:
    for number in range(count):
        with transaction(deps) as session:
            records.append(session, "poster.issued", subject, "lin", {"number": number})


def numbers(deps: Deps) -> list[int]:
    with reading(deps) as session:
        return [one.sequence for one in records.chain(session)]


def tamper(deps: Deps, *statements: str) -> None:
    """What the owner of the database can do: put the triggers out of the way, and write what they like."""
    with transaction(deps) as session:
        if deps.engine.dialect.name == "postgresql":
            session.execute(text("ALTER TABLE archive_entries DISABLE TRIGGER USER"))
        else:
            session.execute(text("DROP TRIGGER IF EXISTS archive_no_update"))
            session.execute(text("DROP TRIGGER IF EXISTS archive_no_delete"))
        for statement in statements:
            session.execute(text(statement))


def chain_anew(deps: Deps, first: int) -> None:
    """Make all hashes right again from `first` on, the head's as well."""
    with reading(deps) as session:
        found = list(records.chain(session))
    previous = found[first - 2].hash if first > 1 else "0" * 64
    statements = []
    for one in found[first - 1 :]:
        previous = chained(previous, one.text)
        statements.append(f"UPDATE archive_entries SET hash = '{previous}' WHERE sequence = {one.sequence}")
    tamper(deps, *statements, f"UPDATE archive_head SET hash = '{previous}', sequence = {found[-1].sequence}")


ALTER = "UPDATE archive_entries SET text = replace(text, 'lin', 'lan') WHERE sequence = 2"
CUT = "DELETE FROM archive_entries WHERE sequence > 3"


def test_an_entry_is_there_if_and_only_if_the_transaction_commits(deps: Deps) -> None:
    write(deps, 1)
    with pytest.raises(KeyError), transaction(deps) as session:
        records.append(session, "poster.recalled", "poster:p1", None, {})
        raise KeyError
    write(deps, 1)
    assert numbers(deps) == [1, 2]
    assert keep_archive.check(deps).found == end(deps)


def end(deps: Deps) -> Head:
    with reading(deps) as session:
        return records.head(session)


def test_a_subjects_life_is_told_in_order(deps: Deps) -> None:
    write(deps, 2)
    write(deps, 1, "poster:p2")
    with transaction(deps) as session:
        assert records.append(session, "poster.recalled", "poster:p1", None, {"why": "rate"}) == 4
        assert records.append(session, "poster.closed", "poster:p1", "wu", {}) == 5
    with reading(deps) as session:
        life = records.entries(session, "poster:p1")
        newest = [one.sequence for one in records.latest(session, 2)]
        older = [one.sequence for one in records.latest(session, 2, before=newest[-1])]
    assert [(one.sequence, one.kind, one.actor_person_id) for one in life] == [
        (1, "poster.issued", "lin"),
        (2, "poster.issued", "lin"),
        (4, "poster.recalled", None),
        (5, "poster.closed", "wu"),
    ]
    assert life[2].body == {"why": "rate"}
    assert [one.at for one in life] == sorted(one.at for one in life)
    assert (newest, older) == ([5, 4], [3, 2])


def test_many_writers_leave_no_gap_and_no_fork(database_url: str, tmp_path: Path) -> None:
    writers, each = 4, 25
    begin = threading.Barrier(writers)
    failures: list[BaseException] = []

    def writing(name: int) -> None:
        engine = open_engine(House({}).using(database_url=database_url, database_wait_seconds=30).settings)
        own = deps_on(engine, var_dir=tmp_path / "var")
        begin.wait()
        try:
            for number in range(each):
                retried(own, lambda session, n=number: append_with_work(session, name, n))  # type: ignore[misc]
        except BaseException as error:
            failures.append(error)
        finally:
            engine.dispose()

    def append_with_work(session: object, name: int, number: int) -> None:
        records.append(session, "poster.issued", f"poster:w{name}", None, {"number": number})  # type: ignore[arg-type]

    threads = [threading.Thread(target=writing, args=(name,)) for name in range(writers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert failures == []
    engine = open_engine(House({}).using(database_url=database_url).settings)
    deps = deps_on(engine, var_dir=tmp_path / "var")
    assert numbers(deps) == list(range(1, writers * each + 1))
    assert keep_archive.check(deps).found == end(deps)
    with reading(deps) as session:
        for name in range(writers):
            assert [one.body["number"] for one in records.entries(session, f"poster:w{name}")] == list(range(each))
    engine.dispose()


@pytest.mark.parametrize("statement", ["UPDATE archive_entries SET kind = 'x.y'", "DELETE FROM archive_entries"])
def test_the_database_refuses_to_change_or_delete_an_entry(deps: Deps, statement: str) -> None:
    write(deps, 1)
    with pytest.raises(DatabaseError, match="append-only"), transaction(deps) as session:
        session.execute(text(statement))
    assert numbers(deps) == [1]


def test_postgresql_refuses_to_empty_the_archive(postgresql_url: str, tmp_path: Path) -> None:
    engine = open_engine(House({}).using(database_url=postgresql_url).settings)
    write(deps_on(engine, var_dir=tmp_path), 1)
    with pytest.raises(DatabaseError, match="append-only"), transaction(deps_on(engine, var_dir=tmp_path)) as session:
        session.execute(text("TRUNCATE archive_entries"))
    engine.dispose()


@pytest.fixture
def command(deps: Deps) -> Callable[..., int]:
    parts = parts_on(deps)
    return lambda *arguments: run(parts, ["archive", *arguments])


@pytest.mark.parametrize("is_sealed", [True, False])
@pytest.mark.parametrize(
    ("statement", "bad"),
    [
        (ALTER, 2),
        ("UPDATE archive_entries SET subject = 'poster:p9' WHERE sequence = 4", 4),
        ("UPDATE archive_entries SET kind = 'poster.recalled' WHERE sequence = 1", 1),
        ("DELETE FROM archive_entries WHERE sequence = 3", 3),
        (CUT, 4),
        ("DELETE FROM archive_entries", 1),
    ],
)
def test_verify_names_the_first_entry_that_was_altered_or_taken(
    deps: Deps,
    command: Callable[..., int],
    capsys: pytest.CaptureFixture[str],
    statement: str,
    bad: int,
    is_sealed: bool,
) -> None:
    write(deps, 5)
    if is_sealed:
        keep_archive.seal(deps)
    assert command("verify") == 0
    tamper(deps, statement)
    assert command("verify") == 1
    assert capsys.readouterr().err.startswith(f"entry {bad}: ")


@pytest.mark.parametrize("storage", ["local", "s3"])
def test_verify_finds_a_chain_made_anew_and_a_cut_tail_by_the_signed_heads(
    engine: Engine, tmp_path: Path, storage: str, request: pytest.FixtureRequest
) -> None:
    settings = request.getfixturevalue("s3_settings") if storage == "s3" else {"storage_dir": tmp_path / "objects"}
    deps = deps_on(engine, var_dir=tmp_path / "var", **settings)
    write(deps, 3)
    assert keep_archive.seal(deps) == 3
    write(deps, 2)
    assert keep_archive.seal(deps) == 5
    write(deps, 1)
    assert keep_archive.check(deps).sealed_until == 5
    tamper(deps, ALTER)
    chain_anew(deps, 2)
    assert keep_archive.check(deps).found == Break(2, "not_as_sealed")


def test_a_tail_cut_off_together_with_the_databases_own_head_is_found(deps: Deps) -> None:
    write(deps, 5)
    keep_archive.seal(deps)
    tamper(deps, CUT)
    chain_anew(deps, 3)
    tamper(deps, "UPDATE archive_head SET sealed = 3")
    assert keep_archive.check(deps).found == Break(4, "cut")
    write(deps, 2)
    assert keep_archive.check(deps).found == Break(4, "not_as_sealed")


def test_a_head_that_was_noted_shows_what_no_signed_head_covers(
    deps: Deps, command: Callable[..., int], capsys: pytest.CaptureFixture[str]
) -> None:
    write(deps, 5)
    assert command("head") == 0
    noted = capsys.readouterr().out.strip()
    write(deps, 1)
    assert command("verify", "--expect", noted) == 0
    assert command("verify", "--expect", f"5:{'a' * 64}") == 1
    assert command("verify", "--expect", f"9:{'a' * 64}") == 1
    assert capsys.readouterr().err.splitlines() == [
        "entry 5: the chain does not lead to the head that is known [not_the_head]",
        "entry 7: the chain ends before it, but it was written [cut]",
    ]
    assert command("verify", "--expect", "what") == 2


@pytest.mark.parametrize("change", ["gone", "garbage", "edited"])
def test_a_signed_head_that_is_gone_or_was_changed_is_named(deps: Deps, change: str) -> None:
    write(deps, 3)
    keep_archive.seal(deps)
    write(deps, 3)
    keep_archive.seal(deps)
    [_, second] = sorted((deps.settings.storage_dir / "named" / keep_archive.FOLDER).iterdir())
    if change == "gone":
        second.unlink()
        assert keep_archive.check(deps).found == Break(4, "seal_missing")
        return
    second.write_bytes(b"?" if change == "garbage" else second.read_bytes().replace(b'"last":6', b'"last":7'))
    assert keep_archive.check(deps).found == Break(4, "bad_seal")


def test_a_forger_without_our_key_cannot_sign(deps: Deps, engine: Engine, tmp_path: Path) -> None:
    write(deps, 4)
    forger = deps_on(engine, var_dir=tmp_path / "forger", storage_dir=deps.settings.storage_dir)
    keep_archive.seal(forger)
    assert keep_archive.check(deps).found == Break(1, "bad_seal")
    [public] = keep_archive.trusted_keys(forger.settings)
    auditor = deps_on(
        engine, var_dir=tmp_path / "auditor", storage_dir=deps.settings.storage_dir, archive_trusted_keys=public
    )
    assert keep_archive.check(auditor).found == end(deps)


def test_the_key_is_made_once_and_only_its_owner_can_read_it(tmp_path: Path) -> None:
    settings = House({}).using(var_dir=tmp_path / "var").settings
    first, again = (keep_archive.trusted_keys(settings) for _ in range(2))
    assert first == again
    assert stat.S_IMODE((tmp_path / "var" / keep_archive.KEY_FILE).stat().st_mode) == 0o600
    assert [file.name for file in (tmp_path / "var").iterdir()] == [keep_archive.KEY_FILE]
    given = House({}).using(var_dir=tmp_path / "none", archive_key="ab" * 32).settings
    assert keep_archive.trusted_keys(given) != first
    assert not (tmp_path / "none").exists()


def test_a_key_of_another_form_stops_the_start() -> None:
    with pytest.raises(Invalid) as caught:
        Settings.from_env({"IMPRIMATUR_ARCHIVE_KEY": "geheim"})
    assert "geheim" not in str(caught.value.problems)


def test_what_is_written_gets_a_signed_head_by_one_job(deps: Deps) -> None:
    write(deps, 3)
    waiting = "SELECT count(*) FROM jobs WHERE name = 'seal_archive' AND state = 'queued'"
    with transaction(deps) as session:
        assert session.scalar(text(waiting)) == 1
        assert claim(session, [records.SEAL_JOB], 30) is None, "it is not due at once"
        session.execute(text("UPDATE jobs SET due_at = created_at"))
    work(deps, once=True)
    assert keep_archive.check(deps) == keep_archive.Checked(end(deps), 3)
    with reading(deps) as session:
        assert session.scalar(text(waiting)) == 0
    write(deps, 1)
    with reading(deps) as session:
        assert session.scalar(text(waiting)) == 1


def test_what_is_written_while_a_head_is_signed_gets_the_next_one(deps: Deps) -> None:
    write(deps, 2)
    with transaction(deps) as session:
        session.execute(text("DELETE FROM jobs"))
        partial(records.mark_sealed, until=1)(session)
    with reading(deps) as session:
        assert session.scalar(text("SELECT count(*) FROM jobs WHERE name = 'seal_archive'")) == 1


def test_two_that_sign_at_once_both_tell_the_truth(deps: Deps) -> None:
    write(deps, 2)
    keep_archive.seal(deps)
    tamper(deps, "UPDATE archive_head SET sealed = 0")
    keep_archive.seal(deps)
    write(deps, 2)
    tamper(deps, "UPDATE archive_head SET sealed = 1")
    keep_archive.seal(deps)
    assert keep_archive.check(deps) == keep_archive.Checked(end(deps), 4)


def test_what_is_kept_under_a_name_is_kept_once(storage_settings: dict[str, object]) -> None:
    store = open_store(House({}).using(**storage_settings).settings)
    assert store.names("archive-heads") == []
    store.keep("archive-heads/2.json", b"two")
    store.keep("archive-heads/1.json", b"one")
    store.keep("archive-heads/1.json", b"one")
    with pytest.raises(Conflict):
        store.keep("archive-heads/1.json", b"another")
    assert store.names("archive-heads") == ["archive-heads/1.json", "archive-heads/2.json"]
    assert store.kept("archive-heads/1.json") == b"one"
    with pytest.raises(Invalid):
        store.keep("../outside", b"")


def test_a_head_that_was_ordered_but_never_signed_is_ordered_again(deps: Deps) -> None:
    """A job is given up after some tries: the next entry but some minutes later asks anew."""
    write(deps, 1)
    with transaction(deps) as session:
        session.execute(text("UPDATE jobs SET state = 'failed', due_at = NULL"))
        sqlite = deps.engine.dialect.name == "sqlite"
        back = "datetime(seal_ordered_at, '-11 minutes')" if sqlite else "seal_ordered_at - interval '11 minutes'"
        session.execute(text(f"UPDATE archive_head SET seal_ordered_at = {back}"))
    write(deps, 2)
    with reading(deps) as session:
        assert session.scalar(text("SELECT count(*) FROM jobs WHERE state = 'queued'")) == 1


def test_under_retention_a_signed_head_cannot_be_deleted(
    sqlite_url: str, tmp_path: Path, s3_settings: dict[str, object]
) -> None:
    bucket = f"locked-{s3_settings['s3_bucket']}"
    client = boto3.client(
        "s3",
        endpoint_url=str(s3_settings["s3_endpoint"]),
        region_name="us-east-1",
        aws_access_key_id=str(s3_settings["s3_access_key"]),
        aws_secret_access_key=str(s3_settings["s3_secret_key"]),
    )
    client.create_bucket(Bucket=bucket, ObjectLockEnabledForBucket=True)
    engine = open_engine(House({}).using(database_url=sqlite_url).settings)
    settings = s3_settings | {"s3_bucket": bucket, "archive_retention_days": 2}
    deps = deps_on(engine, var_dir=tmp_path / "var", **settings)
    write(deps, 2)
    keep_archive.seal(deps)
    [version] = client.list_object_versions(Bucket=bucket)["Versions"]
    with pytest.raises(ClientError, match="AccessDenied"):
        client.delete_object(Bucket=bucket, Key=version["Key"], VersionId=version["VersionId"])
    assert keep_archive.check(deps) == keep_archive.Checked(end(deps), 2)
    client.close()
    engine.dispose()
