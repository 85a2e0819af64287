#!/usr/bin/env bash
# Whatever happens during a build, the store stays valid and nothing is left behind.
. "$(dirname "$0")/lib.sh"

[ "$(id -u)" -eq 0 ] || skip_test "needs root (it mounts a small tmpfs)"

# No other process of this machine sleeps just as long.
nap="sleep 300.$$"

slow_dockerfile() {
  dockerfile <<END
FROM base
RUN echo first > /first
RUN echo started > /started; $nap
END
}

await_step() {
  local try
  for try in $(seq 300); do
    if pgrep -P "$1" >/dev/null && pgrep -f "^$nap\$" >/dev/null; then
      return 0
    fi
    kill -0 "$1" 2>/dev/null || break
    sleep 0.1
  done
  err=$(<"$work/err")
  fail "the step did not begin after $try tries"
}

no_sleeper_left() {
  ! pgrep -f "^$nap\$" >/dev/null
}

sleeper_of_this_test_is_gone() {
  comes_true no_sleeper_left || fail "the step's process is still there"
}

interrupted_by() {
  local pid
  fresh_store
  slow_dockerfile
  # A shell ignores SIGINT in what it starts in the background; env gives the default back.
  env --default-signal=INT COOPER_ROOT="$store" "$COOPER_BIN" build --progress plain . >"$work/out" 2>"$work/err" &
  pid=$!
  await_step "$pid"
  kill "-$1" "$pid"
  status=0
  wait "$pid" || status=$?
  out=$(<"$work/out") err=$(<"$work/err")
  [ "$status" -ne 0 ] || fail "an interrupted build ended well"
  sleeper_of_this_test_is_gone
  nothing_left_behind
  store_is_valid
}

# security.F2
case_ctrl_c() {
  interrupted_by INT
}

# security.F2
case_terminate() {
  interrupted_by TERM
}

case_kill_at_once() {
  interrupted_by KILL
  # And the next build goes on from what was done.
  dockerfile <<'END'
FROM base
RUN echo first > /first
END
  cooper_ok build -t resumed:1 --progress plain .
  store_is_valid
}

# security.F1
case_killed_at_any_moment() {
  local delay pid
  fresh_store
  make_rootfs
  for delay in 0.02 0.05 0.1 0.2 0.4; do
    dockerfile <<END
FROM base
COPY rootfs/ /again-$delay/
RUN echo $delay > /d
END
    COOPER_ROOT=$store "$COOPER_BIN" build --progress plain . >"$work/out" 2>"$work/err" &
    pid=$!
    sleep "$delay"
    kill -KILL "$pid" 2>/dev/null || true
    wait "$pid" 2>/dev/null || true
    [ ! -e "$store/index.json" ] || store_is_valid
  done
  cooper_ok build --progress plain .
  nothing_left_behind
  store_is_valid
}

case_corrupted_blob() {
  local blob damaged=0 first
  fresh_store
  export SOURCE_DATE_EPOCH=1700000000
  dockerfile <<'END'
FROM base
RUN echo x > /x
END
  cooper_ok build -t corrupt:1 .
  first=$out
  for blob in "$store"/blobs/sha256/*; do
    if [ "$(stat -c %s "$blob")" -gt 1000 ]; then
      chmod u+w "$blob"
      printf 'damage' | dd of="$blob" bs=1 seek=500 conv=notrunc status=none
      damaged=$((damaged + 1))
    fi
  done
  [ "$damaged" -gt 0 ] || fail "found no blob to damage"
  # Either the damage is named, or what is put out is whole again; never are damaged bytes served.
  cooper_run build -t corrupt:1 --output "type=oci,dest=out.tar" .
  [ "$status" -lt 128 ] || fail "crashed"
  if [ "$status" -ne 0 ]; then
    grep -q '^error: ' <<<"$err" || fail "no error line"
    fail "the damaged blob was not rebuilt"
  fi
  mkdir unpacked
  tar -C unpacked -xf out.tar
  for blob in unpacked/blobs/sha256/*; do
    same "$(sha256sum <"$blob" | cut -d' ' -f1)" "$(basename "$blob")" "a served blob"
  done
  same "$out" "$first" "the digest of the image"
  unset SOURCE_DATE_EPOCH
  store_is_valid
}

case_disk_full() {
  local small=$work/small
  mkdir -p "$small"
  mount -t tmpfs -o size=24m cooper-test "$small"
  store=$small/store
  dockerfile <<'END'
FROM base
RUN dd if=/dev/urandom of=/big bs=1000000 count=60
END
  cooper_run build --progress plain .
  local ended=$status
  [ ! -e "$store/index.json" ] || store_is_valid
  dd if=/dev/urandom of=big bs=1000000 count=60 status=none
  printf 'FROM scratch\nCOPY big /big\n' >Dockerfile
  cooper_run build --progress plain .
  [ ! -e "$store/index.json" ] || store_is_valid
  umount "$small" || umount -l "$small"
  [ "$ended" -ne 0 ] && [ "$status" -ne 0 ] || fail "succeeded on a full disk"
  grep -q '^error: ' <<<"$err" || fail "no error line"
  err_has "No space left on device" "$small"
  fresh_store
}

# The process that unpacks a layer (docs/security.md) meets the end of the disk.
case_disk_full_under_a_layer() {
  fresh_store
  dockerfile <<'END'
FROM base
COPY large-file /large
END
  head -c 60000000 /dev/zero | tr '\0' s >large-file
  cooper_ok build -o type=oci,tar=false,dest=large .
  local small=$work/small
  mkdir -p "$small"
  mount -t tmpfs -o size=24m cooper-test "$small"
  store=$small/store
  printf 'FROM large\nRUN wc -c </large >/counted\n' >Dockerfile
  cooper_run build --progress plain --build-context "large=oci-layout://$PWD/large" .
  local ended=$status told=$err
  cooper_run fsck
  local sound=$status
  mount -o remount,size=300m "$small"
  cooper_run build --progress plain --build-context "large=oci-layout://$PWD/large" -o type=tar,dest=files.tar .
  umount "$small" || umount -l "$small"
  same "$status" 0 "$err"
  same "$sound" 0 "fsck of the store on the full disk"
  same "$(tar -xOf files.tar counted 2>/dev/null || tar -xOf files.tar ./counted)" 60000000
  [ "$ended" -ne 0 ] || fail "succeeded on a full disk"
  grep -q '^error: .*No space left on device' <<<"$told" || fail "no error line: $told"
  fresh_store
}

# security.T49
case_two_builds_at_once() {
  local first second status_1=0 status_2=0
  fresh_store
  dockerfile <<'END'
FROM base
RUN echo ran >> /count; sleep 2; cat /count
END
  COOPER_ROOT=$store "$COOPER_BIN" build --progress plain . >"$work/out.1" 2>"$work/err.1" &
  first=$!
  COOPER_ROOT=$store "$COOPER_BIN" build --progress plain . >"$work/out.2" 2>"$work/err.2" &
  second=$!
  wait "$first" || status_1=$?
  wait "$second" || status_2=$?
  out=$(<"$work/out.1") err=$(cat "$work/err.1" "$work/err.2")
  same "$status_1 $status_2" "0 0" "exit statuses"
  same "$(<"$work/out.1")" "$(<"$work/out.2")" "digests"
  # The step's output is printed by the build that ran it.
  same "$(grep -cE '(^|[^/>"])\bran$' <<<"$err")" 1 "how often the step ran"
  nothing_left_behind
  store_is_valid
}

run_cases
