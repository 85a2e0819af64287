"""A Secret as client-go sends it in protobuf: helm keeps its releases in such Secrets."""
import base64

MAGIC = b"k8s\0"


def fields(data):
    """[(number, value)]: bytes of length-delimited fields, integers of varints."""
    at, found = 0, []

    def varint():
        nonlocal at
        value = shift = 0
        while True:
            byte = data[at]
            at += 1
            value |= (byte & 0x7F) << shift
            shift += 7
            if byte < 0x80:
                return value

    while at < len(data):
        tag = varint()
        value = varint()
        if tag & 7 == 2:
            length, value = value, data[at:at + value]
            at += length
        elif tag & 7 != 0:
            raise ValueError(f"protobuf: wire type {tag & 7}")
        found.append((tag >> 3, value))
    return found


def strings(pairs):
    """A map field: each entry is a message of key (1) and value (2)."""
    return {dict(fields(pair)).get(1, b"").decode(): dict(fields(pair)).get(2, b"") for pair in pairs}


def secret(body):
    """The object as JSON has it: runtime.Unknown around core/v1 Secret."""
    unknown = dict(fields(body[len(MAGIC):]))
    kind = {number: value.decode() for number, value in fields(unknown[1])}
    if kind != {1: "v1", 2: "Secret"}:
        raise ValueError(f"protobuf: {kind}")
    content = fields(unknown[2])
    meta = fields(dict(content)[1])
    return {
        "apiVersion": "v1", "kind": "Secret", "type": dict(content)[3].decode(),
        "metadata": {
            "name": dict(meta)[1].decode(),
            "labels": {key: value.decode() for key, value in
                       strings(value for number, value in meta if number == 11).items()}},
        "data": {key: base64.b64encode(value).decode() for key, value in
                 strings(value for number, value in content if number == 2).items()}}
