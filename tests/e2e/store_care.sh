#!/usr/bin/env bash
# The store among other users, other processes and poor file systems (rows F5, F7, F9, F12, C3, C4, C6).
. "$(dirname "$0")/lib.sh"

small() {
  printf 'FROM scratch\nCOPY file /file\n' >Dockerfile
  echo one >file
}

fsck_is_clean() {
  cooper_run fsck
  [ "$status" -eq 0 ] || fail "fsck found something"
}

# C3: modes under any umask, and stores that others may write to or own are refused.
# security.C3
case_modes_and_owners() {
  fresh_store
  small
  (umask 000 && cooper build -q . >/dev/null)
  same "$(stat -c %a "$store")" 700 "the store's mode"
  same "$(find "$store" -type f -perm /022 | head -n 1)" "" "a file that others may write to"
  same "$(find "$store/cooper" -type d -perm /022 | head -n 1)" "" "a directory that others may write to"
  local mode
  for mode in 0770 0707 0777; do
    chmod "$mode" "$store"
    cooper_refuses build .
    err_has "other users may write to it" "hint:"
  done
  chmod 0700 "$store"
  if [ "$(id -u)" = 0 ]; then
    chown 65534 "$store"
    cooper_refuses build .
    err_has "it belongs to another user"
    chown 0 "$store"
  fi
  cooper_ok build .
}

# C4: what somebody planted under names of ours is neither followed nor waited for.
# security.C4
case_planted_files() {
  export SOURCE_DATE_EPOCH=1700000000
  local digest path plant victim=$PWD/victim
  fresh_store
  small
  cooper_ok build -t planted:1 .
  digest=$out
  echo untouched >victim
  cp -a "$store" spare
  for plant in link fifo directory; do
    for path in $(cd "$store" && find blobs/sha256 cooper/records/steps cooper/records/layers -type f | head -n 12); do
      remove "$store" && cp -a spare "$store"
      rm "$store/$path"
      case $plant in
        link) ln -s "$victim" "$store/$path" ;;
        fifo) mkfifo "$store/$path" ;;
        directory) mkdir "$store/$path" ;;
      esac
      status=0
      out=$(COOPER_ROOT=$store timeout 20 "$COOPER_BIN" build -q -t planted:1 -o type=oci,dest=image.tar . 2>"$work/err") || status=$?
      err=$(<"$work/err")
      [ "$status" != 124 ] || fail "a $plant at $path stopped the build"
      [ "$status" -lt 128 ] || fail "a $plant at $path: crashed"
      if [ "$status" = 0 ]; then
        same "$out" "$digest" "the digest with a $plant at $path"
      else
        grep -q '^error: ' <<<"$err" || fail "a $plant at $path: no error line"
      fi
      same "$(<victim)" untouched "the file a planted link leads to"
    done
  done
  # A temporary directory that is a link is not cleaned through.
  remove "$store" && cp -a spare "$store"
  mkdir precious && echo kept >precious/file
  ln -s "$PWD/precious" "$store/cooper/tmp/planted"
  : >"$store/cooper/tmp/planted.lock"
  cooper_ok build .
  same "$(<precious/file)" kept
  unset SOURCE_DATE_EPOCH
}

# F9: leftovers of the dead go, what a living process holds stays.
# security.F9
case_many_stale_directories() {
  local n
  fresh_store
  small
  cooper_ok build .
  for n in $(seq 1000); do
    mkdir "$store/cooper/tmp/stale$n"
    : >"$store/cooper/tmp/stale$n/file"
    : >"$store/cooper/tmp/stale$n.lock"
  done
  exec 7<"$store/cooper/tmp/stale5.lock" 8<"$store/cooper/tmp/stale50.lock"
  flock -n 7 && flock -n 8 || fail "cannot lock"
  cooper_ok build .
  same "$(find "$store/cooper/tmp" -mindepth 1 -maxdepth 1 -name 'stale*' -printf '%f\n' | sort | tr '\n' ' ')" \
    "stale5 stale5.lock stale50 stale50.lock " "what is left"
  exec 7<&- 8<&-
  cooper_ok build .
  same "$(find "$store/cooper/tmp" -name 'stale*')" ""
}

