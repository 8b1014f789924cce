/** Resources as Pacemaker's CIB has them. */

const CLASSES = { ip: "ocf:heartbeat:IPaddr2", director: "ocf:ldirectord:ldirectord" };

/** An address that goes where the service goes. */
export function ip(id: string, address: string): string {
  return primitive(id, CLASSES.ip, { ip: address, cidr_netmask: "24", nic: "eth0" }, [["monitor", "5s"]]);
}

/** The director with the configuration of that name. */
export function director(id: string, configuration: string, monitors: readonly Monitor[]): string {
  return primitive(id, CLASSES.director, { configfile: configuration }, monitors);
}

/** An operation's name, its interval, and what else it has. */
type Monitor = readonly [name: string, interval: string, more?: Readonly<Record<string, string>>];

/** Resources that are started one after the other in the same place. */
export function group(id: string, ...members: readonly string[]): string {
  return `<group id="${id}">${members.join("")}</group>`;
}

/** A resource on every node, one of them promoted. */
export function promotable(id: string, resource: string): string {
  return `<clone id="${id}">${attributes("meta", id, { promotable: "true" })}${resource}</clone>`;
}

function primitive(
  id: string,
  type: string,
  parameters: Readonly<Record<string, string>>,
  monitors: readonly Monitor[],
): string {
  const [kind, provider, name] = type.split(":");
  const operations = monitors.map(([operation, interval, more = {}]) => {
    const { OCF_CHECK_LEVEL, ...rest } = more;
    const given = Object.entries(rest).map(([name, value]) => ` ${name}="${value}"`).join("");
    const own = `${id}-${operation}-${interval}`;
    const inner = OCF_CHECK_LEVEL ? attributes("instance", own, { OCF_CHECK_LEVEL }) : "";
    return `<op id="${own}" name="${operation}" interval="${interval}" timeout="60s"${given}>${inner}</op>`;
  });
  const limits = ["start", "stop", "promote", "demote"].map((operation) =>
    `<op id="${id}-${operation}" name="${operation}" interval="0s" timeout="75s"/>`
  );
  return `<primitive id="${id}" class="${kind}" provider="${provider}" type="${name}">` +
    attributes("instance", id, parameters) +
    `<operations>${[...operations, ...limits].join("")}</operations></primitive>`;
}

function attributes(kind: "instance" | "meta", id: string, values: Readonly<Record<string, string>>): string {
  const pairs = Object.entries(values).map(([name, value]) =>
    `<nvpair id="${id}-${name}" name="${name}" value="${value}"/>`
  );
  return `<${kind}_attributes id="${id}-${kind}">${pairs.join("")}</${kind}_attributes>`;
}
