"""Pictures for uploads."""
# SPDX-License-Identifier: Apache-2.0
import struct
import zlib


def png(width, height):
    """A picture with a gradient in both directions."""
    def chunk(kind, content):
        body = kind + content
        return struct.pack(">I", len(content)) + body + struct.pack(">I", zlib.crc32(body))

    rows = b"".join(
        b"\0" + b"".join(bytes((x * 255 // width, y * 255 // height, 128)) for x in range(width))
        for y in range(height))
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
            + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b""))


def pixels(picture):
    """What a PNG shows, without the times and texts that programs put in."""
    place, data = 8, b""
    while place < len(picture):
        length, kind = struct.unpack(">I4s", picture[place:place + 8])
        if kind == b"IDAT":
            data += picture[place + 8:place + 8 + length]
        place += length + 12
    return zlib.decompress(data)


def size(picture):
    """Width and height of a PNG."""
    assert picture[:8] == b"\x89PNG\r\n\x1a\n", picture[:100]
    return struct.unpack(">II", picture[16:24])
