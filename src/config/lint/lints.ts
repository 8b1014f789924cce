/**
 * What is allowed, and yet seldom what was meant: one row a lint. Pure. `ldirectord check` asks these questions; a daemon
 * never does.
 */

import { type IpAddress, isInNetwork, isLoopback, type Network } from "../../model/address.ts";
import { type Check, isCredential, type RequestHeader, speaksTls } from "../../model/check.ts";
import { Secret } from "../../model/secret.ts";
import { isAskedForPages } from "../../model/service_facts.ts";
import { inTenths } from "../../model/tenths.ts";
import { checksOf, type Model, type NotifyTarget, type VirtualService } from "../../model/virtual_service.ts";
import {
  type Finding,
  inSections,
  type Lint,
  type LintFacts,
  mainChecks,
  nameOf,
  type Subject,
  type View,
} from "./lint.ts";
import { CHECK_LINTS } from "./checks.ts";
import { IS_MISSING, namedFiles } from "./named_files.ts";
import { REAL_LINTS } from "./reals.ts";
import { SCHEDULER_LINTS } from "./schedulers.ts";
import { directivesInNeedOf, ofFamily, SECRET_DIRECTIVES, unmetNeed } from "../language/directive_facts.ts";
import type { Problem } from "../language/problem.ts";
import type { SyntaxTree } from "../language/syntax_tree.ts";

/** Of one lint this many places are told. */
const MOST_OF_EACH = 10;

