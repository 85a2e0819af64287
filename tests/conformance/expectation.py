"""What a case expects, as text: sections [config] [tree] [warnings], or [exit N] [stdout] [stderr]."""

import json

from base_images import host_architecture


def stable_config(text: str, foreign_platform: bool) -> str:
    """Members sorted; layers are counted, because the tree says what is in them."""
    config = json.loads(text)
    if "rootfs" in config:
        config["rootfs"]["diff_ids"] = len(config["rootfs"].get("diff_ids") or [])
    if not foreign_platform and config.get("architecture") == host_architecture():
        config["architecture"] = "this machine's"
    return json.dumps(config, indent=1, sort_keys=True, ensure_ascii=False) + "\n"


def without_base(tree, base):
    """The lines a base image does not have; "- PATH" for those of its paths that are gone."""
    paths = {line.split(" ", 1)[0] for line in tree}
    if "/bin/busybox" not in paths:
        return tree
    known = set(base)
    gone = [f"- {path}" for path in (line.split(" ", 1)[0] for line in base) if path not in paths]
    return [line for line in tree if line not in known] + gone


def section(name: str, text: str) -> str:
    return f"[{name}]\n{text}" + ("" if text.endswith("\n") or not text else "\n")


def plain(data: bytes, replacements) -> str:
    text = data.decode("utf-8", "backslashreplace")
    for path, name in replacements:
        text = text.replace(str(path), name)
    return text
