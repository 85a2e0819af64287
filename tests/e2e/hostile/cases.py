"""The layers of docs/security.md's T rows: what they hold, and what building on them must give.

A case is (name, layers, expectation). Layers are the bytes of blobs, lowest first, above one of busybox. The
expectation is a text that the refusal has, or a function that looks at the files of the image. A fourth is the command
of the step, else "true".
"""

import gzip
import struct
import zlib

from raw_tar import Member, base256, directory, hardlink, long_name, octal, pax_records, symlink, tar

UP = "../" * 40


def is_file(path, text):
    def look(files):
        assert path in files, f"{path} is not there"
        assert files[path].isreg() and files[path].text == text.encode(), f"{path} holds something else"
    return look


def has(**wanted):
    """Paths ('/' written '__') that are files of this text."""
    return both(*(is_file(name.replace("__", "/"), text) for name, text in wanted.items()))


def lacks(*paths):
    def look(files):
        for path in paths:
            assert path not in files, f"{path} is there"
    return look


def both(*looks):
    def look(files):
        for one in looks:
            one(files)
    return look


def is_kind(path, kind, mode=None):
    def look(files):
        assert path in files and getattr(files[path], kind)(), f"{path} is no such thing"
        assert mode is None or files[path].mode & 0o7777 == mode, f"{path} has mode {files[path].mode:o}"
    return look


def names(canary):
    inside = canary.lstrip("/")
    yield "security.T01", [tar(Member(canary + "/t01", data="x"))], is_file(inside + "/t01", "x")
    yield "security.T02", [tar(Member(UP + inside + "/t02"))], "'..' in it"
    yield "security.T02-pax", [tar(Member("x", pax={"path": UP + inside + "/t02"}))], "'..' in it"
    yield "security.T02-gnu", [tar(long_name(UP + inside + "/t02"), Member("x"))], "'..' in it"
    yield "security.T03", [tar(symlink("a", canary), Member("a/f", data="x"))], is_file(inside + "/f", "x")
    yield "security.T04", [tar(symlink("a", UP + inside), Member("a/f", data="x"))], is_file(inside + "/f", "x")
    yield "security.T05", [tar(symlink("a", "b"), symlink("b", "/c"), symlink("c", canary), Member("a/f", data="x"))], \
        is_file(inside + "/f", "x")
    yield "security.T06", [tar(symlink("a", canary)), tar(Member("a/f", data="x"))], has(a__f="x")
    for spelling in (".", "./", "/"):
        yield "security.T07", [tar(symlink(spelling, canary)), tar(Member("t07"))], "the root can only be a directory"
    yield "security.T29", [tar(directory("etc/.."))], "'..' in it"
    yield "security.T30", [tar(Member(""))], "it has no name"
    yield "security.T46", [tar(Member("file/", data="x"))], "only a directory's name may end in '/'"
    yield "security.T46-link", [tar(symlink("link/", canary))], "only a directory's name may end in '/'"
    yield "security.T21", [tar(Member("new\nline\x1b]0;t\x07::set-env\udcff"))], \
        lambda files: is_kind("new\nline\x1b]0;t\x07::set-env\udcff", "isreg")(files)


