import type { AskDns } from "../../src/config/look_up_list.ts";

/** Name servers that are never asked. */
export const NO_DNS: AskDns = {
  addresses: () => Promise.reject(new Error("asked")),
  services: () => Promise.reject(new Error("asked")),
};
