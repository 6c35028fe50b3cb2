"""The settings: one frozen value, read from the environment once, with every mistake reported together."""

import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Literal
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError, field_validator, model_validator

from app.kernel.errors import Invalid, Problem

PREFIX = "IMPRIMATUR_"
TEST_PREFIX = "IMPRIMATUR_TEST_"
PROJECT = Path(__file__).resolve().parent.parent


class Settings(BaseModel):
    """What an operator may choose. Each field is the variable ``IMPRIMATUR_`` + its name in capitals."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    var_dir: Path = PROJECT / "var"
    database_url: SecretStr = SecretStr("")
    database_wait_seconds: float = Field(default=5.0, gt=0, le=60)

    storage: Literal["local", "s3"] = "local"
    storage_dir: Path = Path("")
    s3_endpoint: str | None = None
    s3_region: str = "us-east-1"
    s3_bucket: str = ""
    s3_access_key: str = ""
    s3_secret_key: SecretStr = SecretStr("")

    jobs: Literal["embedded", "rabbitmq"] = "embedded"
    rabbitmq_url: SecretStr = SecretStr("")
    rabbitmq_queue: str = Field(default="imprimatur", pattern=r"^[A-Za-z0-9._-]{1,80}$")
    lease_seconds: float = Field(default=30.0, ge=1, le=3600)
    poll_seconds: float = Field(default=0.25, gt=0, le=1)
    reannounce_seconds: float = Field(default=60.0, ge=1, le=86400)

    render_seconds: float = Field(default=60.0, ge=1, le=3600)
    render_memory_mib: int = Field(default=2048, ge=256, le=65536)

    ocr: Literal["on", "off"] = "on"
    ocr_posters: Literal["on", "off"] = "on"
    ocr_seconds: float = Field(default=30.0, ge=1, le=600)
    ocr_memory_mib: int = Field(default=2048, ge=512, le=65536)

    base_url: str = Field(default="https://go.lanshan.example/r", pattern=r"^https?://[^\s?#]+[^\s?#/]$")

    site_url: str = Field(default="http://127.0.0.1:8000", pattern=r"^https?://[^\s/?#@]+$")
    trusted_hosts: str = Field(default="", pattern=r"^[A-Za-z0-9.,:\[\]-]*$")
    proxies: int = Field(default=0, ge=0, le=5)
    secret_key: SecretStr = SecretStr("")
    web_processes: int = Field(default=1, ge=1, le=64)
    web_threads: int = Field(default=8, ge=1, le=256)

    body_seconds: float = Field(default=10.0, ge=1, le=600)

    session_hours: float = Field(default=12.0, gt=0, le=720)
    archive_key: SecretStr = SecretStr("")
    archive_trusted_keys: str = Field(default="", pattern=r"^([0-9a-f]{64}(,[0-9a-f]{64})*)?$")
    archive_retention_days: int = Field(default=0, ge=0, le=36500)

    spool_dir: Path = Path("")
    visit_durability: Literal["written", "synced"] = "written"
    time_zone: str = "Asia/Shanghai"

    fonts_dir: Path = Path("")
    cache_dir: Path = Path("")
    poster_templates_dir: Path = PROJECT / "poster_templates"
    brand_assets_dir: Path = PROJECT / "brand_assets"
    compliance_rules_dir: Path = PROJECT / "compliance_rules"
    tag_rules_file: Path = PROJECT / "app" / "customers" / "rules.yaml"

    @model_validator(mode="before")
    @classmethod
    def _below_var(cls, given: dict[str, object]) -> dict[str, object]:
        var = Path(str(given.get("var_dir", PROJECT / "var")))
        below = {
            "database_url": f"sqlite:///{var / 'imprimatur.db'}",
            "storage_dir": var / "objects",
            "spool_dir": var / "visits",
            "fonts_dir": var / "fonts",
            "cache_dir": var / "cache",
        }
        return below | given

    @field_validator("time_zone")
    @classmethod
    def _known_zone(cls, name: str) -> str:
        try:
            ZoneInfo(name)
        except (ValueError, OSError) as error:
            raise ValueError("there is no such time zone; write one like Asia/Shanghai") from error
        return name

    @field_validator("archive_key")
    @classmethod
    def _key_form(cls, given: SecretStr) -> SecretStr:
        if not re.fullmatch("([0-9a-fA-F]{64})?", given.get_secret_value()):
            raise ValueError("a key is 64 hexadecimal digits")
        return given

    @classmethod
    def from_env(cls, environment: Mapping[str, str] | None = None) -> "Settings":
        """The settings that `environment` (the process's own by default) asks for; an empty value counts as not set.

        *Raises* Invalid ``bad_settings`` with every missing, malformed and unknown name.
        """
        source = os.environ if environment is None else environment
        given = {
            name.removeprefix(PREFIX).lower(): value
            for name, value in source.items()
            if name.startswith(PREFIX) and not name.startswith(TEST_PREFIX) and value
        }
        problems: list[Problem] = []
        settings = None
        try:
            settings = cls.model_validate(given)
        except ValidationError as error:
            problems = [_problem(item["loc"], item["type"], item["msg"]) for item in error.errors()]
        problems += _missing(given) + _bad_database(given)
        if settings is None or problems:
            raise Invalid("bad_settings", f"{len(problems)} problems in the environment", problems)
        return settings


_NEEDED = {
    ("storage", "s3"): ("s3_bucket", "s3_access_key", "s3_secret_key"),
    ("jobs", "rabbitmq"): ("rabbitmq_url",),
}


def _problem(location: tuple[int | str, ...], kind: str, message: str) -> Problem:
    name = PREFIX + str(location[0]).upper() if location else PREFIX
    if kind == "extra_forbidden":
        return Problem(name, "unknown_setting", "there is no such setting")
    return Problem(name, "bad_setting", message)


def _missing(given: Mapping[str, str]) -> list[Problem]:
    return [
        Problem(PREFIX + name.upper(), "missing_setting", f"needed because {PREFIX}{switch.upper()} is {choice}")
        for (switch, choice), names in _NEEDED.items()
        if given.get(switch) == choice
        for name in names
        if name not in given
    ]


def _bad_database(given: Mapping[str, str]) -> list[Problem]:
    url = given.get("database_url", "sqlite:///")
    if url.startswith(("sqlite:///", "postgresql+psycopg://")):
        return []
    expected = "write sqlite:///PATH or postgresql+psycopg://USER:PASSWORD@HOST/NAME"
    return [Problem(PREFIX + "DATABASE_URL", "bad_setting", expected)]
