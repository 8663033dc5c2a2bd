/** Answers as bytes. A watch event and an item of a list are encoded once, however many ask for them. */

const newline = '\n';
const encodedEvents = new WeakMap<object, Buffer>();
const encodedItems = new WeakMap<object, string>();
const nothing = Buffer.alloc(0);

/** The bytes of a body: JSON for values, text and bytes as they are. */
export function encodeBody(body: unknown): Buffer {
  if (body === undefined) return nothing;
  if (typeof body === 'string') return Buffer.from(body);
  if (body instanceof Uint8Array) return Buffer.from(body.buffer, body.byteOffset, body.length);
  return Buffer.from((isList(body) ? listText(body) : JSON.stringify(body)) + newline);
}

function isList(body: unknown): body is { readonly items: readonly unknown[] } {
  return typeof body === 'object' && body !== null && Array.isArray((body as List).items);
}

type List = Readonly<Record<string, unknown>>;

/** As `JSON.stringify` writes it. What is stored never changes in place, so its text is kept with it. */
function listText(list: List): string {
  const fields = Object.entries(list).flatMap(([name, value]) => {
    const text = name === 'items' ? itemsText(value as readonly unknown[]) : JSON.stringify(value);
    return text === undefined ? [] : [`${JSON.stringify(name)}:${text}`];
  });
  return `{${fields.join(',')}}`;
}

function itemsText(items: readonly unknown[]): string {
  return `[${items.map(itemText).join(',')}]`;
}

function itemText(item: unknown): string {
  if (typeof item !== 'object' || item === null) return JSON.stringify(item) ?? 'null';
  let text = encodedItems.get(item);
  if (text === undefined) encodedItems.set(item, (text = JSON.stringify(item)));
  return text;
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
