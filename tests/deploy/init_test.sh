#!/usr/bin/env bash
# cooper init in a copy of examples/laravel-site: what it writes is built, rendered and linted; with EZSCALE's names the
# chart renders as the project's own.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=tests/deploy/go_tools.sh
source "$here/go_tools.sh"
: "${COOPER_BIN:?the program to test}"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

fail() {
  echo "init_test: $*" >&2
  exit 1
}

application() {
  cp -R "$here/../../examples/laravel-site" "$1"
  rm "$1/.dockerignore"
  echo "services: {app: {build: .}}" >"$1/docker-compose.yml"
  cp "$1/docker-compose.yml" "$work/compose"
}

# --- without tools of others
application "$work/shop"
cd "$work/shop"
if "$COOPER_BIN" init 2>"$work/err"; then fail "no arguments were accepted"; fi
grep -qF -- "--registry is not given" "$work/err" || fail "$(cat "$work/err")"

"$COOPER_BIN" init --registry git.example --image team/shop --domain shop.example >"$work/out" 2>"$work/err"
grep -qF 'note: bake reads docker-compose.yml too' "$work/err" || fail "no word of the compose file: $(cat "$work/err")"
if grep -v '^new ' "$work/out"; then fail "a first run writes everything"; fi
cmp docker-compose.yml "$work/compose" || fail "the compose file was touched"
"$COOPER_BIN" init --check >"$work/out" || fail "what was just written has drifted"
if grep -v '^same ' "$work/out"; then fail "--check found something"; fi

VERSION=v1.4.0 "$COOPER_BIN" bake -f docker-bake.json --print >"$work/bake.json"
jq -e '.target.app.tags == ["git.example/team/shop:app-v1.4.0", "git.example/team/shop:app-latest"]
       and .target.horizon.context == "." and (.group.default.targets | length) == 3' "$work/bake.json" >/dev/null ||
  fail "bake --print: $(cat "$work/bake.json")"
"$COOPER_BIN" check . --build-context stages=stages --build-context php-config=php-config >"$work/out" 2>&1 || true
if grep -i 'error:' "$work/out" | grep -v -i -e network -e resolve -e connect; then fail "the Dockerfile has errors"; fi

# --- a changed file is kept, the difference is diff's own; --force replaces it
cp php-config/php.ini "$work/php.ini"
sed -i 's/^memory_limit = .*/memory_limit = 1G/' php-config/php.ini
rm smoke.json
if "$COOPER_BIN" init --check >"$work/out" 2>"$work/err"; then fail "--check did not see the drift"; fi
grep -qx 'missing   smoke.json' "$work/out" || fail "$(cat "$work/out")"
[ ! -e smoke.json ] || fail "--check wrote a file"
{ diff -u --label a/php-config/php.ini --label b/php-config/php.ini php-config/php.ini "$work/php.ini" || true; } >"$work/diff"
sed -n '/^--- a/,/^same/p' "$work/out" | grep -v '^same' | cmp - "$work/diff" || fail "the difference: $(cat "$work/out")"
if "$COOPER_BIN" init >"$work/out" 2>"$work/err"; then fail "a kept file is not told by the exit code"; fi
grep -q 'memory_limit = 1G' php-config/php.ini || fail "a changed file was overwritten"
[ -e smoke.json ] || fail "a missing file was not written"
grep -qF '1 files differ and were kept; --force replaces them' "$work/err" || fail "$(cat "$work/err")"
"$COOPER_BIN" init --force >"$work/out"
grep -qx 'replaced  php-config/php.ini' "$work/out" || fail "$(cat "$work/out")"
cmp php-config/php.ini "$work/php.ini"

# --- a repository that has a life of its own: another name, domains, a Dockerfile, a compose file, a workflow
mkdir -p "$work/flowers/.gitea/workflows" "$work/flowers/docker"
cd "$work/flowers"
cp "$here/../../examples/laravel-site/"{artisan,composer.json,composer.lock} .
printf 'FROM php:8.3-apache\nCOPY . /var/www/html\n' >Dockerfile
printf 'vendor\n.env\n' >.dockerignore
printf 'services:\n  app:\n    build: {context: docker, args: {DEV: "1"}}\n  db: {image: "mariadb:11"}\n' >compose.yaml
printf 'on: push\njobs: {}\n' >.gitea/workflows/ci.yml
git init -q . && git add -A && git -c user.name=a -c user.email=a@example commit -qm first
flowers=(--registry git.example:3000 --image garten/blumen.laden --domain blumen.example
  --account-domain konto.blumen.example --admin-domain verwaltung.example.org)
