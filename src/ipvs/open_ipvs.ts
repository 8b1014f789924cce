import type { IpvsDriverName } from "../model/ipvs.ts";
import { Ipvsadm } from "./ipvsadm/program.ts";
import type { KernelIpvs } from "./kernel_ipvs.ts";
import { NetlinkIpvs } from "./netlink/driver.ts";

/**
 * Returns the way to the kernel's IPVS that a configuration asks for.
 *
 * @param wanted absent = netlink, or ipvsadm where no netlink socket can be opened.
 */
export function openIpvs(wanted?: IpvsDriverName): KernelIpvs {
  const name = wanted ?? (NetlinkIpvs.canBeOpened() ? "netlink" : "ipvsadm");
  return name === "netlink" ? new NetlinkIpvs() : new Ipvsadm();
}
