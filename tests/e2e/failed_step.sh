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

# wait_for PATTERN FILE PID: until a line of the file matches; not longer than that process lives.
wait_for() {
  until grep -q -- "$1" "$2" 2>/dev/null; do
    kill -0 "$3" 2>/dev/null || fail "'$1' never came: $(cat "$2" follow.err build.err 2>/dev/null)"
    sleep 0.05
  done
}

case_logs_of_a_build_that_runs() {
  fresh_store
  dockerfile <<'END'
FROM base AS app
RUN --mount=type=cache,id=gate,target=/gate echo before; until [ -e /gate/open ]; do sleep 0.05; done; echo after
RUN echo the next; exit 3
END
  dockerfile Dockerfile.opens <<'END'
FROM base
RUN --mount=type=cache,id=gate,target=/gate touch /gate/open
END
  cooper_refuses logs --follow
  err_has "no such build is at its RUN steps now" "cooper logs"
  cooper build --progress quiet --target app . >build.out 2>build.err &
  local builder=$! all one status=0
  until { cooper logs --follow --step 99 2>&1 || true; } | grep -q "no such step"; do # it has begun
    kill -0 "$builder" 2>/dev/null || fail "the build ended: $(cat build.err)"
    sleep 0.05
  done
  cooper_refuses logs --follow no-such-target
  cooper logs --follow >all 2>follow.err &
  all=$!
  cooper logs --follow app --step 'the next' --json >one 2>>follow.err &
  one=$!
  wait_for '[0-9] before$' all "$all"
  ! grep -q '[0-9] after$' all || fail "the gate was open"
  kill -0 "$all" "$one" || fail "it did not wait: $(cat follow.err)"
  cooper_ok build --progress quiet -f Dockerfile.opens .
  wait "$builder" || status=$?
  same "$status" 1 "exit status of the build"
  wait "$all" || fail "following ended with $?: $(cat follow.err)"
  wait "$one" || fail "following a step ended with $?: $(cat follow.err)"
  same "$(sed 's/^ *[0-9.]* //; s/^#/step /' all)" "step 3 [app 1/2] RUN --mount=type=cache,id=gate,target=/gate echo before; until [ -e /gate/open ]; do sleep 0.05; done; echo after
before
after
step 4 [app 2/2] RUN echo the next; exit 3
the next"
  same "$(jq -r '"\(.step) \(.line)"' one)" "4 the next"
  # What ended, or was killed, is not at its steps any more.
  cooper_refuses logs --follow
  cooper_ok fsck
}

run_cases
