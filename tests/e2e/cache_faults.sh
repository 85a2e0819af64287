#!/usr/bin/env bash
# Many builds at once, kills, failing disks and flipped bits: the store stays whole and the result
# the same.
#
#   KILLS=25          how often a build is killed
#   SECONDS_OF_GC=12  how long collection runs against builds
#   FAULT_STRIDE=7    every how manieth operation on the store is made to fail
#   RUN_STRIDE=28     the same for a build with a RUN step
#   BIT_STRIDE=1      every how manieth file of the store has a bit flipped
#   FAULT_SHIM        the library that makes them fail (tests/support/fault_shim.cc)
. "$(dirname "$0")/lib.sh"

KILLS=${KILLS:-25}
SECONDS_OF_GC=${SECONDS_OF_GC:-12}
FAULT_STRIDE=${FAULT_STRIDE:-7}
RUN_STRIDE=${RUN_STRIDE:-28}
BIT_STRIDE=${BIT_STRIDE:-1}

export SOURCE_DATE_EPOCH=1700000000

# A build of a few steps without RUN; prints its digest.
small_context() {
  local i
  mkdir -p src
  for i in $(seq 20); do echo "file $i" >"src/$i"; done
  head -c 200000 /dev/zero >src/big
  cat >Dockerfile <<'END'
FROM scratch AS lib
COPY src /lib
FROM scratch
WORKDIR /w
COPY src /app
COPY --from=lib /lib/1 /lib/2 /lib/
END
}

fsck_is_clean() {
  cooper_run fsck
  [ "$status" -eq 0 ] || fail "fsck found something${1:+ ($1)}"
}

# security.T49 security.F10 security.C8
case_sixteen_builds() {
  local i pids=() status_i
  fresh_store
  dockerfile <<'END'
FROM base
RUN echo this step ran; sleep 1; echo x > /x
COPY Dockerfile /Dockerfile
END
  for i in $(seq 16); do
    COOPER_ROOT=$store "$COOPER_BIN" build --progress plain . >"out.$i" 2>"err.$i" &
    pids+=($!)
  done
  for i in $(seq 16); do
    status_i=0
    wait "${pids[$((i - 1))]}" || status_i=$?
    err=$(<"err.$i")
    same "$status_i" 0 "exit status of build $i"
  done
  same "$(sort -u out.* | wc -l)" 1 "digests of sixteen builds"
  same "$(cat err.* | grep -cE '^#[0-9]+ .* [0-9.]+ this step ran$')" 1 "how often the step ran"
  nothing_left_behind
  fsck_is_clean
}

# security.F11
case_collection_against_builds() {
  local digest end builds=0 pid_gc i pids
  fresh_store
  small_context
  cooper_ok build -t first:1 .
  digest=$out
  touch go
  while [ -e go ]; do
    COOPER_ROOT=$store "$COOPER_BIN" cache prune --all >gc.out 2>gc.err || touch gc.failed
  done &
  pid_gc=$!
  end=$((SECONDS + SECONDS_OF_GC))
  while [ "$SECONDS" -lt "$end" ]; do
    pids=()
    for i in 1 2; do
      COOPER_ROOT=$store "$COOPER_BIN" build --progress plain -t "first:$i" -o "type=oci,dest=image.$i" . \
        >"out.$i" 2>"err.$i" &
      pids+=($!)
    done
    for i in 1 2; do
      status=0
      wait "${pids[$((i - 1))]}" || status=$?
      err=$(<"err.$i")
      same "$status" 0 "exit status during collection"
      same "$(<"out.$i")" "$digest" "digest during collection"
    done
    builds=$((builds + 1))
  done
  rm go
  wait "$pid_gc"
  err=$(cat gc.err)
  [ ! -e gc.failed ] || fail "a collection failed"
  [ "$builds" -gt 1 ] || fail "only $builds builds"
  fsck_is_clean
  store_is_valid
  echo "  $builds pairs of builds against collection"
}

