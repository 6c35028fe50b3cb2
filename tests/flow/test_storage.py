"""The store: bytes under their own digest, proved on the way in and on the way out, on disk and in S3."""

import hashlib
from pathlib import Path

import boto3
import pytest

from app.kernel.errors import Invalid, Unavailable
from app.storage.local import LocalStore
from app.storage.s3 import S3Store
from app.storage.store import Store
from tests.conftest import S3_ACCESS_KEY, S3_SECRET_KEY

DATA = bytes(range(256)) * 5000
DIGEST = hashlib.sha256(DATA).hexdigest()


def test_what_was_put_comes_back(store: Store) -> None:
    assert store.put(DATA) == DIGEST
    assert store.get(DIGEST) == DATA


def test_the_same_bytes_twice_are_one_object(store: Store) -> None:
    assert store.put(b"") == store.put(b"") == hashlib.sha256(b"").hexdigest()
    assert store.get(hashlib.sha256(b"").hexdigest()) == b""


def test_an_object_that_is_lost_is_said_to_be(store: Store) -> None:
    with pytest.raises(Unavailable) as caught:
        store.get(DIGEST)
    assert caught.value.code == "object_corrupt"


@pytest.mark.parametrize("digest", ["../../etc/passwd", "", DIGEST.upper(), DIGEST + "0", DIGEST[:-1] + "\n"])
def test_a_name_that_is_no_digest_reaches_no_path(store: Store, digest: str) -> None:
    with pytest.raises(Invalid) as caught:
        store.get(digest)
    assert caught.value.code == "bad_digest"


def rot(storage_settings: dict[str, object]) -> None:
    """Change one byte of the object behind the store's back."""
    rotten = DATA[:-1] + b"\x00"
    if storage_settings["storage"] == "local":
        [file] = [found for found in Path(str(storage_settings["storage_dir"])).rglob("*") if found.is_file()]
        file.write_bytes(rotten)
        return
    client = boto3.client(
        "s3",
        endpoint_url=str(storage_settings["s3_endpoint"]),
        region_name="us-east-1",
        aws_access_key_id=S3_ACCESS_KEY,
        aws_secret_access_key=S3_SECRET_KEY,
    )
    bucket = str(storage_settings["s3_bucket"])
    [found] = client.list_objects_v2(Bucket=bucket)["Contents"]
    client.put_object(Bucket=bucket, Key=found["Key"], Body=rotten)
    client.close()


def test_a_rotted_object_is_never_handed_out_and_is_healed_by_storing_it_again(
    store: Store, storage_settings: dict[str, object]
) -> None:
    store.put(DATA)
    rot(storage_settings)
    with pytest.raises(Unavailable) as caught:
        store.get(DIGEST)
    assert caught.value.code == "object_corrupt"
    store.put(DATA)
    assert store.get(DIGEST) == DATA


def test_a_put_leaves_nothing_but_the_object(tmp_path: Path) -> None:
    LocalStore(tmp_path).put(DATA)
    assert [file.name for file in tmp_path.rglob("*") if file.is_file()] == [DIGEST]


def test_a_wrong_secret_is_refused_by_the_server(s3_settings: dict[str, object]) -> None:
    endpoint, bucket = str(s3_settings["s3_endpoint"]), str(s3_settings["s3_bucket"])
    store = S3Store.connect(endpoint, "us-east-1", bucket, S3_ACCESS_KEY, "guessed")
    with pytest.raises(Unavailable) as caught:
        store.put(DATA)
    assert caught.value.code == "storage_down"
