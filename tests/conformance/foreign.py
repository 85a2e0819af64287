"""Builds Dockerfiles that are not ours and writes what came out as text, for comparison with another builder.

Below the folder of Dockerfiles each of these is one build:
    NAME/Dockerfile        with NAME/context as its context, or NAME itself; NAME/args holds more arguments
    NAME.Dockerfile        with an empty context
The result is OUTPUT/NAME.txt: what `cooper tree` prints of the image, or the error."""

import shlex
import shutil
import tempfile
from pathlib import Path

from cooper_program import IMAGE, Cooper


def foreign_builds(folder: Path):
    """(name, Dockerfile, context or None, arguments), sorted by name."""
    found = []
    for path in sorted(folder.iterdir()):
        if path.is_dir() and (path / "Dockerfile").is_file():
            context = path / "context" if (path / "context").is_dir() else path
            arguments = path / "args"
            words = shlex.split(arguments.read_text(), comments=True) if arguments.is_file() else []
            found.append((path.name, path / "Dockerfile", context, words))
        elif path.is_file() and path.suffix == ".Dockerfile":
            found.append((path.stem, path, None, []))
    return found


def build_one(cooper: Cooper, store: Path, dockerfile: Path, context, words, bases) -> str:
    """The image as text, or the error; paths of this machine are cut from it."""
    with tempfile.TemporaryDirectory() as empty:
        place = context.resolve() if context else Path(empty)
        arguments = ["build", "--context-modes", "keep", "--progress", "quiet", "-t", IMAGE, "-f", str(dockerfile.resolve())]
        for name, layout in bases:
            arguments += ["--build-context", f"{name}=oci-layout://{layout}"]
        done = cooper.run(store, place, [*arguments, *words, str(place)])
        if done.returncode != 0:
            text = done.stderr.decode("utf-8", "backslashreplace")
            return f"exit {done.returncode}\n" + text.replace(f"{dockerfile.resolve().parent}/", "")
        config, tree = cooper.tree(store, place, IMAGE)
        return "\n".join(tree) + "\n\n" + config


def build_all(cooper: Cooper, folder: Path, bases, output: Path) -> int:
    """Returns how many were built or refused; one store serves all."""
    output.mkdir(parents=True, exist_ok=True)
    builds = foreign_builds(folder)
    store = Path(tempfile.mkdtemp(prefix="store.", dir=output))
    try:
        for name, dockerfile, context, words in builds:
            text = build_one(cooper, store, dockerfile, context, words, bases)
            (output / f"{name}.txt").write_text(text, encoding="utf-8", errors="surrogateescape")
    finally:
        shutil.rmtree(store, ignore_errors=True)
    return len(builds)