# security.F1
case_kill_at_random_moments() {
  local digest pid began most killed=0 i=0 status_i
  fresh_store
  small_context
  began=$(date +%s%N)
  cooper_ok build -t killed:1 .
  most=$((($(date +%s%N) - began) / 1000000 + 5)) # milliseconds; later there is nothing to kill
  [ "$most" -lt 999 ] || most=999
  digest=$out
  remove "$store"
  while [ "$killed" -lt "$KILLS" ]; do
    i=$((i + 1))
    [ "$i" -le $((KILLS * 20)) ] || fail "$killed of $i builds could be killed"
    [ $((i % 2)) -ne 0 ] || remove "$store"  # a new store is made under fire too
    COOPER_ROOT=$store "$COOPER_BIN" build --progress plain -t killed:1 . >killed.out 2>killed.err &
    pid=$!
    sleep "0.$(printf '%03d' $((RANDOM % most)))"
    kill -KILL "$pid" 2>/dev/null || true
    status_i=0
    wait "$pid" 2>/dev/null || status_i=$?
    [ "$status_i" -ne 137 ] || killed=$((killed + 1))
    [ ! -e "$store/cooper/version" ] || fsck_is_clean "after kill $i"
    # Half of the time the next one goes on from there, undisturbed.
    if [ $((RANDOM % 2)) -eq 0 ]; then
      cooper_ok build -t killed:1 .
      same "$out" "$digest" "digest after kill $i"
      fsck_is_clean "after the build after kill $i"
    fi
  done
  cooper_ok build -t killed:1 .
  same "$out" "$digest" "digest after all kills"
  nothing_left_behind
  fsck_is_clean
  store_is_valid
}

# faults_of_kind KIND DIGEST STRIDE
faults_of_kind() {
  local kind=$1 at fired=0 digest=$2
  for at in $(seq 1 "$3" 100000); do
    remove "$store" count
    status=0
    COOPER_ROOT=$store COOPER_FAULT_ROOT=$store COOPER_FAULT_AT=$at COOPER_FAULT_KIND=$kind \
      COOPER_FAULT_COUNT=$PWD/count LD_PRELOAD=$FAULT_SHIM \
      "$COOPER_BIN" build --progress plain -t fault:1 . >"$work/out" 2>"$work/err" || status=$?
    out=$(<"$work/out") err=$(<"$work/err")
    [ -e count ] || break
    fired=$((fired + 1))
    [ "$status" -lt 128 ] || fail "$kind at operation $at: ended by a signal ($status)"
    if [ "$status" -eq 0 ]; then
      same "$out" "$digest" "digest with $kind at operation $at"
    else
      grep -q '^error: ' <<<"$err" || fail "$kind at operation $at: no error line"
      case $kind in eintr | short) fail "$kind at operation $at is no reason to fail" ;; esac
    fi
    if [ -e "$store/cooper/version" ]; then
      fsck_is_clean "$kind at operation $at"
    fi
    cooper_ok build -t fault:1 .
    same "$out" "$digest" "digest of the build after $kind at operation $at"
  done
  [ "$fired" -gt 3 ] || fail "$kind: only $fired operations failed"
  echo "  $kind: $fired operations"
}

# security.F4
case_failing_disk() {
  local digest kind
  [ -n "${FAULT_SHIM:-}" ] || skip_test "no FAULT_SHIM"
  fresh_store
  mkdir -p src
  echo a >src/a
  printf 'FROM scratch\nCOPY src /app\nWORKDIR /w\n' >Dockerfile
  cooper_ok build -t fault:1 .
  digest=$out
  for kind in enospc edquot eio eio-once eintr short; do faults_of_kind "$kind" "$digest" "$FAULT_STRIDE"; done
}

# The same with a RUN step, whose snapshots, mounts and layer are made below the store too.
# security.F4
case_failing_disk_with_run() {
  [ -n "${FAULT_SHIM:-}" ] || skip_test "no FAULT_SHIM"
  fresh_store
  dockerfile <<'END'
FROM base
RUN --mount=type=cache,target=/keep echo x > /keep/x; echo y > /y
END
  cooper_ok build -t fault:1 .
  faults_of_kind enospc "$out" "$RUN_STRIDE"
}

