"""A signed head: the hashes of a stretch of the chain under a signature, to be kept out of the database's reach."""

import json
from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from app.kernel.digest import canonical_json
from app.kernel.errors import Invalid, Problem

FORMAT = "imprimatur-seal-1"


@dataclass(frozen=True, slots=True)
class Seal:
    """The hashes of the entries `first` to `last`, 32 bytes each; `at` is when the last of them was written."""

    first: int
    last: int
    at: str
    hashes: bytes


def private_key(text: str) -> Ed25519PrivateKey:
    """The key that 64 hexadecimal digits name. *Raises* Invalid ``bad_key``."""
    try:
        return Ed25519PrivateKey.from_private_bytes(bytes.fromhex(text.strip()))
    except ValueError as error:
        raise Invalid.of([Problem("archive_key", "bad_key", "a key is 64 hexadecimal digits")]) from error


def public_text(key: Ed25519PrivateKey) -> str:
    """The public half, in hex: what somebody needs who wants to check seals."""
    return key.public_key().public_bytes_raw().hex()


def signed(seal: Seal, key: Ed25519PrivateKey) -> bytes:
    """The file of `seal`: the same seal under the same key is the same bytes."""
    document = {
        "format": FORMAT,
        "first": seal.first,
        "last": seal.last,
        "at": seal.at,
        "hashes": seal.hashes.hex(),
        "key": public_text(key),
    }
    return canonical_json(document | {"signature": key.sign(canonical_json(document)).hex()})


def opened(data: bytes, trusted: frozenset[str]) -> Seal:
    """The seal in a file. *Raises* Invalid ``bad_seal`` when it is none, was changed, or nobody trusts its key."""
    try:
        document = json.loads(data)
        signature = bytes.fromhex(document.pop("signature"))
        if document["format"] != FORMAT or document["key"] not in trusted:
            raise ValueError("another format, or an unknown key")
        key = Ed25519PublicKey.from_public_bytes(bytes.fromhex(document["key"]))
        key.verify(signature, canonical_json(document))
        seal = Seal(document["first"], document["last"], document["at"], bytes.fromhex(document["hashes"]))
        if seal.first < 1 or len(seal.hashes) != 32 * (seal.last - seal.first + 1):
            raise ValueError("a hash for each entry")
    except (ValueError, KeyError, TypeError, AttributeError, InvalidSignature, Invalid) as error:
        raise Invalid.of([Problem("seal", "bad_seal", "this is not a head that one of our keys has signed")]) from error
    return seal
