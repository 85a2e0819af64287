"""Cases of the cache: a sequence of changes and builds, and what each build does again.

The file `steps` has one command a line:

    change RECIPE-LINE     changes the context, in the words of a recipe
    replace OLD NEW        changes the text of the Dockerfile
    build [ARGUMENT...]    builds; the lines that follow say what happened
    cached TEXT            the step of this instruction came from the cache
    ran TEXT               it did not
"""

import json
import shlex

from recipe import Recipe


class StepsError(Exception):
    """What a build did is not what the case says, or the case is wrong."""


def states(stderr: bytes) -> dict:
    """Instruction text -> "cached" or "ran", from the events of --progress json."""
    labels, found = {}, {}
    for line in stderr.decode(errors="replace").splitlines():
        event = json.loads(line)
        if event["event"] == "plan":
            labels = {step["step"]: step["label"].split("] ", 1)[-1] for step in event["steps"]}
        elif event["event"] == "step" and event["state"] in ("cached", "finished"):
            found[labels[event["step"]]] = "cached" if event["state"] == "cached" else "ran"
        elif event["event"] == "error":
            raise StepsError(f"the build failed: {event['message']}")
    return found


def run_steps(text: str, folder, build):
    """`build` takes more arguments and gives the finished process."""
    found = None
    for number, line in enumerate(text.splitlines(), 1):
        words = shlex.split(line, comments=True)
        if not words:
            continue
        rest = line.strip().split(" ", 1)[1] if " " in line.strip() else ""
        if words[0] == "change":
            Recipe(folder / "context").run_line(words[1:])
        elif words[0] == "replace":
            file = folder / "Dockerfile"
            if words[1] not in file.read_text():
                raise StepsError(f"steps:{number}: the Dockerfile has no '{words[1]}'")
            file.write_text(file.read_text().replace(words[1], words[2]))
        elif words[0] == "build":
            found = states(build(words[1:]).stderr)
        elif words[0] in ("cached", "ran") and found is not None:
            if found.get(rest) != words[0]:
                raise StepsError(f"steps:{number}: '{rest}' is {found.get(rest)}, not {words[0]}; all: {found}")
        else:
            raise StepsError(f"steps:{number}: unknown command '{words[0]}'")
