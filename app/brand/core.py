"""The brand kit: colours, fonts with their licences, pictures, and the sample advisor of previews."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, model_validator

Hex = Annotated[str, Field(pattern=r"^#[0-9A-Fa-f]{6}([0-9A-Fa-f]{2})?$")]
Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
FileName = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$")]


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class BilingualName(_Model):
    """A name in both languages."""

    zh: str
    en: str


class FontFace(_Model):
    """One font file, pinned by its hash, with the licence it is used under and where it came from."""

    file: FileName
    sha256: Sha256
    licence: str
    source: str


class Fonts(_Model):
    """The faces by key, and for each family and weight the keys in the order in which they are asked.

    `emoji` is the face of coloured pictures, for texts in which a template allows them.
    """

    faces: dict[str, FontFace]
    roles: dict[str, dict[int, tuple[str, ...]]]
    emoji: str | None = None

    @model_validator(mode="after")
    def _roles_name_faces(self) -> "Fonts":
        unknown = {
            key for weights in self.roles.values() for keys in weights.values() for key in keys if key not in self.faces
        }
        if self.emoji is not None and self.emoji not in self.faces:
            unknown.add(self.emoji)
        if unknown:
            raise ValueError(f"roles name faces that are not there: {', '.join(sorted(unknown))}")
        return self


class SampleProfile(_Model):
    """The advisor that examples show; `photo` is a file of the brand's folder."""

    name: str
    title: str
    phone: str
    organisation: str
    licence: str = ""
    photo: FileName | None = None


class BrandKit(_Model):
    """The whole of a brand.json."""

    slug: str
    name: BilingualName
    palette: dict[str, Hex]
    fonts: Fonts
    assets: dict[str, FileName]
    sample_profile: SampleProfile
    sample_link: str
    public_line: str = Field(default="", pattern=r"^[0-9 +-]{0,40}$", description="the telephone number for everybody")
