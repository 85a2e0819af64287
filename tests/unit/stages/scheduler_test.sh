#!/usr/bin/env bash
# stages/scheduler with a php and a sleep that the test holds by pipes: nothing waits for time to pass.
set -euo pipefail

scheduler=$(cd "$(dirname "${BASH_SOURCE[0]}")/../../.." && pwd)/stages/scheduler
work=$(mktemp -d)
pid=""
end() {
  [ -z "$pid" ] || kill -KILL "$pid" 2>/dev/null || true
  rm -rf "$work"
}
trap end EXIT
mkdir "$work/bin"
mkfifo "$work/run" "$work/nap" "$work/output"
cat >"$work/bin/php" <<'PHP'
#!/bin/sh
echo "php $2"
[ "$2" = schedule:interrupt ] || read -r line <"$WORK/run"
[ "$2" = schedule:interrupt ] || echo "run ended"
exit "${line:-0}"
PHP
# Ends when the test says so, or by the scheduler's signal.
cat >"$work/bin/sleep" <<'SLEEP'
#!/bin/sh
echo "sleep" && read -r line <"$WORK/nap"
SLEEP
chmod 755 "$work/bin/"*

fail() {
  echo "FAILED: $*" >&2
  exit 1
}

start() {
  env WORK="$work" PATH="$work/bin:$PATH" "$@" "$scheduler" >"$work/output" 2>&1 &
  pid=$!
  exec 3<"$work/output"
}

# says LINE...: the next lines of output, in any order.
says() {
  local expected=("$@") got=() line
  while [ "${#got[@]}" -lt "${#expected[@]}" ] && read -t 20 -r line <&3; do
    got+=("$line")
  done
  [ "$(printf '%s\n' "${expected[@]}" | sort)" = "$(printf '%s\n' "${got[@]}" | sort)" ] ||
    fail "expected '${expected[*]}', got '${got[*]-}'"
}

ends_with() {
  local status=0
  wait "$pid" || status=$?
  pid=""
  [ "$status" -eq "$1" ] || fail "status $status instead of $1"
  exec 3<&-
}

# A run at the start and one more after the sleep; a stop waits for a run that goes on.
start
says "scheduler: started" "php schedule:run" "sleep"
echo 0 >"$work/run"
says "run ended"
echo >"$work/nap"
says "php schedule:run" "sleep"
kill -TERM "$pid"
says "scheduler: stopping, running tasks may finish" "php schedule:interrupt"
kill -TERM "$pid"
kill -0 "$pid" || fail "did not wait for the running task"
echo 0 >"$work/run"
says "run ended" "scheduler: stopped"
ends_with 0

# A run that fails is reported and does not end the scheduler; nothing runs at the start if so told.
start SCHEDULER_RUN_AT_START=0
says "scheduler: started" "sleep"
echo >"$work/nap"
says "php schedule:run" "sleep"
echo 7 >"$work/run"
says "run ended"
echo >"$work/nap"
says "scheduler: schedule:run ended with status 7" "php schedule:run" "sleep"
echo 0 >"$work/run"
says "run ended"
kill -TERM "$pid"
says "scheduler: stopping, running tasks may finish"
cat <&3 >/dev/null
ends_with 0
