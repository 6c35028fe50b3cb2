"""Collects the words of the pages into app/web/translations, and compiles what has been translated.

Words stand in code and templates in English; a language's messages.po holds them in that language.
"""

import io
import sys
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

from app.kernel.files import write_atomically

ROOT = Path(__file__).resolve().parent.parent
WEB = ROOT / "app" / "web"
PUBLIC = ROOT / "app" / "public"
FOLDER = WEB / "translations"
METHODS = [("frontend/**", "ignore"), ("static/**", "ignore"), ("**.py", "python"), ("templates/**.html", "jinja2")]
OPTIONS = {"templates/**.html": {"trim_blocks": "true", "lstrip_blocks": "true", "silent": "false"}}


def collected() -> Catalog:
    """Every word that code and templates ask for, with the files that do.

    *Raises* ValueError for one that is asked for both with a number and without: only one of the two is then found.
    """
    catalog = Catalog(project="Imprimatur", charset="utf-8", fuzzy=False)
    asked: dict[str, bool] = {}
    for folder in (WEB, PUBLIC):
        found = extract_from_dir(str(folder), METHODS, OPTIONS)
        for file, line, message, comments, context in sorted(found, key=lambda one: (one[0], one[1])):
            place = f"{folder.relative_to(ROOT)}/{file}"
            is_plural = isinstance(message, tuple)
            words = message[0] if is_plural else message
            if asked.setdefault(words, is_plural) != is_plural:
                raise ValueError(f"{place}:{line}: “{words}” is asked for both with a number and without")
            catalog.add(message, None, [(place, None)], auto_comments=comments, context=context)
    return catalog


def catalogues() -> list[Path]:
    """The messages.po of each language."""
    return sorted(FOLDER.glob("*/LC_MESSAGES/messages.po"))


def update(file: Path) -> None:
    """Bring the words of `file` up to date; what nobody asks for any more is dropped."""
    locale = file.parent.parent.name
    with file.open("rb") as stream:
        catalog = read_po(stream, locale=locale)
    catalog.update(collected(), no_fuzzy_matching=True)
    catalog.obsolete.clear()
    with file.open("wb") as stream:
        write_po(stream, catalog, width=120, sort_output=False, omit_header=False, include_lineno=False)


def compile_(file: Path) -> None:
    """Write messages.mo beside `file`, whole: a server may be reading it."""
    with file.open("rb") as stream:
        catalog = read_po(stream, locale=file.parent.parent.name)
    made = io.BytesIO()
    write_mo(made, catalog)
    write_atomically(file.with_suffix(".mo"), made.getvalue())


def main(arguments: list[str]) -> int:
    """Exit status: 1 when words are not translated."""
    for file in catalogues():
        if arguments == ["update"]:
            update(file)
        compile_(file)
        with file.open("rb") as stream:
            missing = [str(one.id) for one in read_po(stream) if one.id and (not one.string or not all(one.string))]
        for words in missing:
            print(f"{file.relative_to(ROOT)}: not translated: {words}", file=sys.stderr)
        if missing:
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