if "$COOPER_BIN" init --check "${flowers[@]}" >"$work/out" 2>"$work/err"; then fail "a chart's name with a dot was accepted"; fi
grep -qF "use name 'blumen.laden'" "$work/err" || fail "$(cat "$work/err")"
flowers+=(--name blumenladen)
if "$COOPER_BIN" init --check "${flowers[@]}" >"$work/out" 2>"$work/err"; then fail "--check of a repository without the files"; fi
[ -z "$(git status --porcelain)" ] || fail "--check wrote $(git status --porcelain)"
grep -q '^differs   Dockerfile' "$work/out" || fail "$(cat "$work/out")"
if "$COOPER_BIN" init "${flowers[@]}" >"$work/out" 2>"$work/err"; then fail "kept files are not told by the exit code"; fi
grep -qx -- '-FROM php:8.3-apache' "$work/out" || fail "no difference of the Dockerfile: $(cat "$work/out")"
for note in 'package-lock.json, which is not there' 'bake reads compose.yaml too' '2 files differ and were kept'; do
  grep -qF "$note" "$work/err" || fail "no word of: $note: $(cat "$work/err")"
done
[ -z "$(git status --porcelain --untracked-files=no)" ] || fail "touched: $(git status --porcelain --untracked-files=no)"
"$COOPER_BIN" init --force >"$work/out" 2>/dev/null
[ "$(grep -c '^replaced ' "$work/out")" = 2 ] || fail "$(cat "$work/out")"
[ "$(git status --porcelain --untracked-files=no | tr -d '\n')" = ' M .dockerignore M Dockerfile' ] || fail "$(git status --porcelain)"
"$COOPER_BIN" init --check >/dev/null || fail "what was just written has drifted"
if grep -rniE 'ezscale|laravel-site' --exclude-dir=.git . | grep -v '^./composer'; then fail "the example's name is left"; fi
VERSION=v2.0.0 "$COOPER_BIN" bake -f docker-bake.json --print | jq -e '.target.app |
  .context == "." and .args.DEV == null and .tags[0] == "git.example:3000/garten/blumen.laden:app-v2.0.0"' >/dev/null ||
  fail "the compose file changes what is released"

# --- with helm and actionlint
cd "$work/shop"
require_go helm and actionlint
helm=$(go_tool helm)
actionlint=$(go_tool actionlint)
"$actionlint" -no-color .gitea/workflows/release.yml

render() {
  "$helm" template "$@" --kube-version 1.30.0 --set image.tag=v1.4.0 2>/dev/null
}
for values in us-prod local; do
  "$helm" lint --strict --kube-version 1.30.0 helm/shop -f "helm/shop/values-$values.yaml" --set image.tag=v1.4.0 >/dev/null 2>&1 ||
    fail "helm lint with values-$values.yaml"
done
(cd "$work/flowers" && "$actionlint" -no-color .gitea/workflows/release.yml && render blumenladen helm/blumenladen \
  -f helm/blumenladen/values-us-prod.yaml) >"$work/rendered"
for text in 'git.example:3000/garten/blumen.laden:horizon-v1.4.0' 'Host(`konto.blumen.example`)' 'Host(`verwaltung.example.org`)' \
  'DB_DATABASE: blumenladen'; do
  grep -qF "$text" "$work/rendered" || fail "the chart of another site lacks $text"
done
render shop helm/shop -f helm/shop/values-us-prod.yaml >"$work/rendered"
grep -qF 'image: git.example/team/shop:scheduler-v1.4.0' "$work/rendered" || fail "the images of the chart"
if grep -i ezscale "$work/rendered"; then fail "the example's name is left"; fi

application "$work/ezscale"
cd "$work/ezscale"
"$COOPER_BIN" init --registry git.ezscale.cloud --image ezscale/website --name ezscale-website --domain ezscale.example >/dev/null
for values in us-prod local; do
  (cd helm/ezscale-website && render site . -f "values-$values.yaml") |
    sed 's/APP_NAME: ezscale-website$/APP_NAME: EZSCALE/; s/APP_NAME, value: "ezscale-website"/APP_NAME, value: "EZSCALE"/' >"$work/rendered"
  diff <(grep -v 'checksum/config' "$work/rendered") <(grep -v 'checksum/config' "$here/golden/$values-install.yaml") ||
    fail "the written chart renders otherwise than the project's"
done
cmp .gitea/workflows/release.yml "$here/../../deploy/gitea/release.yml"
echo "init: written, built, rendered, linted"
