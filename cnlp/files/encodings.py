"""The encodings of text files, by the names that people type."""

from __future__ import annotations

import codecs

from cnlp import errors

BOM = b"\xef\xbb\xbf"
_UTF16_BE_BOM = b"\xfe\xff"
# Names in small letters, without a locale and the hyphens, underscores and blanks in which they differ.
_NAMES = {
    "utf-8": "utf8 utf8mb4 u8 cp65001 65001 ascii usascii",
    "utf-8-sig": "utf8sig utf8bom utf8withbom",
    "gb18030": "gb18030 gb180302000 gb180302005 gb180302022",
    "gbk": "gbk xgbk gb cngb gb2312 gb231280 gb23121980 csgb2312 chinese cp936 ms936 windows936 936 euccn eucgb2312cn",
    "big5": "big5 bigfive csbig5 xxbig5 cnbig5 big5tw cp950 ms950 windows950 950",
    "big5-hkscs": "big5hkscs hkscs big5hk cp951 951",
    "utf-16": "utf16 utf16le utf16lebom u16 ucs2 ucs2le cp1200 1200 unicode",
    "utf-16-be": "utf16be utf16bebom ucs2be cp1201 1201",
}
_ENCODING_OF = {name: encoding for encoding, names in _NAMES.items() for name in names.split()}
_READ_AS = {"utf-8-sig": "utf-8", "gbk": "gb18030"}  # which contains it

OUTPUT_ENCODINGS = tuple(_NAMES)
"""To write; utf-8-sig and utf-16 begin with a byte order mark."""

ENCODINGS = tuple(name for name in _NAMES if name not in _READ_AS)
"""To read; utf-16 goes by its byte order mark, and is little endian without one, as Windows writes it."""


def encoding_name(name: str) -> str:
    """Which of :data:`ENCODINGS` is meant.

    Args:
        name: in any of its usual spellings.

    Raises:
        ArgumentError: it is none of them.

    >>> [encoding_name(name) for name in ("GBK", "gb2312", "cp936", "UTF8", "utf-8-sig", "Big-5", "UTF_16")]
    ['gb18030', 'gb18030', 'gb18030', 'utf-8', 'utf-8', 'big5', 'utf-16']
    """
    encoding = output_encoding_name(name)
    return _READ_AS.get(encoding, encoding)


def output_encoding_name(name: str) -> str:
    """Which of :data:`OUTPUT_ENCODINGS` is meant.

    Args:
        name: in any of its usual spellings.

    Raises:
        ArgumentError: it is none of them.

    >>> [output_encoding_name(name) for name in ("GBK", "GB18030", "UTF8", "utf-8 BOM", "zh_CN.UTF-8")]
    ['gbk', 'gb18030', 'utf-8', 'utf-8-sig', 'utf-8']
    """
    squeezed = "".join(char for char in str(name).lower().rpartition(".")[2] if char not in "-_ ")
    if squeezed not in _ENCODING_OF:
        raise errors.ArgumentError(
            f"unknown encoding {name!r}; choose one of: {', '.join(OUTPUT_ENCODINGS)}; gb2312 and cp936 are gbk; what "
            "Windows calls ANSI is gbk in mainland China, big5 in Taiwan and Hong Kong"
        )
    return _ENCODING_OF[squeezed]


def codec_of(encoding: str) -> str:
    """The name of Python's codec for an encoding.

    big5 is read as cp950, as Windows wrote it and browsers read it: Python's own "big5" lacks everyday characters such
    as U+6052 and U+88CF.

    Raises:
        ArgumentError: there is no such encoding.
    """
    encoding = encoding_name(encoding)
    return {"big5": "cp950", "big5-hkscs": "big5hkscs", "utf-16": "utf-16-le"}.get(encoding, encoding)


class Encoder:
    """Encodes lines that are in UTF-8.

    Args:
        encoding: one of :data:`OUTPUT_ENCODINGS`.
        name: of the output, for messages.
    """

    def __init__(self, encoding: str, name: object) -> None:
        self._encoding = encoding
        self._name = name
        self._line = 1
        codec = encoding if encoding in ("utf-8-sig", "gbk", "utf-16") else codec_of(encoding)
        self._encoder = codecs.getincrementalencoder(codec)()

    def encode(self, data: bytes) -> bytes:
        """More of the output, with a byte order mark at its start if the encoding has one.

        Raises:
            EncodingError: a character is not in the encoding; its line in the output is named.
        """
        text = data.decode("utf-8")
        try:
            encoded = self._encoder.encode(text, True)
        except UnicodeEncodeError as error:
            line = self._line + text.count("\n", 0, error.start)
            raise errors.unencodable(self._name, line, self._encoding, text[error.start]) from None
        self._line += text.count("\n")
        return encoded


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
