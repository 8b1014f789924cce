#!/bin/sh
# /usr/local/sbin/real-server-network: the network of a real server that is reached by gate. Run it once at each boot.
set -e

# The virtual services' addresses are this machine's own. They are in no network that it shares with others: no ARP request
# is ever made for them.
ip route add local 198.51.100.0/24 dev lo
