#!/usr/bin/env bash
# A COPY that is made again because files changed is put over what it was before; steps must see just
# what they see in an empty store. Random trees, random changes.
# shellcheck source=lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

# What a step can see of /app, in a stable form, and what a later COPY takes from it. Without times: a file
# that is only younger changes nothing.
write_dockerfile() {
  cat >Dockerfile <<'DOCKERFILE'
FROM scratch AS base
COPY busybox /bin/busybox
RUN ["/bin/busybox", "--install", "-s", "/bin"]
COPY base/ /app/
FROM base
COPY --exclude=busybox --exclude=base --exclude=Dockerfile . /app
RUN find /app | sort | xargs stat -c '%N %F %a %u:%g %s' >/listing && find /app -type f | sort | xargs sha256sum >/contents
FROM scratch
COPY --from=1 /listing /contents /
COPY --from=1 /app /copy
DOCKERFILE
}

# The tree in $1 folders of $2 files.
make_tree() {
  local folder file
  for folder in $(seq "$1"); do
    mkdir -p "d$folder/in"
    for file in $(seq "$2"); do
      echo "$folder $file" >"d$folder/in/f$file"
    done
    ln -s "in/f1" "d$folder/link"
  done
}

# Changes the tree a little, as the random number $1 says.
change() {
  local folder=d$((1 + $1 % 6)) file=f$((1 + $1 % 5))
  case $(($1 % 9)) in
    0) rm -rf "${folder:?}/in/$file" && echo "changed $1" >"$folder/in/$file" ;;
    1) rm -rf "${folder:?}/in/$file" ;;
    2) mkdir -p "$folder/new$1/deep" && echo "$1" >"$folder/new$1/deep/file" ;;
    3) rm -rf "${folder:?}"/new* ;;
    4) chmod 0755 "$folder"/in/* ;;
    5) ln -sfn "in/$file" "$folder/link" ;;
    6) rm -rf "${folder:?}/in/f4" && mkdir "$folder/in/f4" && echo dir >"$folder/in/f4/x" ;;
    7) rm -rf "${folder:?}/in/f4" && echo file >"$folder/in/f4" ;;
    8) mv "$folder/in" "$folder/moved$1" && mkdir "$folder/in" && echo "$1" >"$folder/in/f2" ;;
  esac
}

# The times of the configuration are those of the build.
files_of() {
  cooper tree "$1" | sed '/^{/,$d'
}

case_changed_trees_look_as_in_an_empty_store() {
  local round
  mkdir context
  cd context
  cp "$(command -v busybox)" busybox
  mkdir -p base/d1/in base/d2
  echo "of the base" | tee base/d1/in/f1 base/d1/in/f3 base/d2/only >/dev/null
  make_tree 6 5
  write_dockerfile
  RANDOM=4711
  fresh_store
  local warm_store=$store
  for round in $(seq 8); do
    change "$RANDOM"
    change "$RANDOM"
    store=$warm_store
    cooper_ok build --context-modes keep -t "changed:$round" .
    files_of "changed:$round" >"$work/warm"
    store=$work/cold-$round
    cooper_ok build --context-modes keep -t "changed:$round" .
    files_of "changed:$round" >"$work/cold"
    diff "$work/warm" "$work/cold" || fail "round $round: warm and cold differ"
    remove "$store"
  done
  store=$warm_store
  # Directory snapshots have no such deltas.
  [ "${COOPER_SNAPSHOTS:-}" = directory ] || [ -n "$(find "$store/cooper" -maxdepth 2 -name '*.delta')" ] || fail "nothing was put over what it was before"
}

run_cases
