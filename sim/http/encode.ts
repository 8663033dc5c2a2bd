/** Answers as bytes. An object is encoded once, however many lists and watches tell of it. */

const newline = '\n';
const encodedEvents = new WeakMap<object, Buffer>();
/** What is stored never changes in place, so its bytes are kept with it. */
const encodedObjects = new WeakMap<object, Buffer>();
const nothing = Buffer.alloc(0);
const comma = Buffer.from(',');

/** The bytes of a body: JSON for values, text and bytes as they are. */
export function encodeBody(body: unknown): Buffer {
  if (body === undefined) return nothing;
  if (typeof body === 'string') return Buffer.from(body);
  if (body instanceof Uint8Array) return Buffer.from(body.buffer, body.byteOffset, body.length);
  return isList(body) ? listBytes(body) : Buffer.from(JSON.stringify(body) + newline);
}

function isList(body: unknown): body is List {
  return typeof body === 'object' && body !== null && Array.isArray((body as List).items);
}

interface List {
  readonly items: readonly unknown[];
}

/** As `JSON.stringify` writes it: only that the items are not encoded again. */
function listBytes(list: List): Buffer {
  const chunks: Buffer[] = [];
  let text = '{';
  for (const [name, value] of Object.entries(list)) {
    if (value === undefined) continue;
    text += `${text === '{' && chunks.length === 0 ? '' : ','}${JSON.stringify(name)}:`;
    if (name !== 'items') text += JSON.stringify(value);
    else {
      chunks.push(Buffer.from(`${text}[`));
      for (const [index, item] of list.items.entries()) {
        if (index > 0) chunks.push(comma);
        chunks.push(encodeObject(item));
      }
      text = ']';
    }
  }
  chunks.push(Buffer.from(`${text}}${newline}`));
  return Buffer.concat(chunks);
}

/** The bytes of an object in a list or an event; they are kept for whoever asks next. */
export function encodeObject(object: unknown): Buffer {
  if (typeof object !== 'object' || object === null) {
    return Buffer.from(JSON.stringify(object) ?? 'null');
  }
  let bytes = encodedObjects.get(object);
  if (bytes === undefined) {
    bytes = Buffer.from(JSON.stringify(object));
    encodedObjects.set(object, bytes);
  }
  return bytes;
}

/** The bytes of one item of a stream: a line of JSON, or text as it is. */
export function encodeItem(item: unknown): Buffer {
  if (typeof item === 'string') return Buffer.from(item);
  if (item instanceof Uint8Array) return Buffer.from(item);
  if (typeof item !== 'object' || item === null) return Buffer.from(JSON.stringify(item) + newline);
  const known = encodedEvents.get(item);
  if (known !== undefined) return known;
  const bytes = isEvent(item) ? eventBytes(item) : Buffer.from(JSON.stringify(item) + newline);
  encodedEvents.set(item, bytes);
  return bytes;
}

interface WatchEvent {
  readonly type: string;
  readonly object: object;
}

function isEvent(item: object): item is WatchEvent {
  const { type, object } = item as Partial<WatchEvent>;
  const isWhole = typeof type === 'string' && typeof object === 'object' && object !== null;
  return isWhole && Object.keys(item).length === 2;
}

function eventBytes({ type, object }: WatchEvent): Buffer {
  const start = Buffer.from(`{"type":${JSON.stringify(type)},"object":`);
  return Buffer.concat([start, encodeObject(object), endOfEvent]);
}

const endOfEvent = Buffer.from(`}${newline}`);
