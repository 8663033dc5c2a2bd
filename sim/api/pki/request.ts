/** Certificate signing requests. @upstream cert-manager v1.21.1 pkg/util/pki/csr.go; RFC 2986 */
import {
  childrenOf,
  DerFault,
  element,
  identifier,
  integer,
  readElement,
  readIdentifier,
  sequence,
  type Element,
} from './der.js';
import { extension, extensionValue, oids } from './extensions.js';
import { publicKeyOf, signed, type PrivateKey } from './keys.js';
import { blocksOf, pem } from './pem.js';
import {
  encodedNames,
  encodedSubject,
  noNames,
  readNames,
  readSubject,
  type AlternativeNames,
  type Subject,
} from './subject.js';
import { encodedUsages } from './usages.js';

const extensionRequest = '1.2.840.113549.1.9.14';

/** What a request says. */
export interface SigningRequest {
  readonly subject: Subject;
  readonly rawSubject: Uint8Array;
  /** The whole public key in DER. */
  readonly publicKey: Uint8Array;
  readonly names: AlternativeNames;
  /** The extension of the names as it was sent; absent where there is none. */
  readonly rawNames?: Uint8Array;
}

/** What is asked for. */
export interface RequestParts {
  readonly subject: Subject;
  readonly names: AlternativeNames;
  readonly usages: readonly string[];
  readonly isCA: boolean;
  /** Whether the request itself tells the usages. */
  readonly hasUsages: boolean;
}

/** The request as PEM, signed with the key that the certificate is to be about. */
export function signingRequest(parts: RequestParts, key: PrivateKey): string {
  const subject = encodedSubject(parts.subject);
  const content = sequence(
    integer(0),
    subject,
    publicKeyOf(key),
    element(
      0xa0,
      sequence(
        identifier(extensionRequest),
        element(0x31, sequence(...extensionsOf(parts, subject))),
      ),
    ),
  );
  return pem('CERTIFICATE REQUEST', signed(content, key));
}

function extensionsOf(parts: RequestParts, subject: Uint8Array): readonly Uint8Array[] {
  const names = encodedNames(parts.names);
  const { keyUsage, extended } = encodedUsages(parts.usages, parts.isCA);
  const isCritical = isEmptySubject(subject);
  return [
    ...(parts.hasUsages ? [extension(oids.keyUsage, keyUsage, { isCritical: true })] : []),
    ...(parts.hasUsages && extended !== undefined ? [extension(oids.extendedUsage, extended)] : []),
    ...(names === undefined ? [] : [extension(oids.names, names, { isCritical })]),
  ];
}

/** Whether a name in DER says nothing. */
export function isEmptySubject(subject: Uint8Array): boolean {
  return subject.length === 2;
}

/** What the PEM text asks for; undefined when it is no request. */
export function parsedRequest(text: string): SigningRequest | undefined {
  const block = blocksOf(text).find(({ type }) => type === 'CERTIFICATE REQUEST');
  if (block === undefined) return undefined;
  try {
    return readRequest(readElement(block.bytes));
  } catch (error) {
    if (error instanceof DerFault) return undefined;
    throw error;
  }
}

function readRequest(request: Element): SigningRequest {
  const [content] = childrenOf(request);
  const [, subject, publicKey, attributes] = content === undefined ? [] : childrenOf(content);
  if (subject === undefined || publicKey === undefined) throw new DerFault('not a request');
  const names = attributes === undefined ? undefined : namesIn(attributes);
  return {
    subject: readSubject(subject),
    rawSubject: subject.whole,
    publicKey: publicKey.whole,
    names: names === undefined ? noNames : readNames(names),
    ...(names !== undefined && { rawNames: names.whole }),
  };
}

function namesIn(attributes: Element): Element | undefined {
  for (const attribute of childrenOf(attributes)) {
    const [oid, values] = childrenOf(attribute);
    if (oid === undefined || values === undefined) continue;
    if (readIdentifier(oid) !== extensionRequest) continue;
    const [extensions] = childrenOf(values);
    if (extensions !== undefined) return extensionValue(extensions, oids.names);
  }
  return undefined;
}
