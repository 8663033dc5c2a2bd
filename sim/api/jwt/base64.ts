/** Bytes as base64url, which tokens are written in. */

/** Base64url without padding. */
export function base64Url(bytes: Uint8Array): string {
  return base64(bytes).replace(/\+/g, '-').replace(/\//g, '_').replace(/=+$/, '');
}

/** Base64. */
export function base64(bytes: Uint8Array): string {
  let text = '';
  for (const byte of bytes) text += String.fromCharCode(byte);
  return btoa(text);
}

/** The bytes of base64url; undefined when it is none. */
export function fromBase64Url(text: string): Uint8Array | undefined {
  if (!/^[\w-]*$/.test(text)) return undefined;
  try {
    const decoded = atob(text.replace(/-/g, '+').replace(/_/g, '/'));
    return Uint8Array.from(decoded, character => character.charCodeAt(0));
  } catch {
    return undefined;
  }
}
