/** Removes a file that may be gone already, or in a folder in which this account may not remove anything. */
export function removeIfAllowed(path: string): void {
  try {
    Deno.removeSync(path);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound || error instanceof Deno.errors.PermissionDenied)) throw error;
  }
}
