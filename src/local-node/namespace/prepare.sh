#!/bin/sh
# Prepares the private network and mount namespace in which it runs, as root, and then runs the given command there.
# Partitions have addresses of fd00:1::/64, foreign clients networks of their own in fd00:2::/32, and servers that are
# not instances addresses of fd00:3::/64. Any process may listen on any port. The resolver asks 127.0.0.1 only.
set -e
PATH="$PATH:/usr/sbin:/sbin"
ip link set lo up
for prefix in fd00:1::/64 fd00:2::/32 fd00:3::/64; do
  ip -6 route add local "$prefix" dev lo
done
echo 1 > /proc/sys/net/ipv6/ip_nonlocal_bind
echo 0 > /proc/sys/net/ipv4/ip_unprivileged_port_start

# The mount keeps the content when the file is removed.
resolv_conf=$(mktemp)
echo 'nameserver 127.0.0.1' > "$resolv_conf"
chmod 644 "$resolv_conf"
mount --bind "$resolv_conf" /etc/resolv.conf
rm "$resolv_conf"

exec "$@"
