"""A case of each row of docs/security.md's table of limits, in its order."""

import gzip
import io
import json
import re
import struct
import sys
import tarfile
from pathlib import Path
from typing import Callable, NamedTuple, Optional

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent / "hostile"), str(HERE.parents[1] / "conformance")]
from base_images import Layout, add_manifest, host_architecture, layer_tar  # noqa: E402
from raw_tar import Member, tar  # noqa: E402
from run import layout_of  # noqa: E402

MANY = "i=0; while [ $i -lt 2000 ]; do echo line $i; i=$((i+1)); done"


class Case(NamedTuple):
    """`make`: in a folder, the command, and its standard input if it has one."""
    most: int  # the limit is set to it
    make: Callable
    status: int = 4
    options: tuple = ()  # of the second run, without the limit
    again: bool = True  # whether there is a second run
    check: Optional[Callable] = None  # of what is different: check(run, folder, most) is the whole case


def write(path: Path, data):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data if isinstance(data, bytes) else data.encode())
    return path


def image(folder: Path, blob: bytes, plain=b""):
    layout_of([blob], tar(Member("low", data="x")), folder, plain)
    return ["validate", f"oci-layout://{folder}"]


def described(folder: Path, config, layers=1):
    layout = Layout(folder)
    layout.finish(add_manifest(layout, {"config": config}, [tar(Member(f"f{number}")) for number in range(layers)], "amd64", "linux"))
    return ["validate", f"oci-layout://{folder}"]


def build(folder: Path, dockerfile: str, *words, **files):
    write(folder / "Dockerfile", dockerfile)
    for name, text in files.items():
        write(folder / name.replace("__", "."), text)
    return ["build", "--progress", "plain", *words, str(folder)]


def build_on(folder: Path, dockerfile: str, layer: bytes, *words, **files):
    layout = Layout(folder / "base")
    layout.finish(add_manifest(layout, {}, [layer], host_architecture(), "linux"))
    return build(folder, dockerfile, "--build-context", f"base=oci-layout://{folder / 'base'}", *words, **files)


def index(folder: Path, depth: int, width: int):
    layout = Layout(folder)
    kind = "application/vnd.oci.image.index.v1+json"
    entries = [add_manifest(layout, {}, [tar(Member("f"))], architecture, "linux") | {"platform": {"architecture": architecture, "os": "linux"}}
               for architecture in ("amd64", "arm64")[:width]]
    for _ in range(depth):
        entries = [layout.document(kind, {"schemaVersion": 2, "mediaType": kind, "manifests": entries})]
    layout.finish(entries[0])
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


def zstd(plain: bytes) -> bytes:
    """A frame of one raw block whose window is 2 MiB."""
    return b"\x28\xb5\x2f\xfd\x00" + bytes([11 << 3]) + struct.pack("<I", len(plain) << 3 | 1)[:3] + plain


def closed(host: str):
    def check(run, _folder, most):
        for options, told in ((["--limit", f"answerBytes={most}"], False), ([], True)):
            status, text = run(["ls", host + "/closed"], options)
            assert status == 1 and ("closed on Sundays" in text) == told, f"exit status {status}:\n{text}"
    return check


def writing(folder: Path, command: str):
    return build_on(folder, f"FROM base\nRUN {command}\n", layer_tar("busybox", 0), "--no-cache")


def long_line(run, folder: Path, most: int):
    command = writing(folder, "printf %01000d 0 | tr 0 X")
    for options, longest in ((["--limit", f"outputLineBytes={most}"], most), ([], 1000)):
        status, text = run(command, options)
        lines = re.findall("XX+", text)
        assert status == 0 and max(map(len, lines)) == longest and sum(map(len, lines)) == 1000, f"exit status {status}:\n{text}"


def long_log(run, folder: Path, most: int):
    command = writing(folder, MANY)
    for options, whole in ((["--limit", f"stepLogBytes={most}"], False), ([], True)):
        status, text = run(command, options)
        assert status == 0 and "line 1000" in text, f"exit status {status}:\n{text}"  # it is shown in any case
        status, text = run(["logs"])
        assert status == 0 and "line 0\n" in text and "line 1999\n" in text, text
        assert ("lines are left out here" not in text) == ("line 1000\n" in text) == whole, text
        assert whole or len(text) < 3 * most


