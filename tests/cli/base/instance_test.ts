import { deepStrictEqual, match, strictEqual } from "node:assert/strict";
import { findInstance, hasConfiguration, keptFiles } from "../../../src/cli/base/instance.ts";
import { needsSetup } from "../../needs_setup.ts";
import { lookUp, type World } from "./instance_world.ts";

/** What there is, the name on the command line, and the configuration and pid file that it means. */
const MEANT: [what: string, world: World, name: string | undefined, meant: string][] = [
  [
    "a name is looked for in /etc/ha.d first",
    { configurations: ["/etc/ha.d/www", "/etc/ha.d/conf/www", "/run/www"] },
    "www",
    "/etc/ha.d/www /var/run/ldirectord.www.pid",
  ],
  [
    "then in /etc/ha.d/conf",
    { configurations: ["/etc/ha.d/conf/www", "/run/www"] },
    "www",
    "/etc/ha.d/conf/www /var/run/ldirectord.www.pid",
  ],
  [
    "then in the folder that the command is started in",
    { configurations: ["/run/www"] },
    "www",
    "/run/www /var/run/ldirectord.www.pid",
  ],
  [
    "a path is taken as it stands, and the pid file has its last part",
    { configurations: ["/etc/www.cf"] },
    "/etc/www.cf",
    "/etc/www.cf /var/run/ldirectord.www.cf.pid",
  ],
  [
    "a folder of that name is no configuration",
    { configurations: ["/run/conf"] },
    "conf",
    "/run/conf /var/run/ldirectord.conf.pid",
  ],
  ["a name that no file has is taken as it stands", {}, "www", "/run/www /var/run/ldirectord.www.pid"],
  [
    "without a name it is ldirectord.cf, and its pid file has the program's name",
    { configurations: ["/etc/ha.d/ldirectord.cf", "/etc/ha.d/ldirectord.yaml"] },
    undefined,
    "/etc/ha.d/ldirectord.cf /var/run/ldirectord.ldirectord.pid",
  ],
  [
    "without a name and a ldirectord.cf it is ldirectord.yaml, with the same pid file",
    { configurations: ["/etc/ha.d/ldirectord.yaml"] },
    undefined,
    "/etc/ha.d/ldirectord.yaml /var/run/ldirectord.ldirectord.pid",
  ],
  [
    "root runs a daemon in /var/run where the folder of other accounts is there too",
    { configurations: ["/etc/ha.d/www"], hasOthersFolder: true },
    "www",
    "/etc/ha.d/www /var/run/ldirectord.www.pid",
  ],
  [
    "another account runs it in its own folder",
    { configurations: ["/etc/ha.d/www"], hasOthersFolder: true, isNobody: true },
    "www",
    "/etc/ha.d/www /run/ldirectord/ldirectord.www.pid",
  ],
  [
    "a daemon of another account is found by root",
    {
      configurations: ["/etc/ha.d/www"],
      hasOthersFolder: true,
      daemons: [{ beside: "/run/ldirectord/ldirectord.www", file: "/etc/ha.d/www" }],
    },
    "www",
    "/etc/ha.d/www /run/ldirectord/ldirectord.www.pid",
  ],
  [
    "a daemon that was started by another name of the file is that file's",
    {
      configurations: ["/etc/ha.d/www"],
      links: { "/etc/ha.d/shop": "www" },
      daemons: [{ beside: "/var/run/ldirectord.www", file: "/etc/ha.d/www" }],
    },
    "shop",
    "/etc/ha.d/shop /var/run/ldirectord.www.pid",
  ],
  [
    "a daemon of that name that has lost its file is still found",
    {
      configurations: ["/etc/ha.d/other"],
      daemons: [{ beside: "/var/run/ldirectord.www", file: "/etc/ha.d/other" }],
    },
    "www",
    "/run/www /var/run/ldirectord.www.pid",
  ],
];

for (const [what, world, name, meant] of MEANT) {
  Deno.test(`instance: ${what}`, needsSetup, async () => {
    deepStrictEqual(await lookUp(world, ["findInstance", name]), [meant]);
  });
}

Deno.test("instance: what a daemon keeps has the name that it was started by", needsSetup, async () => {
  const world: World = {
    configurations: ["/etc/ha.d/www"],
    links: { "/etc/ha.d/shop": "www" },
    daemons: [{ beside: "/var/run/ldirectord.www", file: "/etc/ha.d/www" }],
  };
  deepStrictEqual(await lookUp(world, ["historyFile", "shop"]), ["/var/lib/ldirectord/www.history"]);
});

Deno.test("instance: the files of a daemon lie beside each other, those that outlive it lie in /var/lib", () => {
  const instance = findInstance("/nonexistent/www.cf");
  deepStrictEqual(
    [instance.pidFile, instance.socket, instance.pulseFile, instance.syncFile].map((path) => path.split(".").at(-1)),
    ["pid", "sock", "pulse", "sync"],
  );
  strictEqual(new Set([instance.pidFile, instance.socket].map((path) => path.replace(/\.[a-z]+$/, ""))).size, 1);
  strictEqual(instance.label, "www.cf");
  deepStrictEqual(Object.values(keptFiles(instance)), [
    "/var/lib/ldirectord/www.cf.orders.json",
    "/var/lib/ldirectord/www.cf.reals.json",
    "/var/lib/ldirectord/www.cf.lists.json",
    "/var/lib/ldirectord/www.cf.announced.json",
    "/var/lib/ldirectord/www.cf.retirement.json",
    "/var/lib/ldirectord/www.cf.history",
    "/var/lib/ldirectord/www.cf.uptime.json",
  ]);
});

Deno.test("instance: a configuration is a file that exists, not a folder", async () => {
  const folder = await Deno.makeTempDir();
  try {
    await Deno.writeTextFile(`${folder}/www.cf`, "");
    const names = ["www.cf", "shop.cf", ""];
    deepStrictEqual(names.map((name) => hasConfiguration(findInstance(`${folder}/${name}`))), [true, false, false]);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test(
  "instance: the names of configurations are those of files with a virtual service in them",
  needsSetup,
  async () => {
    const world: World = {
      configurations: ["/etc/ha.d/www", "/etc/ha.d/conf/www", "/etc/ha.d/conf/mail"],
      files: {
        "/etc/ha.d/shop.yaml": "virtual: []\n",
        "/etc/ha.d/six": "virtual6=[2001:db8::1]:80\n",
        "/etc/ha.d/authkeys": "auth 1\n",
        "/etc/ha.d/comment": "# virtual = 192.0.2.1:80\n",
      },
    };
    deepStrictEqual(await lookUp(world, ["configurationNames"]), ["mail shop.yaml six www"]);
  },
);

Deno.test(
  "instance: a missing configuration is reported with the folders searched and the nearest name",
  needsSetup,
  async () => {
    const world: World = { configurations: ["/etc/ha.d/frontend.cf", "/etc/ha.d/conf/mail.yaml"] };
    const [near, stem, far, path] = await lookUp(
      world,
      ["notFound", "frontent.cf"],
      ["notFound", "mail.cf"],
      ["notFound", "www"],
      ["notFound", "/etc/www"],
    );
    match(near, /frontent\.cf not found.*\/etc\/ha\.d, \/etc\/ha\.d\/conf.*frontend\.cf\?/);
    match(stem, /mail\.cf not found.*mail\.yaml\?/);
    match(far, /www not found[^?]*$/);
    match(path, /\/etc\/www not found$/);
  },
);
