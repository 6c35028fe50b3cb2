"""The rules of PDF/X-4 (ISO 15930-7) and PDF/A-3u (ISO 19005-3) that can be read off a file, each as one sentence.

No validator for them can be had from the package registries, so these are the rules written out; every checker returns
what is wrong with the file. The file is read by qpdf, which had no part in writing it.
"""

import io
import re
from collections.abc import Iterator
from typing import Any

import pikepdf
from lxml import etree
from PIL import ImageCms

NAMES = {
    "dc": "http://purl.org/dc/elements/1.1/",
    "pdf": "http://ns.adobe.com/pdf/1.3/",
    "pdfaid": "http://www.aiim.org/pdfa/ns/id/",
    "pdfxid": "http://www.npes.org/pdfx/ns/id/",
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "xmp": "http://ns.adobe.com/xap/1.0/",
    "xmpMM": "http://ns.adobe.com/xap/1.0/mm/",
}
BLEND_MODES = {"/Normal", "/Multiply", "/Screen", "/Overlay", "/Darken", "/Lighten", "/SoftLight", "/HardLight"}
ACTIVE = ("/OpenAction", "/AA", "/JavaScript", "/JS", "/XFA", "/Launch", "/RichMedia", "/Movie", "/Sound", "/A_")
MAX_DEPTH = 28
FILLS = {"g": "/DeviceGray", "rg": "/DeviceRGB", "k": "/DeviceCMYK"}


def operators(pdf: pikepdf.Pdf, thing: Any) -> Iterator[tuple[str, list[Any], Any]]:
    """Every operator of a page and of the forms that it shows, with the resources that it may name."""
    resources = thing.Resources
    for operands, operator in pikepdf.parse_content_stream(thing):
        yield str(operator), list(operands), resources
        if str(operator) == "Do":
            shown = resources.XObject[str(operands[0])]
            if shown.Subtype == "/Form":
                yield from operators(pdf, shown)


def dictionaries(pdf: pikepdf.Pdf) -> Iterator[Any]:
    """Every dictionary and stream of the file, however deep."""

    def walk(thing: Any) -> Iterator[Any]:
        if isinstance(thing, (pikepdf.Dictionary, pikepdf.Stream)):
            yield thing
            for _, value in thing.items():
                if not getattr(value, "is_indirect", False):
                    yield from walk(value)
        elif isinstance(thing, pikepdf.Array):
            for value in thing:
                if not getattr(value, "is_indirect", False):
                    yield from walk(value)

    for thing in pdf.objects:
        yield from walk(thing)


