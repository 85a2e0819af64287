#!/usr/bin/env python3
"""Each limit of docs/security.md is reached: exit status 4, an error whose hint names it, nothing left in tmp; and what reached it
goes through without that limit.   usage: limits.py COOPER"""

import functools
import gzip
import http.server
import io
import json
import os
import re
import resource
import subprocess
import sys
import tarfile
import tempfile
import threading
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE / "hostile"), str(HERE.parent / "conformance")]
from base_images import Layout, add_manifest  # noqa: E402
from raw_tar import Member, tar  # noqa: E402
from run import layout_of  # noqa: E402

MEMORY = 256 << 10  # KiB: of any process of cooper
TABLE = re.compile(r"^\| `(\w+)` \|", re.MULTILINE)
TOKEN = "t" * 4000


class Registry(http.server.BaseHTTPRequestHandler):
    """Asks for a token for "private", has three pages of tags of "many", and gives out a file."""

    def answer(self, status, body, **headers):
        self.send_response(status)
        for name, value in {"Content-Length": str(len(body)), **headers}.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(body)

    def do_GET(self):
        address = f"http://127.0.0.1:{self.server.server_address[1]}"
        page = int(self.path.partition("page=")[2] or 1)
        tags = json.dumps({"name": "many", "tags": [f"v{page}"]}).encode()
        if self.path.startswith("/token"):
            return self.answer(200, json.dumps({"token": TOKEN}).encode())
        if "/private/" in self.path and self.headers.get("Authorization") != "Bearer " + TOKEN:
            return self.answer(401, b"{}", WWW_Authenticate=f'Bearer realm="{address}/token",service="s"')
        if "/private/" in self.path:
            return self.answer(200, tags)
        if "/many/" in self.path:
            link = {"Link": f'</v2/many/tags/list?page={page + 1}>; rel="next"'} if page < 3 else {}
            return self.answer(200, tags, **link)
        return self.answer(200, b"x" * 5000) if self.path == "/file" else self.answer(404, b"{}")

    def log_message(self, *_):
        pass


def write(path: Path, data):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data if isinstance(data, bytes) else data.encode())
    return path


def image(folder: Path, blob: bytes):
    layout_of([blob], tar(Member("low", data="x")), folder)
    return ["validate", f"oci-layout://{folder}"]


def build(folder: Path, dockerfile: str, *words, **files):
    write(folder / "Dockerfile", dockerfile)
    for name, text in files.items():
        write(folder / name.replace("__", "."), text)
    return ["build", "--progress", "plain", *words, str(folder)]


def index(folder: Path):
    layout = Layout(folder)
    one = add_manifest(layout, {}, [tar(Member("f"))], "amd64", "linux") | {"platform": {"architecture": "amd64", "os": "linux"}}
    two = add_manifest(layout, {}, [tar(Member("g"))], "arm64", "linux") | {"platform": {"architecture": "arm64", "os": "linux"}}
    kind = "application/vnd.oci.image.index.v1+json"
    layout.finish(layout.document(kind, {"schemaVersion": 2, "mediaType": kind, "manifests": [one, two]}))
    return ["validate", f"oci-layout://{folder}"]


def onbuild(folder: Path):
    layout = Layout(folder / "base")
    triggers = {"config": {"OnBuild": ["LABEL a=b", "LABEL c=d", "LABEL e=f"]}}
    layout.finish(add_manifest(layout, {"config": triggers}, [tar(Member("f"))], "amd64", "linux"))
    return build(folder, "FROM base\n", "--platform", "linux/amd64", "--build-context", f"base=oci-layout://{folder / 'base'}")


def context_archive(folder: Path):
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        for name, text in {"Dockerfile": b"FROM scratch\nCOPY big /\n", "big": b"x" * 50000}.items():
            member = tarfile.TarInfo(name)
            member.size = len(text)
            archive.addfile(member, io.BytesIO(text))
    return ["build", "--progress", "plain", "-"], write(folder / "context.tar", out.getvalue())


