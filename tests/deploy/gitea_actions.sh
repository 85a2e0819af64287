# shellcheck shell=bash disable=SC2154
# Sourced by the tests that let a real Gitea's Actions run: its REST API, as they need it. tests/support/servers.sh has
# started Gitea; `setup` is a token with write:repository and write:organization, `repository` is OWNER/NAME.

: "${setup:=}" "${repository:=team/website}"

api() {
  gitea_api_token=$setup gitea_api "$1" "${gitea_address#*:}" "$2" "${@:3}"
}

make_repository() {
  api POST "/orgs/${repository%%/*}/repos" -o /dev/null -d "{\"name\": \"${repository#*/}\", \"private\": true}"
}

secret() {
  api PUT "/repos/$repository/actions/secrets/$1" -o /dev/null -d "$(jq -n --arg data "$2" '{data: $data}')"
}

variable() {
  api POST "/repos/$repository/actions/variables/$1" -o /dev/null -d "$(jq -n --arg value "$2" '{value: $value}')"
}

begin_repository() {
  git init -q -b main .
  git config user.name test
  git config user.email test@example.invalid
}

# push TAG: everything as a commit with that tag.
push() {
  git add -A
  git commit -qm "$1"
  git tag -am "release $1" "$1"
  GIT_SSL_CAINFO=$gitea_authority git push -q "https://$gitea_user:$setup@$gitea_address/$repository.git" main "$1" 2>"$work/push" ||
    fail "push: $(<"$work/push")"
}

# run_of REF: the id of its run; refs/tags/v1.2.3
run_of() {
  api GET "/repos/$repository/actions/runs" | jq -r --arg ref "@$1" '[.workflow_runs[] | select(.path | endswith($ref)) | .id][0] // empty'
}

# log REF JOB
log() {
  local run job
  run=$(run_of "$1")
  job=$(api GET "/repos/$repository/actions/runs/$run/jobs" | jq -r --arg name "$2" '.jobs[] | select(.name == $name) | .id')
  api GET "/repos/$repository/actions/jobs/$job/logs"
}

# outcome REF [JOB]: of each job of its run, or of that one, "release success", once it has ended.
outcome() {
  local try run jobs
  for try in $(seq 600); do
    run=$(run_of "$1")
    if [ -n "$run" ] && jobs=$(api GET "/repos/$repository/actions/runs/$run/jobs" |
      jq --arg name "${2:-}" '[.jobs[] | select($name == "" or .name == $name)]') &&
      jq -e 'length > 0 and all(.status == "completed")' <<<"$jobs" >/dev/null; then
      jq -r '.[] | .name + " " + .conclusion' <<<"$jobs"
      return
    fi
    sleep 0.5
  done
  echo "nothing after $((try / 2)) s"
}
