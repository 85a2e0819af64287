"""Tar archives as nobody honest writes them: every field is what the case says."""

BLOCK = 512


def octal(value: int, size: int) -> bytes:
    return f"{value:0{size - 1}o}".encode() + b"\0"


def base256(value: int, size: int) -> bytes:
    return bytes([0xff if value < 0 else 0x80]) + value.to_bytes(size - 1, "big", signed=value < 0)


def padded(data: bytes) -> bytes:
    return data + bytes(-len(data) % BLOCK)


def raw(text) -> bytes:
    return text.encode("utf-8", "surrogateescape") if isinstance(text, str) else text


class Member:
    """A header and its data; numbers may be given as the bytes of their field."""

    def __init__(self, name, kind="0", data=b"", link=b"", **fields):
        self.name, self.kind, self.data, self.link = raw(name), kind, raw(data), raw(link)
        self.fields = fields  # mode uid gid size mtime major minor, pax: {key: value}

    def number(self, key, default, size):
        value = self.fields.get(key, default)
        return value if isinstance(value, bytes) else octal(value, size)

    def header(self) -> bytes:
        mode = self.number("mode", 0o755 if self.kind == "5" else 0o644, 8)
        block = bytearray(BLOCK)
        parts = [(0, self.name[:100]), (100, mode), (108, self.number("uid", 0, 8)), (116, self.number("gid", 0, 8)),
                 (124, self.number("size", len(self.data), 12)), (136, self.number("mtime", 1000000000, 12)),
                 (148, b" " * 8), (156, self.kind.encode("latin-1")), (157, self.link[:100]), (257, b"ustar\x0000"),
                 (329, self.number("major", 0, 8)), (337, self.number("minor", 0, 8))]
        for offset, value in parts:
            block[offset:offset + len(value)] = value
        block[148:156] = f"{sum(block):06o}".encode() + b"\0 "
        return bytes(block)

    def bytes(self) -> bytes:
        pax = dict(self.fields.get("pax", {}))
        if len(self.name) > 100:
            pax.setdefault("path", self.name)
        if len(self.link) > 100:
            pax.setdefault("linkpath", self.link)
        front = Member("pax", "x", pax_records(pax)).bytes() if pax else b""
        return front + self.header() + padded(self.data)


def pax_records(records) -> bytes:
    out = b""
    for key, value in records.items():
        body = b" " + raw(key) + b"=" + raw(value) + b"\n"
        size = len(body)
        while len(str(size).encode() + body) != size:
            size = len(str(size).encode() + body)
        out += str(size).encode() + body
    return out


def tar(*members) -> bytes:
    return b"".join(member if isinstance(member, bytes) else member.bytes() for member in members) + bytes(2 * BLOCK)


def directory(name, **fields):
    return Member(name, "5", **fields)


def symlink(name, target, **fields):
    return Member(name, "2", b"", target, **fields)


def hardlink(name, target, **fields):
    return Member(name, "1", b"", target, **fields)


def long_name(name):
    return Member("././@LongLink", "L", raw(name) + b"\0")
