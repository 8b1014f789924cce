import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { checksOf } from "../../../src/model/virtual_service.ts";
import { saysFacts } from "../../facts.ts";
import { model, pure, virtual } from "../fixture.ts";
import { said } from "./sections.ts";

pure("a section's client certificate does not go with a global key; each setting makes another check", () => {
  const text = "tlscertfile = /all.pem\ntlskeyfile = /all.key\ncertexpirywarn = 7\n" +
    "virtual = 192.0.2.1:443\n    real = 10.0.0.1:443 masq\n    tlsservername = www.example.org\n" +
    "virtual = 192.0.2.2:443\n    real = 10.0.0.1:443 masq\n    tlscertfile = /own.pem\n    certexpirywarn = 0\n" +
    "virtual = 192.0.2.3:443\n    real = 10.0.0.1:443 masq\n    tlsverify = yes\n    tlscafile = /ca.pem\n";
  const targets = [...model(text).virtuals.values()].map(({ reals }) => checksOf([...reals.values()][0].policy)[0]);
  deepStrictEqual(
    targets.map(({ target }) => [target.tlsServerName, target.tlsCaFile, target.tlsClient, target.certExpiryWarn]),
    [
      ["www.example.org", undefined, { certFile: "/all.pem", keyFile: "/all.key" }, 7],
      [undefined, undefined, { certFile: "/own.pem", keyFile: "/own.pem" }, 0],
      [undefined, "/ca.pem", { certFile: "/all.pem", keyFile: "/all.key" }, 7],
    ],
  );
  strictEqual(new Set(targets.map(({ key }) => key)).size, 3);
});

pure("files for TLS that have nothing to go with are reported", () => {
  const head = ["virtual = 192.0.2.1:443", "real = 10.0.0.1:443 masq"] as const;
  saysFacts(said(...head, "tlscafile = /ca.pem"), ["warning 4:17+7 tlscafile … no effect … tlsverify"]);
  saysFacts(said(...head, "tlskeyfile = /own.key"), [
    "error 4:18+8 tlskeyfile … certificate …",
  ]);
});

pure("starttls is the section's or else the global one; where there is no such thing it is pointed out", () => {
  const starttls = (...body: string[]) => {
    const [{ policy }] = virtual("virtual = 192.0.2.1:25", "real = 10.0.0.1:25 masq", ...body).reals.values();
    return checksOf(policy)[0].target.startTls;
  };
  deepStrictEqual([starttls(), starttls("starttls = yes"), starttls("starttls = no")], [false, true, false]);
  saysFacts(said("virtual = 192.0.2.1:993", "real = 10.0.0.1:993 masq", "starttls = yes"), [
    "warning 4:16+3 starttls … no effect … imaps",
  ]);
});
