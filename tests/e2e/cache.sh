#!/usr/bin/env bash
# What the cache tells, what it keeps, what it lets go.
. "$(dirname "$0")/lib.sh"

export SOURCE_DATE_EPOCH=1700000000

# has TEXT...: standard output has each.
has() {
  local text
  for text in "$@"; do
    grep -qF -- "$text" <<<"$out" || fail "stdout lacks '$text'"
  done
}

lacks() {
  ! grep -qF -- "$1" <<<"$out" || fail "stdout has '$1'"
}

# rebuilt TEXT: the next build says so in its own output, and cache why after it.
rebuilt() {
  cooper_ok build --progress plain --context-modes keep "${arguments[@]}" .
  err_has "$1"
  cooper_ok cache why
  has "$1"
}

case_why_each_kind_of_input() {
  fresh_store
  local arguments=(--build-arg MODE=one --build-arg API_TOKEN=first-value)
  mkdir src
  echo a >src/a.php
  echo b >src/b.php
  chmod 644 src/*
  plain_file() {
    cat >Dockerfile <<END
FROM scratch
ARG MODE
WORKDIR /w
COPY $1 /app/
COPY --chmod=0600 src/b.php /b-\$MODE
END
  }
  plain_file src
  cooper_ok build --progress plain --context-modes keep "${arguments[@]}" .
  err_lacks "rebuilt"
  cooper_ok cache why
  has "there is no earlier step like it"
  cooper_ok build --progress plain --context-modes keep "${arguments[@]}" .
  cooper_ok cache why
  lacks "miss"
  has "hit"

  echo changed >src/a.php
  rebuilt "src/a.php changed"
  chmod 664 src/a.php
  rebuilt "src/a.php mode 0644 -> 0664"
  echo new >src/new.php
  rebuilt "src/new.php is new"
  rm src/new.php
  echo c >src/c.php && rm src/b.php && echo b >src/b.php
  rebuilt "src/c.php is new"
  rm src/c.php src/a.php
  ln -s b.php src/a.php
  rebuilt "src/a.php is another kind of file: file -> link"
  arguments=(--build-arg MODE=two)
  rebuilt "destination changed: '/b-one' -> '/b-two'"
  plain_file src/b.php
  rebuilt "source"
  cooper_ok build --progress plain --context-modes keep --no-cache "${arguments[@]}" .
  err_has "--no-cache"

  # For programs, and of one step.
  cooper_ok cache why --json
  python3 - "$out" <<'END' || fail "not the JSON it should be"
import json, sys
build = json.loads(sys.argv[1])
assert build["targets"] and all(s["outcome"] for s in build["steps"])
assert any(c["kind"] == "no-cache" for s in build["steps"] for c in s["changes"])
END
  cooper_ok cache why 2
  same "$(grep -c '^#' <<<"$out")" 1 "steps shown"
  cooper_refuses cache why nowhere
  cooper_refuses cache why 99
  cooper_refuses cache why --build 20000101t000000-000000
}

case_why_variables_and_bases() {
  fresh_store
  make_rootfs
  printf 'FROM scratch\nCOPY rootfs/ /\nENV PATH=/bin\n' >Dockerfile.base
  cooper_ok build -f Dockerfile.base -t base:1 -o type=oci,dest=base1.tar .
  mkdir base1 base2 && tar -xf base1.tar -C base1
  echo other >rootfs/etc/other
  cooper_ok build -f Dockerfile.base -t base:1 -o type=oci,dest=base2.tar .
  tar -xf base2.tar -C base2
  cat >Dockerfile <<'END'
FROM php
ARG MODE
ARG API_TOKEN
RUN echo "$MODE" > /mode
END
  one() {
    cooper_ok build --progress plain --build-context php=oci-layout://"$PWD/$1" --build-arg "MODE=$2" \
      --build-arg "API_TOKEN=$3" .
  }
  one base1 a first-value
  one base1 b first-value
  err_has "(rebuilt: variable MODE changed: 'a' -> 'b')"
  one base1 b second-value
  err_has "variable API_TOKEN changed (value not shown)"
  cooper_ok cache why
  lacks second-value
  cooper_ok cache why --json
  lacks second-value
  if grep -rlF second-value "$store/cooper/records/builds"; then fail "a record of a build has the value"; fi
  one base2 b second-value
  err_has "(rebuilt: base image php changed: sha256:"
}

case_if_changed() {
  fresh_store
  mkdir -p src docs
  echo a >src/a.php
  echo d >docs/d.md
  echo x >loose.txt
  echo 'docs' >.dockerignore
  cat >Dockerfile <<'END'
FROM scratch AS lib
COPY src /lib
FROM scratch AS app
COPY loose.txt /l
COPY --from=lib /lib /lib
WORKDIR /w
END
  cooper_ok build --progress plain .
  cooper_ok cache why --if-changed src/a.php
  has "COPY src /lib  reads it" "COPY --from=lib /lib /lib  only if what it copies comes out otherwise"
  lacks "loose.txt"
  cooper_ok cache why --if-changed loose.txt
  has "COPY loose.txt /l  reads it" "stands on such a step"
  lacks "COPY src"
  cooper_ok cache why --if-changed docs/d.md
  has "nothing would be rebuilt" "ignore file"
  cooper_ok cache why --if-changed Dockerfile
  has "it is the Dockerfile"
  lacks "nothing would be"
  cooper_ok cache why --if-changed .dockerignore
  has "it is the ignore file"
  lacks "nothing would be"
  cooper_ok cache why --if-changed src/new.php --json
  has '"effect": "reads"'
  cooper_refuses cache why --if-changed /etc/passwd
  # What it foretold comes true.
  echo changed >src/a.php
  cooper_ok build --progress plain .
  cooper_ok cache why
  same "$(grep -c miss <<<"$out")" 3 "steps that were rebuilt"
}

# A bake of three roles that share a stage: in any order, each role then hits exactly what it would
# have hit alone, and all together make nothing twice.
case_roles_share_one_cache() {
  local role order together
  echo code >code.php
  cat >Dockerfile <<'END'
FROM scratch AS shared
COPY code.php /code.php
FROM shared AS app
WORKDIR /app
FROM shared AS horizon
WORKDIR /horizon
FROM shared AS scheduler
WORKDIR /scheduler
END
  cat >docker-bake.json <<'END'
{"group": {"default": {"targets": ["app", "horizon", "scheduler"]}},
 "target": {"app": {"target": "app"}, "horizon": {"target": "horizon"},
            "scheduler": {"target": "scheduler"}}}
END
  keys() { COOPER_ROOT=$store "$COOPER_BIN" cache ls --kind step --format '{{json .ID}}' | sort; }
  fresh_store
  cooper_ok bake --progress plain
  together=$(keys)
  same "$(wc -l <<<"$together")" 4 "steps of three roles with a shared one"
  for role in app horizon scheduler; do
    cooper_ok build --progress plain --target "$role" .
    err_lacks "rebuilt" "DONE"
    same "$(grep -c CACHED <<<"$err")" 2 "hits of $role"
  done
  same "$(keys)" "$together" "the steps after each role alone"
  for order in "app horizon scheduler" "scheduler app horizon"; do
    fresh_store
    for role in $order; do cooper_ok build --progress plain --target "$role" .; done
    same "$(keys)" "$together" "the steps of $order"
    cooper_ok bake --progress plain
    err_lacks "DONE"
  done
}

case_listings() {
  local du
  fresh_store
  mkdir src
  head -c 300000 /dev/urandom >src/big
  echo first >src/small
  cat >Dockerfile <<'END'
FROM scratch AS app
COPY src /app
COPY src/small /app/big
END
  cooper_ok build -t listed:1 --progress plain .
  cooper_ok cache ls
  has step layer context image "COPY src /app" listed:1
  cooper_ok cache ls --kind layer --format '{{.ID}} {{.Size}}'
  same "$(wc -l <<<"$out")" 2 "layers"
  cooper_ok cache ls --format 'table {{.Kind}}\t{{.Name}}'
  has "KIND" "NAME"
  cooper_ok cache ls --json
  python3 -c 'import json, sys; assert {r["kind"] for r in json.loads(sys.argv[1])["items"]} >= {"step", "layer", "context", "image"}' \
    "$out" || fail "not the JSON it should be"
  cooper_refuses cache ls --format '{{.Nothing}}'
  cooper_refuses cache ls --format '{{range .}}'
  cooper_refuses cache ls --kind nothing
  cooper_ok cache show "COPY src /app"
  has "file 0:/big" "destination"
  local layer
  layer=$(cooper cache show "COPY src /app" | sed -n 's/^layer *\([0-9a-f]*\).*/\1/p')
  cooper_ok cache show "$layer"
  has "/app/big" "/app/small" "adds      300.0 kB" "wastes    300.0 kB"
  cooper_ok cache show "${layer:0:10}" --json
  python3 -c 'import json, sys; assert any(r["wasted"] == 300000 for r in json.loads(sys.argv[1])["files"])' "$out" ||
    fail "the waste is not told"
  cooper_refuses cache show 0000000000
  cooper_ok cache tree
  has app "COPY src /app"
  cooper_ok cache du --format json
  has '"what":"total"'
  # Every byte, as du counts it.
  cooper_ok cache du --json
  du=$(du -s --block-size=1 "$store" | cut -f1)
  python3 - "$out" "$du" <<'END' || fail "cache du and du(1) differ by more than 1 %"
import json, sys
total = next(r["size"] for r in json.loads(sys.argv[1])["parts"] if r["what"] == "total")
real = int(sys.argv[2])
print(total, real)
assert abs(total - real) <= real / 100
END
}

