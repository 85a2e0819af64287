"""The differences from BuildKit that are wanted: lines `CASE: why` of a file; docs/dockerfile.md tells them too."""

from pathlib import Path


def known_differences(path: Path) -> dict:
    found = {}
    for line in path.read_text(encoding="utf-8").splitlines():
        name, colon, reason = line.partition(": ")
        if line.startswith("#") or not line:
            continue
        if not colon or name in found:
            raise ValueError(f"{path.name}: '{line}' is no line 'CASE: why', or its case is there twice")
        found[name] = reason
    return found
