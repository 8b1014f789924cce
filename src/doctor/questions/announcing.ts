/**
 * Whether addresses can be announced where the configuration says.
 */

import { placeName } from "../../model/announcement.ts";
import { virtualsOf } from "../configured.ts";
import type { Facts } from "../facts.ts";
import { type Finding, ok } from "../finding.ts";

/** The first kernel that keeps a protocol with an address. */
const MARKS_SINCE = [5, 18] as const;

/** Whether the places of `announce` are there. */
export function announcing(facts: Facts): readonly Finding[] {
  const places = new Map(
    virtualsOf(facts).flatMap(({ announce }) => announce ? [[placeName(announce), announce]] : []),
  );
  return places.values().flatMap((place) =>
    place.kind === "interface" ? interfaceFindings(place.name, facts) : birdFindings(facts)
  ).toArray();
}

function interfaceFindings(name: string, { interfaces, release }: Facts): readonly Finding[] {
  const isUp = interfaces.get(name);
  const [major, minor] = release.split(".").map(Number);
  const isOld = major < MARKS_SINCE[0] || (major === MARKS_SINCE[0] && minor < MARKS_SINCE[1]);
  const findings: Finding[] = isOld
    ? [{
      level: "advice",
      what: `the kernel ${release} may not keep a protocol with an address: Linux ${
        MARKS_SINCE.join(".")
      } and later do`,
      why: "ldirectord knows its own addresses by it, and announces none on an interface without it.",
      commands: [`# in the configuration: announce = birdfile:/run/ldirectord/bird.conf`],
    }]
    : [];
  if (isUp) return findings.length > 0 ? findings : [ok(`addresses can be announced on ${name}`)];
  const up = `ip link set ${name} up`;
  return [...findings, {
    level: "problem",
    what: isUp === undefined
      ? `there is no interface ${name} to announce addresses on`
      : `the interface ${name} is down`,
    why: "No router hears of the addresses of virtual services that have announce.",
    commands: isUp === undefined ? [`ip link add ${name} type dummy`, up] : [up],
  }];
}

function birdFindings({ birdc }: Facts): readonly Finding[] {
  if (birdc) return [ok("birdc is there to tell BIRD of addresses")];
  return [{
    level: "problem",
    what: "there is no birdc, and addresses are announced by BIRD",
    why: "BIRD does not learn that a virtual service has lost its quorum.",
    commands: ["apt-get install bird2    # RHEL: dnf install bird"],
  }];
}