def many_logs(run, folder: Path, most: int):
    folders = lambda: [path for path in (folder.parent / "logBytes.store/cooper/logs").iterdir() if path.is_dir()]
    for number, options, kept in ((0, [], 1), (1, [], 2), (2, ["--limit", f"logBytes={most}"], 1)):
        status, text = run(writing(folder / str(number), f"echo {number}; {MANY}"), options)
        assert status == 0 and len(folders()) == kept, f"exit status {status}, {folders()}:\n{text}"
    assert "\n" in run(["logs"])[1]


def user_files(run, folder: Path, most: int):
    """For the builder, and for the process that starts a step."""
    for number, lines in enumerate(("COPY --chown=web a /", "USER web\nRUN true")):
        command = build_on(folder / str(number), f"FROM base\n{lines}\n", layer_tar("busybox", 0), a="x")
        status, text = run(command, ["--limit", f"passwdBytes={most}"])
        assert status == 4 and f"the limit passwdBytes is {most}" in text, f"{lines}: exit status {status}:\n{text}"
        status, text = run(command)
        assert status == 0, f"{lines}: exit status {status}:\n{text}"


def cases(address: str, busy: str):
    """By the limit."""
    attributes = {f"SCHILY.xattr.user.x{number}": "y" * 100 for number in range(4)}
    host = address.removeprefix("http://")
    empty, file = gzip.compress(b"", mtime=0), tar(Member("f", data="x"))
    nested = json.loads("[" * 20 + "]" * 20)
    return {
        "documentBytes": Case(2000, lambda folder: described(folder, {"author": "a" * 3000})),
        "jsonDepth": Case(15, lambda folder: described(folder, {"more": nested})),
        "indexEntries": Case(1, lambda folder: index(folder, 1, 2)),
        "indexDepth": Case(1, lambda folder: index(folder, 3, 1)),
        "imageLayers": Case(2, lambda folder: described(folder, {}, 3)),
        "tokenBytes": Case(1000, lambda _: ["ls", host + "/private"]),
        "answerBytes": Case(1000, None, check=closed(host)),
        "tagPages": Case(2, lambda _: ["ls", host + "/many"]),
        "redirects": Case(2, lambda folder: build(folder, f"FROM scratch\nADD {address}/hop/3 /\n")),
        # It has the same end with the default, but later.
        "connectSeconds": Case(1, lambda folder: build(folder, f"FROM scratch\nADD {busy}/file /\n"), status=75, again=False),
        "idleSeconds": Case(1, lambda folder: build(folder, f"FROM scratch\nADD {address}/slow /\n"), status=75),
        "layerBytes": Case(20000, lambda folder: image(folder, tar(Member("f", data="x" * 30000)))),
        "layerRatio": Case(10, lambda folder: image(folder, gzip.compress(tar(Member("f", data=bytes(66 << 20))), 1, mtime=0)),
                           options=("--limit", "layerRatio=100000")),
        "layerEntries": Case(2, lambda folder: image(folder, tar(Member("a"), Member("b"), Member("c")))),
        "layerDepth": Case(3, lambda folder: build_on(folder, "FROM scratch\nCOPY --from=base a /a\n", tar(Member("a/b/c/d")))),
        "layerHeaderBytes": Case(600, lambda folder: image(folder, tar(Member("f", pax={"comment": "c" * 700})))),
        "layerXattrs": Case(3, lambda folder: image(folder, tar(Member("f", pax=attributes)))),
        "layerXattrBytes": Case(50, lambda folder: image(folder, tar(Member("f", pax=attributes)))),
        "layerEmptyParts": Case(5, lambda folder: image(folder, empty * 6 + gzip.compress(file, mtime=0))),
        "zstdWindowBytes": Case(1 << 20, lambda folder: image(folder, zstd(file), file)),
        "passwdBytes": Case(50, None, check=user_files),
        "dockerfileBytes": Case(30, lambda folder: build(folder, "FROM scratch\nLABEL a=b\nLABEL c=d\n")),
        "dockerfileInstructions": Case(2, lambda folder: build(folder, "FROM scratch\nLABEL a=b\nLABEL c=d\n")),
        "onbuildTriggers": Case(2, onbuild),
        "ignoreFileBytes": Case(10, lambda folder: build(folder, "FROM scratch\nCOPY a /\n", a="x", __dockerignore="*.md\n*.txt\n*.o\n")),
        "contextBytes": Case(20000, context_archive),
        "downloadBytes": Case(2000, lambda folder: build(folder, f"FROM scratch\nADD {address}/file /\n")),
        "outputLineBytes": Case(100, None, check=long_line),
        "stepLogBytes": Case(4000, None, check=long_log),
        "logBytes": Case(50000, None, check=many_logs),
    }
