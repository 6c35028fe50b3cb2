"""The problems of an upload as sentences for designers: what is wrong, where it stands, what would be right."""

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from app.importing.positions import Position, nearest, positions
from app.kernel.errors import Problem
from app.web.designer.words import field_word, profile_word
from app.web.languages import chosen
from app.web.names import size_name
from app.web.words import _


@dataclass(frozen=True, slots=True)
class Told:
    """One problem. `where` leads from the outside in; `detail` is for whoever knows the format."""

    sentence: str
    where: tuple[str, ...]
    path: str
    position: Position | None
    detail: str


@dataclass(frozen=True, slots=True)
class Group:
    """Problems that belong to one part of the bundle."""

    title: str
    problems: tuple[Told, ...]


def told(problems: Iterable[Problem], manifest: bytes | None) -> list[Group]:
    """All `problems`, by the part of the bundle that they are in; with line numbers where its file is known."""
    known = positions(manifest) if manifest else {}
    document = _document(manifest)
    groups: dict[str, list[Told]] = {}
    for one in problems:
        path = one.path.split(": ")[-1] if one.path.startswith("sizes.") else one.path
        place = nearest(known, path) or _syntax(one)
        is_file = one.code in _FILES and not one.path.startswith(("sizes.", "slots."))
        where = ((one.path,) if one.path != "$" else ()) if is_file else _crumbs(one.path, document)
        line = Told(_sentence(one), where, one.path, place, "" if is_file else one.message)
        groups.setdefault(_group(one), []).append(line)
    return [
        Group(title, tuple(sorted(found, key=lambda one: one.position.line if one.position else 0)))
        for title, found in groups.items()
    ]


def _document(manifest: bytes | None) -> Mapping[str, Any]:
    try:
        found = json.loads(manifest or b"{}")
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _syntax(problem: Problem) -> Position | None:
    found = re.search(r"line (\d+) column (\d+)", problem.message) if problem.path == "$" else None
    return Position(int(found[1]), int(found[2])) if found else None


_PICTURES = frozenset({"missing_picture", "bad_picture", "too_many_pixels", "unknown_file", "foreign_qr", "font_spoof"})
_ARCHIVE = frozenset(
    {
        "archive_too_large", "bad_name", "broken_file", "cut_off", "directory_lies", "duplicate_manifest",
        "duplicate_name", "encrypted", "file_too_large", "headers_differ", "hidden_bytes", "in_a_folder",
        "leading_bytes", "many_disks", "nested_archive", "no_manifest", "not_a_zip", "overlapping", "special_file",
        "symlink", "too_many_files", "trailing_bytes", "two_ends", "two_names", "unsupported_compression", "zip64",
    }
)  # fmt: skip

_FILES = _PICTURES | _ARCHIVE


def _group(problem: Problem) -> str:
    if problem.code in _ARCHIVE:
        return _("The ZIP file")
    if problem.code in _PICTURES:
        return _("Pictures")
    part, _dot, rest = problem.path.partition(".")
    if part == "sizes":
        size = re.split(r"[.:]", rest)[0]
        return _("Format: %(name)s", name=size_name(size))
    return {
        "slots": _("Open slots"),
        "styles": _("Text styles"),
    }.get(part, _("The template as a whole"))


def _crumbs(path: str, document: Mapping[str, Any]) -> tuple[str, ...]:
    """The way to a place, in words: format, layer, field."""
    crumbs: list[str] = []
    node: Any = document
    outer, _colon, inner = path.partition(": ")
    above = ""
    for part in re.findall(r"[^.\[\]]+|\[\d+\]", outer):
        node = _below(node, part)
        crumbs += _crumb(part, node, above)
        above = part
    if inner:
        name, _dot, field = inner.partition(".")
        slot = _below(_below(document, "slots"), field)
        crumbs.append(profile_word(field) if name == "profile" else _label(slot, field))
    return tuple(crumbs)


def _below(node: Any, part: str) -> Any:
    if part.startswith("[") and isinstance(node, list) and int(part[1:-1]) < len(node):
        return node[int(part[1:-1])]
    return node.get(part) if isinstance(node, dict) else None


def _crumb(part: str, node: Any, above: str) -> list[str]:
    """`part` in words; nothing for those that only say what kind of thing comes next."""
    if part in ("sizes", "layers", "slots", "styles", "$"):
        return []
    if part.startswith("["):
        named = isinstance(node, dict) and "name" in node
        return [_("layer “%(name)s”", name=node["name"]) if named else _("no. %(number)s", number=int(part[1:-1]) + 1)]
    if above == "slots":
        return [_label(node, part)]
    return [size_name(part) if above == "sizes" else field_word(part)]


def _label(slot: Any, name: str) -> str:
    label = _below(slot, "label")
    found = _below(label, chosen()) or _below(label, "zh")
    return str(found or name)


def _sentence(problem: Problem) -> str:
    quoted = re.search("“([^”]*)”", problem.message)
    numbers = re.findall(r"\d+(?:\.\d+)?", problem.message)
    fields = {"name": quoted[1] if quoted else "", "first": numbers[0] if numbers else ""}
    fields["second"] = numbers[1] if len(numbers) > 1 else ""
    fields["last"] = numbers[-1] if numbers else ""
    known = _archive_words() | _picture_words() | _template_words() | _layout_words()
    if problem.code == "bad_template":
        return _form_sentence(problem, numbers)
    return known.get(problem.code, _("This is not as the format asks for.")) % fields


