#!/usr/bin/env bash
# stages/install-php-extensions up to the point where it would change the machine: what it finds, what it
# asks apt-get for, and that it does not claim what `php -m` does not show.
set -euo pipefail

script=$(cd "$(dirname "${BASH_SOURCE[0]}")/../../.." && pwd)/stages/install-php-extensions
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir "$work/bin"
for program in sh grep cat; do
  ln -s "$(command -v "$program")" "$work/bin/$program"
done

fake() {
  { echo '#!/bin/sh' && cat; } >"$work/bin/$1"
  chmod 755 "$work/bin/$1"
}

fail() {
  echo "FAILED: $*" >&2
  printf '%s\n' "--- output" "$out" >&2
  exit 1
}

expect() {
  [ "$status" -eq "$1" ] || fail "status $status instead of $1"
  grep -q "$2" <<<"$out" || fail "does not say '$2'"
}

install_extensions() {
  status=0
  out=$(PATH="$work/bin" sh "$script" "$@" 2>&1) || status=$?
}

install_extensions gd
expect 1 "no php here"

fake php <<'PHP'
case $1 in
  -m) printf '%s\n' '[PHP Modules]' Core posix redis '' '[Zend Modules]' 'Zend OPcache' ;;
  -r) printf 8.4 ;;
esac
PHP
install_extensions posix
expect 1 "neither docker-php-ext-install nor Debian's php8.4-cli"

fake dpkg-query <<'QUERY'
[ "$2" = php8.4-cli ]
QUERY
install_extensions posix redis opcache
expect 0 "found PHP 8.4 of Debian's packages"
expect 0 "nothing to install"
install_extensions pos
[ "$status" -ne 0 ] || fail "takes a part of a name for the name"

fake docker-php-ext-install </dev/null
install_extensions posix
expect 0 "found the official php image"
install_extensions gd
expect 1 "not a Debian variant"
rm "$work/bin/docker-php-ext-install"

# Debian: the names of the packages; a failing apt-get ends it.
for program in sort tr; do
  ln -s "$(command -v "$program")" "$work/bin/$program"
done
fake apt-get <<'APT'
[ "$1" = update ] && exit 0
echo "apt-get $*"
exit 100
APT
install_extensions gd pdo_mysql pcntl exif redis
expect 100 "installing gd pdo_mysql pcntl exif"
expect 100 "apt-get install -y --no-install-recommends php8.4-common php8.4-gd php8.4-mysql$"
