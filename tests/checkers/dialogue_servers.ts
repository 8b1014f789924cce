/**
 * Mosquitto, RabbitMQ and an echo over UDP, as the tests of dialogues want them.
 */

import { freePort } from "../ports.ts";
import { CERTIFICATES, LOOPBACK, type RealServer, type Site, startServer } from "./real_server.ts";

/** Whom the MQTT server lets in. */
export const MQTT = { login: "monitor", password: "s3cret-of-mqtt" } as const;

/** Where mosquitto listens. */
export interface MosquittoPorts {
  readonly mqtt: number;
  /** Over TLS. */
  readonly mqtts: number;
  /** A port without a password; absent: there is none. */
  readonly open?: number;
}

/** Starts a mosquitto that wants its password, in `directory`. */
export async function startMosquitto(
  directory: string,
  { mqtt, mqtts, open }: MosquittoPorts,
  { v4, v6, ...site }: Site = LOOPBACK,
): Promise<RealServer> {
  const passwords = `${directory}/passwords`;
  const run = (argv: readonly string[]) => new Deno.Command(argv[0], { args: argv.slice(1) }).output();
  await Deno.writeTextFile(passwords, `${MQTT.login}:${MQTT.password}\n`);
  await run(["mosquitto_passwd", "-U", passwords]);
  await Deno.chmod(passwords, 0o644);
  // Its account may not be able to read the folder of the project.
  for (const file of ["valid.pem", "server.key"]) {
    await Deno.copyFile(`${CERTIFICATES}/${file}`, `${directory}/${file}`);
    await Deno.chmod(`${directory}/${file}`, 0o644);
  }
  const tls = `certfile ${directory}/valid.pem\nkeyfile ${directory}/server.key`;
  const guarded = `password_file ${passwords}`;
  const listeners = [v4, v6].flatMap((host) => [
    `listener ${mqtt} ${host}\n${guarded}`,
    `listener ${mqtts} ${host}\n${guarded}\n${tls}`,
    ...open ? [`listener ${open} ${host}\nallow_anonymous true`] : [],
  ]);
  const config = `${directory}/mosquitto.conf`;
  await Deno.writeTextFile(config, `per_listener_settings true\n${listeners.join("\n")}\n`);
  const argv = ["mosquitto", "-v", "-c", config];
  return await startServer({
    package: "mosquitto",
    argv,
    ready: /mosquitto version \S+ running/,
    site: { v4, v6, ...site },
  });
}

/** An MQTT CONNECT with a password (MQTT 3.1.1, 3.1), as a configuration has it. */
export function connectPacket(password: string): string {
  const text = (value: string) => `\\x00\\x${value.length.toString(16).padStart(2, "0")}${value}`;
  const payload = `${text("check")}${text(MQTT.login)}${text(password)}`;
  const length = 10 + 6 + "check".length + MQTT.login.length + password.length;
  return `\\x10\\x${length.toString(16).padStart(2, "0")}\\x00\\x04MQTT\\x04\\xc2\\x00\\x3c${payload}`;
}

/** Starts a server that sends each datagram back. */
export function startUdpEcho(port: number, site: Site = LOOPBACK): Promise<RealServer> {
  const argv = ["socat", "-d", "-d", "-T5", `UDP6-LISTEN:${port},ipv6only=0,fork,reuseaddr`, "EXEC:cat"];
  return startServer({ package: "socat", argv, ready: /listening on/, site });
}

/** Starts a rabbitmq in `directory`. */
export async function startRabbit(directory: string, port: number, site: Site = LOOPBACK): Promise<RealServer> {
  const [names, distribution] = [freePort(), freePort()];
  const env = {
    HOME: directory,
    ERL_EPMD_ADDRESS: site.v4,
    ERL_EPMD_PORT: String(names),
    RABBITMQ_NODENAME: "test@localhost",
    RABBITMQ_NODE_IP_ADDRESS: site.v4,
    RABBITMQ_NODE_PORT: String(port),
    RABBITMQ_DIST_PORT: String(distribution),
    RABBITMQ_MNESIA_BASE: `${directory}/data`,
    RABBITMQ_LOG_BASE: `${directory}/log`,
    RABBITMQ_LOGS: "-",
    RABBITMQ_PID_FILE: `${directory}/pid`,
    RABBITMQ_ENABLED_PLUGINS_FILE: `${directory}/plugins`,
    RABBITMQ_CONFIG_FILE: `${directory}/none`,
    RABBITMQ_CONF_ENV_FILE: `${directory}/none`,
    RABBITMQ_SERVER_ERL_ARGS: "-kernel inet_dist_use_interface {127,0,0,1}",
  };
  await Deno.writeTextFile(`${directory}/plugins`, "[].\n");
  const argv = ["/usr/lib/rabbitmq/bin/rabbitmq-server"];
  const server = await startServer({ package: "rabbitmq-server", argv, env, ready: /completed with 0 plugins/, site });
  return {
    ...server,
    async [Symbol.asyncDispose]() {
      await server[Symbol.asyncDispose]();
      // The daemon that knows Erlang's nodes by their names outlives them.
      await new Deno.Command("epmd", { args: ["-kill"], env, stdout: "null", stderr: "null" }).output();
    },
  };
}
