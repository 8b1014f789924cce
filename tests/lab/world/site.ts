/** Global directives by which a dead real server is soon found, and leaves the table. */
export const GLOBALS = `
    checktimeout = 2
    checkinterval = 1
    quiescent = no`;

/** The configuration of most scenarios: one virtual service with two web servers. */
export const SITE = `${GLOBALS}
    virtual = 192.0.2.10:80
            real = 10.0.0.11:80 masq
            real = 10.0.0.12:80 masq
            service = http
            scheduler = rr
`;

/** The same; a dead real server stays in the table at weight 0. */
export const QUIESCENT_SITE = SITE.replace("quiescent = no", "quiescent = yes");

/** Its table when both real servers are up. */
export const SITE_UP = `
    -A -t 192.0.2.10:80 -s rr
    -a -t 192.0.2.10:80 -r 10.0.0.11:80 -m -w 1
    -a -t 192.0.2.10:80 -r 10.0.0.12:80 -m -w 1
`;

/** Its table when only 10.0.0.11 is up, and quiescent is no. */
export const ONLY_11_UP = `
    -A -t 192.0.2.10:80 -s rr
    -a -t 192.0.2.10:80 -r 10.0.0.11:80 -m -w 1
`;

/** What clients ask. */
export const VIRTUAL_SERVICE = "192.0.2.10:80";
