#!/bin/bash
# What an operator does, inside the booted system of systemd.sh while noded.service runs.
set -euo pipefail
fail() { echo "inside.sh: $1" >&2; exit 1; }
status() { noded status --data /var/lib/noded "$@"; }
# Starts often: systemd takes five in ten seconds.
systemctl() {
  case $1 in start | restart) command systemctl reset-failed noded ;; esac
  command systemctl "$@"
}
# Lines come there a moment after the answer that they tell of.
in_journal() {
  for _ in $(seq 100); do
    [[ $(journalctl -u noded -o cat --no-pager) != *"$1"* ]] || return 0
    sleep 0.05
  done
  return 1
}

status | grep -q '^state *ready' || fail 'noded status does not say ready'
echo 'a long secret' | noded user create me@example.com --role admin --password-stdin --data /var/lib/noded
noded user list --data /var/lib/noded | grep -q me@example.com || fail 'the user is not there'
[ "$(stat -Lc %a /var/lib/noded)" = 700 ] || fail 'the state can be read by others'

# The unit permits the precedence that operations.md tells of, where systemd itself may.
pid=$(systemctl show -P MainPID noded)
real_time_limit() { awk '/^Max realtime priority/ { print $4 }' /proc/"$pid"/limits; }
[ "$(real_time_limit)" = 1 ] || echo "inside.sh: systemd may not set LimitRTPRIO here: $(real_time_limit)"
niceness_of() { awk '{ print $19 }' /proc/"$pid"/task/*/stat | sort -n | uniq | tr '\n' ' '; }
if [ "$(awk '/^Max nice priority/ { print $5 }' /proc/"$pid"/limits)" = 35 ]; then
  [[ $(niceness_of) == '-15 '* ]] || fail "no thread goes before others: niceness $(niceness_of)"
else
  echo "inside.sh: systemd may not set LimitNICE here; niceness $(niceness_of)"
fi

# A configuration with mistakes fails the reload, and the node goes on.
mkdir -p /etc/noded
[ ! -e /etc/noded/noded.yaml ] || cp /etc/noded/noded.yaml /tmp/noded.yaml
printf 'http:\n  max_bdy: 1MiB\n' >/etc/noded/noded.yaml
! systemctl reload noded 2>/dev/null || fail 'a reload of mistakes succeeded'
in_journal 'noded.yaml:2:3: unknown option http.max_bdy' ||
  fail 'the journal does not name the mistake'
printf 'http:\n  max_in_flight: 99\nruntime:\n  loops: 2\n' >/etc/noded/noded.yaml
! systemctl reload noded 2>/dev/null || fail 'a reload of what needs a restart succeeded'
in_journal 'noded.yaml:4: runtime.loops has changed, which needs a restart' ||
  fail 'the journal does not name what needs a restart'
printf 'http:\n  max_in_flight: 99\n' >/etc/noded/noded.yaml
systemctl reload noded || fail 'the reload failed'
in_journal '"applied":["http.max_in_flight"]' ||
  fail 'the journal does not tell what was reloaded'
systemctl restart noded
[ "$(systemctl show -P MainPID noded)" != "$pid" ] || fail 'no new process'

# What root does while the node is stopped is the service's own.
systemctl stop noded
noded doctor --data /var/lib/noded >/dev/null || fail 'the stopped node is not in order'
echo 'a long secret' | noded user create you@example.com --role admin --password-stdin --data /var/lib/noded
[ -z "$(find /var/lib/noded/ -not -user noded)" ] || fail 'root left files of its own in the state'
systemctl start noded || fail 'the node does not start after commands of root'

# A directory of backups that is the service's.
install -d -o noded -g noded -m 700 /backups
mkdir -p /etc/systemd/system/noded.service.d
printf '[Service]\nReadWritePaths=/backups\n' >/etc/systemd/system/noded.service.d/backups.conf
systemctl daemon-reload
systemctl restart noded
noded backup /backups --data /var/lib/noded && noded restore /backups --check || fail 'no backup was made'

# The nightly backup as the page that the package brings says.
page=/usr/share/doc/noded/docs/operations_backup.md
if [ -e "$page" ]; then
  block() { awk -v wanted="$1" '/^```/ { fence = !fence; blocks += fence; next } fence && blocks == wanted' "$page"; }
  units=/etc/systemd/system
  block 3 >"$units/noded-backup.service"
  block 4 >"$units/noded-backup.timer"
  printf '[Service]\nReadWritePaths=-/backups/noded\n' >"$units/noded.service.d/backups.conf"
  systemctl daemon-reload
  systemctl reset-failed noded
  block 5 | grep -v '^systemctl edit' | bash -e || fail 'the nightly backup of operations_backup.md does not work'
  noded backup /backups/noded --list | grep -q '^ *1 ' || fail 'the nightly backup is not there'
  systemctl is-active --quiet noded-backup.timer || fail 'the nightly backup has no timer'
fi

# Everything elsewhere again, from the running node.
noded export /tmp/export --data /var/lib/noded || fail 'no export was made'
noded import /tmp/export --data /tmp/elsewhere || fail 'the export was not imported'
noded user list --data /tmp/elsewhere | grep -q you@example.com || fail 'the user was not imported'
noded doctor --data /tmp/elsewhere >/dev/null || fail 'the import is not in order'

# A second node.
printf 'listen: 127.0.0.1:1338\n' >/etc/noded/blue.yaml
if [ -e /lib/systemd/system/noded@.service ]; then
  systemctl start noded@blue
  curl -fsS -o /dev/null http://127.0.0.1:1338/readyz || fail 'noded@blue does not serve'
  noded health --data /var/lib/noded-blue >/dev/null || fail 'noded@blue is not healthy'
  systemctl stop noded@blue
fi
rm /etc/noded/noded.yaml
[ ! -e /tmp/noded.yaml ] || mv /tmp/noded.yaml /etc/noded/noded.yaml
echo 'inside.sh: ok'
journalctl -u noded -o cat --no-pager | grep -E 'secret|one-time|NR2' && fail 'the journal holds a secret'
exit 0
