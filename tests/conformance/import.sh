#!/bin/sh
# Runs the read cases of the judge of bknd's HTTP contract against noded after an import:
#   import.sh [--noded PROGRAM] [--judge FOLDER] [judge's own arguments]
# FOLDER holds run.mjs, start-bknd.mjs and cases.mjs (default: ../shared/conformance/bknd beside the
# checkout). The real bknd makes a database by the judge's cases up to the first that reads; noded
# imports it; then the cases that read are run against both, the original first. The exit status is
# 0 only if none failed with either and `noded doctor` finds nothing. 77: there is no judge.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
noded=$root/build/release/noded
judge=$root/../shared/conformance/bknd
left=$#
while [ "$left" -gt 0 ]; do
  case $1 in
    --noded) noded=$2; shift 2; left=$((left - 2)) ;;
    --judge) judge=$2; shift 2; left=$((left - 2)) ;;
    --help) sed -n '2,8s/^# \{0,1\}//p' "$0"; exit 0 ;;
    *) set -- "$@" "$1"; shift; left=$((left - 1)) ;;  # the judge's
  esac
done
if [ ! -f "$judge/run.mjs" ]; then
  echo "SKIPPED: there is no judge at $judge"
  exit 77
fi
noded=$(cd "$(dirname "$noded")" && pwd)/$(basename "$noded")
node=$("$root/scripts/node22")
run=$("$root/scripts/judge_folder" "$judge")

. "$here/node.sh"

# The judge with its cases in two parts.
mkdir "$work/judge"
cp "$run"/*.mjs "$run"/*.json "$work/judge/"
ln -s "$run/node_modules" "$work/judge/node_modules"
mv "$work/judge/cases.mjs" "$work/judge/all_cases.mjs"
cp "$here/import_cases.mjs" "$work/judge/cases.mjs"
cd "$work/judge"

start_bknd() {  # [arguments]; sets $pid and $port
  port=$("$node" -e 'const s = require("net").createServer().listen(0, "127.0.0.1", () => { console.log(s.address().port); s.close(); })')
  : >"$work/bknd.log"
  "$node" --no-warnings start-bknd.mjs --port "$port" --dir "$work/bknd" "$@" >>"$work/bknd.log" 2>&1 &
  pid=$!
  turns=0
  while ! grep -q '^READY' "$work/bknd.log"; do
    turns=$((turns + 1))
    if ! kill -0 "$pid" 2>/dev/null || [ "$turns" -gt 600 ]; then
      echo "bknd did not start:" >&2
      cat "$work/bknd.log" >&2
      exit 2
    fi
    sleep 0.1
  done
}

stop_started() {
  kill "$pid"
  wait "$pid" 2>/dev/null || true
  pid=
}

judge_part() {  # PART ADDRESS [judge's arguments]
  part=$1
  base=$2
  shift 2
  CASES=$part "$node" --no-warnings run.mjs --base "http://$base" "$@"
}

start_bknd
judge_part seed "127.0.0.1:$port" >"$work/seeded" || {
  cat "$work/seeded"
  echo "bknd failed while it made the database" >&2
  exit 2
}
stop_started

status=0
cp -R "$work/bknd" "$work/original"
start_bknd --keep
echo "# bknd"
judge_part read "127.0.0.1:$port" "$@" || status=1
stop_started

"$noded" import bknd "$work/original/data.db" --data "$work/store"
"$noded" doctor --data "$work/store"
start_node "$noded" --role n1
echo "# noded"
judge_part read "$address" "$@" || status=1
expect_node_alive
exit "$status"
