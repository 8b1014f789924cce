/**
 * The checkers that use code of others for parsing, or that belong to databases and directories: the helper
 * process alone has them.
 */

import type { Checker } from "../model/check.ts";
import { isHelperService } from "../model/service_facts.ts";
import type { HelperService, Service } from "../model/services.ts";

const BY_SERVICE: Record<HelperService, () => Promise<Checker>> = {
  ldap: async () => (await import("../checkers/ldap.ts")).ldap,
  ldaps: async () => (await import("../checkers/ldap.ts")).ldaps,
  mysql: async () => (await import("../checkers/mysql.ts")).mysql,
  oracle: async () => (await import("../checkers/oracle.ts")).oracle,
  pgsql: async () => (await import("../checkers/pgsql.ts")).pgsql,
};

/** Returns the checker of a service; `undefined` where the director has it. */
export function ownChecker(service: Service): Promise<Checker> | undefined {
  return isHelperService(service) ? BY_SERVICE[service]() : undefined;
}