# F5: a TMPDIR that cannot be used does not matter; a store that cannot be written to is an error.
# security.F5
case_poor_file_systems() {
  local small_disk=$PWD/disk
  small
  fresh_store
  TMPDIR=/nowhere/at/all cooper_ok build .
  mkdir -p "$small_disk"
  mount -t tmpfs -o size=64m,nr_inodes=60,noexec cooper-test "$small_disk" || skip_test "cannot mount a tmpfs"
  store=$small_disk/store
  cooper_run build .
  local first=$status
  mkdir many
  for n in $(seq 100); do echo "$n" >"many/$n"; done
  printf 'FROM scratch\nCOPY many /many\nCOPY many/1 /one\n' >Dockerfile
  local round
  for round in $(seq 30); do
    echo "$round" >many/1
    cooper_run build .
    [ "$status" -lt 128 ] || break
    [ "$status" = 0 ] || break
  done
  local ended=$status text=$err
  mount -o remount,ro "$small_disk"
  cooper_run build .
  local readonly=$status readonly_text=$err
  unmount "$small_disk"
  same "$first" 0 "a store on tmpfs, mounted noexec"
  [ "$ended" != 0 ] && [ "$ended" -lt 128 ] || fail "no inode left: exit status $ended"
  grep -q '^error: .*No space left' <<<"$text" || fail "no inode left: $text"
  [ "$readonly" != 0 ] && [ "$readonly" -lt 128 ] || fail "read-only: exit status $readonly"
  grep -q '^error: .*Read-only file system' <<<"$readonly_text" || fail "read-only: $readonly_text"
}

# end_sleeps SECONDS: ends the steps that sleep for as long.
end_sleeps() {
  local process words
  for process in /proc/[0-9]*; do
    { mapfile -d '' -t words <"$process/cmdline"; } 2>/dev/null || continue
    [ "${words[*]}" != "sleep $1" ] || kill "${process#/proc/}" 2>/dev/null || true
  done
}

# F12: who waits for a stopped process says so, goes on when it does, and when it is killed.
# security.F12
case_stopped_holder() {
  local holder waiter try ending seconds
  for ending in CONT KILL; do
    fresh_store
    seconds=$((RANDOM + 100000)).$RANDOM # how the step is known among all processes
    dockerfile <<END
FROM base
RUN echo started; sleep $seconds || true; echo x > /x
END
    rm -f holder.err waiter.err
    COOPER_ROOT=$store setsid "$COOPER_BIN" build --progress plain . >holder.out 2>holder.err &
    holder=$!
    for try in $(seq 1200); do
      ! grep -qs '[0-9] started$' holder.err || break
      sleep 0.05
    done
    kill -STOP "$holder"
    COOPER_ROOT=$store "$COOPER_BIN" build --progress plain . >waiter.out 2>waiter.err &
    waiter=$!
    for try in $(seq 1200); do
      ! grep -qsi wait waiter.err || break
      sleep 0.05
    done
    err=$(<waiter.err)
    grep -qi wait waiter.err || fail "the second build does not say that it waits"
    kill -"$ending" "$holder"
    for try in $(seq 1200); do
      kill -0 "$waiter" 2>/dev/null || break
      end_sleeps "$seconds"
      sleep 0.05
    done
    status=0
    wait "$waiter" || status=$?
    same "$status" 0 "the second build after SIG$ending"
    wait "$holder" 2>/dev/null || true
    nothing_left_behind
    fsck_is_clean
  done
}

says_that_it_waits() {
  grep -qs 'waiting: the files of sha256:' waiter.err
}

