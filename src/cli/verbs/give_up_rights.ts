import { dirname } from "node:path";
import { becomeUser, keepCapabilities } from "../../daemon/process/unprivileged.ts";
import type { KernelIpvs } from "../../ipvs/kernel_ipvs.ts";
import type { Model } from "../../model/virtual_service.ts";
import { isPipe } from "../../system/pipe.ts";
import type { Instance } from "../base/instance.ts";

/** Goes on as the account that the configuration names, with the kernel's module loaded and everything open by then. */
export async function giveUpRights(instance: Instance, model: Model, driver: KernelIpvs): Promise<void> {
  if (Deno.uid() !== 0) keepCapabilities();
  if (model.user === undefined) return;
  await driver.read({ thresholds: false }).catch(() => {});
  const monitorFiles = [...model.virtuals.values()].flatMap(({ monitorFile }) => monitorFile ?? []);
  const logs = [...model.logFile.startsWith("/") ? [model.logFile] : [], ...monitorFiles];
  becomeUser(model.user, {
    socket: instance.socket,
    written: [...logs.filter((path) => !isPipe(path)), instance.pulseFile, instance.syncFile],
    folders: [dirname(instance.kept)],
    read: [instance.file, ...model.included.map(({ file }) => file)],
  });
}