blocks() { du -s --block-size=1 "$store" | cut -f1; }

case_limits() {
  local before
  fresh_store
  printf 'FROM scratch\nCOPY big /big\n' >Dockerfile
  for _ in 1 2 3 4; do
    head -c 2000000 /dev/urandom >big
    cooper_ok build --progress plain --max-size unlimited .
    sleep 1.1
  done
  before=$(blocks)
  [ "$before" -gt 8000000 ] || fail "the builds left only $before bytes"
  cooper_ok cache prune --max-size 5MB --dry-run
  has "would remove" "over the limit"
  [ "$(blocks)" -ge $((before - 100000)) ] || fail "a dry run removed something"
  cooper_ok cache prune --max-size 5MB
  has removed
  [ "$(blocks)" -le 5000000 ] || fail "$(blocks) bytes are more than the limit of 5 MB"
  # The one used last is the one that is kept.
  cooper_ok build --progress plain --max-size unlimited .
  err_has CACHED
  # The same limit kept during builds: never over it by more than the step in flight.
  mkdir -p config/cooper
  echo '{"cache": {"maxSize": "5MB", "minFree": "unlimited", "keepDays": 0}}' >config/cooper/config.json
  export XDG_CONFIG_HOME=$PWD/config
  for _ in 1 2 3 4; do
    head -c 2000000 /dev/urandom >big
    cooper_ok build --progress plain .
    [ "$(blocks)" -le 7500000 ] || fail "$(blocks) bytes during builds with a limit of 5 MB"
  done
  echo '{"cache": {"maxsize": "5MB"}}' >config/cooper/config.json
  cooper_refuses build .
  err_has config.json maxsize
  same "$status" 2 "exit status"
  unset XDG_CONFIG_HOME
  # What an image needs stays, whatever the limit.
  cooper_ok build -t kept:1 --progress plain --max-size unlimited .
  cooper_ok cache prune --max-size 1kB
  has "which images need"
  cooper_ok cache prune --all
  cooper_ok tree kept:1
  cooper_ok fsck
}

