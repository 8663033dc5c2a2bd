/** Answers as bytes. A watch event is encoded once, however many watch. */

const newline = '\n';
const encodedEvents = new WeakMap<object, Buffer>();
const nothing = Buffer.alloc(0);

/** The bytes of a body: JSON for values, text and bytes as they are. */
export function encodeBody(body: unknown): Buffer {
  if (body === undefined) return nothing;
  if (typeof body === 'string') return Buffer.from(body);
  if (body instanceof Uint8Array) return Buffer.from(body.buffer, body.byteOffset, body.length);
  return Buffer.from(JSON.stringify(body) + newline);
}

/** The bytes of one item of a stream: a line of JSON, or text as it is. */
export function encodeItem(item: unknown): Buffer {
  if (typeof item === 'string') return Buffer.from(item);
  if (item instanceof Uint8Array) return Buffer.from(item);
  if (typeof item !== 'object' || item === null) return Buffer.from(JSON.stringify(item) + newline);
  const known = encodedEvents.get(item);
  if (known !== undefined) return known;
  const bytes = Buffer.from(JSON.stringify(item) + newline);
  encodedEvents.set(item, bytes);
  return bytes;
}
