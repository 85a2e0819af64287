"""One case: built cold, from the cache, and from half a cache; then compared with what it expects."""

import contextlib
import difflib
import os
import shutil
import tarfile
import tempfile
from pathlib import Path

from base_images import make_bases, web_owner
from build_steps import StepsError, run_steps
from case_folder import Case
from cooper_program import IMAGE, Cooper, digest_of, remove_half_of_the_steps
from expectation import plain, section, stable_config, without_base
from file_server import serve
from recipe import make_context

REGENERATE = "COOPER_REGENERATE"


class Failure(Exception):
    pass


def run_folder(fallback: Path) -> Path:
    """A file system in memory, which does not wait for a disk, if it can do what a test needs."""
    memory = Path("/dev/shm")
    try:
        space = os.statvfs(memory)
        with tempfile.NamedTemporaryFile(dir=memory) as file:
            os.setxattr(file.fileno(), "user.cooper", b"1")
        if space.f_bavail * space.f_frsize > 1 << 30:
            return memory
    except OSError:
        pass
    fallback.mkdir(parents=True, exist_ok=True)
    return fallback


class CaseRun:
    def __init__(self, case: Case, cooper: Cooper, bases: dict, folder: Path, once: bool = False):
        self.case = case
        self.once = once
        self.cooper = cooper
        self.folder = folder
        self.store = folder / "store"
        self.address = ""
        self.bases = dict(bases, **make_bases(case.own_bases(), folder / "bases", web_owner(os.environ)))
        for path in case.folder.iterdir():
            if path.is_file() and path.name not in ("args", "expected", "show", "context.recipe", "serve.recipe", "stdin.recipe", "steps"):
                shutil.copy(path, folder / path.name)
        make_context(case.folder / "context", case.recipe, folder / "context")

    def words(self):
        """The arguments of `cooper build`; every base is a named context, so nothing reaches a network."""
        words = ["build", "--context-modes", "keep", "-t", IMAGE]
        for name, layout in sorted(self.bases.items()):
            words += ["--build-context", f"{name}=oci-layout://{layout}"]
        for word in self.case.arguments:
            for name, layout in self.bases.items():
                word = word.replace(f"@{name}@", str(layout))
            words.append(word.replace("@WORK@", str(self.folder)).replace("@HTTP@", self.address))
        if "-f" not in words and "--file" not in words:
            words += ["-f", "Dockerfile"]
        return words

    def build(self, progress: str, more=()):
        words = [*self.words(), *more, "--progress", progress]
        if "@CONTEXT@" in words:
            words.remove("@CONTEXT@")
        else:
            words.append("context")
        stdin = self.folder / "stdin"
        return self.cooper.run(self.store, self.folder, words, self.case.environment,
                               stdin.read_bytes() if stdin.exists() else b"")

    @contextlib.contextmanager
    def surroundings(self):
        """What the build reads beside its context: standard input, a server."""
        with contextlib.ExitStack() as stack:
            if self.case.input_recipe:
                make_context(self.case.folder / "input", self.case.input_recipe, self.folder / "input")
                with tarfile.open(self.folder / "stdin", "w:gz") as archive:
                    archive.add(self.folder / "input", arcname=".")
            if self.case.served:
                make_context(self.case.folder / "served", self.case.served, self.folder / "served")
                self.address = stack.enter_context(serve(self.folder / "served"))
            yield

    def result(self) -> str:
        """The text to compare with the file `expected`."""
        with self.surroundings():
            return self.results()

    def refuse(self, text: str):
        with self.surroundings():
            done = self.build("quiet")
        stderr = done.stderr.decode(errors="replace")
        if not 0 < done.returncode < 125 or "error: " not in stderr or text not in stderr:
            raise Failure(f"not refused with '{text}': exit code {done.returncode}\n{stderr}")

    def run_steps(self) -> str:
        def build(more):
            done = self.build("json", more)
            if done.returncode != 0:
                raise Failure(done.stderr.decode(errors="replace"))
            return done

        try:
            run_steps(self.case.steps, self.folder, build)
        except StepsError as error:
            raise Failure(str(error)) from error
        return "[steps]\n"

    def results(self) -> str:
        if self.case.steps:
            return self.run_steps()
        first = self.build("plain" if self.case.shown <= {"warnings", "times"} else "quiet")
        replaced = [(path, f"@{name}@") for name, path in self.bases.items()] + [(self.folder, "@WORK@")]
        if self.address:
            replaced.append((self.address, "@HTTP@"))
        stderr = plain(first.stderr, replaced)
        if "stdout" in self.case.shown:
            return (section(f"exit {first.returncode}", "") + section("stdout", plain(first.stdout, replaced)) +
                    section("stderr", stderr))
        if first.returncode < 0 or first.returncode > 125:
            raise Failure(f"ended by a signal: {first.returncode}\n{stderr}")
        if first.returncode != 0:
            begin = stderr.find("error: ")
            if begin < 0:
                raise Failure(f"no line 'error: ...'\n{stderr}")
            return section(f"exit {first.returncode}", "") + section("stderr", stderr[begin:])
        digest = digest_of(first)
        text = self.image_text()
        if "warnings" in self.case.shown:
            lines = [line for line in stderr.splitlines() if line.startswith(("warning: ", "syntax "))]
            text += section("warnings", "\n".join(lines))
        if not self.once:
            self.build_again(digest)
        return text

    def image_text(self) -> str:
        config, tree = self.cooper.tree(self.store, self.folder, IMAGE,
                                        ["--times"] if "times" in self.case.shown else [])
        _, base = self.cooper.tree(self.store, self.folder, f"oci-layout://{self.bases['busybox']}",
                                   ["--times"] if "times" in self.case.shown else [])
        tree = without_base(tree, base)
        if self.address:
            config = config.replace(self.address, "@HTTP@")
        config = stable_config(config, "--platform" in self.case.arguments)
        return section("config", config) + section("tree", "\n".join(tree))

    def build_again(self, digest: str):
        cached = digest_of(self.build("quiet"))
        if cached != digest:
            raise Failure(f"fully cached: {cached}, cold: {digest}")
        if remove_half_of_the_steps(self.store) == 0:
            return
        half = digest_of(self.build("quiet"))
        if half != digest:
            raise Failure(f"half of the step results removed: {half}, cold: {digest}")


def compare(case: Case, text: str):
    if os.environ.get(REGENERATE):
        case.expected_file.write_text(text, encoding="utf-8", errors="surrogateescape")
        return
    if not case.expected_file.exists():
        raise Failure(f"no file 'expected'; {REGENERATE}=1 writes it. The result was:\n{text}")
    expected = case.expected_file.read_text(encoding="utf-8", errors="surrogateescape")
    if text != expected:
        lines = difflib.unified_diff(expected.splitlines(), text.splitlines(), "expected", "result", lineterm="")
        raise Failure("\n".join(lines))


@contextlib.contextmanager
def temporary_folder(case: Case, work: Path):
    folder = Path(tempfile.mkdtemp(prefix=f"cooper.{case.name}.", dir=run_folder(work))).resolve()
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def run_case(case: Case, cooper: Cooper, bases: dict, work: Path, once: bool = False):
    """Throws Failure, or what a wrong case throws; leaves nothing behind. `once`: nothing is built again."""
    with temporary_folder(case, work) as folder:
        compare(case, CaseRun(case, cooper, bases, folder, once).result())


def run_refusal(case: Case, cooper: Cooper, bases: dict, work: Path, text: str):
    """The build must end with an error that holds `text`."""
    with temporary_folder(case, work) as folder:
        CaseRun(case, cooper, bases, folder).refuse(text)
