"""Names that nobody can guess."""

import secrets

# Base 58: no 0/O, no l/I, so that a code can be read out on the telephone.
ALPHABET = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"


def new_code(length: int = 10) -> str:
    """A random code; ten characters are 58 bits."""
    return "".join(secrets.choice(ALPHABET) for _ in range(length))
