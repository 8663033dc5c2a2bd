/**
 * Reads MessagePack, keeping what JSON cannot hold: map keys of any type and 64-bit integers. Written
 * here because it is a page, and because the usual decoders refuse arrays as keys.
 *
 * @see https://github.com/msgpack/msgpack/blob/master/spec.md
 */

/** A decoded value. Integers that a number cannot hold are bigints; maps keep their keys. */
export type Packed =
  null | boolean | number | bigint | string | Uint8Array | readonly Packed[] | PackedMap;

/** A decoded map. */
export type PackedMap = ReadonlyMap<Packed, Packed>;

/** The bytes are no MessagePack, or they end too early. */
export class PackedError extends Error {}

/** A nesting deeper than this is an attack and no data. */
const depthMax = 200;

/** Decodes one value. @throws PackedError with the offset of what is wrong. */
export function unpack(bytes: Uint8Array): Packed {
  return new Reader(bytes).value(0);
}

class Reader {
  private readonly view: DataView;
  private at = 0;

  constructor(private readonly bytes: Uint8Array) {
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  value(depth: number): Packed {
    if (depth > depthMax) throw new PackedError(`nested too deep at byte ${this.at}`);
    const byte = this.view.getUint8(this.skip(1));
    if (byte < 0x80) return byte;
    if (byte >= 0xe0) return byte - 0x100;
    if (byte < 0x90) return this.map(byte & 0x0f, depth);
    if (byte < 0xa0) return this.list(byte & 0x0f, depth);
    if (byte < 0xc0) return this.text(byte & 0x1f);
    return this.tagged(byte, depth);
  }

  /** The formats that have a byte of their own. */
  private tagged(byte: number, depth: number): Packed {
    switch (byte) {
      case 0xc0:
        return null;
      case 0xc2:
      case 0xc3:
        return byte === 0xc3;
      case 0xc4:
      case 0xc5:
      case 0xc6:
        return this.binary(this.length(byte - 0xc4));
      case 0xca:
        return this.view.getFloat32(this.skip(4));
      case 0xcb:
        return this.view.getFloat64(this.skip(8));
      case 0xcc:
      case 0xcd:
      case 0xce:
        return this.length(byte - 0xcc);
      case 0xcf:
        return narrowed(this.view.getBigUint64(this.skip(8)));
      case 0xd0:
        return this.view.getInt8(this.skip(1));
      case 0xd1:
        return this.view.getInt16(this.skip(2));
      case 0xd2:
        return this.view.getInt32(this.skip(4));
      case 0xd3:
        return narrowed(this.view.getBigInt64(this.skip(8)));
      case 0xd9:
      case 0xda:
      case 0xdb:
        return this.text(this.length(byte - 0xd9));
      case 0xdc:
      case 0xdd:
        return this.list(this.length(byte - 0xdb), depth);
      case 0xde:
      case 0xdf:
        return this.map(this.length(byte - 0xdd), depth);
      default:
        throw new PackedError(`byte ${this.at - 1} begins no value (0x${byte.toString(16)})`);
    }
  }

  /** An unsigned number of 1, 2 or 4 bytes: `size` is its logarithm. */
  private length(size: number): number {
    if (size === 0) return this.view.getUint8(this.skip(1));
    return size === 1 ? this.view.getUint16(this.skip(2)) : this.view.getUint32(this.skip(4));
  }

  private list(length: number, depth: number): Packed[] {
    const list: Packed[] = [];
    for (let index = 0; index < length; index++) list.push(this.value(depth + 1));
    return list;
  }

  private map(length: number, depth: number): PackedMap {
    const map = new Map<Packed, Packed>();
    for (let index = 0; index < length; index++) {
      const key = this.value(depth + 1);
      map.set(key, this.value(depth + 1));
    }
    return map;
  }

  private text(length: number): string {
    return Buffer.from(this.binary(length)).toString('utf8');
  }

  private binary(length: number): Uint8Array {
    const from = this.skip(length);
    return this.bytes.subarray(from, from + length);
  }

  /** Goes on by so many bytes; returns where they begin. */
  private skip(length: number): number {
    const from = this.at;
    if (from + length > this.bytes.length) {
      throw new PackedError(`the data ends at byte ${this.bytes.length}, within a value`);
    }
    this.at += length;
    return from;
  }
}

function narrowed(value: bigint): number | bigint {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value;
}

/** A value as JSON would hold it: keys become texts, large integers too. */
export function plain(value: Packed): unknown {
  if (typeof value === 'bigint') return String(value);
  if (value instanceof Uint8Array) return Buffer.from(value).toString('base64');
  if (Array.isArray(value)) return (value as readonly Packed[]).map(plain);
  if (value instanceof Map) {
    const entries = [...(value as PackedMap)].map(([key, each]) => [
      typeof key === 'string' ? key : JSON.stringify(plain(key)),
      plain(each),
    ]);
    return Object.fromEntries(entries) as Record<string, unknown>;
  }
  return value;
}
