"""Published templates: taken apart into objects of the store, and put together again from them."""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from app.flow.admit import stray_font
from app.flow.deps import Deps
from app.flow.fill import OpenPicture
from app.flow.make_poster import Studio
from app.kernel.errors import Invalid, Problem, Unavailable
from app.library.core import Content, Version
from app.rendering.brand_names import name_problems
from app.rendering.pictures import Picture, read_picture
from app.rendering.template import LoadedTemplate, Template
from app.rendering.template_file import loaded, pictures_named, read_template, well_formed
from app.storage.store import Store

TEMPLATE_FILE = "template.json"
Files = tuple[tuple[str, str], ...]


def read_files(studio: Studio, files: Mapping[str, bytes], opened: OpenPicture = read_picture) -> LoadedTemplate:
    """The template in `files`: template.json, and the pictures that it names, as `opened` gives them.

    *Raises* Invalid ``bad_template`` with every problem: of the file, of names that the brand kit lacks, of pictures
    that are missing or that nothing names, of fonts.
    """
    if TEMPLATE_FILE not in files:
        raise Invalid.of([Problem(TEMPLATE_FILE, "bad_template", "there is no template.json")])
    problems: list[Problem] = []
    try:
        template = read_template(files[TEMPLATE_FILE])
    except Invalid as error:
        formed = well_formed(files[TEMPLATE_FILE])
        if formed is None:
            broken = [one for name, data in files.items() for one in _picture_problems(name, data, opened)]
            raise Invalid("bad_template", error.message, (*error.problems, *broken)) from error
        template = formed
        problems += error.problems
    problems += name_problems(template, studio.kit.palette, studio.kit.fonts.weights, studio.kit.assets)
    named = {name: path for path, name in reversed(list(pictures_named(template)))}
    pictures: dict[str, Picture] = {}
    for name, path in named.items():
        try:
            if name not in files:
                raise Invalid.of([Problem(path, "missing_picture", f"{name} is not among the files")])
            if font := stray_font(name, files[name]):
                raise Invalid.of([font])
            pictures[name] = opened(files[name], path)
        except Invalid as error:
            problems += error.problems
    for name in files.keys() - named.keys() - {TEMPLATE_FILE}:
        unknown = Problem(name, "unknown_file", "the template names no such picture")
        problems.append(stray_font(name, files[name]) or unknown)
    if problems:
        raise Invalid("bad_template", f"{len(problems)} problems in the template: {problems[0]}", problems)
    return loaded(template, files[TEMPLATE_FILE], pictures)


def _picture_problems(name: str, data: bytes, opened: OpenPicture) -> tuple[Problem, ...]:
    """What is wrong with a picture of a template that cannot be read itself."""
    if name == TEMPLATE_FILE:
        return ()
    if font := stray_font(name, data):
        return (font,)
    try:
        opened(data, name)
    except Invalid as error:
        return error.problems
    return ()


def store_files(deps: Deps, template: LoadedTemplate, manifest: bytes) -> Content:
    """The content of a version, every file of it kept in the store; `manifest` is its template.json."""
    made = {TEMPLATE_FILE: manifest} | {name: picture.data for name, picture in template.pictures.items()}
    kept = {name: deps.store.put(made[name]) for name in sorted(made)}
    return Content(template.digest, kept, _head(template.template))


def load_version(deps: Deps, version: Version) -> LoadedTemplate:
    """The template that a version consists of. *Raises* Unavailable ``object_corrupt`` when it is not what it was."""
    found = _load(deps.store, tuple(sorted(version.content.files.items())))
    if found.digest != version.content.digest:
        raise Unavailable("object_corrupt", "the template's files are not what was published")
    return found


@lru_cache(maxsize=64)
def _load(store: Store, files: Files) -> LoadedTemplate:
    """Objects never change, so that what was once put together stays right."""
    data = {name: store.get(digest) for name, digest in files}
    template = data.pop(TEMPLATE_FILE)
    pictures = {name: read_picture(picture, name) for name, picture in data.items()}
    return loaded(read_template(template), template, pictures)


def _head(template: Template) -> dict[str, Any]:
    return template.model_dump(
        mode="json",
        include={
            "title",
            "summary",
            "content_type",
            "product",
            "jurisdiction",
            "languages",
            "channels",
            "validity",
            "tags",
        },
    ) | {
        "sizes": list(template.sizes),
        "frames": {name: [size.width_px, size.height_px] for name, size in template.sizes.items()},
        "printed": [name for name, size in template.sizes.items() if size.print is not None],
    }
