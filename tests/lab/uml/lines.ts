/** The lines of a byte stream, each as soon as it is complete, without its line end. */
export async function* lines(stream: ReadableStream<Uint8Array<ArrayBuffer>>): AsyncGenerator<string> {
  let pending = "";
  for await (const chunk of stream.pipeThrough(new TextDecoderStream())) {
    const parts = (pending + chunk).split(/\r*\n/);
    pending = parts.pop()!;
    yield* parts;
  }
  if (pending !== "") yield pending;
}
