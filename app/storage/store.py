"""The choice of the store."""

from typing import TYPE_CHECKING, Union

from app.config import Settings
from app.storage.local import LocalStore

if TYPE_CHECKING:
    from app.storage.s3 import S3Store

Store = Union[LocalStore, "S3Store"]


def open_store(settings: Settings) -> Store:
    """The store that `settings` names."""
    if settings.storage == "local":
        return LocalStore(settings.storage_dir)
    from app.storage.s3 import S3Store  # what it talks through costs each process that starts a twentieth of a second

    return S3Store.connect(
        settings.s3_endpoint,
        settings.s3_region,
        settings.s3_bucket,
        settings.s3_access_key,
        settings.s3_secret_key.get_secret_value(),
    )
