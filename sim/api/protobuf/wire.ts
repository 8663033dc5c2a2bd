/** The wire format of protocol buffers: tags, varints, fixed64 and length-delimited bytes. */

/** How a value is laid out. */
export const wire = { varint: 0, fixed64: 1, bytes: 2, fixed32: 5 } as const;

/** What the reader throws when the bytes end too early or make no sense. */
export class WireFault extends Error {}

const utf8 = new TextDecoder();
const utf8Encoder = new TextEncoder();

/** Reads a message field by field. */
export class WireReader {
  private position = 0;
  private readonly view: DataView;

  constructor(private readonly bytes: Uint8Array) {
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  get isAtEnd(): boolean {
    return this.position >= this.bytes.length;
  }

  tag(): { readonly field: number; readonly type: number } {
    const tag = Number(this.unsigned());
    return { field: Math.floor(tag / 8), type: tag & 7 };
  }

  /** A signed 64-bit number. */
  varint(): number {
    return Number(BigInt.asIntN(64, this.unsigned()));
  }

  private unsigned(): bigint {
    let low = 0;
    for (let shift = 0; shift < 28; shift += 7) {
      const byte = this.byte();
      low |= (byte & 0x7f) << shift;
      if (byte < 0x80) return BigInt(low);
    }
    let value = BigInt(low);
    for (let shift = 28n; shift < 70n; shift += 7n) {
      const byte = this.byte();
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
    throw new WireFault('proto: integer overflow');
  }

  private byte(): number {
    const byte = this.bytes[this.position++];
    if (byte === undefined) throw new WireFault('unexpected EOF');
    return byte;
  }

  double(): number {
    if (this.position + 8 > this.bytes.length) throw new WireFault('unexpected EOF');
    const value = this.view.getFloat64(this.position, true);
    this.position += 8;
    return value;
  }

  /** The bytes of a length-delimited value, not copied. */
  delimited(): Uint8Array {
    const length = Number(this.unsigned());
    const end = this.position + length;
    if (end > this.bytes.length) throw new WireFault('unexpected EOF');
    const slice = this.bytes.subarray(this.position, end);
    this.position = end;
    return slice;
  }

  text(): string {
    return utf8.decode(this.delimited());
  }

  skip(type: number): void {
    if (type === wire.varint) this.unsigned();
    else if (type === wire.bytes) this.delimited();
    else if (type === wire.fixed64) this.position += 8;
    else if (type === wire.fixed32) this.position += 4;
    else throw new WireFault(`proto: illegal wireType ${type}`);
    if (this.position > this.bytes.length) throw new WireFault('unexpected EOF');
  }
}

/** Writes a message field by field. */
export class WireWriter {
  private buffer = new Uint8Array(256);
  private length = 0;

  finish(): Uint8Array {
    return this.buffer.slice(0, this.length);
  }

  private reserve(count: number): void {
    if (this.length + count <= this.buffer.length) return;
    const grown = new Uint8Array(Math.max(this.buffer.length * 2, this.length + count));
    grown.set(this.buffer);
    this.buffer = grown;
  }

  private raw(value: number): void {
    this.reserve(1);
    this.buffer[this.length++] = value;
  }

  private unsigned(value: number): void {
    let rest = value;
    while (rest >= 0x80) {
      this.raw((rest % 0x80) | 0x80);
      rest = Math.floor(rest / 0x80);
    }
    this.raw(rest);
  }

  tag(field: number, type: number): void {
    this.unsigned(field * 8 + type);
  }

  varint(value: number): void {
    if (value >= 0 && Number.isSafeInteger(value)) {
      this.unsigned(value);
      return;
    }
    let rest = BigInt.asUintN(64, BigInt(Math.trunc(value)));
    while (rest >= 0x80n) {
      this.raw(Number(rest & 0x7fn) | 0x80);
      rest >>= 7n;
    }
    this.raw(Number(rest));
  }

  double(value: number): void {
    this.reserve(8);
    new DataView(this.buffer.buffer).setFloat64(this.length, value, true);
    this.length += 8;
  }

  delimited(bytes: Uint8Array): void {
    this.unsigned(bytes.length);
    this.reserve(bytes.length);
    this.buffer.set(bytes, this.length);
    this.length += bytes.length;
  }

  text(text: string): void {
    this.delimited(utf8Encoder.encode(text));
  }
}
