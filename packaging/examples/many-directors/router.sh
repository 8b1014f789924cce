#!/bin/sh
# A Linux router's settings, in place of a file in /etc/sysctl.d.
set -e
sysctl -qw net.ipv4.ip_forward=1

# A connection's packets take the same way: addresses and ports decide, and not addresses alone.
sysctl -qw net.ipv4.fib_multipath_hash_policy=1
