"""A PNG in bands: rows that no slot touches are compressed once per template and size, a poster compresses its own.

Every band is a chunk of its own, compressed by fpng as if it were a picture alone: its first row refers to no row
above, and its end lies on a byte. So the bands can be strung together, the kept ones without being looked at again;
only the check sums are combined. Lossless, and nothing that a reader would have to know (RFC 1950, RFC 1951, PNG 3).
"""

import struct
import zlib
from collections.abc import Iterable, Sequence
from itertools import pairwise

import fpng
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from app.rendering.bands import Part, Pixels, Rows, band_of, read_before
from app.rendering.cache import Band, StaticCache
from app.rendering.display import DisplayList
from app.rendering.encode import Bytes, chunk, chunks, head

Gray = NDArray[np.uint8]

ZLIB_HEAD = b"\x78\x01"
HEADER_BYTES = 400  # more than the longest table of codes
TABLES_KEPT = 8
LAST_BLOCK = b"\x01\x00\x00\xff\xff"
_MODULUS = 65521
_CODE_LENGTH_ORDER = (16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15)
_END_OF_BLOCK = 256
_STORED, _DYNAMIC = 0, 2
_UP = 2
_tables: dict[tuple[int, int], tuple[int, int]] = {}  # fpng writes the same table of codes again and again


def encode_png(painted: Pixels, cache: StaticCache | None) -> bytes:
    """The PNG of a poster, of which only those rows are painted that were not kept; the same bytes in any case."""
    adler, bands, width = zlib.adler32(b""), [], painted.display.width_px
    for rows in painted.bands:
        band = band_of("png", painted, rows, cache, compressed)
        bands.append(band.data)
        adler = combined(adler, band.adler, rows.height * (1 + 3 * width))
    return b"".join([_begun(painted.display), *bands, _ended(adler)])


def _begun(display: DisplayList) -> bytes:
    return b"".join([*head((display.width_px, display.height_px), display.dpi), chunk(b"IDAT", ZLIB_HEAD)])


def _ended(adler: int) -> bytes:
    return chunk(b"IDAT", LAST_BLOCK + struct.pack(">I", adler)) + chunk(b"IEND", b"")


def compressed(image: Image.Image) -> Band:
    """RGB rows as one chunk that other chunks may follow."""
    width, height = image.size
    png = memoryview(fpng.from_bytes(image.tobytes(), width, height, 3))
    (stream,) = (body for kind, body in chunks(png) if kind == b"IDAT")
    adler = int.from_bytes(stream[-4:])
    opened = continued(stream[2:-4])
    if opened is None:
        packer = zlib.compressobj(1, zlib.DEFLATED, -15)
        opened = [packer.compress(zlib.decompress(stream)), packer.flush(zlib.Z_FULL_FLUSH)]
    return Band(chunk(b"IDAT", *opened), adler)


def png_parts(png: bytes, display: DisplayList, bands: list[Rows], cache: StaticCache | None) -> list[Part] | None:
    """The stretches of a file as `encode_png` writes them, told by its bytes alone; None for any other PNG."""
    begun = _begun(display)
    if not png.startswith(begun):
        return None
    view, at, parts = memoryview(png), len(begun), list[Part]()
    for rows in bands:
        read = read_before("png", rows, png, at, cache)
        end = at + len(read.data) if read is not None else _end_of(png, at)
        parts.append(Part(rows, view[at:end], read))
        at = end
    return parts if len(png) - at == len(_ended(0)) else None


def _end_of(png: bytes, at: int) -> int:
    return at + 12 + int.from_bytes(png[at : at + 4])


def read_png_part(part: Part, width: int) -> tuple[Gray, int] | None:
    """The grey rows of a part, unpacked from it alone, and their check sum; None when they are not whole."""
    length, kind = struct.unpack_from(">I4s", part.data)
    if kind != b"IDAT" or zlib.crc32(part.data[4 : 8 + length]) != int.from_bytes(part.data[8 + length :]):
        return None
    unpacked = _unpacked(part.data[8:-4], width)
    gray = _gray(unpacked, width) if unpacked is not None else None
    return None if unpacked is None or gray is None or len(gray) != part.rows.height else (gray, zlib.adler32(unpacked))


def is_summed(png: bytes, parts: Sequence[tuple[Part, int]], width: int) -> bool:
    """Whether a file ends with the check sum of its parts, each given with its own."""
    adler = zlib.adler32(b"")
    for part, own in parts:
        adler = combined(adler, own, part.rows.height * (1 + 3 * width))
    return png.endswith(_ended(adler))


def read_rows(stream: Bytes, width: int) -> Gray | None:
    """The grey rows of one band; None when they are not whole, or refer to rows above them."""
    unpacked = _unpacked(stream, width)
    return _gray(unpacked, width) if unpacked is not None else None


def _unpacked(stream: Bytes, width: int) -> bytes | None:
    reader = zlib.decompressobj(-15)
    try:
        unpacked = reader.decompress(stream)
    except zlib.error:
        return None
    return None if reader.eof or not unpacked or len(unpacked) % (1 + 3 * width) else unpacked


