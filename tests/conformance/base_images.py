"""The base images of the suite, made without cooper: OCI layouts of Debian's static busybox.

A base is described by NAME.json, all members optional:
    "layers"       list of "busybox" (programs, /etc/passwd, /etc/group, /tmp) or of recipes (lists of lines)
    "config"       members of the image configuration document, over the default ones
    "media_types"  "oci" or "docker"
    "annotations"  of the manifest
    "platforms"    list of "os/arch": an index with a manifest for each, instead of this machine's one
"""

import gzip
import hashlib
import io
import json
import platform
import shutil
import tarfile
import tempfile
from pathlib import Path

from recipe import make_context, set_times

BUSYBOX = Path("/bin/busybox")
APPLETS = """ash basename cat chgrp chmod chown cp cut date dd dirname du echo egrep env expr false find grep head
hostname id kill ln ls mkdir mkfifo mktemp mknod mount mv nc od printenv printf ps pwd readlink rm rmdir sed seq sh
sha256sum sleep sort stat su sync tail tar tee test timeout touch tr true umount uname uniq vi wc wget whoami xargs
yes""".split()
PASSWD = """root:x:0:0:root:/root:/bin/sh
web:x:1000:1000:web:/home/web:/bin/sh
mail:x:8:12:mail:/var/mail:/bin/false
"""
GROUP = """root:x:0:
mail:x:12:web
web:x:1000:
extra:x:2000:web
"""
TYPES = {
    "oci": ("application/vnd.oci.image.manifest.v1+json", "application/vnd.oci.image.config.v1+json",
            "application/vnd.oci.image.layer.v1.tar+gzip", "application/vnd.oci.image.index.v1+json"),
    "docker": ("application/vnd.docker.distribution.manifest.v2+json",
               "application/vnd.docker.container.image.v1+json",
               "application/vnd.docker.image.rootfs.diff.tar.gzip",
               "application/vnd.docker.distribution.manifest.list.v2+json"),
}
MACHINES = {"x86_64": "amd64", "aarch64": "arm64", "armv7l": "arm"}


def host_architecture() -> str:
    return MACHINES.get(platform.machine(), platform.machine())


def busybox_files(root: Path):
    lines = ["dir bin", "dir etc", "dir root 700", "dir tmp 1777", "dir home/web", "owner home/web 1000:1000"]
    lines += [f"link bin/{name} busybox" for name in APPLETS]
    make_context(Path("/nonexistent"), "\n".join(line for line in lines if not line.startswith("owner")), root)
    shutil.copy(BUSYBOX, root / "bin/busybox")
    (root / "bin/busybox").chmod(0o755)
    (root / "etc/passwd").write_text(PASSWD)
    (root / "etc/group").write_text(GROUP)
    set_times(root)


def layer_tar(description, owner: int) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder) / "root"
        if description == "busybox":
            busybox_files(root)
        else:
            make_context(Path("/nonexistent"), "\n".join(description), root)
        out = io.BytesIO()

        def owned(entry):
            entry.uname = entry.gname = ""
            entry.uid = entry.gid = owner if entry.name.endswith("home/web") else entry.uid
            return entry

        with tarfile.open(fileobj=out, mode="w", format=tarfile.PAX_FORMAT) as archive:
            for path in sorted(root.iterdir()):
                archive.add(path, arcname=path.name, filter=owned)
        return out.getvalue()


def web_owner(environment) -> int:
    """Whose /home/web is: a user namespace of one id has no other owner than root."""
    return 0 if environment.get("COOPER_ISOLATION") == "single" else 1000


class Layout:
    """An OCI image layout being written."""

    def __init__(self, folder: Path):
        self.folder = folder
        (folder / "blobs/sha256").mkdir(parents=True)
        (folder / "oci-layout").write_text('{"imageLayoutVersion":"1.0.0"}')

    def blob(self, media_type: str, data: bytes) -> dict:
        digest = hashlib.sha256(data).hexdigest()
        (self.folder / "blobs/sha256" / digest).write_bytes(data)
        return {"mediaType": media_type, "digest": f"sha256:{digest}", "size": len(data)}

    def document(self, media_type: str, value: dict) -> dict:
        return self.blob(media_type, json.dumps(value, sort_keys=True).encode())

    def finish(self, entry: dict):
        index = {"schemaVersion": 2, "manifests": [dict(entry, annotations={"org.opencontainers.image.ref.name": "latest"})]}
        (self.folder / "index.json").write_text(json.dumps(index))


def add_manifest(layout: Layout, base: dict, tars, architecture: str, system: str) -> dict:
    manifest_type, config_type, layer_type, _ = TYPES[base.get("media_types", "oci")]
    config = {
        "architecture": architecture, "os": system, "created": "2001-09-09T01:46:40Z",
        "config": {"Env": ["PATH=/bin"], "Cmd": ["sh"]} if tars else {},
        "rootfs": {"type": "layers", "diff_ids": [f"sha256:{hashlib.sha256(tar).hexdigest()}" for tar in tars]},
        "history": [{"created": "2001-09-09T01:46:40Z", "created_by": "base"} for _ in tars],
    }
    config.update(base.get("config", {}))
    manifest = {
        "schemaVersion": 2, "mediaType": manifest_type,
        "config": layout.document(config_type, config),
        "layers": [layout.blob(layer_type, gzip.compress(tar, 1, mtime=0)) for tar in tars],
    }
    if "annotations" in base:
        manifest["annotations"] = base["annotations"]
    return layout.document(manifest_type, manifest)


def make_base(description: Path, folder: Path, owner: int):
    base = json.loads(description.read_text(encoding="utf-8"))
    tars = [layer_tar(layer, owner) for layer in base.get("layers", ["busybox"])]
    layout = Layout(folder)
    if "platforms" not in base:
        layout.finish(add_manifest(layout, base, tars, host_architecture(), "linux"))
        return
    manifests = []
    for name in base["platforms"]:
        system, architecture, *variant = name.split("/")
        entry = add_manifest(layout, base, tars, architecture, system)
        entry["platform"] = {"os": system, "architecture": architecture}
        if variant:
            entry["platform"]["variant"] = variant[0]
        manifests.append(entry)
    media_type = TYPES[base.get("media_types", "oci")][3]
    layout.finish(layout.document(media_type, {"schemaVersion": 2, "mediaType": media_type, "manifests": manifests}))


def make_bases(descriptions, folder: Path, owner: int = 1000):
    """Each NAME.json as folder/NAME; what is there already goes. /home/web is `owner`'s."""
    made = {}
    for description in descriptions:
        target = folder / description.stem
        shutil.rmtree(target, ignore_errors=True)
        make_base(description, target, owner)
        made[description.stem] = target
    return made
