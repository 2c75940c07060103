#!/bin/sh
# Installs the Debian packages that its arguments name, as root, and keeps them from starting services: a node's daemons
# are run by its partitions, and this machine may have mail or web services of its own.
set -u
umask 022
export DEBIAN_FRONTEND=noninteractive LC_ALL=C

policy=/usr/sbin/policy-rc.d
saved=$policy.before-slapos-mail
mark='Written by slapos-mail for the time of one installation.'

# One run at a time: a second one would take the policy file of the first for the machine's own.
exec 9>/run/lock/slapos-mail-packages
flock 9

work=$(mktemp -d)

restore() {
  rm -rf "$work"
  rm -f "$policy"
  if [ -e "$saved" ] || [ -L "$saved" ]; then mv "$saved" "$policy"; fi
}

# dpkg must not be killed while it works: on a signal, the running command finishes, then the policy file is restored.
trap restore EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

# A policy file with our mark was left by a run that was killed: it is not the machine's own.
if { [ -e "$policy" ] || [ -L "$policy" ]; } && ! grep -qsF "$mark" "$policy"; then mv "$policy" "$saved"; fi
printf '#!/bin/sh\n# %s\nexit 101\n' "$mark" > "$policy"
chmod 755 "$policy"

installed() { dpkg-query --show --showformat '${db:Status-Status} ${Package}\n' | sed -n 's/^installed //p' | sort; }

apt() { apt-get -q -o DPkg::Lock::Timeout=300 -o Dpkg::Use-Pty=0 "$@" 9>&-; }

# The lock of the package lists is not covered by DPkg::Lock::Timeout.
update_lists() {
  attempt=0
  while ! apt update 2> "$work/error"; do
    attempt=$((attempt + 1))
    if [ "$attempt" -ge 60 ] || ! grep -q 'Could not get lock' "$work/error"; then cat "$work/error" >&2; return 1; fi
    sleep 5
  done
}

install_packages() {
  # --no-remove: postfix would otherwise replace another mail server.
  apt -y --no-install-recommends --no-remove -o Dpkg::Options::=--force-confdef -o Dpkg::Options::=--force-confold install "$@"
}

installed > "$work/before"
if ! grep -qx postfix "$work/before"; then
  echo 'postfix postfix/main_mailer_type select No configuration' | debconf-set-selections
fi

if ! apt --simulate install "$@" > /dev/null 2>&1; then update_lists || exit 1; fi
# Outdated package lists name files that are no longer on the mirror.
install_packages "$@" || { update_lists && install_packages "$@"; } || exit 1

# New packages have also enabled their units for the next boot.
installed | comm -13 "$work/before" - > "$work/new"
while read -r package; do
  dpkg --listfiles "$package"
done < "$work/new" | sed -nE 's#^(/usr)?/lib/systemd/system/([^/@]*\.(service|socket|timer|path))$#\2#p' > "$work/units"
if command -v systemctl > /dev/null; then
  while read -r unit; do
    # --root only changes links, so it works whether or not systemd runs.
    systemctl --root=/ --quiet disable "$unit" 9>&- || true
  done < "$work/units"
  if [ -d /run/systemd/system ]; then systemctl daemon-reload 9>&- || true; fi
fi
