"""The workloads W1 to W6. Each gives a list of Work: `prepare()` brings the tool's store to the state in which
`measured()` (a list of commands) is timed; prepare is called before each run. `result()` is the image that the last
run made, pushed to the tool's registry: all tools must have made the same files. None: nothing to compare."""

import itertools
import json
import shutil
from dataclasses import dataclass
from pathlib import Path

import contexts
from measure import run_all

FAN_OUT = """FROM {base} AS common
WORKDIR /app
COPY . /app
RUN echo one > /one
RUN echo two > /two
RUN echo three > /three
RUN echo four > /four
FROM common AS app
LABEL role=app
FROM common AS horizon
LABEL role=horizon
FROM common AS scheduler
LABEL role=scheduler
"""
ONE_COPY = "FROM scratch\nCOPY . /data\n"
SMALL = "FROM {base}\nCOPY file /file\nRUN echo run > /run-was-here\n"
TARGETS = ("app", "horizon", "scheduler")


@dataclass
class Work:
    title: str
    prepare: object
    measured: object
    result: object = None


@dataclass
class Bench:
    """Where a tool's measurements happen."""
    tool: object
    folder: Path       # scratch of this tool
    shared: Path       # contexts
    registry: object   # with the base image
    base: str

    def __post_init__(self):
        self.folder.mkdir(parents=True, exist_ok=True)
        self.numbers = itertools.count()

    @property
    def store(self):
        return self.folder / "store"

    def dockerfile(self, name: str, text: str) -> Path:
        path = self.folder / f"{name}.Dockerfile"
        path.write_text(text.format(base=self.base))
        return path

    def once(self, action):
        """The action, done the first time only."""
        done = []

        def run():
            if not done:
                action()
                done.append(True)
        return run

    def new_tag(self) -> str:
        return f"{self.registry.address}/{self.tool.name}/r{next(self.numbers)}:1"


    def pushed(self, context: Path, dockerfile: Path, **options):
        """A function that builds (what it can from the cache) and pushes, and returns the name."""
        def push():
            tag = self.new_tag()
            run_all(self.tool.build(self.store, context, dockerfile, tag, push=True, **options))
            return tag
        return push


def w1_nothing_changed(bench: Bench):
    context = contexts.c10k(bench.shared / "c10k")
    file = bench.dockerfile("fan-out", FAN_OUT)
    build = bench.tool.build(bench.store, context, file, "w1-app:1", target="app")
    tags = {target: f"w1-{target}:1" for target in TARGETS}
    bake_file = bench.folder / "fan-out.json"
    bake_file.write_text(json.dumps({
        "target": {target: {"context": str(context), "dockerfile": str(file), "target": target,
                            "tags": [tag]} for target, tag in tags.items()}}))
    every = bench.tool.build_all(bench.store, bake_file, context, file, tags)
    return [Work("W1 no-op rebuild, 10,000 files", bench.once(lambda: run_all(build)), lambda: build,
                 bench.pushed(context, file, target="app")),
            Work("W1 the same, three targets", bench.once(lambda: run_all(every)), lambda: every)]


def w2_one_file_changed(bench: Bench):
    source = contexts.c10k(bench.shared / "c10k")
    context = bench.folder / "c10k-changed"
    if not context.exists():
        shutil.copytree(source, context)
    file = bench.dockerfile("fan-out", FAN_OUT)
    build = bench.tool.build(bench.store, context, file, "w2-app:1", target="app")
    first = bench.once(lambda: run_all(build))

    def change():
        first()
        (context / "d07" / "d181" / "f03.txt").write_text(f"changed {next(bench.numbers)}\n")

    return [Work("W2 one of 10,000 files changed", change, lambda: build)]


def w3_large_copy(bench: Bench):
    context = contexts.c500(bench.shared / "c500")
    file = bench.dockerfile("one-copy", ONE_COPY)
    current = {}

    def forget():
        bench.tool.forget(bench.store)

    def build_and_push():
        current["tag"] = bench.new_tag()
        return bench.tool.build(bench.store, context, file, current["tag"], push=True)

    def forget_all():
        forget()
        bench.registry.forget_all_but_base()

    return [Work("W3 500 MB COPY, build", forget,
                 lambda: bench.tool.build(bench.store, context, file, "w3:1")),
            Work("W3 500 MB COPY, build and push", forget_all, build_and_push, lambda: current["tag"])]


def w4_many_steps(bench: Bench):
    context = contexts.small(bench.shared / "small")
    file = bench.dockerfile("steps", "FROM {base}\n" + "".join(f"RUN echo step {n}\n" for n in range(50)))
    build = bench.tool.build(bench.store, context, file, "w4:1")
    anew = bench.tool.build(bench.store, context, file, "w4:1", no_cache=True)
    first = bench.once(lambda: run_all(build))
    return [Work("W4 50 RUN steps, uncached", first, lambda: anew),
            Work("W4 50 RUN steps, cached", first, lambda: build)]


def w5_from_nothing(bench: Bench):
    context = contexts.small(bench.shared / "small")
    file = bench.dockerfile("small", SMALL)
    current = {}

    def build():
        current["tag"] = bench.new_tag()
        return bench.tool.build(bench.store, context, file, current["tag"], push=True)

    return [Work("W5 empty store: pull, COPY, RUN, push", lambda: bench.tool.forget(bench.store), build,
                 lambda: current["tag"])]


def w6_push(bench: Bench):
    context = contexts.c500(bench.shared / "c500")
    current = {}

    def ready(push_before: bool):
        # A new repository in a registry that has none of the blobs: each run makes them differ.
        marked = bench.dockerfile("marked", ONE_COPY + f"LABEL run={next(bench.numbers)}\n")
        bench.registry.forget_all_but_base()
        current["tag"], current["file"] = bench.new_tag(), marked
        run_all(bench.tool.build(bench.store, context, marked, current["tag"]))
        if push_before:
            run_all(push())

    def push():
        return bench.tool.push(bench.store, context, current["file"], current["tag"])

    return [Work("W6 push of a ready 500 MB image", lambda: ready(False), push),
            Work("W6 push again, nothing to do", bench.once(lambda: ready(True)), push)]


WORKLOADS = {"W1": w1_nothing_changed, "W2": w2_one_file_changed, "W3": w3_large_copy,
             "W4": w4_many_steps, "W5": w5_from_nothing, "W6": w6_push}
