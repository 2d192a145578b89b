#!/bin/sh
# Mail of a real node to real SMTP servers (npm's smtp-server; mailparser reads what arrived).
#   mail.sh [--noded PROGRAM] [--only TEXT]
# 77: the packages cannot be installed.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
noded=$root/build/release/noded
only=
while [ $# -gt 0 ]; do
  case $1 in
    --noded) noded=$2; shift 2 ;;
    --only) only=$2; shift 2 ;;
    *) sed -n '2,4s/^# \{0,1\}//p' "$0"; exit 2 ;;
  esac
done
if ! command -v openssl >/dev/null || ! node=$("$root/scripts/node22") ||
  ! run=$("$root/scripts/judge_folder" "$here/mail"); then
  echo "SKIPPED: no Node.js, npm packages or openssl"
  exit 77
fi
noded=$(cd "$(dirname "$noded")" && pwd)/$(basename "$noded")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=localhost \
  -addext 'subjectAltName=DNS:localhost,IP:127.0.0.1' \
  -keyout "$work/key.pem" -out "$work/certificate.pem" 2>/dev/null
cd "$run"
"$node" --no-warnings run.mjs "$noded" "$work" "$only"