def xmp(pdf: pikepdf.Pdf) -> dict[str, str]:
    """The properties of the file's XMP packet by their usual names."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True)
    root = etree.fromstring(bytes(pdf.Root.Metadata.read_raw_bytes()), parser)
    found = {}
    for description in root.iter(f"{{{NAMES['rdf']}}}Description"):
        for element in description:
            space, _, local = element.tag[1:].partition("}")
            prefix = next(name for name, address in NAMES.items() if address == space)
            found[f"{prefix}:{local}"] = "".join(element.itertext()).strip()
    return found


def intent_profiles(pdf: pikepdf.Pdf, kind: str) -> list[Any]:
    """The ICC profiles of the output intents of one kind."""
    intents = [intent for intent in pdf.Root.OutputIntents if str(intent.S) == kind]
    return [
        ImageCms.ImageCmsProfile(io.BytesIO(intent.DestOutputProfile.read_bytes())).profile
        for intent in intents
        if "/DestOutputProfile" in intent
    ]


def spaces(pdf: pikepdf.Pdf) -> set[str]:
    """The device colour spaces that pages, forms, pictures, shadings and groups use."""
    found = set()
    for page in pdf.pages:
        for operator, operands, resources in operators(pdf, page):
            if operator.lower() in FILLS:
                found.add(FILLS[operator.lower()])
            elif operator.lower() == "cs":
                space = resources.ColorSpace[str(operands[0])]
                found.add(str(space[2]) if isinstance(space, pikepdf.Array) else str(space))
    for one in dictionaries(pdf):
        space = one.get("/ColorSpace", one.get("/CS"))
        if isinstance(space, pikepdf.Name):
            found.add(str(space))
    return found - {"/Indexed"}


def problems_of_both(pdf: pikepdf.Pdf, data: bytes) -> Iterator[str]:
    """What neither standard allows."""
    yield from pdf.check_pdf_syntax()
    if pdf.is_encrypted:
        yield "the file is encrypted"
    if len(pdf.trailer.get("/ID", [])) != 2:
        yield "the trailer has no identifier"
    if re.match(rb"%PDF-1\.\d\n%[\x80-\xff]{4}", data) is None:
        yield "the header does not say that the file is binary"
    if "/Filter" in pdf.Root.Metadata:
        yield "the metadata is compressed"
    for one in dictionaries(pdf):
        if any(key in one for key in ACTIVE) or one.get("/S") in ("/JavaScript", "/Launch"):
            yield "the file does something"
        if "/LZWDecode" in str(one.get("/Filter", "")):
            yield "a stream is packed with LZW"
        if isinstance(one, pikepdf.Stream) and any(key in one for key in ("/F", "/FFilter", "/Ref", "/OPI")):
            yield "a stream lies outside of the file"
        if one.get("/Interpolate", False):
            yield "a picture is to be interpolated"
        if any(key in one for key in ("/TR", "/HTP", "/Alternates")) or one.get("/Subtype") == "/PS":
            yield "a transfer function, halftone, alternate or PostScript form is there"
        if str(one.get("/BM", "/Normal")) not in BLEND_MODES:
            yield "a blend mode is not one of the standard ones"
        if one.get("/Type") == "/Font" and one.get("/Subtype") in ("/CIDFontType0", "/CIDFontType2"):
            if not {"/FontFile2", "/FontFile3"} & set(one.FontDescriptor.keys()):
                yield "a font is not embedded"
            if one.Subtype == "/CIDFontType2" and one.get("/CIDToGIDMap") != "/Identity":
                yield "a font does not say which glyph a code means"
    yield from _page_problems(pdf)
    yield from _information_problems(pdf)


def _page_problems(pdf: pikepdf.Pdf) -> Iterator[str]:
    for page in pdf.pages:
        media, bleed, trim = (page.obj[f"/{name}Box"] for name in ("Media", "Bleed", "Trim"))
        for inner, outer in ((trim, bleed), (bleed, media)):
            if any(inner[n] < outer[n] for n in (0, 1)) or any(inner[n] > outer[n] for n in (2, 3)):
                yield "a box is not inside of the one around it"
        if "/ArtBox" in page.obj or "/Annots" in page.obj:
            yield "a page has an art box or annotations"
        depth = 0
        for operator, _, _ in operators(pdf, page):
            depth += {"q": 1, "Q": -1}.get(operator, 0)
            if depth > MAX_DEPTH:
                yield "states are nested too deeply"
        if depth:
            yield "a page saves a state and does not bring it back"


def _information_problems(pdf: pikepdf.Pdf) -> Iterator[str]:
    said, info = xmp(pdf), pdf.docinfo
    pairs = {"/Title": "dc:title", "/Producer": "pdf:Producer", "/GTS_PDFXVersion": "pdfxid:GTS_PDFXVersion"}
    for key, name in pairs.items():
        if str(info.get(key, "")) != said.get(name, ""):
            yield f"{key} and {name} differ"
    for key, name in {"/CreationDate": "xmp:CreateDate", "/ModDate": "xmp:ModifyDate"}.items():
        digits = re.sub(r"\D", "", said.get(name, ""))
        if re.sub(r"\D", "", str(info.get(key, ""))) != digits or len(digits) != 14:
            yield f"{key} and {name} differ"


def problems_x4(data: bytes) -> list[str]:
    """What is against PDF/X-4."""
    pdf = pikepdf.open(io.BytesIO(data))
    found = list(problems_of_both(pdf, data))
    if pdf.pdf_version != "1.6":
        found.append("the version is not 1.6")
    said = xmp(pdf)
    wanted = {"pdfxid:GTS_PDFXVersion": "PDF/X-4", "pdf:Trapped": "False", "xmpMM:RenditionClass": "default"}
    found += [f"{name} is not {value}" for name, value in wanted.items() if said.get(name) != value]
    found += [f"{name} is missing" for name in ("xmpMM:DocumentID", "xmpMM:VersionID", "dc:title") if name not in said]
    if pdf.docinfo.get("/Trapped") != "/False":
        found.append("the information does not say whether it is trapped")
    profiles = intent_profiles(pdf, "/GTS_PDFX")
    if [(one.device_class, one.xcolor_space.strip()) for one in profiles] != [("prtr", "CMYK")]:
        found.append("there is not one output intent with the profile of a press")
    if not spaces(pdf) <= {"/DeviceCMYK", "/DeviceGray"}:
        found.append("a colour is not one of the press")
    return found


def problems_a3u(data: bytes) -> list[str]:
    """What is against PDF/A-3u."""
    pdf = pikepdf.open(io.BytesIO(data))
    found = list(problems_of_both(pdf, data))
    if pdf.pdf_version != "1.7":
        found.append("the version is not 1.7")
    said = xmp(pdf)
    if (said.get("pdfaid:part"), said.get("pdfaid:conformance")) != ("3", "U"):
        found.append("the metadata does not name PDF/A-3u")
    if [one.xcolor_space.strip() for one in intent_profiles(pdf, "/GTS_PDFA1")] != ["RGB"]:
        found.append("there is not one output intent with an RGB profile")
    if not spaces(pdf) <= {"/DeviceRGB", "/DeviceGray"}:
        found.append("a colour is not one of the output intent's")
    found += _text_problems(pdf)
    found += _file_problems(pdf)
    return found


def character_map(font: Any) -> dict[int, str]:
    """What each code of a font is copied as."""
    text = font.ToUnicode.read_bytes().decode()
    entries = re.findall(r"<([0-9a-f]{4})> <([0-9a-f]+)>\n", text)
    return {int(code, 16): bytes.fromhex(spelled).decode("utf-16-be") for code, spelled in entries}


def _text_problems(pdf: pikepdf.Pdf) -> Iterator[str]:
    for font, code in shown_codes(pdf):
        spelled = character_map(font).get(code, "")
        if not spelled or spelled[0] in "\0\ufeff\ufffe":
            yield f"code {code} of {font.BaseFont} has no Unicode"
        if code == 0:
            yield f"{font.BaseFont} shows its sign for a missing glyph"


def shown_codes(pdf: pikepdf.Pdf) -> Iterator[tuple[Any, int]]:
    """Each font and code that a page shows, once."""
    seen = set()
    for page in pdf.pages:
        font: Any = None
        for operator, operands, resources in operators(pdf, page):
            if operator == "Tf":
                font = resources.Font[str(operands[0])]
            elif operator in ("Tj", "TJ"):
                parts = operands[0] if operator == "TJ" else operands
                for part in parts:
                    if isinstance(part, pikepdf.String):
                        raw = bytes(part)
                        codes = {int.from_bytes(raw[at : at + 2]) for at in range(0, len(raw), 2)}
                        seen |= {(font.objgen, code) for code in codes}
    for objgen, code in sorted(seen):
        yield pdf.get_object(objgen), code


def _file_problems(pdf: pikepdf.Pdf) -> Iterator[str]:
    named = list(pdf.Root.Names.EmbeddedFiles.Names)[1::2] if "/Names" in pdf.Root else []
    associated = {one.objgen for one in pdf.Root.get("/AF", [])}
    for one in named:
        if one.objgen not in associated:
            yield "an attached file is not associated with the document"
        if not {"/F", "/UF", "/AFRelationship"} <= set(one.keys()):
            yield "an attached file has no name or no relationship"
        if "/Subtype" not in one.EF.F or "/ModDate" not in one.EF.F.get("/Params", {}):
            yield "an attached file has no media type or no day"