def _form_sentence(problem: Problem, numbers: list[str]) -> str:
    message = problem.message
    if message.startswith("not JSON"):
        return _("The file cannot be read here. Mostly a comma, a quotation mark or a bracket is missing just before.")
    if message == "this field is required":
        return _("Something that every template needs is missing here.")
    if message == "there is no such field here":
        return _("The format knows no such field. Look for a typing error.")
    if message.startswith("must be one of"):
        return _("Only certain words may stand here.")
    if "a colour is" in message:
        return _("A colour is written #RRGGBB, or as @name of the palette.")
    if "a name has" in message or "a slug has" in message:
        return _("A name has small letters, digits and underscores, and begins with a letter.")
    if "a version is" in message:
        return _("A version is three numbers, such as 1.0.0.")
    if "greater than" in message or "less than" in message:
        return _("This number is outside of what is allowed.")
    return _("A value of another kind is expected here.")


def _archive_words() -> dict[str, str]:
    return {
        "not_a_zip": _("This is not a ZIP file. Put template.json and its pictures into a ZIP, and upload that."),
        "cut_off": _("Only a part of the file arrived. Upload it again."),
        "no_manifest": _("There is no template.json in it."),
        "in_a_folder": _("This lies in a folder. Put pictures right beside template.json."),
        "duplicate_manifest": _("There is more than one template.json; only one may be in a bundle."),
        "duplicate_name": _("Two files have the same name; capitals make no difference. Rename one of them."),
        "bad_name": _("A file cannot be called that. Use letters, digits and hyphens, such as phone.jpg."),
        "encrypted": _("This file is locked with a password. Make the ZIP without one."),
        "symlink": _("This is a link to another file. Put the file itself into the bundle."),
        "special_file": _("This is not a file that can be read."),
        "nested_archive": _("This is an archive inside the archive. Unpack it first."),
        "unsupported_compression": _("It was packed in an unusual way. Choose plain ZIP in your program."),
        "zip64": _("It was packed as ZIP64, for very large archives. Choose plain ZIP, with fewer files."),
        "many_disks": _("It is one part of several. Make a single ZIP file."),
        "too_many_files": _("There are too many files in it: at most 100."),
        "file_too_large": _("This unpacks to more than a bundle may hold: 24 MB a picture, 64 MB in all."),
        "archive_too_large": _("The ZIP file is too large: at most 32 MB."),
        "broken_file": _("This file is damaged. Make the ZIP again, and upload that."),
    } | dict.fromkeys(
        (
            "directory_lies",
            "headers_differ",
            "hidden_bytes",
            "leading_bytes",
            "overlapping",
            "trailing_bytes",
            "two_ends",
            "two_names",
        ),
        _("The ZIP file contradicts itself. Make it again with the program of your computer."),
    )


def _picture_words() -> dict[str, str]:
    return {
        "missing_picture": _("The template names this picture, but it is not in the ZIP."),
        "unknown_file": _("Nothing in the template uses this file. Leave it out, or name it in a layer."),
        "bad_picture": _("This picture cannot be opened. Save it again as PNG, JPEG or WebP."),
        "too_many_pixels": _("This picture has too many pixels: at most 40 million."),
        "foreign_qr": _("There is a QR code in this picture: a poster may only show its own."),
        "font_spoof": _("A template brings no fonts: they come with the brand, once they have been approved."),
    }


def _template_words() -> dict[str, str]:
    return {
        "unknown_colour": _("The brand's palette has no colour “%(name)s”."),
        "unknown_family": _("The brand has no font family “%(name)s”."),
        "unknown_weight": _("The brand's font does not come in this weight."),
        "unknown_asset": _("The brand kit has no picture “%(name)s”."),
        "unknown_slot": _("There is no slot “%(name)s”."),
        "unknown_style": _("There is no text style “%(name)s”."),
        "unknown_size": _("There is no format “%(name)s”."),
        "unknown_name": _("The brand kit has no “%(name)s”."),
        "wrong_slot_kind": _("The slot “%(name)s” is of the other kind: text and pictures are not the same."),
        "reserved_name": _("This name means the advisor's own. Call the slot something else."),
        "duplicate_layer": _("Two layers are called “%(name)s”. Each needs a name of its own."),
        "missing_language": _("The words are missing in one of the template's languages."),
        "bad_range": _("The smallest size is larger than the size itself."),
        "bad_ratio": _("Pixels and millimetres have different proportions."),
        "no_bleed": _("For print, the ground must reach over the edge on every side."),
        "bad_path": _("The path of this shape cannot be drawn."),
        "qr_too_small": _("The QR code is too small to be scanned: at least %(first)s px here."),
        "second_qr": _("There are two QR codes. Two on one screen cannot be scanned."),
        "disclosure_too_small": _("Disclosures must stay legible: at least %(first)s px here."),
        "slot_not_drawn": _("The slot “%(name)s” must be filled in, but this format does not show it."),
        "too_long": _("The example has %(first)s characters; the slot allows %(second)s."),
        "forbidden_character": _("A character stands here that may not be in a poster."),
        "locked": _("This version is decided on and cannot be changed any more. Raise the version number."),
    }


def _layout_words() -> dict[str, str]:
    return {
        "overflow": _("The text does not fit: about %(last)s characters too many. Enlarge the box or shorten it."),
        "missing_glyph": _("No font of the brand has one of these characters."),
        "required": _("The advisor's profile must have this."),
        "link_too_long": _("The QR code's box is too small for a link."),
        "bad_link": _("The QR code cannot be made."),
        "out_of_bounds": _("It lies outside the area in which it may be moved."),
    }
