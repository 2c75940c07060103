#!/bin/sh
# Makes a private network and mount namespace, in which it runs with all rights, the little world of fd00::/16, then
# becomes the given command: partitions have fd00:1::/64, strangers have networks of their own below fd00:2::/32, and
# servers that are no instances fd00:3::/64. Any local process may listen on any port; port 53 is the name server.
set -e
PATH="$PATH:/usr/sbin:/sbin"
ip link set lo up
for prefix in fd00:1::/64 fd00:2::/32 fd00:3::/64; do
  ip -6 route add local "$prefix" dev lo
done
echo 1 > /proc/sys/net/ipv6/ip_nonlocal_bind
echo 0 > /proc/sys/net/ipv4/ip_unprivileged_port_start

# The file goes at once: what is mounted stays.
resolv_conf=$(mktemp)
echo 'nameserver 127.0.0.1' > "$resolv_conf"
chmod 644 "$resolv_conf"
mount --bind "$resolv_conf" /etc/resolv.conf
rm "$resolv_conf"

exec "$@"
