#!/usr/bin/env bash
# examples/laravel-site on real parts, without Kubernetes: see site_test.py. Builds two versions of its images first.
#
#   MariaDB          Debian's
#   Valkey           Debian's Redis 7, with the chart's valkey.conf
#   object store     versitygw, built from its Go module; it checks signatures
#
#   STANDIN_BASES   the stand-in base images (stages/bases/make fills it; default: a folder of its own)
#   SITE_STORE      the store (default: one of its own)
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
project=$(cd "$here/../.." && pwd)
# shellcheck source=tests/deploy/go_tools.sh
source "$here/go_tools.sh"
: "${COOPER_BIN:?the program to test}"
[ "$(id -u)" = 0 ] || { echo "skipped: base images are made as root only" && exit 77; }
require_go helm and an object store
PATH=$PATH:/usr/sbin
for program in mariadbd mariadb-install-db redis-server; do
  command -v "$program" >/dev/null || { echo "skipped: $program is not installed" && exit 77; }
done
HELM=$(go_tool helm)
VERSITYGW=$(go_tool versitygw)
export HELM VERSITYGW COOPER_BIN

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export COOPER_ROOT=${SITE_STORE:-$work/store} STANDIN_BASES=${STANDIN_BASES:-$work/bases}
export REGISTRY=registry.example IMAGE=site SITE_IMAGE=registry.example/site
"$project/stages/bases/make" "$STANDIN_BASES" >"$work/log" 2>&1 || { cat "$work/log" >&2 && exit 1; }

bake() {
  (cd "$project" && VERSION=$1 "$COOPER_BIN" bake --progress plain -f stages/docker-bake.json -f stages/bases/docker-bake.json \
    --set "*.context=$2" --set "*.dockerfile=$project/stages/Dockerfile" >"$work/log" 2>&1) || { tail -n 40 "$work/log" >&2 && exit 1; }
}

bake v1.0.0 "$project/examples/laravel-site"

# The second version: other pages, another style sheet, another migration.
cp -R "$project/examples/laravel-site" "$work/second"
sed -i "s/'Casks we make'/'Casks of the second version'/" "$work/second/resources/views/site.blade.php"
printf '\nmain { scroll-behavior: smooth; }\n' >>"$work/second/resources/css/app.css"
cat >"$work/second/database/migrations/2026_02_01_000000_add_locale_to_users_table.php" <<'PHP'
<?php

use Illuminate\Database\Migrations\Migration;
use Illuminate\Database\Schema\Blueprint;
use Illuminate\Support\Facades\Schema;

return new class extends Migration
{
    public function up(): void
    {
        Schema::table('users', fn (Blueprint $table) => $table->string('locale', 8)->default('en'));
    }
};
PHP
bake v1.1.0 "$work/second"

cd "$here"
SITE_WORK=$work python3 -B -m unittest -v site_test
