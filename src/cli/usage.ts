/** The two lines that every usage error begins with. */
export const USAGE_TEXT = `Usage:
    ldirectord [-d|--debug] [--foreground] [--standby] [--] [configfile]
    start | stop | restart | try-restart | reload | force-reload | status

    ldirectord [-h|-?|--help|-v|--version]
`;

/** What `--help` prints. */
export const HELP_TEXT = `${USAGE_TEXT}
Checks the real servers of IPVS virtual services and keeps the kernel's table in
step: the dead leave, the recovered return, a fallback steps in when nobody is left.

Commands:
    start         start the daemon; returns when the table is in the kernel
    stop          stop it; returns when it is gone
    restart       stop, then start; a broken configuration leaves all as it is
    try-restart   restart, but only if it is running
    reload        read the configuration again and apply the difference
    force-reload  the same as reload
    status        say whether it is running: exit status 0 yes, 3 no, 1 no but it
                  left its pid file

Options:
    -d, --debug    stay in the foreground and log every check on standard error
    --foreground   stay in the foreground, as service managers want it; tells systemd
                   when it is ready, how it is, and that it lives (Type=notify)
    --standby      check, and leave the table to another director until activate
    -h, --help     this text
    -v, --version  the version

configfile is looked up as /etc/ha.d/NAME, /etc/ha.d/conf/NAME, then as it stands;
without one, ldirectord.cf. Its directives are described in the README.

Exit status: 0 done, 1 not done, 2 error in the configuration, 3 not running
(status), 255 usage.
`;
