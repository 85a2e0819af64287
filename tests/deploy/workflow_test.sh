#!/usr/bin/env bash
# deploy/gitea/release.yml: actionlint, with shellcheck on its scripts; and the check of the token, run against a server.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
# shellcheck source=tests/deploy/go_tools.sh
source ./go_tools.sh
require_go actionlint
actionlint=$(go_tool actionlint)
workflow=../../deploy/gitea/release.yml

"$actionlint" -no-color "$workflow" ../../deploy/gitea/ci.yml
echo "actionlint: no complaint"

# actionlint must be able to find fault with this file.
broken=$(mktemp -d)
trap 'rm -rf "$broken"' EXIT
sed 's/needs: release/needs: relase/' "$workflow" >"$broken/release.yml"
if "$actionlint" -no-color "$broken/release.yml" >"$broken/out"; then
  echo "actionlint accepted a job that needs what is not there" >&2
  exit 1
fi

python3 -B -m unittest -v workflow_test
