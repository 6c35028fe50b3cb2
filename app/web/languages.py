"""The two languages of the pages, chosen by the person."""

from pathlib import Path

from flask import Flask, request
from flask_babel import Babel, get_locale

from app.rendering.scene import Language

COOKIE = "lang"
TRANSLATIONS = Path(__file__).with_name("translations")
LOCALES: dict[Language, str] = {"zh": "zh_CN", "en": "en_GB"}
_BY_TAG: dict[str, Language] = {"zh-CN": "zh", "zh-Hans": "zh", "zh": "zh", "en": "en", "en-US": "en", "en-GB": "en"}


def chosen() -> Language:
    """The language of this request: the person's choice, else what the browser asks for, else Chinese."""
    match request.cookies.get(COOKIE):
        case "zh":
            return "zh"
        case "en":
            return "en"
    return _BY_TAG.get(request.accept_languages.best_match(list(_BY_TAG)) or "", "zh")


def register_languages(app: Flask) -> None:
    """Let the pages of `app` speak the language of whoever asks."""
    Babel(
        app,
        default_locale="en",
        default_translation_directories=str(TRANSLATIONS),
        locale_selector=lambda: LOCALES[chosen()],
        default_timezone="Asia/Shanghai",
    )
    app.jinja_env.globals["language"] = chosen
    app.jinja_env.globals["html_lang"] = lambda: "zh-CN" if str(get_locale()).startswith("zh") else "en"