@functools.cache
def cases(address: str):
    """By the limit: what it is set to, and what makes the command, and its standard input if it has one, in a folder."""
    attributes = {f"SCHILY.xattr.user.x{number}": "y" * 100 for number in range(4)}
    host = address.removeprefix("http://")
    return {
        "indexEntries": (1, index),
        "tokenBytes": (1000, lambda _: ["ls", host + "/private"]),
        "tagPages": (2, lambda _: ["ls", host + "/many"]),
        "layerBytes": (20000, lambda folder: image(folder, tar(Member("f", data="x" * 30000)))),
        "layerRatio": (10, lambda folder: image(folder, gzip.compress(tar(Member("f", data=bytes(66 << 20))), 1, mtime=0))),
        "layerEntries": (2, lambda folder: image(folder, tar(Member("a"), Member("b"), Member("c")))),
        "layerHeaderBytes": (600, lambda folder: image(folder, tar(Member("f", pax={"comment": "c" * 700})))),
        "layerXattrs": (3, lambda folder: image(folder, tar(Member("f", pax=attributes)))),
        "layerXattrBytes": (50, lambda folder: image(folder, tar(Member("f", pax=attributes)))),
        "dockerfileBytes": (30, lambda folder: build(folder, "FROM scratch\nLABEL a=b\nLABEL c=d\n")),
        "dockerfileInstructions": (2, lambda folder: build(folder, "FROM scratch\nLABEL a=b\nLABEL c=d\n")),
        "onbuildTriggers": (2, onbuild),
        "ignoreFileBytes": (10, lambda folder: build(folder, "FROM scratch\nCOPY a /\n", a="x", __dockerignore="*.md\n*.txt\n*.o\n")),
        "contextBytes": (20000, context_archive),
        "downloadBytes": (2000, lambda folder: build(folder, f"FROM scratch\nADD {address}/file /\n")),
    }


def run(cooper: str, store: Path, command, options=()):
    words, stdin = command if isinstance(command, tuple) else (command, None)
    with open(stdin or os.devnull, "rb") as source:
        made = subprocess.run([cooper, "--root", store, *options, *words], stdin=source, capture_output=True, timeout=120, check=False)
    return made.returncode, (made.stdout + made.stderr).decode("utf-8", "replace")


def attempt(cooper: str, work: Path, name: str, most: int, make):
    command = make(work / name)
    status, text = run(cooper, work / (name + ".store"), command, ["--limit", f"{name}={most}"])
    assert status == 4, f"exit status {status}:\n{text}"
    assert f"the limit {name} is {most}" in text and f"--limit {name}=NUMBER" in text, f"the limit is not named:\n{text}"
    left = list((work / (name + ".store")).glob("cooper/tmp/*"))
    assert not left, f"left in tmp: {left}"
    options = ["--limit", "layerRatio=100000"] if name == "layerRatio" else []
    status, text = run(cooper, work / (name + ".store"), command, options)
    assert status == 0, f"refused without it, exit status {status}:\n{text}"


def main():
    table = TABLE.findall((HERE.parents[1] / "docs/security.md").read_text(encoding="utf-8"))
    failed = 0
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Registry) as server, tempfile.TemporaryDirectory() as folder:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        rows = cases(f"http://127.0.0.1:{server.server_address[1]}")
        assert table and list(rows) == table, f"the page has {table}, the cases are {list(rows)}"
        for name, (most, make) in rows.items():
            try:
                attempt(sys.argv[1], Path(folder), name, most, make)
            except (AssertionError, subprocess.TimeoutExpired) as error:
                failed += 1
                print(f"FAILED: {name}: {error}")
        server.shutdown()
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    print(f"{len(rows)} limits, {failed} failed, largest process {peak >> 10} MiB")
    assert peak < MEMORY, "too much memory"
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
