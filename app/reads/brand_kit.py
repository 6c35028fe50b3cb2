"""A brand's folder, read: the kit that templates are laid out with, and the sample advisor of previews."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from pydantic import ValidationError

from app.brand.core import BrandKit
from app.kernel.errors import Invalid, Problem
from app.kernel.files import MappedFile
from app.rendering.fonts import FontBook
from app.rendering.layout import Kit
from app.rendering.pictures import Picture, read_picture
from app.rendering.values import Profile

HOUSE = "lanshan"  # the folder of the house's own brand


@dataclass(frozen=True, slots=True)
class LoadedBrand:
    """A brand kit with its fonts and pictures."""

    brand: BrandKit
    kit: Kit
    sample_profile: Profile


def load_brand(folder: Path, fonts_dir: Path) -> LoadedBrand:
    """The brand of `folder` (brand.json and pictures), with the font files of `fonts_dir`.

    *Raises* Invalid with every problem: ``bad_brand``, ``missing_font``, ``missing_picture``.
    """
    brand = read_brand(folder)
    problems: list[Problem] = []
    fonts = _font_book(brand, fonts_dir, problems)
    assets: dict[str, Picture] = {}
    for name, file in brand.assets.items():
        picture = _picture(folder, file, f"assets.{name}", problems)
        if picture is not None:
            assets[name] = picture
    sample = brand.sample_profile
    photo = _picture(folder, sample.photo, "sample_profile.photo", problems) if sample.photo else None
    if problems:
        raise Invalid("bad_brand", f"{len(problems)} problems in the brand kit: {problems[0]}", problems)
    profile = Profile(sample.name, sample.title, sample.phone, sample.organisation, sample.licence, photo)
    return LoadedBrand(brand, Kit(brand.palette, fonts, assets), profile)


def read_brand(folder: Path) -> BrandKit:
    """What the brand.json of `folder` says. *Raises* Invalid ``bad_brand`` with every problem."""
    path = f"{folder.name}/brand.json"
    try:
        return BrandKit.model_validate_json((folder / "brand.json").read_bytes())
    except OSError as error:
        raise Invalid.of([Problem(path, "bad_brand", f"cannot be read ({error.strerror})")]) from error
    except ValidationError as error:
        problems = [
            Problem(f"{path}: {'.'.join(str(part) for part in item['loc'])}", "bad_brand", item["msg"])
            for item in error.errors()
        ]
        raise Invalid("bad_brand", f"{len(problems)} problems in {path}", problems) from error


def _font_book(brand: BrandKit, fonts_dir: Path, problems: list[Problem]) -> FontBook:
    files: dict[str, MappedFile] = {}
    for key, face in brand.fonts.faces.items():
        try:
            files[key] = MappedFile(fonts_dir / face.file)
        except (OSError, ValueError):
            message = f"{face.file} is not among the fonts; script/setup fetches them"
            problems.append(Problem(f"fonts.faces.{key}", "missing_font", message))
    hashes = {key: face.sha256 for key, face in brand.fonts.faces.items()}
    roles: Mapping[str, Mapping[int, tuple[str, ...]]] = {
        family: {weight: tuple(key for key in keys if key in files) for weight, keys in weights.items()}
        for family, weights in brand.fonts.roles.items()
    }
    return FontBook(files, roles, hashes, brand.fonts.emoji if brand.fonts.emoji in files else None)


def _picture(folder: Path, file: str, path: str, problems: list[Problem]) -> Picture | None:
    try:
        return read_picture((folder / file).read_bytes(), path)
    except OSError as error:
        problems.append(Problem(path, "missing_picture", f"{file}: {error.strerror}"))
    except Invalid as error:
        problems += error.problems
    return None