def links(canary):
    inside = canary.lstrip("/")
    yield "security.T08", [tar(hardlink("hl", canary + "/secret"))], "hard link"
    yield "security.T09", [tar(hardlink("hl", UP + inside + "/secret"))], "'..' in it"
    yield "security.T10", [tar(symlink("l", canary), hardlink("hl", "l/secret"))], "hard link"
    yield "security.T10b", [tar(symlink("l", canary + "/secret"), hardlink("hl", "l"), Member("hl", data="over"))], has(hl="over")
    yield "security.T11", [tar(symlink("l", canary), hardlink("hl", "l", mode=0o777))], is_kind("hl", "issym")
    yield "security.T12", [tar(symlink("d", canary)), tar(directory("d", mode=0o777))], is_kind("d", "isdir", 0o777)
    yield "security.T20", [tar(Member("x", data="1"), symlink("x", canary), Member("x", data="3"))], has(x="3")
    yield "security.T28", [tar(hardlink("h", "h"))], "hard link"
    yield "security.T28-missing", [tar(hardlink("h", "gone"))], "hard link"
    yield "security.T28-directory", [tar(directory("d"), hardlink("h", "d"))], "hard link"
    yield "security.T36", [tar(symlink("a", "b"), symlink("b", "a"), Member("a/x"))], "link"
    yield "security.T31", [tar(directory("usr/lib"), symlink("lib", "usr/lib")), tar(directory("lib"), Member("lib/f", data="x"))], \
        has(lib__f="x")
    yield "security.T32", [tar(directory("run"), symlink("var/run", "/run"), Member("var/run/act/HEAD", data="x"))], \
        has(run__act__HEAD="x")
    yield "security.T33", [tar(Member("src", data="x"), hardlink("dst", "/src"))], has(src="x")
    yield "security.T33-lower", [tar(Member("low", data="x")), tar(hardlink("high", "/low"))], has(high="x")
    yield "security.T34", [tar(Member("implied/by/f", data="x"))], both(has(implied__by__f="x"), is_kind("implied", "isdir", 0o755))


def whiteouts(canary):
    inside = canary.lstrip("/")
    lower = tar(Member("etc/keep", data="k"), Member("etc/go", data="g"))
    yield "security.T13", [tar(Member(UP + inside + "/.wh.secret"))], "'..' in it"
    yield "security.T13b", [tar(symlink("a", canary)), tar(Member("a/.wh.secret"))], lacks("a/secret")
    yield "security.T13c", [tar(symlink("a", canary)), tar(Member("a/.wh..wh..opq"))], lacks("a/secret")
    for name in (".wh..", ".wh...", "etc/.wh..", "etc/.wh...", ".wh.", "etc/.wh."):
        yield "security.T13d", [lower, tar(Member(name))], "a bad whiteout name"
    yield "security.T13g", [lower, tar(Member("etc/.wh..wh..opq"), Member("etc/new", data="n"))], \
        both(has(etc__new="n"), lacks("etc/keep", "etc/go"))
    yield "security.T13h", [lower, tar(directory(".wh..wh.plnk"), Member(".wh..wh.plnk/1.2"))], \
        both(has(etc__keep="k"), lacks(".wh..wh.plnk"))
    yield "security.T44", [lower, tar(directory("etc/.wh.go"))], both(has(etc__keep="k"), lacks("etc/go"))
    yield "security.T45", [tar(directory("d", mode=0), Member("d/f", data="x"))], both(has(d__f="x"), is_kind("d", "isdir", 0))
    yield "security.T35", [tar(Member("f", data="x"), Member("f/g", data="y"))], has(f__g="y")


def attributes(_):
    capability = struct.pack("<IIIII", 0x02000001, 1 << 10, 0, 0, 0).decode()  # cap_net_bind_service=ep
    honest = {"SCHILY.xattr.user.ok": "yes", "SCHILY.xattr.security.capability": capability}
    xattrs = honest | {"SCHILY.xattr.trusted.overlay.redirect": "/", "SCHILY.xattr.user.overlay.opaque": "y",
                       "SCHILY.xattr.security.selinux": "s"}

    def kept(files):
        found = {key: value for key, value in files["f"].pax_headers.items() if key.startswith("SCHILY.xattr.")}
        assert found == honest, found
    yield "security.T14", [tar(Member("null", "3", major=octal(1, 8), minor=octal(3, 8)))], is_kind("null", "ischr")
    yield "security.T14-block", [tar(Member("disk", "4", major=octal(8, 8)))], is_kind("disk", "isblk")
    yield "security.T14-whiteout", [tar(Member("zero", "3"))], "0:0"
    yield "security.T16", [tar(Member("su", data="x", mode=octal(0o4755, 8)))], is_kind("su", "isreg", 0o4755)
    yield "security.T17", [tar(Member("f", data="x", pax=xattrs))], kept
    # What the step changed is read from its root file system.
    yield "security.T17-changed", [tar(Member("f", data="x", pax=xattrs))], kept, "chmod 0700 /f"
    yield "security.T25", [tar(Member("f", uid=base256(-1, 8)))], "is not possible"
    yield "security.T25-large", [tar(Member("f", pax={"uid": str(2 ** 32)}))], "is not possible"
    for time in ("100000000000000000000", "-1.5", "1.99999999999"):
        yield "security.T26", [tar(Member("f", data="x", pax={"mtime": time}))], has(f="x")


