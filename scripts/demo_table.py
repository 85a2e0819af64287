"""The table of scripts/demo: asks the registry what is there and compares it with what cooper said.
Exit status 0 only if every role's tags are there, agree with the metadata of both builds, and its
smoke test passed."""

import argparse
import hashlib
import json
import math
import sys
import urllib.error
import urllib.request
from pathlib import Path

MANIFEST_TYPES = ("application/vnd.oci.image.manifest.v1+json, "
                  "application/vnd.docker.distribution.manifest.v2+json")


def fetch_manifest(registry: str, image: str, tag: str):
    """(digest, manifest), the digest computed from the bytes received. Raises OSError."""
    request = urllib.request.Request(f"http://{registry}/v2/{image}/manifests/{tag}",
                                     headers={"Accept": MANIFEST_TYPES})
    direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with direct.open(request, timeout=30) as response:
        body = response.read()
    return "sha256:" + hashlib.sha256(body).hexdigest(), json.loads(body)


def described_digest(metadata: dict, role: str):
    return metadata.get(role, {}).get("containerimage.digest")


def role_row(arguments, role, first, second):
    """One row of the table; its "faults" say what did not hold."""
    tags = [f"{role}-{arguments.version}", f"{role}-latest"]
    row = {"role": role, "tags": tags, "digest": None, "bytes": 0, "layers": [], "faults": []}
    for tag in tags:
        try:
            digest, manifest = fetch_manifest(arguments.registry, arguments.image, tag)
        except (OSError, ValueError) as error:
            row["faults"].append(f"tag {tag}: {error}")
            continue
        if row["digest"] is None:
            row["digest"] = digest
            row["layers"] = [layer["digest"] for layer in manifest["layers"]]
            row["bytes"] = sum(layer["size"] for layer in manifest["layers"])
        elif digest != row["digest"]:
            row["faults"].append(f"tag {tag} is {digest}")
    for build, metadata in (("first", first), ("second", second)):
        said = described_digest(metadata, role)
        if said != row["digest"]:
            row["faults"].append(f"the {build} build said {said}")
    result = arguments.smoke / f"smoke.{role}"
    row["smoke"] = result.read_text().strip() if result.exists() else "not run"
    if row["smoke"] != "passed":
        row["faults"].append(f"smoke test: {row['smoke']}")
    return row


def count_shared_layers(rows):
    for row in rows:
        others = [set(other["layers"]) for other in rows if other is not row]
        row["shared_layers"] = sum(all(layer in other for other in others) for layer in row["layers"])


def size_text(size: int) -> str:
    return f"{size / 1e6:.1f} MB"


def seconds_text(seconds: float, digits: int) -> str:
    """"-" where it is not known (nan): no build began with an empty cache and went through."""
    return "-" if math.isnan(seconds) else f"{seconds:.{digits}f} s"


def text_table(rows, arguments) -> str:
    header = ("role", "tags", "digest", "size", "layers shared", "cold", "warm", "smoke")
    lines = [header]
    for row in rows:
        lines.append((row["role"], " ".join(row["tags"]), (row["digest"] or "none")[:19],
                      size_text(row["bytes"]), f"{row['shared_layers']} of {len(row['layers'])}",
                      seconds_text(arguments.cold, 1), seconds_text(arguments.warm, 2), row["smoke"]))
    widths = [max(len(line[column]) for line in lines) for column in range(len(header))]
    text = "\n".join("  ".join(cell.ljust(width) for cell, width in zip(line, widths)).rstrip()
                     for line in lines)
    distinct = {layer for row in rows for layer in row["layers"]}
    return (f"{text}\n\n"
            f"one invocation builds all {len(rows)}: the first ever took {seconds_text(arguments.cold, 1)}, "
            f"this run's {arguments.build:.2f} s, the repeated {arguments.warm:.2f} s\n"
            f"pull {arguments.pull:.2f} s, smoke tests {arguments.smoke_seconds:.2f} s; "
            f"{len(distinct)} different layers in all")


def json_table(rows, arguments) -> str:
    return json.dumps({
        "roles": rows,
        "seconds": {"cold": None if math.isnan(arguments.cold) else arguments.cold, "build": arguments.build, "warm": arguments.warm,
                    "pull": arguments.pull, "smoke": arguments.smoke_seconds},
        "held": not any(row["faults"] for row in rows)}, indent=2)


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__)
    for name in ("registry", "image", "version"):
        parser.add_argument(f"--{name}", required=True)
    for name in ("first", "second", "smoke"):
        parser.add_argument(f"--{name}", required=True, type=Path)
    for name in ("cold", "build", "warm", "pull", "smoke-seconds"):
        parser.add_argument(f"--{name}", required=True, type=float)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("roles", nargs="+")
    return parser.parse_args()


def main():
    arguments = parse_arguments()
    first = json.loads(arguments.first.read_text())
    second = json.loads(arguments.second.read_text())
    rows = [role_row(arguments, role, first, second) for role in arguments.roles]
    count_shared_layers(rows)
    print(json_table(rows, arguments) if arguments.json else text_table(rows, arguments))
    for row in rows:
        for fault in row["faults"]:
            print(f"{row['role']}: {fault}", file=sys.stderr)
    return 1 if any(row["faults"] for row in rows) else 0


if __name__ == "__main__":
    sys.exit(main())
