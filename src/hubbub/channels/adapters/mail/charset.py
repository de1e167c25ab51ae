"""Bytes of mails as text: charsets that are named wrongly, and words encoded for headers. Pure."""

import binascii
import codecs
import re
from functools import lru_cache
from urllib.parse import unquote_to_bytes

MAX_WORDS = 200
"""Encoded words of one header that are decoded; the rest stays as it came."""

_NAME = re.compile(r"[A-Za-z0-9][\w.:-]{0,38}")
_WORD = re.compile(r"=\?([^?\s]{1,60})\?([bBqQ])\?([^?\r\n]{0,2000})\?=([ \t]+(?==\?))?")
_NOT_BASE64 = bytes(set(range(256)) - set(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"))
_NEVER = frozenset(  # codecs that are no charset of any mail, or slow on purpose
    ("punycode", "idna", "unicode_escape", "raw-unicode-escape", "raw_unicode_escape", "undefined", "mbcs", "oem")
)
_MEANT = {  # what senders write, and what they mean
    "ascii": "cp1252",
    "iso8859-1": "cp1252",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "euc_kr": "cp949",
    "shift_jis": "cp932",
    "iso8859-9": "cp1254",
}
_ALIASES = {"iso-8859-8-i": "iso-8859-8", "ks_c_5601-1987": "cp949", "x-sjis": "cp932", "x-gbk": "gb18030"}


@lru_cache(maxsize=512)
def _codec(name: str) -> str | None:
    """Return the codec for a charset as a mail names it; None where there is none."""
    name = name.strip(" \"'").lower()
    if not _NAME.fullmatch(name):
        return None
    try:
        found = codecs.lookup(_ALIASES.get(name, name)).name
        b"a".decode(found)
    except (LookupError, ValueError):
        return None
    return None if found in _NEVER else _MEANT.get(found, found)


def text_of(data: bytes, charset: str) -> str:
    """Return bytes as text: as UTF-8 where they are nothing else, else by the charset that is named.

    >>> text_of("Grüße".encode(), "us-ascii"), text_of("Grüße".encode("cp1252"), "utf-8")
    ('Grüße', 'Grüße')
    """
    codec = _codec(charset) if charset else None
    if codec in (None, "cp1252", "utf-8"):  # what is named most, and most often wrongly
        try:
            return data.decode("utf-8-sig")
        except UnicodeDecodeError:
            return data.decode("cp1252", "replace")
    assert codec is not None
    try:
        return data.decode(codec, "replace").removeprefix("\ufeff")
    except (ValueError, LookupError):
        return data.decode("utf-8", "replace")


def from_base64(data: bytes) -> bytes:
    """Decode as much as there is, whatever stands between."""
    kept = data.translate(None, _NOT_BASE64)
    if len(kept) % 4 == 1:
        kept = kept[:-1]
    return binascii.a2b_base64(kept + b"=" * (-len(kept) % 4))


def words_of(value: str) -> str:
    """Return a header as people read it: encoded words (RFC 2047) decoded, on one line.

    >>> words_of("=?utf-8?q?Gr=C3=BC=C3?= =?utf-8?q?=9Fe?= from =?iso-8859-1?B?S/ZsbjI=?=")
    'Grüße from Köln2'
    """
    if "=?" not in value:
        return " ".join(value.split())
    made: list[str] = []
    waiting, charset, at = b"", "", 0  # a letter may be cut between two words of one charset
    for count, found in enumerate(_WORD.finditer(value)):
        if count >= MAX_WORDS:
            break
        between = value[at : found.start()]
        named = found[1].partition("*")[0].lower()
        if waiting and (between or named != charset):
            made.append(text_of(waiting, charset))
            waiting = b""
        made.append(between)
        charset, at = named, found.end()
        said = found[3].encode("utf-8", "replace")
        waiting += from_base64(said) if found[2] in "bB" else binascii.a2b_qp(said, header=True)
    made += (text_of(waiting, charset) if waiting else "", value[at:])
    return " ".join("".join(made).split())


def parameter_of(pieces: dict[str, str], name: str) -> str:
    """Return a parameter that may be encoded and continued (RFC 2231), else as people write it all the same.

    >>> parameter_of({"filename*0*": "utf-8''Gr%C3%BC", "filename*1": "n.png"}, "filename")
    'Grün.png'
    """
    if name in pieces:
        return words_of(pieces[name])
    charset, data = "", b""
    for number in range(50):
        stem = name if number == 0 and f"{name}*" in pieces else f"{name}*{number}"
        if (encoded := pieces.get(f"{stem}*")) is not None:
            if number == 0 and encoded.count("'") >= 2:
                charset, _, encoded = encoded.split("'", 2)
            data += unquote_to_bytes(encoded)
        elif (plain := pieces.get(stem)) is not None:
            data += plain.encode("utf-8", "replace")
        else:
            break
    return " ".join(text_of(data, charset).split())