/** The questions, by the names that `check --ignore` takes. */
export const LINTS: Readonly<Record<string, Lint>> = {
  ...SCHEDULER_LINTS,
  ...CHECK_LINTS,
  ...REAL_LINTS,

  "no-virtual-service": {
    why: "A daemon of this configuration has nothing to do.",
    find: function* ({ tree: { sections, globals } }) {
      if (sections.length > 0 || globals.execute) return;
      yield {
        place: { line: 0, column: 0, length: 0 },
        text: "there is no virtual service in the file",
        fix: "add virtual = host:port, and below it, indented, real = host:port gate|masq|ipip",
      };
    },
  },

  "no-real-server": {
    why: "Clients get no answer, or only that of the fallback.",
    find: inSections(function* ({ section, virtual }, { model }) {
      if (virtual.reals.size > 0 || model.unresolved.some(({ virtual: key }) => key === virtual.key)) return;
      const name = ofFamily("real", section.family);
      yield {
        place: section.head,
        text: `${nameOf(virtual)} has no real server`,
        fix: `add ${name} = host:port gate|masq|ipip`,
      };
    }),
  },

  "all-weights-zero": {
    why: "The kernel sends no new connection to a real server of weight 0: clients get the fallback's answer, or none.",
    find: inSections(function* ({ section, virtual }) {
      const reals = [...virtual.reals.values()];
      if (reals.length === 0 || reals.some(({ destination }) => destination.weight > 0)) return;
      yield {
        place: section.head,
        text: `every real server of ${nameOf(virtual)} has weight 0`,
        fix: "give one of them a weight of 1 or more",
      };
    }),
  },

  "http-without-receive": {
    why: "Any page with a 2xx status counts as up: an empty one, or the welcome page of a server whose site is gone.",
    find: inSections(function* ({ section, virtual }) {
      const blind = checksForPages(virtual).find(({ target }) => !target.receive && target.httpMethod !== "HEAD");
      if (!blind || section.settings.expectstatus) return;
      yield {
        place: section.settings.service ?? section.head,
        text: `the ${blind.target.service} check of ${nameOf(virtual)} has no receive`,
        fix: 'add receive = "text", which only a page in good order has',
      };
    }),
  },

  "timeout-over-interval": {
    why:
      "This is the worst case, of a server that says nothing any more: the next check begins after up to one interval, and each " +
      "failed check lasts as long as it may. A server that refuses connections is noticed at once.",
    find: inSections(function* ({ section, virtual }, { tree }) {
      const [check] = mainChecks(virtual);
      if (!check) return;
      const negotiates = check.method === "negotiate";
      const timeout = negotiates ? check.negotiateTimeout : check.checkTimeout;
      if (timeout <= check.interval) return;
      const name = negotiates ? "negotiatetimeout" : "checktimeout";
      const other = negotiates ? "checktimeout" : "negotiatetimeout";
      const { settings: own } = section;
      const given = own[name] ?? own[other] ?? tree.globals[name] ?? tree.globals[other];
      const noticed = inTenths(check.interval + timeout * virtual.failureCount);
      yield {
        severity: "note",
        place: given ?? section.head,
        text: `a check may take ${timeout} s${given ? "" : " (the default)"}, longer than the interval of ` +
          `${check.interval} s: a silent server is noticed after ${noticed} s at most`,
        fix:
          `if that is too late, lower ${name}, but not below what a healthy server may need under load, or it is taken out ` +
          `then; if it is not, raise checkinterval to ${timeout} for checks that are evenly spaced`,
      };
    }),
  },

  "fallback-is-real": {
    why: "When every real server is down, clients are sent to one of them after all.",
    find: inSections(function* ({ section, virtual }, { tree }) {
      const { fallback } = virtual;
      if (!fallback || !virtual.reals.has(fallback.key)) return;
      const place = section.family === 6
        ? section.settings.fallback6 ?? tree.globals.fallback6
        : section.settings.fallback ?? tree.globals.fallback;
      yield {
        place: place ?? section.head,
        text: `the fallback ${fallback.key} is one of the real servers of ${nameOf(virtual)}`,
        fix: "name a server that is none of them, as 127.0.0.1 with a page that says sorry",
      };
    }),
  },

  "quiescent-persistent": {
    why:
      "Clients that are tied to a real server by persistence are sent to it even after it has gone down and stands at " +
      "weight 0, until the time of persistence is over.",
    find: inSections(function* ({ section, virtual }, { facts }) {
      const { persistent } = section.settings;
      if (!persistent || !virtual.quiescent || facts.expireQuiescentTemplate !== false) return;
      yield {
        place: persistent,
        text: `${nameOf(virtual)} is persistent and quiescent, and net.ipv4.vs.expire_quiescent_template is 0`,
        fix: "sysctl -w net.ipv4.vs.expire_quiescent_template=1 (and in /etc/sysctl.d), or write quiescent = no",
      };
    }),
  },

  "masq-in-another-network": {
    why:
      "With masq the answers must come back through this machine. A real server in a network that this machine is not " +
      "in sends them elsewhere, unless its way out leads through here.",
    find: realsElsewhere(
      "masq",
      "see that its default route leads to this machine, or use ipip, which crosses networks",
    ),
  },

  "gate-in-another-network": {
    why:
      "Direct routing hands the client's packet unchanged to the next hop: a router between here and the real server " +
      "sends it back to the virtual address, in a circle.",
    find: realsElsewhere("gate", "use ipip, which crosses networks, or a real server in a network of this machine"),
  },

  "secrets-readable": {
    why: "Every user of this machine can read the passwords and tokens in it.",
    find: function* ({ tree, model, facts }) {
      if (facts.fileMode === undefined || (facts.fileMode & 0o004) === 0) return;
      const scopes = [tree.globals, ...tree.sections.map(({ settings }) => settings)];
      const settings = scopes.flatMap((scope) => SECRET_DIRECTIVES.flatMap((name) => [scope[name] ?? []].flat()));
      const first = settings.find(({ value }) => holdsSecret(value));
      if (!first) return;
      yield {
        place: first,
        text: "the file holds a password or token, and everybody may read it",
        fix: `chmod 600 ${model.file}`,
      };
    },
  },

  "file-missing": {
    why: "What is not there fails when it is needed: a check that cannot be made, a hook that does nothing.",
    find: function* ({ tree, facts: { unusable } }) {
      for (const { place, path, what } of namedFiles(tree)) {
        if (unusable?.get(path) !== IS_MISSING) continue;
        yield { place, text: `${what} ${path} ${IS_MISSING}`, fix: "correct the path, or install it" };
      }
    },
  },

  "file-unusable": {
    why:
      "A check that cannot be made says nothing of its real servers, which stay as they were: their state is unknown.",
    find: function* ({ tree, facts: { unusable } }) {
      for (const { place, path, what, use } of namedFiles(tree)) {
        const why = unusable?.get(path);
        if (why === undefined || why === IS_MISSING) continue;
        const fix = use === "program" ? `chmod +x ${path}, if that is the right one` : "correct the path, or the file";
        yield { place, text: `${what} ${path} ${why}`, fix };
      }
    },
  },

  "library-missing": {
    why: "Checks over TLS cannot be made without OpenSSL's library: the state of their real servers is unknown.",
    find: inSections(function* ({ section, virtual }, { facts: { openSsl } }) {
      const isTls = [...virtual.reals.values()].some(({ policy }) => checksOf(policy).some(speaksTls));
      if (openSsl !== false || !isTls) return;
      yield {
        place: section.head,
        text: "its checks need OpenSSL's library, which is not here",
        fix: "install libssl3 (RHEL: openssl-libs)",
      };
    }),
  },

  "slowstart-too-fine": {
    why: "A weight climbs in whole steps from 1: where it is 1 already there is nothing to climb.",
    find: inSections(function* ({ section: { settings, head }, virtual }, { tree }) {
      const reals = [...virtual.reals.values()];
      if (virtual.slowStart === 0 || reals.length === 0) return;
      if (reals.some(({ destination }) => destination.weight > 1)) return;
      yield {
        place: settings.slowstart ?? tree.globals.slowstart ?? head,
        text: `slowstart has no effect in ${nameOf(virtual)}: no weight is above 1`,
        fix: "give all real servers weights like 100",
      };
    }),
  },

  "retry-without-effect": {
    why: "retryinterval counts while it is open whether a server goes down or comes back; with failurecount = 1 and " +
      "risecount = 1 one check decides, and it never is.",
    find: inSections(function* ({ section: { settings }, virtual }, { tree }) {
      const retry = settings.retryinterval ?? tree.globals.retryinterval;
      if (!retry || virtual.failureCount > 1 || virtual.riseCount > 1) return;
      yield {
        place: retry,
        text: `retryinterval has no effect in ${nameOf(virtual)}: failurecount and risecount are 1`,
        fix: "add failurecount = 3, say",
      };
    }),
  },

  "service-at-odd-port": {
    why: "Port 443 speaks TLS and port 80 does not: a check in the other language fails for ever.",
    find: inSections(function* ({ section: { settings, head }, virtual }) {
      const odd = checksForPages(virtual).find(({ target: { service, port } }) =>
        (service === "http" && port === 443) || (service === "https" && port === 80)
      );
      if (!odd) return;
      const { service, port } = odd.target;
      yield {
        place: settings.service ?? settings.checkport ?? head,
        text: `${service} is spoken to port ${port}`,
        fix: service === "http"
          ? "write service = https, or checkport = 80"
          : "write service = http, or checkport = 443",
      };
    }),
  },

  "mail-without-recipient": {
    why: "No alert is ever sent.",
    find: function* ({ tree }) {
      const scopes = [tree.globals, ...tree.sections.map(({ settings }) => settings)];
      if (scopes.some(({ emailalert }) => emailalert)) return;
      for (const settings of scopes) {
        for (const name of directivesInNeedOf("emailalert")) {
          const [setting] = [settings[name] ?? []].flat();
          const [text, fix] = unmetNeed(name);
          if (setting) yield { place: setting, text, fix };
        }
      }
    },
  },
};

