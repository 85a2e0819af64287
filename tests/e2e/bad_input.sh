#!/usr/bin/env bash
# Bad input is refused by name, at once, and says what to do.
. "$(dirname "$0")/lib.sh"

case_missing_dockerfile() {
  mkdir context
  cooper_refuses build context
  err_has "Dockerfile"
  cooper_refuses build -f absent.Dockerfile .
  err_has "absent.Dockerfile"
}

case_missing_context() {
  cooper_refuses build no-such-folder
  err_has "no-such-folder"
}

case_unknown_instruction() {
  printf 'FROM scratch\nCOPPY a b\n' >Dockerfile
  cooper_refuses build .
  err_has "Dockerfile:2" "COPPY" "COPY" "^"
}

case_unterminated_heredoc() {
  printf 'FROM scratch\nCOPY <<END /a\nnever ends\n' >Dockerfile
  cooper_refuses build .
  err_has "Dockerfile:2" "END"
}

case_unknown_flag_of_an_instruction() {
  printf 'FROM scratch\nCOPY --frmo=x a b\n' >Dockerfile
  cooper_refuses build .
  err_has "Dockerfile:2" "frmo"
}

case_copy_source_absent() {
  printf 'FROM scratch\nCOPY no-such-file /a\n' >Dockerfile
  cooper_refuses build .
  err_has "Dockerfile:2" "no-such-file"
}

case_copy_source_ignored() {
  printf 'FROM scratch\nCOPY hidden.txt /a\n' >Dockerfile
  echo x >hidden.txt
  echo 'hidden.*' >.dockerignore
  cooper_refuses build .
  err_has "Dockerfile:2" "hidden.txt" "ignore"
}

case_unknown_stage() {
  printf 'FROM scratch AS one\nCOPY --from=5 /a /a\n' >Dockerfile
  cooper_refuses build .
  err_has "Dockerfile:2" "5"
  printf 'FROM ${BASE}\n' >Dockerfile
  cooper_refuses build .
  err_has "Dockerfile:1" "BASE"
}

case_unknown_target() {
  printf 'FROM scratch AS app\nFROM scratch AS worker\n' >Dockerfile
  cooper_refuses build --target ap .
  err_has "'ap'" "app"
}

case_unreachable_registry() {
  local start=$SECONDS
  printf 'FROM 127.0.0.1:9/team/base:1\n' >Dockerfile
  cooper_refuses build .
  err_has "127.0.0.1:9" "Dockerfile:1"
  [ $((SECONDS - start)) -lt 20 ] || fail "took $((SECONDS - start)) s: a storm of retries"
}

case_failing_run() {
  dockerfile <<'END'
FROM base
RUN for n in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25; do echo "line $n"; done; exit 7
END
  cooper_refuses build --progress quiet .
  err_has "exit" "7" "Dockerfile:5" "line 25" "line 6"
  err_lacks "line 5 "
  nothing_left_behind
}

case_run_ended_by_a_signal() {
  dockerfile <<'END'
FROM base
RUN kill -9 $$
END
  cooper_refuses build .
  err_has "Dockerfile:5" "signal"
}

case_run_of_an_absent_program() {
  dockerfile <<'END'
FROM base
RUN ["/bin/no-such-program", "x"]
END
  cooper_refuses build .
  err_has "Dockerfile:5" "no-such-program"
}

case_unknown_option() {
  cooper_refuses build --no-such-option .
  err_has "no-such-option"
}

case_bad_names() {
  printf 'FROM scratch\nLABEL a=b\n' >Dockerfile
  cooper_refuses build -t 'UPPER/Case' .
  err_has "UPPER/Case"
  cooper_refuses build -t 'name:bad tag' .
  cooper_refuses build --platform 'linux/amd64/v8/extra/x' .
}

case_missing_secret() {
  dockerfile <<'END'
FROM base
RUN --mount=type=secret,id=token,required=true cat /run/secrets/token
END
  cooper_refuses build .
  err_has "token"
}

case_bake_unknown_target() {
  echo '{"target": {"app": {"dockerfile-inline": "FROM scratch\nLABEL a=b\n"}}}' >docker-bake.json
  cooper_refuses bake apps
  err_has "apps"
}

case_bake_broken_json() {
  echo '{"target": {"app": }' >docker-bake.json
  cooper_refuses bake
  err_has "docker-bake.json"
}

case_bake_unknown_key() {
  echo '{"target": {"app": {"dockerfyle": "x"}}}' >docker-bake.json
  cooper_refuses bake app
  err_has "dockerfyle"
}

case_bake_inheritance_cycle() {
  echo '{"target": {"a": {"inherits": ["b"]}, "b": {"inherits": ["a"]}}}' >docker-bake.json
  cooper_refuses bake a
  err_has "a" "b"
}

# security.S12
case_control_characters_do_not_reach_the_terminal() {
  printf 'FROM scratch\nCOPY \033]0;owned\007x /a\n' >Dockerfile
  cooper_refuses build .
  ! printf '%s' "$err" | grep -q "$(printf '\033')" || fail "an escape character came through"
}

run_cases
