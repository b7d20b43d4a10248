"""The encodings of text files, by the names that people type."""

from __future__ import annotations

from cnlp import errors

# gb18030 contains GBK and GB 2312; utf-16 goes by its byte order mark, and is little endian without one, as Windows
# writes it.
ENCODINGS = ("utf-8", "gb18030", "big5", "utf-16", "utf-16-be")

BOM = b"\xef\xbb\xbf"
_UTF16_BE_BOM = b"\xfe\xff"
# Names in small letters, without the hyphens, underscores and blanks in which they differ.
_NAMES = {
    "utf-8": "utf8 utf8sig utf8bom utf8mb4 u8 cp65001 ascii usascii",
    "gb18030": "gb18030 gb180302000 gbk gb gb2312 gb231280 gb23121980 cp936 ms936 windows936 936 euccn eucgb2312cn",
    "big5": "big5 bigfive cp950 ms950 windows950 950",
    "utf-16": "utf16 utf16le u16 ucs2 ucs2le unicode",
    "utf-16-be": "utf16be ucs2be",
}
_ENCODING_OF = {name: encoding for encoding, names in _NAMES.items() for name in names.split()}


def encoding_name(name: str) -> str:
    """Which of :data:`ENCODINGS` is meant.

    Args:
        name: in any of its usual spellings.

    Raises:
        ArgumentError: it is none of them.

    >>> [encoding_name(name) for name in ("GBK", "gb2312", "cp936", "UTF8", "utf-8-sig", "Big-5", "UTF_16")]
    ['gb18030', 'gb18030', 'gb18030', 'utf-8', 'utf-8', 'big5', 'utf-16']
    """
    if name in ENCODINGS:
        return name
    squeezed = "".join(char for char in str(name).lower() if char not in "-_ ")
    if squeezed not in _ENCODING_OF:
        raise errors.unknown_choice("encoding", name, (*ENCODINGS, "gbk, gb2312 and cp936 are part of gb18030"))
    return _ENCODING_OF[squeezed]


def codec_of(encoding: str) -> str:
    """The name of Python's codec for an encoding.

    big5 is read as cp950, as Windows wrote it and browsers read it: Python's own "big5" lacks everyday characters such
    as U+6052 and U+88CF.

    Raises:
        ArgumentError: there is no such encoding.
    """
    encoding = encoding_name(encoding)
    return {"big5": "cp950", "utf-16": "utf-16-le"}.get(encoding, encoding)


def decode_file(data: bytes, path: object, encoding: str, way: str = errors.NAME_ENCODING) -> str:
    """The content of a file as text, without its byte order mark.

    Args:
        data: all its bytes.
        path: what messages call it.
        encoding: in any spelling.
        way: what to do if it is another one, for the message.

    Raises:
        ArgumentError: there is no such encoding.
        EncodingError: the bytes are not in it; the first that are not are named by their offset.
    """
    encoding = encoding_name(encoding)
    codec = codec_of(encoding)
    if encoding == "utf-16" and data.startswith(_UTF16_BE_BOM):
        codec = "utf-16-be"
    try:
        return data.decode(codec).removeprefix("\ufeff")
    except UnicodeDecodeError as error:
        raise errors.undecodable(path, encoding, error.start, data[error.start : error.end], way) from None
