#!/bin/sh
# Runs the judge of HTTP/1.1 against a fresh noded.
#   http1.sh [--noded PROGRAM] [--role-library FILE] [--judge FOLDER] [judge's own arguments]
# FOLDER holds run.py and cases.py (default: ../shared/conformance/http1 beside the checkout). Among
# the judge's arguments are --slow (the cases of slow clients, about a minute) and --cases FILE.
# The judge wants a target that answers GET and one that takes any body; a plug-in role adds the
# two to the node (default FILE: beside the tests of PROGRAM's build). The exit status is 0 only
# if no case of any level failed and the node still serves. 77: there is no judge.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
noded=$root/build/release/noded
judge=$root/../shared/conformance/http1
role=
left=$#
while [ "$left" -gt 0 ]; do
  case $1 in
    --noded) noded=$2; shift 2; left=$((left - 2)) ;;
    --role-library) role=$2; shift 2; left=$((left - 2)) ;;
    --judge) judge=$2; shift 2; left=$((left - 2)) ;;
    --help) sed -n '2,9s/^# \{0,1\}//p' "$0"; exit 0 ;;
    *) set -- "$@" "$1"; shift; left=$((left - 1)) ;;  # the judge's
  esac
done
if [ ! -f "$judge/run.py" ]; then
  echo "SKIPPED: there is no judge at $judge"
  exit 77
fi
noded=$(cd "$(dirname "$noded")" && pwd)/$(basename "$noded")
role=${role:-$(dirname "$noded")/tests/conformance/libjudged_role.so}

. "$here/node.sh"

printf 'role: [api, judged]\nplugins: [{path: %s}]\nhttp: {hosts: ["*"]}\n' "$role" >"$work/noded.yaml"
start_node "$noded" --config "$work/noded.yaml"

status=0
python3 "$judge/run.py" --port "${address##*:}" --path /judged/hello --post /judged/sink \
  "$@" >"$work/judged" 2>&1 || status=$?
cat "$work/judged"
stop_node
if grep -Eq '(^| )FAIL ' "$work/judged"; then status=1; fi
exit "$status"