# F12: so does who waits for anything else that a stopped process is at.
# security.F12
case_stopped_unpacking() {
  local holder waiter
  fresh_store
  dockerfile <<'END'
FROM base
RUN echo x > /x
END
  cooper_ok build --target base .
  mkfifo end
  python3 -c 'import fcntl, sys
with open(sys.argv[1], "r+b") as locks:
    fcntl.lockf(locks, fcntl.LOCK_EX)
    open("held", "w").close()
    open("end").read()' "$(lock_file snapshot)" &
  holder=$!
  comes_true [ -e held ]
  COOPER_ROOT=$store "$COOPER_BIN" build --progress plain . >waiter.out 2>waiter.err &
  waiter=$!
  comes_true says_that_it_waits || fail "the build does not say that it waits: $(<waiter.err)"
  echo >end
  wait "$waiter" || fail "the build after the wait: $(<waiter.err)"
  wait "$holder"
}

# The locks of a kind are bytes of one file.
lock_file() {
  : >>"$store/cooper/locks/$1"
  echo "$store/cooper/locks/$1"
}

# C6: a pull request's results and mounts are not a release's.
# security.C6
case_scopes() {
  fresh_store
  dockerfile <<'END'
FROM base
RUN --mount=type=cache,target=/keep,id=keep cat /proc/sys/kernel/random/uuid > /made; ls /keep >> /made; echo x > /keep/x
END
  cooper_ok build --cache-scope pr -o type=local,dest=pr .
  cooper_ok build -o type=local,dest=release .
  [ "$(head -n 1 pr/made)" != "$(head -n 1 release/made)" ] || fail "the release has a result of the pull request"
  same "$(tail -n +2 release/made)" "" "the release's cache mount"
  cooper_ok build --cache-scope pr -o type=local,dest=again .
  same "$(<again/made)" "$(<pr/made)"
  cooper_ok build --cache-scope pr --cache-to "type=local,dest=$PWD/cache,mounts=true" .
  fresh_store
  cooper_ok build --cache-from "type=local,src=$PWD/cache" -o type=local,dest=other .
  [ "$(head -n 1 other/made)" != "$(head -n 1 pr/made)" ] || fail "a shared cache mixes scopes"
  cooper_refuses build --cache-scope 'a b' .
  err_has "letters, digits"
}

# store_is_within BYTES: as much of the disk, or less, is taken.
store_is_within() {
  [ "$(du -s --block-size=1 "$store" | cut -f1)" -le "$1" ]
}

# Nothing waits for the collection after a build, and what it leaves serves the next one.
case_background_collection() {
  local digest n
  fresh_store
  export SOURCE_DATE_EPOCH=1700000000 # the step may be collected too; what it makes is the same
  for n in 1 2 3 4 5 6; do
    head -c 400000 /dev/urandom >big
    printf 'FROM scratch\nCOPY big /big\nLABEL n=%s\n' "$n" >Dockerfile
    cooper_ok build -t collected:1 --max-size 2MB --min-free 0 .
  done
  digest=$out
  comes_true store_is_within 2200000 || fail "the store takes more than 2200000 bytes: $(du -s --block-size=1 "$store")"
  cooper_ok build -t collected:1 --max-size 2MB --min-free 0 .
  same "$out" "$digest" "the image after the collection"
  unset SOURCE_DATE_EPOCH
  nothing_left_behind
  store_is_valid
  fsck_is_clean
}

# An edited file of an unpacked layer is found, and what is published does not come from there.
# security.F7
case_edited_snapshot() {
  local file
  fresh_store
  dockerfile <<'END'
FROM base
COPY Dockerfile /kept
RUN echo x > /x
END
  cooper_ok build .
  file=$(find "$store"/cooper/*snapshots-* -path '*/fs/kept' | head -n 1)
  [ -n "$file" ] || fail "no unpacked layer"
  fsck_is_clean
  echo damage >>"$file"
  cooper_run fsck
  same "$status" 1
  grep -qF "kept has another size" <<<"$out" || fail "the edited file is not named"
  cooper_run fsck --repair
  fsck_is_clean
}

run_cases
