/**
 * Lints of checks that ask for pages.
 */

import type { Check } from "../../model/check.ts";
import { isAskedForPages } from "../../model/service_facts.ts";
import type { VirtualService } from "../../model/virtual_service.ts";
import { inVariants, type Lint, mainChecks, nameOf } from "./lint.ts";

/** The questions about checks that ask for pages. */
export const PAGE_LINTS: Readonly<Record<string, Lint>> = {
  "http-without-receive": {
    why:
      "Any page with a 2xx status counts as up: an empty one, or the welcome page of a server that has lost its site.",
    find: inVariants(function* ({ section, virtual }) {
      const blind = checksForPages(virtual).find(({ target }) =>
        !target.receive && !target.receiveJson && target.httpMethod !== "HEAD"
      );
      if (!blind || section.settings.expectstatus) return;
      yield {
        place: section.settings.service ?? section.head,
        text: `the ${blind.target.service} check of ${nameOf(virtual)} has no receive`,
        fix: 'add receive = "text", which only a page in good order has',
      };
    }),
  },

  "service-at-odd-port": {
    why: "Port 443 speaks TLS and port 80 does not: a check in the other language fails for ever.",
    find: inVariants(function* ({ section: { settings, head }, virtual }) {
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
};

/** Returns the main checks that ask for pages. */
function checksForPages(virtual: VirtualService): readonly Check[] {
  return mainChecks(virtual).filter(({ method, target }) => method === "negotiate" && isAskedForPages(target.service));
}
