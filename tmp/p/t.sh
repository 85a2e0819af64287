. /tmp/w/e/tests/e2e/lib.sh
case_x() {
for c in chown setuid mknod sys_chroot; do fresh_store
  printf 'COPY --chown=1000:1000 rootfs/bin/cat /owned\nUSER web\nRUN true\n' | dockerfile
  COOPER_ISOLATION=chroot COOPER_ROOT=$store setpriv --bounding-set="-$c" --inh-caps="-$c" "$COOPER_BIN" build . 2>&1 | grep -A4 "error:\|hint" || true; echo "== $c"
done
}
run_cases
