"""An image of a registry as the files a container of it would see: what the tools' results are compared by."""

import gzip
import hashlib
import io
import json
import tarfile
import urllib.request

ACCEPT = ", ".join(f"application/vnd.{kind}+json" for kind in (
    "oci.image.manifest.v1", "oci.image.index.v1", "docker.distribution.manifest.v2",
    "docker.distribution.manifest.list.v2"))
# What builders put there for the time of a RUN step, and differ about.
NOT_COMPARED = ("etc/hosts", "etc/resolv.conf", "etc/mtab", "dev", "proc", "sys", "run", "etc/hostname")


def _get(url: str, accept: str = "*/*"):
    direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    return direct.open(urllib.request.Request(url, headers={"Accept": accept}), timeout=60)


def _manifest(name: str):
    address, rest = name.split("/", 1)
    repository, tag = rest.rsplit(":", 1)
    base = f"http://{address}/v2/{repository}"
    document = json.load(_get(f"{base}/manifests/{tag}", ACCEPT))
    if "manifests" in document:
        document = json.load(_get(f"{base}/manifests/{document['manifests'][0]['digest']}", ACCEPT))
    return base, document


def _facts(member: tarfile.TarInfo, archive: tarfile.TarFile):
    owner = (member.mode & 0o7777, member.uid, member.gid)
    if member.isreg():
        return ("file", *owner, hashlib.sha256(archive.extractfile(member).read()).hexdigest())
    if member.issym():
        return ("link", member.linkname)
    if member.isdir():
        return ("directory", *owner)
    return (member.type.decode(), *owner, member.devmajor, member.devminor)


def _apply(archive: tarfile.TarFile, files: dict):
    for member in archive:
        path = member.name.removeprefix("./").strip("/")
        folder, _, name = path.rpartition("/")
        if name.startswith(".wh."):
            gone = folder + "/" * bool(folder) + name.removeprefix(".wh.")
            if name == ".wh..wh..opq":
                gone = folder
            for known in [p for p in files if p.startswith(gone + "/") or (p == gone != folder)]:
                del files[known]
        elif member.islnk():
            files[path] = files[member.linkname.removeprefix("./").strip("/")]
        elif path:
            files[path] = _facts(member, archive)


def files_of(name: str) -> dict:
    """path -> what it is, without times."""
    base, manifest = _manifest(name)
    files = {}
    for layer in manifest["layers"]:
        data = _get(f"{base}/blobs/{layer['digest']}")
        stream = gzip.open(data) if layer["mediaType"].endswith("gzip") else io.BufferedReader(data)
        with tarfile.open(fileobj=stream, mode="r|") as archive:
            _apply(archive, files)
    return {path: facts for path, facts in files.items()
            if not any(path == skipped or path.startswith(skipped + "/") for skipped in NOT_COMPARED)}


def difference(a: dict, b: dict) -> str:
    """ "" when they are the same, else the first few paths that differ."""
    paths = sorted(path for path in a.keys() | b.keys() if a.get(path) != b.get(path))
    return "; ".join(f"{path}: {a.get(path)} / {b.get(path)}" for path in paths[:3]) + (
        f" and {len(paths) - 3} more" if len(paths) > 3 else "")
