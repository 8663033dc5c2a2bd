/** The extensions of certificates, and of requests for them. @upstream RFC 5280, 4.2 */
import {
  childrenOf,
  element,
  identifier,
  octets,
  readElement,
  readIdentifier,
  sequence,
  yes,
  type Element,
} from './der.js';

/** The identifiers of those that are known here. */
export const oids = {
  subjectKeyId: '2.5.29.14',
  keyUsage: '2.5.29.15',
  names: '2.5.29.17',
  basicConstraints: '2.5.29.19',
  crlPoints: '2.5.29.31',
  authorityKeyId: '2.5.29.35',
  extendedUsage: '2.5.29.37',
  authorityInfo: '1.3.6.1.5.5.7.1.1',
} as const;

/** An extension in DER. */
export function extension(
  oid: string,
  value: Uint8Array,
  { isCritical = false }: { readonly isCritical?: boolean } = {},
): Uint8Array {
  return sequence(identifier(oid), ...(isCritical ? [yes] : []), octets(value));
}

/** The value of the extension among these; undefined where it is not. */
export function extensionValue(extensions: Element, oid: string): Element | undefined {
  for (const one of childrenOf(extensions)) {
    const parts = childrenOf(one);
    const [name] = parts;
    const value = parts.at(-1);
    if (name !== undefined && value !== undefined && readIdentifier(name) === oid) {
      return readElement(value.content);
    }
  }
  return undefined;
}

/** The value of basic constraints. */
export function basicConstraints(isCA: boolean): Uint8Array {
  return isCA ? sequence(yes) : sequence();
}

/** Whether basic constraints are those of an authority. */
export function isAuthority(value: Element | undefined): boolean {
  return value !== undefined && childrenOf(value)[0]?.tag === 1;
}

/** The value of the points where revocations are told. */
export function crlPoints(urls: readonly string[]): Uint8Array {
  const encoder = new TextEncoder();
  return sequence(
    ...urls.map(url => sequence(element(0xa0, element(0xa0, element(0x86, encoder.encode(url)))))),
  );
}

/** The value of where an authority is asked, and its certificate found. */
export function authorityInfo(parts: {
  readonly ocsp: readonly string[];
  readonly issuers: readonly string[];
}): Uint8Array {
  const encoder = new TextEncoder();
  const access = (oid: string, url: string) =>
    sequence(identifier(oid), element(0x86, encoder.encode(url)));
  return sequence(
    ...parts.ocsp.map(url => access('1.3.6.1.5.5.7.48.1', url)),
    ...parts.issuers.map(url => access('1.3.6.1.5.5.7.48.2', url)),
  );
}