/** Whether a value of a directive that may be secret is one. */
function holdsSecret(value: Secret | RequestHeader | NotifyTarget): boolean {
  if (value instanceof Secret) return value.reveal() !== "";
  return "name" in value && isCredential(value);
}

/** Asks every lint that is not to be ignored. In the file's order; of one lint the first places only. */
export function lint(
  tree: SyntaxTree,
  model: Model,
  facts: LintFacts,
  ignored: ReadonlySet<string> = new Set(),
): readonly Problem[] {
  const byLine = new Map([...model.virtuals.values()].map((virtual) => [virtual.line, virtual]));
  const views = tree.sections.flatMap((section) => {
    const virtual = byLine.get(section.head.line);
    return virtual ? [{ section, virtual }] : [];
  });
  const subject: Subject = { tree, model, facts, views };
  const problems = Object.entries(LINTS).flatMap(([name, { why, find }]) =>
    ignored.has(name)
      ? []
      : bounded(find(subject)).map(({ severity = "warning", place: { line, column, length }, text, fix }): Problem => ({
        severity,
        line,
        column,
        length,
        text,
        hint: fix,
        lint: name,
        why,
      }))
  );
  return problems.sort((a, b) => a.line - b.line || a.column - b.column);
}

/** Each finding once, and not more of them than a person reads. */
function bounded(findings: Iterable<Finding>): Finding[] {
  const kept = new Map<string, Finding>();
  for (const finding of findings) {
    const { place: { line, column }, text } = finding;
    const identity = `${line}:${column} ${text}`;
    if (kept.size < MOST_OF_EACH && !kept.has(identity)) kept.set(identity, finding);
  }
  return [...kept.values()];
}

/** Real servers that no interface of this machine is in one network with. */
function realsElsewhere(forwarding: "masq" | "gate", fix: string): Lint["find"] {
  return inSections(function* ({ section, virtual }, { facts: { networks }, views }) {
    if (!networks || !isDirectorsPlace(networks, views)) return;
    const far = [...virtual.reals.values()].filter(({ destination }) =>
      destination.forwarding === forwarding && !isNear(destination.address, networks)
    );
    if (far.length === 0) return;
    const lines = section.family === 6 ? section.settings.real6 : section.settings.real;
    const more = far.length === 1 ? " is" : ` and ${far.length - 1} more are`;
    yield {
      place: lines?.find(({ line }) => line === far[0].line) ?? section.head,
      text: `${far[0].destination.address}${more} in none of this machine's networks`,
      fix,
    };
  });
}

/**
 * Whether the configuration may be meant for this machine, and not be looked at on another one: some server or virtual
 * address is in one of its networks.
 */
function isDirectorsPlace(networks: readonly Network[], views: readonly View[]): boolean {
  return views.some(({ virtual: { settings: { address }, reals } }) =>
    (address.kind !== "fwm" && isNear(address.address, networks)) ||
    [...reals.values()].some(({ destination }) => isNear(destination.address, networks))
  );
}

/** Addresses of the machine itself are near as well. */
function isNear(address: IpAddress, networks: readonly Network[]): boolean {
  return isLoopback(address) ||
    networks.some((network) => !isLoopback(network.address) && isInNetwork(address, network));
}

/** Returns the main checks that ask for pages. */
function checksForPages(virtual: VirtualService): readonly Check[] {
  return mainChecks(virtual).filter(({ method, target }) => method === "negotiate" && isAskedForPages(target.service));
}
