"""The choice of the store."""

from app.config import Settings
from app.storage.local import LocalStore
from app.storage.s3 import S3Store

Store = LocalStore | S3Store


def open_store(settings: Settings) -> Store:
    """The store that `settings` names."""
    if settings.storage == "local":
        return LocalStore(settings.storage_dir)
    return S3Store.connect(
        settings.s3_endpoint,
        settings.s3_region,
        settings.s3_bucket,
        settings.s3_access_key,
        settings.s3_secret_key.get_secret_value(),
    )
