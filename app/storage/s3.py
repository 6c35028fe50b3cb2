"""Objects in a bucket of any S3."""

import base64
import hashlib
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import TYPE_CHECKING, Literal, TypedDict

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from app.kernel.digest import checked_digest, sha256_hex
from app.kernel.errors import Conflict, NotFound, Unavailable
from app.storage.names import checked_name

if TYPE_CHECKING:
    from types_boto3_s3.client import S3Client

_LOST = ("NoSuchKey", "404")
_connecting = threading.Lock()  # a session makes one client at a time


@cache
def _session() -> boto3.session.Session:
    """What each client would read anew: a megabyte of what Amazon's services can be asked."""
    return boto3.session.Session()


class S3Store:
    """A bucket whose keys are digests. Both ends prove the bytes: the server on arrival, we when they come back."""

    def __init__(self, client: "S3Client", bucket: str) -> None:
        self._client = client
        self._bucket = bucket

    @classmethod
    def connect(cls, endpoint: str | None, region: str, bucket: str, access_key: str, secret_key: str) -> "S3Store":
        """The store in `bucket`; nothing is asked of the server yet. `endpoint` None means Amazon's own."""
        config = Config(
            connect_timeout=5,
            read_timeout=30,
            retries={"mode": "standard", "total_max_attempts": 3},
            s3={"addressing_style": "path" if endpoint else "auto"},
        )
        with _connecting:
            client = _session().client(
                "s3",
                endpoint_url=endpoint,
                region_name=region,
                aws_access_key_id=access_key,
                aws_secret_access_key=secret_key,
                config=config,
            )
        return cls(client, bucket)

    def put(self, data: bytes) -> str:
        """The digest under which `data` is now kept, read back and proved.

        *Raises* Unavailable ``storage_down`` when the server refuses or does not answer, ``object_corrupt`` when
        it kept other bytes.
        """
        digest = sha256_hex(data)
        checksum = base64.b64encode(hashlib.sha256(data).digest()).decode()
        with _translated(digest):
            self._client.put_object(Bucket=self._bucket, Key=_key(digest), Body=data, ChecksumSHA256=checksum)
        self.get(digest)
        return digest

    def get(self, digest: str) -> bytes:
        """The bytes that `digest` names, proved. *Raises* Unavailable ``object_corrupt`` when lost or rotted."""
        key = _key(digest)
        with _translated(digest):
            data = self._client.get_object(Bucket=self._bucket, Key=key)["Body"].read()
        if sha256_hex(data) != digest:
            raise Unavailable("object_corrupt", "the object's bytes are not what was stored", digest=digest)
        return data

    def keep(self, name: str, data: bytes, days: int = 0) -> None:
        """Keep `data` under `name`, once: the same again changes nothing. For `days` nobody may take it away.

        Days need a bucket with object lock. *Raises* Conflict ``name_taken``, and Unavailable as `put`.
        """
        try:
            found = self.kept(name)
        except NotFound:
            pass
        else:
            if found != data:
                raise Conflict("name_taken", "other bytes are kept under this name", name=name)
            return
        checksum = base64.b64encode(hashlib.sha256(data).digest()).decode()
        until = datetime.now(UTC) + timedelta(days=days)
        lock: _Lock = {"ObjectLockMode": "COMPLIANCE", "ObjectLockRetainUntilDate": until} if days else {}
        with _translated(name):
            self._client.put_object(Bucket=self._bucket, Key=_named(name), Body=data, ChecksumSHA256=checksum, **lock)

    def kept(self, name: str) -> bytes:
        """What is kept under `name`, as it is now. *Raises* NotFound ``no_such_name``."""
        try:
            with _translated(name):
                return self._client.get_object(Bucket=self._bucket, Key=_named(name))["Body"].read()
        except Unavailable as error:
            if error.code != "object_corrupt":
                raise
            raise NotFound("no_such_name", "nothing is kept under this name", name=name) from error

    def names(self, folder: str) -> list[str]:
        """All names in `folder`, sorted."""
        pages = self._client.get_paginator("list_objects_v2")
        with _translated(folder):
            found = [
                entry["Key"].removeprefix("named/")
                for page in pages.paginate(Bucket=self._bucket, Prefix=_named(folder) + "/")
                for entry in page.get("Contents", [])
            ]
        return sorted(found)


class _Lock(TypedDict, total=False):
    ObjectLockMode: Literal["COMPLIANCE"]
    ObjectLockRetainUntilDate: datetime


def _named(name: str) -> str:
    return f"named/{checked_name(name)}"


def _key(digest: str) -> str:
    return f"objects/{checked_digest(digest)[:2]}/{digest}"


@contextmanager
def _translated(digest: str) -> Iterator[None]:
    try:
        yield
    except ClientError as error:
        code = str(error.response.get("Error", {}).get("Code", ""))
        if code in _LOST:
            raise Unavailable("object_corrupt", "the object is lost", digest=digest) from error
        raise Unavailable("storage_down", f"the S3 server refused: {code}") from error
    except BotoCoreError as error:
        raise Unavailable("storage_down", f"the S3 server does not answer: {type(error).__name__}") from error