def sizes(_):
    deep = "/".join(["d" * 200] * 40)
    yield "security.T22", [tar(Member(deep))], "is too long"
    yield "security.T22b", [tar(Member("n" * 300))], "too long"
    yield "security.T18", [tar(Member("f"))] * 500, "more than 500"  # and the one of busybox
    yield "security.T19", [Member("p", "x", size=octal(1 << 30, 12)).header() + bytes(1024)], "limit"
    yield "security.T19-xattr", [tar(Member("f", pax={"SCHILY.xattr.user.x": "x" * 70000}))], "limit"
    many = pax_records({f"SCHILY.xattr.user.{i}": "x" for i in range(300)})
    yield "security.T19-xattrs", [tar(Member("p", "x", many), Member("f"))], "limit"
    huge = base256(2 ** 63 - 1, 12)
    yield "security.T41", [tar(Member("s", "S", size=huge))], "s"
    yield "security.T41-pax", [tar(Member("s", pax={"GNU.sparse.realsize": str(2 ** 63 - 1)}))], "sparse"
    yield "security.T41-size", [tar(Member("s", pax={"size": str(2 ** 63 - 1)}))], "too large"
    smuggled = tar(Member("smuggled", data="evil"))
    yield "security.T42", [tar(Member("f", data=smuggled, size=octal(0, 12), pax={"size": str(len(smuggled))}))], lacks("smuggled")
    for kind in "ZVM":
        yield "security.T43", [tar(Member("x", kind))], "is of tar type"


def streams(_):
    good = tar(Member("f", data="x"))
    squeeze = zlib.compressobj(9, zlib.DEFLATED, 31)
    zeros = b"".join(squeeze.compress(bytes(1 << 20)) for _ in range(192)) + squeeze.flush()
    empty = gzip.compress(b"", mtime=0)
    frame = struct.pack("<I", 0xFD2FB528) + bytes([0x00, 21 << 3]) + b"\x01\x00\x00"
    yield "security.T23", [gzip.compress(zeros, 9, mtime=0)], "it is not a tar"  # gzip in gzip
    yield "security.T23-ratio", [zeros], "times its size"
    yield "security.T23-members", [empty * 2000 + gzip.compress(good, mtime=0)], "without content"
    yield "security.T23-window", [frame], "zstd window"
    yield "security.T23-skippable", [(struct.pack("<II", 0x184D2A50, 4) + b"skip") * 2000], "without content"
    yield "security.T24b", [good + b"junk"], has(f="x")
    yield "security.T24c", [good + tar(Member("hidden"))], both(has(f="x"), lacks("hidden"))
    yield "security.T24d", [tar(Member("f", data="x" * 2000))[:1000]], "cut short"
    others = {"rar": b"Rar!\x1a\x07\x01\x00", "7z": b"7z\xbc\xaf\x27\x1c",
              "cpio": b"070701" + b"0" * 104, "xar": b"xar!\x00\x1c\x00\x01", "mtree": b"#mtree\n. type=dir\n",
              "uu": b"begin 644 x\n#0V%T\n`\nend\n", "lrzip": b"LRZI\x00\x06", "bzip2": b"BZh91AY&SY", "xz": b"\xfd7zXZ\x00"}
    yield "security.T50", [bytes(32769) + b"CD001" + tar(Member("hidden"))], "it is not a tar"  # begins as an empty one
    yield "security.T50-empty", [bytes(10240)], has()
    for data in others.values():
        yield "security.T50", [data + b"\x01" * 1024], "read layer"


GROUPS = {"names": names, "links": links, "whiteouts": whiteouts, "attributes": attributes, "sizes": sizes, "streams": streams}
