"""The build contexts of the benchmarks. They are the same bytes on every machine."""

import random
from pathlib import Path

WORDS = ("stave", "hoop", "cask", "barrel", "adze", "croze", "bung", "head", "chime", "bilge")


def _text(size: int, chance: random.Random) -> bytes:
    words = []
    length = 0
    while length < size:
        words.append(chance.choice(WORDS) + str(chance.randrange(1000)))
        length += len(words[-1]) + 1
    return " ".join(words).encode()[:size]


def _once(folder: Path, make):
    """Fills the folder unless an earlier run did."""
    done = folder.with_suffix(".done")
    if not done.exists():
        make(folder)
        done.touch()
    return folder


def c10k(folder: Path) -> Path:
    """10,000 text files of 200 to 7,992 bytes in 500 folders."""

    def make(root: Path):
        chance = random.Random(10_000)
        for directory in range(500):
            where = root / f"d{directory // 25:02}" / f"d{directory:03}"
            where.mkdir(parents=True, exist_ok=True)
            for file in range(20):
                (where / f"f{file:02}.txt").write_bytes(_text(200 + 8 * chance.randrange(975), chance))

    return _once(folder, make)


def c500(folder: Path) -> Path:
    """1,000 text files of 250 kB and 250 files of 1 MB that do not compress: 500 MB."""

    def make(root: Path):
        chance = random.Random(500)
        (root / "text").mkdir(parents=True, exist_ok=True)
        (root / "random").mkdir(exist_ok=True)
        for file in range(1000):
            (root / "text" / f"t{file:04}.txt").write_bytes(_text(250_000, chance))
        for file in range(250):
            (root / "random" / f"r{file:03}.bin").write_bytes(chance.randbytes(1_000_000))

    return _once(folder, make)


def small(folder: Path) -> Path:
    """One file."""

    def make(root: Path):
        root.mkdir(parents=True, exist_ok=True)
        (root / "file").write_text("one file\n")

    return _once(folder, make)
