#!/bin/sh
# Signs in with other services through a noded of its own: the package oidc-provider from npm, an
# issuer that does wrong, and Chromium for the walk of a person where there is one.
#   oidc.sh [--noded PROGRAM] [--only TEXT] [--shots FOLDER]
# The exit status is 0 when every case passes. 77: npm is not there, or its packages are not.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
noded=$root/build/release/noded
left=$#
while [ "$left" -gt 0 ]; do
  case $1 in
    --noded) noded=$2; shift 2; left=$((left - 2)) ;;
    --help) sed -n '2,5s/^# \{0,1\}//p' "$0"; exit 0 ;;
    *) set -- "$@" "$1"; shift; left=$((left - 1)) ;;  # the run's
  esac
done
noded=$(cd "$(dirname "$noded")" && pwd)/$(basename "$noded")
if ! node=$("$root/scripts/node22") || ! run=$("$root/scripts/judge_folder" "$here/oidc"); then
  echo "SKIPPED: Node.js or the packages of npm are missing"
  exit 77
fi
exec "$node" --no-warnings "$run/run.mjs" --noded "$noded" "$@"
