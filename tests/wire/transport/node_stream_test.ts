import { NodeStream } from "../../../src/wire/transport/node_stream.ts";
import type { ByteStream } from "../../../src/wire/transport/byte_stream.ts";

/** A connection over which nothing comes. */
const SILENT: ByteStream = {
  read: () => new Promise(() => {}),
  write: () => Promise.resolve(),
  closeWrite: () => Promise.resolve(),
  close: () => {},
};

const GIVING_UP: readonly (readonly [name: string, giveUp: (stream: NodeStream) => void])[] = [
  ["destroyed", (stream) => stream.destroy()],
  ["ended and destroyed", (stream) => void stream.end().destroy()],
  ["destroyed while it writes", (stream) => {
    stream.write("bytes");
    stream.destroy();
  }],
];

for (const [name, giveUp] of GIVING_UP) {
  Deno.test(`a connection that its library has ${name} needs no goodbye`, async () => {
    const stream = new NodeStream(SILENT);
    giveUp(stream);
    await stream.finish();
  });
}
