"""The languages of the customers' pages: asked for in the address, else by the browser; no cookie remembers it."""

from typing import Any

from flask import request, url_for

LOCALES = {"zh": "zh_CN", "en": "en_GB"}
_TAGS = {"zh-CN": "zh", "zh-Hans": "zh", "zh": "zh", "en": "en", "en-US": "en", "en-GB": "en"}


def language() -> str:
    """The language of this request: the one the address asks for, else the browser's, else Chinese. None is kept."""
    asked = request.args.get("lang")
    if asked in LOCALES:
        return asked
    return _TAGS.get(request.accept_languages.best_match(list(_TAGS)) or "", "zh")


def here(endpoint: str, **values: Any) -> str:
    """The address of a page of ours, in the language that was asked for, if one was."""
    asked = request.args.get("lang")
    return url_for(endpoint, **(values | ({"lang": asked} if asked in LOCALES else {})))