def _gray(unpacked: bytes, width: int) -> Gray | None:
    lines = np.frombuffer(unpacked, np.uint8).reshape(-1, 1 + 3 * width)
    filters = lines[:, 0]
    if filters[0] or not (np.all(filters[1:] == _UP) or np.all(filters[1:] == 0)):
        return None
    pixels = lines[:, 1:].copy()
    if filters[-1] == _UP:
        for above, below in pairwise(pixels):
            np.add(above, below, out=below)
    return np.asarray(Image.frombytes("RGB", (width, len(lines)), pixels.tobytes()).convert("L"))


def combined(first: int, second: int, second_bytes: int) -> int:
    """The Adler-32 of two stretches one after the other, from the sums of each (RFC 1950, section 8.2)."""
    low = (first & 0xFFFF) + (second & 0xFFFF) - 1
    high = (first >> 16) + (second >> 16) + second_bytes * ((first & 0xFFFF) - 1)
    return (high % _MODULUS) << 16 | low % _MODULUS


def continued(deflate: Bytes) -> list[Bytes] | None:
    """A finished stream, in pieces, as one that goes on: its last block is no longer marked so, and it ends on a byte.

    None where its end cannot be told for certain (the end's code may look like padding).
    """
    kind = (deflate[0] >> 1) & 3
    if kind == _STORED:
        return _stored_continued(deflate)
    if kind != _DYNAMIC:
        return None
    padding = _padding_bits(deflate)
    if padding is None:
        return None
    # An empty stored block: three bits 0, the rest of the byte, its length 0 and the complement of that.
    return [bytes([deflate[0] & 0xFE]), deflate[1:], (b"" if padding >= 3 else b"\x00") + b"\x00\x00\xff\xff"]


def _stored_continued(deflate: Bytes) -> list[Bytes] | None:
    at, opened = 0, bytearray(deflate)
    while at < len(deflate) and deflate[at] & 6 == 0:
        is_last = deflate[at] & 1
        (length,) = struct.unpack_from("<H", deflate, at + 1)
        if is_last:
            opened[at] &= 0xFE
            return [opened] if at + 5 + length == len(deflate) else None
        at += 5 + length
    return None


def _padding_bits(deflate: Bytes) -> int | None:
    """How many bits after the end of the only block fill its last byte."""
    code, length = end_code(deflate[:HEADER_BYTES])
    tail = int.from_bytes(deflate[-4:], "little")
    found = [
        padding
        for padding in range(8)
        if tail >> (32 - padding) == 0 and (tail >> (32 - padding - length)) & ((1 << length) - 1) == code
    ]
    return found[0] if len(found) == 1 else None


def end_code(header: Bytes) -> tuple[int, int]:
    """The code that ends a dynamic block, as it lies in the stream (first bit lowest), and its length in bits."""
    value = int.from_bytes(header, "little")
    for (width, table), code in tuple(_tables.items()):
        if value & ((1 << width) - 1) == table:
            return code
    bits = _Bits(value, 3)
    code = _read_end_code(bits)
    if len(_tables) < TABLES_KEPT:
        _tables[bits.at, value & ((1 << bits.at) - 1)] = code
    return code


def _read_end_code(bits: "_Bits") -> tuple[int, int]:
    literals, distances, counts = bits.take(5) + 257, bits.take(5) + 1, bits.take(4) + 4
    meta = [0] * 19
    for place in _CODE_LENGTH_ORDER[:counts]:
        meta[place] = bits.take(3)
    table = _looked_up(_canonical(meta))
    lengths: list[int] = []
    while len(lengths) < literals + distances:
        symbol, width = table[bits.value >> bits.at & 127]
        bits.at += width
        lengths += _repeated(symbol, bits, lengths)
    length, code = _canonical(lengths[:literals])[_END_OF_BLOCK]
    return code, length


def _looked_up(codes: dict[int, tuple[int, int]]) -> list[tuple[int, int]]:
    """Symbol and width of the code that the next seven bits begin with; none of these codes is longer."""
    table = [(0, 7)] * 128
    for symbol, (length, code) in codes.items():
        for rest in range(1 << (7 - length)):
            table[code | rest << length] = (symbol, length)
    return table


class _Bits:
    def __init__(self, value: int, at: int) -> None:
        self.value, self.at = value, at

    def take(self, count: int) -> int:
        taken = (self.value >> self.at) & ((1 << count) - 1)
        self.at += count
        return taken


def _repeated(symbol: int, bits: _Bits, before: list[int]) -> Iterable[int]:
    if symbol < 16:
        return [symbol]
    if symbol == 16:
        return [before[-1]] * (3 + bits.take(2))
    return [0] * (3 + bits.take(3) if symbol == 17 else 11 + bits.take(7))


def _canonical(lengths: list[int]) -> dict[int, tuple[int, int]]:
    """Length and code of each symbol that has one, the first bit lowest (RFC 1951, section 3.2.2)."""
    found, code, before = {}, 0, 0
    for symbol in sorted((symbol for symbol, length in enumerate(lengths) if length), key=lengths.__getitem__):
        length = lengths[symbol]
        code <<= length - before
        found[symbol] = (length, int(f"{code:0{length}b}"[::-1], 2))
        code, before = code + 1, length
    return found
