/** Why a file cannot be read, in words for the operator. */
export function whyUnreadable(error: unknown): string {
  if (error instanceof Deno.errors.NotFound) return "there is no such file";
  if (error instanceof Deno.errors.PermissionDenied || error instanceof Deno.errors.NotCapable) {
    return "no permission to read the file";
  }
  if (error instanceof Deno.errors.IsADirectory) return "this is a directory";
  return error instanceof Error ? error.message : String(error);
}
