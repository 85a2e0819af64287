#!/usr/bin/env bash
# What a failed step leaves: its log, and on request its file system with a shell in it.
# shellcheck source=lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

failing() {
  mkdir -p ctx
  echo "from the context" >ctx/file
  printf %s "a-secret-value" >"$work/secret"
  dockerfile <<'END'
FROM base AS tools
RUN echo tool >/tool
FROM base
ENV COLOUR=blue
WORKDIR /home/web/work
RUN chown web:web /home/web/work
USER web
RUN --mount=type=bind,source=ctx,target=/mnt/ctx --mount=type=bind,from=tools,target=/mnt/tools \
    --mount=type=cache,target=/mnt/cache,uid=1000 --mount=type=secret,id=key,uid=1000 --mount=type=tmpfs,target=/mnt/tmp \
    echo trace >left && cat /run/secrets/key && echo kept >/mnt/cache/f && echo "on stderr" >&2 && exit 3
END
}

build_failing() {
  cooper_run "$@" build --progress plain --on-failure=keep --secret "id=key,src=$work/secret" .
  [ "$status" -ne 0 ] || fail "it did not fail"
  err_has "exit status 3" "hint: 'cooper debug' opens a shell in what the step left"
}

look() {
  cooper_run "$@" debug --secret "id=key,src=$work/secret" -c '
    echo "$COLOUR $(pwd) $(id -u) $(cat left) $(cat /mnt/ctx/file) $(cat /mnt/tools/tool) $(cat /mnt/cache/f) $(cat /run/secrets/key)"
    ls -d /mnt/tmp; exit 7'
  same "$status" 7 "exit status of the command: $err"
  same "$out" "blue /home/web/work 1000 trace from the context tool kept a-secret-value
/mnt/tmp"
}

