#!/bin/sh
# /usr/local/sbin/real-server-network: the network of a real server that is reached by ipip. Run it once at each boot.
set -e
modprobe ipip
ip link set tunl0 up

# The virtual services' addresses are this machine's own.
ip route add local 198.51.100.0/24 dev lo

# Packets from the tunnel come from clients, and the answers leave by eth0: a check of the way back would drop them.
sysctl -qw net.ipv4.conf.all.rp_filter=0 net.ipv4.conf.tunl0.rp_filter=0

# The tunnel adds 20 bytes to each packet: clients are asked for segments that leave room for them.
ip route change default via 10.1.0.254 advmss 1440