# A bit of every file in turn, blobs, records and all: it is found on use or by fsck, never served.
# security.F6
case_flipped_bits() {
  local digest path spare damaged=0 found=0
  fresh_store
  small_context
  cooper_ok build -t bits:1 -o type=oci,dest=good.tar .
  digest=$out
  spare=$work/spare
  rm -rf "$spare" && cp -a "$store" "$spare"
  while IFS= read -r path; do
    remove "$store" && cp -a "$spare" "$store"
    python3 - "$store/$path" <<'END'
import os, sys
os.chmod(sys.argv[1], 0o600)
with open(sys.argv[1], "r+b") as f:
    data = bytearray(f.read())
    data[len(data) // 2] ^= 1
    f.seek(0); f.write(data)
END
    damaged=$((damaged + 1))
    cooper_run fsck
    case $path in
      # Held by their checksum or digest: the check must see it.
      blobs/* | cooper/records/steps/* | cooper/records/step-parts/* | cooper/records/index/* | \
        cooper/records/stat-index/* | cooper/records/layers/* | cooper/records/builds/* | cooper/records/lines/* | cooper/records/mounts/*)
        same "$status" 1 "exit status of fsck with a flipped bit in $path"
        grep -qF "$(basename "$path")" <<<"$out" || fail "fsck does not name $path"
        found=$((found + 1))
        ;;
    esac
    cooper_run build -t bits:1 -o type=oci,dest=image.tar .
    [ "$status" -lt 128 ] || fail "a flipped bit in $path: crashed"
    if [ "$status" -ne 0 ]; then
      case $path in
        index.json | oci-layout | cooper/version) continue ;; # refused by name
        *) fail "a flipped bit in $path was not mended" ;;
      esac
    fi
    same "$out" "$digest" "digest with a flipped bit in $path"
    case $path in
      blobs/*)
        [ -n "$(find "$store/cooper/quarantine" -name "$(basename "$path")*" 2>/dev/null)" ] ||
          same "$(sha256sum <"$store/$path" | cut -d' ' -f1)" "$(basename "$path")" "a blob that was not set aside"
        ;;
    esac
    rm -rf unpacked && mkdir unpacked && tar -xf image.tar -C unpacked
    local blob
    for blob in unpacked/blobs/sha256/*; do
      same "$(sha256sum <"$blob" | cut -d' ' -f1)" "$(basename "$blob")" "a blob sent with a flipped bit in $path"
    done
    cooper_run fsck --repair
    fsck_is_clean "after the repair of $path"
  done < <(cd "$spare" && find . -type f -size +0 -not -path './cooper/locks/*' -printf '%P\n' | sort | sed -n "1~${BIT_STRIDE}p")
  [ "$found" -gt $((10 / BIT_STRIDE)) ] || fail "only $found files with a checksum"
  echo "  $damaged files, one bit each"
}

# security.F14
case_fsck_names_and_repairs() {
  local digest blob
  fresh_store
  small_context
  cooper_ok build -t checked:1 .
  digest=$out
  cooper_ok fsck
  same "$out" clean
  blob=$(find "$store/blobs/sha256" -type f -size +0 | sort | head -n 1)
  rm "$blob" && ln -s /etc/passwd "$blob"
  cooper_run fsck
  same "$status" 1
  grep -qF "$(basename "$blob")" <<<"$out" || fail "a link in a blob's place is not named"
  rm "$blob" && mkfifo "$blob"
  cooper_run cache fsck --json
  same "$status" 1
  grep -qF "$(basename "$blob")" <<<"$out" || fail "a pipe in a blob's place is not named"
  touch "$store/blobs/sha256/strange"
  echo damage >"$store/cooper/records/layers/$(printf '%064d' 0)"
  cooper_run fsck --repair
  same "$status" 1
  fsck_is_clean
  cooper_ok build -t checked:1 .
  same "$out" "$digest"
}

run_cases
