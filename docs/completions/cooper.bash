# bash completion for cooper; made by 'cooper generate bash'.
_cooper() {
  local current=${COMP_WORDS[COMP_CWORD]} command='' word words
  for word in "${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    case $word in
      build|bake|check|smoke|logs|debug|init|pull|push|release|prune|copy|ls|inspect|manifest|diff|validate|verify|images|untag|rmi|tree|cache|fsck|doctor|login|logout|version) command=$word; break ;;
    esac
  done
  case $command in
    build) words='-h --help -t --tag -f --file --target --build-arg --build-context --label --annotation --platform --no-cache-filter --iidfile --progress --secret --add-host --compression --compression-level --force-compression -j --jobs --context-modes --allow --network --shm-size --ulimit --on-failure --ssh -q --quiet --push -o --output --no-cache --metadata-file --load --pull --check --call --profile --cache-from --cache-to --cache-scope --allow-secret-in-layer --max-size --min-free --keep-days' ;;
    bake) words='-h --help -f --file --set --var --print --list --progress --secret --add-host --compression --compression-level --force-compression -j --jobs --context-modes --allow --network --shm-size --ulimit --on-failure --ssh -q --quiet --push -o --output --no-cache --metadata-file --load --pull --check --call --profile --cache-from --cache-to --cache-scope --allow-secret-in-layer --max-size --min-free --keep-days' ;;
    check) words='-h --help -t --tag -f --file --target --build-arg --build-context --label --annotation --platform --no-cache-filter --iidfile --progress --secret --add-host --compression --compression-level --force-compression -j --jobs --context-modes --allow --network --shm-size --ulimit --on-failure --ssh -q --quiet --push -o --output --no-cache --metadata-file --load --pull --check --call --profile --cache-from --cache-to --cache-scope --allow-secret-in-layer --max-size --min-free --keep-days' ;;
    smoke) words='-h --help -f --file --role --target --bake --build-context -C --directory --json' ;;
    logs) words='-h --help --step -f --follow --json' ;;
    debug) words='-h --help -c --command --secret --list --json --format' ;;
    init) words='-h --help --registry --image --domain --account-domain --admin-domain --name --force --check' ;;
    pull) words='-h --help --platform -t --tag -q --quiet --json' ;;
    push) words='-h --help -q --quiet --allow-secret-in-layer' ;;
    release) words='-h --help -f --file --set -n --dry-run --force --json --progress --no-cache --secret -j --jobs --allow-secret-in-layer --on-failure' ;;
    prune) words='-h --help --keep --keep-prereleases --keep-days --keep-pattern --role-pattern --in-use --yes --all --json' ;;
    copy) words='-h --help --platform -q --quiet --allow-secret-in-layer --json' ;;
    ls) words='-h --help --digests --json' ;;
    inspect) words='-h --help --platform --config --json' ;;
    manifest) words='-h --help --platform --json' ;;
    diff) words='-h --help --platform --times --json' ;;
    validate) words='-h --help --json' ;;
    verify) words='-h --help -f --file --target --build-arg --build-context --label --annotation --platform --bake --set --var --release --progress --secret --add-host --compression --compression-level --force-compression -j --jobs --context-modes --allow --network --shm-size --ulimit --on-failure --ssh --use-cache --json' ;;
    images) words='-h --help --json' ;;
    untag|rmi) words='-h --help' ;;
    tree) words='-h --help --platform --times --json' ;;
    cache) words='-h --help why ls du tree show prune fsck' ;;
    fsck) words='-h --help --repair --json --format' ;;
    doctor) words='-h --help --registry --json' ;;
    login) words='-h --help -u --username --password-stdin' ;;
    logout) words='-h --help' ;;
    version) words='-h --help --json' ;;
    *) words='-h --help --version --root --isolation --snapshots --insecure-registry --auth-realm --limit build bake check smoke logs debug init pull push release prune copy ls inspect manifest diff validate verify images untag rmi tree cache fsck doctor login logout version' ;;
  esac
  if [[ $current == -* || -z $command || $command == cache ]]; then
    mapfile -t COMPREPLY < <(compgen -W "$words" -- "$current")
  else
    compopt -o default
    COMPREPLY=()
  fi
}
complete -F _cooper cooper
