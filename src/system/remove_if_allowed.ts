/**
 * Removes a file that may be gone already, or in a folder in which this account may not remove anything.
 *
 * @returns whether it is gone.
 */
export function removeIfAllowed(path: string): boolean {
  try {
    Deno.removeSync(path);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return true;
    if (error instanceof Deno.errors.PermissionDenied) return false;
    throw error;
  }
}
