#!/usr/bin/env bash
# cooper init in repositories that are not as it expects them. What it writes is built, rendered and linted by tests/deploy.
# shellcheck source=lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

shop=(--registry git.example --image team/shop --domain shop.example)

application() {
  mkdir -p "$1"
  touch "$1/artisan" "$1/composer.json"
}

# out_has TEXT...: on standard output.
out_has() {
  local text
  for text in "$@"; do
    grep -qF -- "$text" <<<"$out" || fail "no '$text' in the output"
  done
}

written() {
  find "$1" -mindepth 1 ! -name artisan ! -name composer.json | sort
}

case_what_is_no_application() {
  mkdir none half
  touch half/artisan
  cooper_run init "${shop[@]}" none
  same "$status" 2
  err_has "it has no artisan" "hint: name the root of the application's repository"
  cooper_run init "${shop[@]}" half
  same "$status" 2
  err_has "it has no composer.json"
  cooper_run init "${shop[@]}" nowhere
  same "$status" 1
  err_has "open 'nowhere': No such file or directory"
  same "$(written none)$(written half)" ""
}

case_what_the_build_will_miss_is_told() {
  application site
  cooper_ok init "${shop[@]}" site
  err_has "composer.lock, which is not there: composer update" "package.json, which is not there: npm init" "package-lock.json"
}

case_names_that_nothing_can_have() {
  application site
  local name image
  for name in Shop "my shop" . .. - 9lives "$(printf 'a%.0s' {1..41})" $'a\nb' käfer; do
    cooper_run init "${shop[@]}" --name "$name" site
    same "$status" 2 "--name '$name'"
    err_has "use name" "lower-case letters, digits and '-'"
  done
  for image in Team/Shop shop team/shop:1 "team/my shop" ./shop team/shop@sha256:0; do
    cooper_run init --registry git.example --domain shop.example --image "$image" site
    same "$status" 2 "--image '$image'"
    err_has "it must be OWNER/NAME"
  done
  cooper_run init --registry https://git.example --image team/shop --domain shop.example site
  same "$status" 2
  err_has "use registry 'https://git.example'"
  cooper_run init --registry git.example --image team/shop --domain https://shop.example site
  same "$status" 2
  err_has "use site host"
  same "$(written site)" "" "what was written"
}

case_directories_with_unusual_names() {
  local name
  for name in "my shop" SHOP "-shop" $'two\nlines' "$(printf 'long%.0s' {1..60})" "sh\"o'p \$HOME"; do
    application "./$name"
    cooper_ok init "${shop[@]}" "./$name"
    [ -L "./$name/helm/shop/files/site.conf" ] || fail "no chart in '$name'"
    cooper_ok init --check "./$name"
  done
  cd "my shop"
  cooper_ok init --check .
  cooper_ok init --check
}

case_files_that_are_being_worked_on() {
  application site
  cooper_ok init "${shop[@]}" site
  printf 'changed\r\n\0\377' >site/Dockerfile
  chmod -x site/stages/entrypoint
  truncate -s 6M site/smoke.json
  rm site/php-config/php.ini
  cooper_run init --check site
  same "$status" 1
  out_has '-changed\x0d' "stages/entrypoint: is not executable" "smoke.json: is too large to be compared" "missing   php-config/php.ini"
  err_has "4 files are not as cooper init writes them"
  cooper_run init site
  same "$status" 1
  err_has "3 files differ and were kept; --force replaces them"
  same "$(head -c 7 site/Dockerfile)" changed
  cooper_ok init --force site
  cooper_ok init --check site
}

case_links_and_what_is_in_the_way() {
  application site
  mkdir outside site/settings site/smoke.json
  echo mine >mine
  ln -s ../mine site/Dockerfile
  ln -s ../outside site/helm
  ln -s settings site/php-config
  echo "a file" >site/nginx-config
  mkfifo site/docker-bake.json
  cooper_run init "${shop[@]}" site
  same "$status" 1
  out_has "Dockerfile: is a symbolic link, not a file" "docker-bake.json: is a special file, not a file" \
    "blocked   smoke.json" "smoke.json: a directory is in its place" \
    "helm is a symbolic link that leads to no directory of the repository" "nginx-config is a file, not a directory"
  err_has "2 files differ and were kept" "files were not written: something else is in their place; move it away"
  [ -s site/settings/php.ini ] || fail "a link within the repository was not followed"
  cooper_run init --force site
  same "$status" 1
  out_has "replaced  Dockerfile" "replaced  docker-bake.json" "blocked   smoke.json"
  same "$(<mine)$(ls outside)$(<site/nginx-config)" "minea file" "what is not the repository's, and what is in the way"
  [ -f site/Dockerfile ] && [ ! -L site/Dockerfile ] || fail "the link was written through"
  rm -r site/smoke.json site/nginx-config site/helm
  cooper_ok init site
  cooper_ok init --check site
}

case_answers_that_cannot_be_read() {
  application site
  echo '{"name": ' >site/.cooper-init.json
  cooper_run init "${shop[@]}" site
  same "$status" 2
  err_has "parse '.cooper-init.json'" "hint: mend or remove it"
  same "$(written site)" "site/.cooper-init.json"
}

case_a_directory_that_cannot_be_written() {
  [ "$(id -u)" = 0 ] || skip_test "needs root"
  application site
  status=0
  # shellcheck disable=SC2016  # the inner shell expands
  unshare --mount --propagation private sh -euc 'mount --bind site site; mount -o remount,ro,bind site; exec "$@"' sh \
    "$COOPER_BIN" init "${shop[@]}" site >"$work/out" 2>"$work/err" || status=$?
  err=$(<"$work/err")
  same "$status" 1
  err_has "Read-only file system"
  same "$(written site)" ""
}

run_cases
