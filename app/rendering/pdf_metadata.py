"""What a PDF says of itself: title, producer and standard, twice as the standards ask (information and XMP), its output
intent, and the record that is attached to it. The day is the order's; nothing is read from a clock.
"""

import hashlib
from datetime import date
from xml.sax.saxutils import escape

import pydyf

from app.rendering.pdf_colours import Condition
from app.rendering.pdf_edition import About, Finish, Standard
from app.rendering.pdf_objects import stream

PRODUCER = "Imprimatur"
LANGUAGES = {"zh": "zh-Hans", "en": "en"}
INTENTS = {"plain": "/GTS_PDFA1", "a-3u": "/GTS_PDFA1", "x-4": "/GTS_PDFX"}
VERSIONS = {"plain": b"1.7", "a-3u": b"1.7", "x-4": b"1.6"}
EVIDENCE_NAME = "evidence.json"
_XMP = """<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/">
<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description rdf:about=""
 xmlns:dc="http://purl.org/dc/elements/1.1/"
 xmlns:pdf="http://ns.adobe.com/pdf/1.3/"
 xmlns:pdfaid="http://www.aiim.org/pdfa/ns/id/"
 xmlns:pdfxid="http://www.npes.org/pdfx/ns/id/"
 xmlns:xmp="http://ns.adobe.com/xap/1.0/"
 xmlns:xmpMM="http://ns.adobe.com/xap/1.0/mm/">
{properties}
</rdf:Description>
</rdf:RDF>
</x:xmpmeta>
<?xpacket end="r"?>"""


def describe(pdf: pydyf.PDF, finish: Finish, about: About, language: str, identifier: str) -> None:
    """Writes title, language, day, standard and output intent."""
    pdf.info["Producer"] = pydyf.String(PRODUCER)
    if about.title:
        pdf.info["Title"] = pydyf.String(about.title)
        pdf.catalog["ViewerPreferences"] = pydyf.Dictionary({"DisplayDocTitle": "true"})
    if about.day is not None and finish.standard != "plain":
        pdf.info["CreationDate"] = pdf.info["ModDate"] = pydyf.String(_pdf_date(about.day))
    if finish.standard == "x-4":
        pdf.info["GTS_PDFXVersion"] = pydyf.String("PDF/X-4")
        pdf.info["Trapped"] = "/False"
    pdf.catalog["Lang"] = pydyf.String(LANGUAGES.get(language, language))
    intent = _intent(pdf, finish.standard, finish.colours.condition, len(finish.colours.components((0, 0, 0))))
    pdf.catalog["OutputIntents"] = pydyf.Array([intent.reference])
    properties = "\n".join(_properties(finish.standard, about, pdf.catalog["Lang"].string, identifier))
    packet = _XMP.format(properties=properties).encode()
    metadata = pydyf.Stream([packet], {"Type": "/Metadata", "Subtype": "/XML"})
    pdf.add_object(metadata)
    pdf.catalog["Metadata"] = metadata.reference


def _properties(standard: Standard, about: About, language: str, identifier: str) -> list[str]:
    listed = [f"<pdf:Producer>{PRODUCER}</pdf:Producer>"]
    if about.title:
        titled = f'<rdf:li xml:lang="x-default">{escape(about.title)}</rdf:li>'
        listed.append(f"<dc:title><rdf:Alt>{titled}</rdf:Alt></dc:title>")
    listed.append(f"<dc:language><rdf:Bag><rdf:li>{escape(language)}</rdf:li></rdf:Bag></dc:language>")
    if about.day is not None and standard != "plain":
        moment = f"{about.day.isoformat()}T00:00:00Z"
        listed += [f"<xmp:{name}>{moment}</xmp:{name}>" for name in ("CreateDate", "ModifyDate", "MetadataDate")]
    if standard == "a-3u":
        listed += ["<pdfaid:part>3</pdfaid:part>", "<pdfaid:conformance>U</pdfaid:conformance>"]
    if standard == "x-4":
        listed += [
            "<pdfxid:GTS_PDFXVersion>PDF/X-4</pdfxid:GTS_PDFXVersion>",
            "<pdf:Trapped>False</pdf:Trapped>",
            f"<xmpMM:DocumentID>uuid:{_uuid(identifier)}</xmpMM:DocumentID>",
            "<xmpMM:VersionID>1</xmpMM:VersionID>",
            "<xmpMM:RenditionClass>default</xmpMM:RenditionClass>",
        ]
    return listed


def _intent(pdf: pydyf.PDF, standard: Standard, condition: Condition, channels: int) -> pydyf.Dictionary:
    """Says which colours the file's numbers stand for."""
    space = {3: "/DeviceRGB", 4: "/DeviceCMYK"}[channels]
    profile = stream(pdf, condition.profile, {"N": channels, "Alternate": space})
    intent = pydyf.Dictionary(
        {
            "Type": "/OutputIntent",
            "S": INTENTS[standard],
            "OutputConditionIdentifier": pydyf.String(condition.identifier),
            "Info": pydyf.String(condition.info),
            "DestOutputProfile": profile.reference,
        }
    )
    if condition.registry:
        intent["RegistryName"] = pydyf.String(condition.registry)
    pdf.add_object(intent)
    return intent


def attach_evidence(pdf: pydyf.PDF, evidence: bytes, day: date) -> None:
    """Attaches the record from which the poster was made and judged, as data of the document."""
    parameters = {
        "Size": len(evidence),
        "ModDate": pydyf.String(_pdf_date(day)),
        "CheckSum": f"<{hashlib.md5(evidence, usedforsecurity=False).hexdigest()}>",  # the one hash that PDF knows here
    }
    extra = {"Type": "/EmbeddedFile", "Subtype": "/application#2Fjson", "Params": pydyf.Dictionary(parameters)}
    file = stream(pdf, evidence, extra)
    named = pydyf.Dictionary(
        {
            "Type": "/Filespec",
            "F": pydyf.String(EVIDENCE_NAME),
            "UF": pydyf.String(EVIDENCE_NAME),
            "Desc": pydyf.String("What was made, from what, and how it was judged"),
            "AFRelationship": "/Data",
            "EF": pydyf.Dictionary({"F": file.reference, "UF": file.reference}),
        }
    )
    pdf.add_object(named)
    files = pydyf.Dictionary({"Names": pydyf.Array([pydyf.String(EVIDENCE_NAME), named.reference])})
    pdf.catalog["Names"] = pydyf.Dictionary({"EmbeddedFiles": files})
    pdf.catalog["AF"] = pydyf.Array([named.reference])


def _pdf_date(day: date) -> str:
    return f"D:{day:%Y%m%d}000000Z"


def _uuid(identifier: str) -> str:
    parts = (identifier[0:8], identifier[8:12], identifier[12:16], identifier[16:20], identifier[20:32])
    return "-".join(parts)
