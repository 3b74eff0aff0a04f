"""Signatures over typed data: strict secp256k1 recovery and signing with a key that is passed in.

Sources: SEC 1; EIP-2 (low s); EIP-2098 (64-byte form). A high s, a v that is not 27 or 28 and any
other length are refused, as the contract refuses them.
"""

from __future__ import annotations

from eth_keys import keys
from eth_keys.exceptions import BadSignature, ValidationError
from eth_utils import to_checksum_address

from holdfast.domain.errors import InvalidInput

SECP256K1_N = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141


def split_signature(signature: bytes) -> tuple[int, int, int]:
    """Split a 65-byte r||s||v or 64-byte r||yParityAndS signature into (r, s, y parity).

    Raises InvalidInput for another length, a v that is not 27 or 28, a zero or a high s.
    """
    if len(signature) == 65:
        r, s, v = int.from_bytes(signature[:32]), int.from_bytes(signature[32:64]), signature[64]
        if v not in (27, 28):
            raise InvalidInput("signature v", v, "27 or 28")
        parity = v - 27
    elif len(signature) == 64:
        r, vs = int.from_bytes(signature[:32]), int.from_bytes(signature[32:])
        parity, s = vs >> 255, vs & ((1 << 255) - 1)
    else:
        raise InvalidInput("signature", f"{len(signature)} bytes", "65 bytes, or 64 in compact form")
    if not 0 < r < SECP256K1_N:
        raise InvalidInput("signature r", hex(r), "a number within the curve's order")
    if not 0 < s <= SECP256K1_N // 2:
        raise InvalidInput("signature s", hex(s), "the low of the two possible values (EIP-2)")
    return r, s, parity


def recover_signer(digest: bytes, signature: bytes) -> str:
    """The checksummed address that signed a 32-byte digest. Raises InvalidInput as above."""
    r, s, parity = split_signature(signature)
    try:
        key = keys.Signature(vrs=(parity, r, s)).recover_public_key_from_msg_hash(digest)
    except (BadSignature, ValidationError) as error:
        raise InvalidInput("signature", "0x" + signature.hex(), "a point on the curve") from error
    return to_checksum_address(key.to_canonical_address())


def compact(signature: bytes) -> bytes:
    """The EIP-2098 64-byte form of a signature, cheaper in calldata."""
    r, s, parity = split_signature(signature)
    return r.to_bytes(32) + (s | parity << 255).to_bytes(32)


def signature_from_hex(text: object, *, field: str = "signature") -> bytes:
    """Read a 0x signature. Raises InvalidInput naming the field."""
    if isinstance(text, str) and text.startswith("0x"):
        try:
            value = bytes.fromhex(text[2:])
        except ValueError:
            value = b""
        if len(value) in (64, 65):
            return value
    raise InvalidInput(field, text, "0x and 130 hexadecimal digits (65 bytes: r, s, v)")
