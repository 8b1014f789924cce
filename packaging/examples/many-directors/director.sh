#!/bin/sh
# /usr/local/sbin/director-network: a director's network. Run it once at each boot, before BIRD and ldirectord.
set -e
modprobe ip_vs

# Here ldirectord puts the addresses that have their quorum, and here BIRD finds what to announce.
ip link add dummy0 type dummy
ip link set dummy0 up

# A connection that another director has begun goes on here. Without this it would be reset.
sysctl -qw net.ipv4.vs.sloppy_tcp=1

# Connections to a real server that has left the table end at once.
sysctl -qw net.ipv4.vs.expire_nodest_conn=1