case_kept_and_opened() {
  fresh_store
  failing
  cooper_run build --progress plain --secret "id=key,src=$work/secret" .
  err_has "with --on-failure=keep 'cooper debug' then opens a shell"
  [ ! -e "$store/cooper/failed" ] || [ -z "$(ls "$store/cooper/failed")" ] || fail "kept without being asked"
  build_failing
  ! grep -rqaF a-secret-value "$store" || fail "the secret was kept"
  look
  err_has "RUN --mount" "exit status 3"
  # What is changed stays; another build meanwhile changes nothing; the layers below are made again.
  cooper_ok debug -c 'echo more >>left'
  err_has "note: the secret 'key' is not there"
  printf 'FROM scratch\nCOPY ctx /\n' >Other
  cooper_ok build -f Other .
  rm -rf "$store"/cooper/snapshots-* "$store"/cooper/*-snapshots-*
  cooper_ok debug -c 'cat left'
  same "$out" "trace
more"
  cooper_ok debug --list
  grep -q 'exit status 3' <<<"$out" || fail "it is not listed"
  cooper_refuses debug nothing-like-this
  cooper_refuses debug
  err_has "standard input is no terminal"
  cooper_ok fsck
  cooper_ok cache ls --kind failed
  grep -q '^failed' <<<"$out" || fail "cache ls does not show it"
  cooper_ok cache prune --filter kind=failed
  same "$(ls "$store/cooper/failed")" ""
  cooper_refuses debug
  err_has "--on-failure=keep"
  nothing_left_behind
}

case_in_a_chroot_too() {
  fresh_store
  failing
  build_failing --isolation chroot
  look --isolation chroot
}

case_only_the_last_five_are_kept() {
  fresh_store
  local i
  for i in 1 2 3 4 5 6 7; do
    dockerfile <<<"FROM base
RUN echo $i >/number && false"
    cooper_run build --on-failure=keep .
  done
  same "$(ls "$store/cooper/failed" | wc -l)" 5
  cooper_ok debug -c 'cat /number'
  same "$out" 7
}

# A terminal: the shell is interactive, has the window's size, and gets the keys.
case_a_shell_in_a_terminal() {
  fresh_store
  failing
  build_failing
  cat >talk.py <<'PYTHON'
import fcntl
import os
import pty
import select
import struct
import sys
import termios

pid, terminal = pty.fork()
if pid == 0:
    os.execvp(sys.argv[1], sys.argv[1:])
fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 33, 101, 0, 0))
seen = b""


def until(text, again=b"", patience=60):
    """`again`: a key that may come before its program listens, so it is pressed each second."""
    global seen
    while text not in seen:
        if not select.select([terminal], [], [], 1)[0]:
            patience -= 1
            if patience == 0:
                sys.exit(f"no {text} in {seen}")
            os.write(terminal, again)
            continue
        try:
            data = os.read(terminal, 4096)
        except OSError:
            data = b""
        if not data:
            sys.exit(f"the end before {text}: {seen}")
        seen += data


def say(line):
    os.write(terminal, line.encode() + b"\n")


until(b"$ ")
say("echo in-$COLOUR-$((1+1)); test -t 0 && echo is-a-terminal")
until(b"in-blue-2")
until(b"is-a-terminal")
say("echo begin-$((3+3)); sleep 100")
until(b"begin-6")
seen = b""
os.write(terminal, b"\x03")  # ends the sleep, not the shell
until(b"$ ", again=b"\x03")
say("echo still-$((2+2))")
until(b"still-4")
say("exit 5")
while True:
    try:
        if not os.read(terminal, 4096):
            break
    except OSError:
        break
sys.exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
PYTHON
  status=0
  COOPER_ROOT=$store python3 talk.py "$COOPER_BIN" debug >"$work/out" 2>&1 || status=$?
  out=$(<"$work/out")
  same "$status" 5 "exit status of the shell"
  # The same at once when the build fails; the build's own status is what counts then.
  status=0
  COOPER_ROOT=$store python3 talk.py "$COOPER_BIN" build --progress plain --on-failure=shell \
    --secret "id=key,src=$work/secret" . >"$work/out" 2>&1 || status=$?
  out=$(<"$work/out")
  same "$status" 1 "exit status of the build"
  nothing_left_behind
}

case_logs() {
  fresh_store
  dockerfile <<'END'
FROM base
RUN echo first; echo second >&2
RUN echo of the other
END
  cooper_ok build --progress quiet .
  local build
  cooper_ok logs
  grep -q '  first$' <<<"$(sed 's/^ *[0-9.]* /  /' <<<"$out")" || fail "a line is missing"
  grep -q 'second$' <<<"$out" || fail "standard error is missing"
  cooper_ok logs '' 'of the other'
  ! grep -q first <<<"$out" || fail "another step's log"
  # From the cache: the log of the build that ran it.
  cooper_ok build --progress quiet .
  cooper_ok logs
  grep -q 'cached; from build' <<<"$out" || fail "the log of a hit is not found"
  grep -q 'first$' <<<"$out" || fail "the log of a hit is empty"
  cooper_ok logs --json
  python3 -c 'import json, sys
lines = [json.loads(line) for line in sys.stdin]
assert [(one["stream"], one["line"]) for one in lines] == [(1, "first"), (2, "second"), (1, "of the other")] or \
    [(one["stream"], one["line"]) for one in lines] == [(2, "second"), (1, "first"), (1, "of the other")], lines' <<<"$out" \
    || fail "the JSON is another"
  build=$(python3 -c 'import json, sys; print(json.loads(sys.stdin.readline())["build"])' <<<"$out")
  cooper_ok logs "$build" 4
  cooper_refuses logs no-such-build
  # The log of a failed step is whole, though the screen shows its end only.
  dockerfile <<'END'
FROM base
RUN i=0; while [ $i -lt 300 ]; do echo "line $i"; i=$((i+1)); done; false
END
  cooper_run build --progress quiet .
  cooper_ok logs
  same "$(grep -c ' line [0-9]*$' <<<"$out")" 300
  # With the record of its build it goes.
  cooper_ok cache prune --filter kind=build
  same "$(ls "$store/cooper/logs")" ""
  cooper_ok fsck
}

run_cases
