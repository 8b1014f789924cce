/**
 * Times, in milliseconds of the virtual clock, that several promises are measured by.
 */

/** Within which all has to come to rest when nothing happens any more. */
export const REST = 90_000;

/** Time for which a server must have been found well or dead until the table has to show it. */
export const KNOWN = 12_000;

/** Time that a start, a reload, a stop and the like may take, whatever is wrong. */
export const PATIENCE = 60_000;
