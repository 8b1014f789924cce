/**
 * Cuts a stream of bytes into lines of at most `limit` bytes. Throws when one is longer.
 */
export async function* boundedLines(stream: ReadableStream<Uint8Array>, limit: number): AsyncGenerator<string> {
  let begun = "";
  for await (const text of stream.pipeThrough(new TextDecoderStream())) {
    const [first, ...rest] = text.split("\n");
    begun += first;
    for (const next of rest) {
      yield begun;
      begun = next;
    }
    if (begun.length > limit) throw new Error(`a line of more than ${limit} bytes`);
  }
}
