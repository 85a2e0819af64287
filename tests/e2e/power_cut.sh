#!/usr/bin/env bash
# A power cut at any moment: the store is whole afterwards, what was reported is there, and the build gives the
# same again (row F3).
#
#   POWER_CUT_STATES=80   how many of the stores that power_cut.py makes are checked; 0: all
#   POWER_CUTS=4          how often a real file system is cut off
#   POWER_CUT_SEED=1
#   WRITE_RECORDER        the library that writes down what happens (tests/support/write_recorder.cc)
if [ -z "${POWER_CUT_INSIDE:-}" ]; then
  # Mounts of our own: another boot id, and a file system that can be cut off.
  if [ "$(id -u)" -ne 0 ] || ! unshare -m true 2>/dev/null; then
    echo "skipped: needs root, for mounts"
    exit 77
  fi
  POWER_CUT_INSIDE=1 exec unshare -m bash "$0"
fi
. "$(dirname "$0")/lib.sh"

: "${WRITE_RECORDER:?}"
POWER_CUT_STATES=${POWER_CUT_STATES:-80}
POWER_CUTS=${POWER_CUTS:-4}
POWER_CUT_SEED=${POWER_CUT_SEED:-1}
export SOURCE_DATE_EPOCH=1700000000

# What boot_id says from now on.
next_boot() {
  cat /proc/sys/kernel/random/uuid >"$work/boot_id"
  mountpoint -q /proc/sys/kernel/random/boot_id || mount --bind "$work/boot_id" /proc/sys/kernel/random/boot_id
}

# Contexts: two and three differ in a file from one, so that layers are replaced; the last runs something.
contexts() {
  local n i
  mkdir small
  make_rootfs
  for n in one two; do
    mkdir -p "$n/src"
    for i in 1 2 3; do echo "file $i" >"$n/src/$i"; done
    head -c 100000 /dev/zero >"$n/src/big"
    cat >"$n/Dockerfile" <<'END'
FROM scratch AS lib
COPY src /lib
FROM scratch
WORKDIR /w
COPY src /app
COPY --from=lib /lib/1 /lib/2 /lib/
END
  done
  echo changed >two/src/2
  mkdir -p run/rootfs/bin
  cp -L rootfs/bin/dash run/rootfs/bin/sh
  ldd rootfs/bin/dash | grep -o '/[^ ]*' | while read -r i; do
    mkdir -p "run/rootfs$(dirname "$i")"
    cp -L "$i" "run/rootfs$i"
  done
  cat >run/Dockerfile <<'END'
FROM scratch
COPY rootfs /
RUN --mount=type=cache,target=/keep echo kept > /keep/file; echo ran > /ran
END
}

# record CONTEXT TAG: a build, written down.
record() {
  local digest
  digest=$(COOPER_ROOT=$work/plain cooper_at "$work/plain" build -t "$2" "$1")
  printf 'mark\tbegin\t%s\t%s\t%s\n' "$PWD/$1" "$2" "$digest" >>"$work/recording"
  same "$(recorded build --progress plain -t "$2" "$1")" "$digest" "the digest of $1"
  printf 'mark\tdone\n' >>"$work/recording"
}

cooper_at() {
  local root=$1
  shift
  COOPER_ROOT=$root "$COOPER_BIN" "$@" 2>"$work/err" || fail "cooper $* failed: $(<"$work/err")"
}

recorded() {
  LD_PRELOAD=$WRITE_RECORDER COOPER_RECORD_ROOT=$store COOPER_RECORD_LOG=$work/recording cooper_at "$store" "$@"
}

# security.F3
case_every_moment() {
  contexts
  fresh_store
  record one docker.io/library/one:1
  record two docker.io/library/two:1
  record run docker.io/library/run:1
  recorded cache prune --all >/dev/null
  record one docker.io/library/one:2
  next_boot
  python3 "$project/tests/support/power_cut.py" --cooper "$COOPER_BIN" --store "$work/cut" \
    --states "$POWER_CUT_STATES" --seed "$POWER_CUT_SEED" "$work/recording" ||
    fail "a store did not survive"
}

# The same with a real file system: ext4 is told to write nothing any more, in the middle of a build or after it.
case_ext4_shut_down() {
  local cut pid digest image=$work/disk mounted=$work/disk.mounted
  command -v mkfs.ext4 >/dev/null || skip_test "no mkfs.ext4"
  contexts
  digest=$(cooper_at "$work/plain" build -t cut:1 run)
  truncate -s 64M "$image"
  mkfs.ext4 -q "$image"
  mkdir "$mounted"
  if ! mount -o loop "$image" "$mounted" 2>/dev/null; then
    echo "  no loop devices: not tried"
    return 0
  fi
  store=$mounted/store
  for cut in $(seq "$POWER_CUTS"); do
    # A collection behind the last build may still write there.
    [ $((cut % 3)) -ne 0 ] || remove "$store"
    COOPER_ROOT=$store "$COOPER_BIN" build --progress plain -t cut:1 run >"$work/cut.out" 2>"$work/cut.err" &
    pid=$!
    if [ $((cut % 2)) -eq 0 ]; then
      wait "$pid" || fail "the build failed: $(<"$work/cut.err")"
    else
      sleep "0.$(printf '%03d' $((RANDOM % 300)))"
    fi
    # EXT4_IOC_SHUTDOWN without flushing the log: from now on nothing reaches the disk.
    python3 -c 'import fcntl, os, struct, sys
fcntl.ioctl(os.open(sys.argv[1], os.O_RDONLY), 0x8004587D, struct.pack("I", 2))' "$mounted"
    kill -KILL "$pid" 2>/dev/null || true
    wait "$pid" 2>/dev/null || true
    unmount "$mounted"
    mount -o loop "$image" "$mounted"
    next_boot
    if [ $((cut % 2)) -eq 0 ]; then
      same "$(jq -r '.manifests[0].digest' "$store/index.json")" "$digest" "the image that was reported"
      store_is_valid
    fi
    if [ -e "$store/cooper/version" ]; then
      cooper_run fsck
      same "$status" 0 "fsck after power cut $cut"
    fi
    cooper_ok build -t cut:1 run
    same "$out" "$digest" "the digest after power cut $cut"
    cooper_ok fsck
  done
  unmount "$mounted"
  echo "  $POWER_CUTS power cuts"
}

run_cases
