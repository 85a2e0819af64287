#!/usr/bin/env bash
# What is a hit and what is not, seen from outside: rows K and C1 of the cache's rules.
. "$(dirname "$0")/lib.sh"

export SOURCE_DATE_EPOCH=1700000000

# built ARGUMENTS: builds with modes as they are; $hits and $made count the steps.
built() {
  cooper_ok build --progress plain --context-modes keep "$@" .
  hits=$(grep -c '^#[0-9]* CACHED ' <<<"$err" || true)
  made=$(grep -cE '^#[0-9]+ .* DONE ' <<<"$err" || true)
}

all_hit() {
  built "$@"
  same "$made" 0 "steps made again"
}

some_made() {
  local want=$1
  shift
  built "$@"
  same "$made" "$want" "steps made again"
}

files() {
  fresh_store
  rm -rf src Dockerfile .dockerignore
  mkdir -p src/sub
  echo a >src/a
  echo b >src/sub/b
  chmod 644 src/a src/sub/b
}

case_metadata_is_in_no_key() {
  files
  file() {
    printf 'FROM scratch\nLABEL x=%s\nCOPY src /app\nHEALTHCHECK CMD %s\nEXPOSE %s\nWORKDIR /w\nCMD ["%s"]\n' "$@" >Dockerfile
  }
  file 1 1 1 1
  some_made 2
  file 2 2 2 2
  all_hit --label y=1 -t other:1
}

# security.C1
case_facts_of_files() {
  files
  printf 'FROM scratch\nCOPY src /app\n' >Dockerfile
  some_made 1
  touch -d '2001-01-01' src/a src/sub
  all_hit
  chmod 600 src/a
  some_made 1
  echo c >src/sub/b
  some_made 1
  ln -s a src/link
  some_made 1
  ln -sfn sub/b src/link
  some_made 1
  mv src/a src/renamed
  some_made 1
  echo 'src/sub' >.dockerignore
  some_made 1
  echo other >outside
  all_hit
  if setfattr -n user.x -v 1 src/renamed 2>/dev/null; then some_made 1; fi
}

# A umask is no input where a checkout is meant; it is one with --context-modes keep.
case_umask() {
  files
  printf 'FROM scratch\nCOPY src /app\n' >Dockerfile
  cooper_ok build --progress plain --context-modes normalize .
  chmod 664 src/a
  chmod 775 src/sub
  cooper_ok build --progress plain --context-modes normalize .
  err_has CACHED
  chmod 755 src/a
  cooper_ok build --progress plain --context-modes normalize .
  err_lacks CACHED
}

case_wildcards() {
  files
  printf 'FROM scratch\nCOPY src/a* /app/\n' >Dockerfile
  some_made 1
  echo x >src/other
  all_hit
  echo x >src/another
  some_made 1
}

case_early_cut_off() {
  files
  printf 'FROM scratch AS one\nCOPY src /s\nFROM scratch AS two\nCOPY --from=one /s/a /a\nWORKDIR /w\n' >Dockerfile
  some_made 3
  echo changed >src/sub/b # of the stage, but not of what is copied from it
  some_made 1
  echo changed >src/a
  some_made 3
}

case_link_stands_alone() {
  files
  printf 'FROM scratch\nCOPY src/a /first\nCOPY --link src/sub /second\n' >Dockerfile
  some_made 2
  echo changed >src/a
  some_made 1
}

case_expanded_arguments() {
  files
  printf 'FROM scratch\nARG D\nARG UNUSED\nCOPY src /$D\nWORKDIR /w/$D\n' >Dockerfile
  some_made 2 --build-arg D=1
  all_hit --build-arg D=1 --build-arg UNUSED=2
  some_made 2 --build-arg D=2
}

# Steps of other branches are still found after a miss.
case_look_up_goes_on_after_a_miss() {
  files
  printf 'FROM scratch AS one\nCOPY src/a /a\nFROM scratch AS two\nCOPY src/sub /sub\nFROM scratch\nCOPY --from=one / /\nCOPY --from=two / /\n' >Dockerfile
  some_made 4
  echo changed >src/a
  built
  same "$hits $made" "1 3"
}

case_no_cache() {
  files
  printf 'FROM scratch AS one\nCOPY src/a /a\nFROM scratch AS two\nCOPY src/sub /sub\nCOPY --from=one /a /a\n' >Dockerfile
  some_made 3
  some_made 3 --no-cache
  built --no-cache-filter two
  same "$hits $made" "1 2"
  all_hit
}

# Each value in effect at a RUN, and what it stands on.
# security.C1
case_inputs_of_run() {
  local base change
  fresh_store
  make_rootfs
  printf 'FROM scratch\nCOPY rootfs/ /\nENV PATH=/bin\n' >Dockerfile
  cooper_ok build -o type=oci,dest=base.tar -t base:1 .
  cooper_ok build -o type=oci,dest=labelled.tar -t base:1 --label only=metadata .
  for base in base labelled; do mkdir $base && tar -xf $base.tar -C $base; done
  rm -rf rootfs
  lines() {
    printf '%s\n' 'FROM php' "$@" 'RUN true' >Dockerfile
  }
  run_built() { built --build-context php=oci-layout://"$PWD/$1"; }
  lines
  run_built base
  same "$made" 1
  run_built labelled # row K12: labels and times of the base do not matter
  same "$made" 0 "steps made for a label of the base"
  lines 'LABEL a=b'
  run_built base
  same "$made" 0
  for change in 'ENV A=1' 'ARG B=1' 'USER 5' 'SHELL ["/bin/sh", "-e", "-c"]'; do
    lines "$change"
    run_built base
    same "$made" 1 "steps made for $change"
    run_built base
    same "$made" 0 "steps made for the same $change"
  done
}

run_cases
