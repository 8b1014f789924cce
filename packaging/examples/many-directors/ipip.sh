#!/bin/sh
# /usr/local/sbin/real-server-network: the network of a real server that is reached by ipip. Run it once at each boot.
set -e
modprobe ipip
ip link set tunl0 up

# The virtual services' addresses are this machine's own.
ip route add local 198.51.100.0/24 dev lo

# What comes out of the tunnel is from clients, whose answers do not go back into it.
sysctl -qw net.ipv4.conf.all.rp_filter=0 net.ipv4.conf.tunl0.rp_filter=0

# The tunnel adds 20 bytes to each packet: clients are asked for segments that leave room for them.
ip route change default via 10.1.0.254 advmss 1440
