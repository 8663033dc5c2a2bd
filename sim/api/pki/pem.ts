/** PEM, the form in which certificates and keys are kept. @upstream encoding/pem */
import { base64OfBytes, bytesOfBase64 } from '../base64.js';

/** A block: what it says that it is, and its bytes. */
export interface Block {
  readonly type: string;
  readonly bytes: Uint8Array;
}

const block = /-----BEGIN ([A-Z0-9 ]+)-----\r?\n([A-Za-z0-9+/=\r\n]*)-----END \1-----/g;

/** A block as text. */
export function pem(type: string, bytes: Uint8Array): string {
  const lines = base64OfBytes(bytes).match(/.{1,64}/g) ?? [];
  return `-----BEGIN ${type}-----\n${lines.join('\n')}\n-----END ${type}-----\n`;
}

/** The blocks in a text. */
export function blocksOf(text: string): readonly Block[] {
  return [...text.matchAll(block)].map(([, type = '', content = '']) => ({
    type,
    bytes: bytesOfBase64(content.replace(/[\r\n]/g, '')),
  }));
}
