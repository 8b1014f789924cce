/** The configuration of clusters: one virtual service, its address the cluster's. */
export const SITE = `
    checktimeout = 2
    checkinterval = 1
    quiescent = no
    virtual = 192.0.2.10:80
            real = 10.0.0.11:80 masq
            real = 10.0.0.12:80 masq
            service = http
            scheduler = rr
`;

/** The table of the node that has the service, when both real servers are up. */
export const SITE_UP = `
    -A -t 192.0.2.10:80 -s rr
    -a -t 192.0.2.10:80 -r 10.0.0.11:80 -m -w 1
    -a -t 192.0.2.10:80 -r 10.0.0.12:80 -m -w 1
`;

/** What clients ask. */
export const VIRTUAL_SERVICE = "192.0.2.10:80";