case_prune_filters() {
  fresh_store
  dockerfile <<'END'
FROM base AS app
RUN --mount=type=cache,id=things,target=/c echo x > /c/x
END
  cooper_ok build --progress plain .
  cooper_ok cache ls --kind mount
  has things
  cooper_ok cache prune --filter kind=mount --filter unused-for=1h
  cooper_ok cache ls --kind mount
  has things
  cooper_ok cache prune --filter kind=mount --filter name=other
  cooper_ok cache ls --kind mount
  has things
  cooper_ok cache prune --filter kind=mount
  cooper_ok cache ls --kind mount
  lacks things
  cooper_ok cache prune --filter target=nobody
  has "removed 0 entries"
  cooper_ok cache prune --filter kind=step
  cooper_ok cache ls --kind step,layer
  same "$(wc -l <<<"$out")" 1 "lines of a listing without steps"
  for bad in kind=x unused-for=soon color=red x; do cooper_refuses cache prune --filter "$bad"; done
  cooper_refuses cache prune --max-size much
}

case_profile() {
  fresh_store
  echo x >x
  printf 'FROM scratch\nCOPY x /x\n' >Dockerfile
  cooper_ok build --progress plain --profile trace.json .
  err_has "time: "
  python3 - <<'END' || fail "no trace of the build"
import json
trace = json.load(open("trace.json"))
spans = [e for e in trace["traceEvents"] if e["ph"] == "X"]
assert {"copy", "hashing", "compression"} <= {e["cat"] for e in spans}, {e["cat"] for e in spans}
assert all(e["dur"] >= 0 and e["ts"] >= 0 and e["tid"] >= 1 for e in spans)
END
}

run_cases
