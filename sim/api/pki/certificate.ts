/** Certificates: signed, and read. @upstream crypto/x509 CreateCertificate; cert-manager v1.21.1 pkg/util/pki/{csr,parse_certificate_chain}.go */
import { sha256 } from '../jwt/sha256.js';
import {
  childrenOf,
  DerFault,
  element,
  hexOf,
  integer,
  octets,
  readElement,
  readTime,
  sequence,
  time,
  type Element,
} from './der.js';
import {
  authorityInfo,
  basicConstraints,
  crlPoints,
  extension,
  extensionValue,
  isAuthority,
  oids,
} from './extensions.js';
import { signatureAlgorithm, signed, type PrivateKey } from './keys.js';
import { blocksOf, pem } from './pem.js';
import { isEmptySubject, type SigningRequest } from './request.js';
import { noNames, readNames, readSubject, type AlternativeNames, type Subject } from './subject.js';
import { encodedUsages } from './usages.js';

/** What a certificate says. */
export interface Certificate {
  readonly subject: Subject;
  readonly rawSubject: Uint8Array;
  readonly rawIssuer: Uint8Array;
  readonly publicKey: Uint8Array;
  readonly notBeforeMs: number;
  readonly notAfterMs: number;
  readonly isCA: boolean;
  readonly names: AlternativeNames;
  readonly keyId?: Uint8Array;
  /** The whole certificate in DER. */
  readonly raw: Uint8Array;
}

/** What goes into a certificate besides what its request asks for. */
export interface CertificateParts {
  readonly serial: bigint;
  readonly notBeforeMs: number;
  readonly notAfterMs: number;
  readonly isCA: boolean;
  readonly usages: readonly string[];
  readonly crlDistributionPoints?: readonly string[];
  readonly ocspServers?: readonly string[];
  readonly issuingCertificateURLs?: readonly string[];
}

/** Who signs: without a certificate, the one that the new certificate is about. */
export interface Signer {
  readonly key: PrivateKey;
  readonly certificate?: Certificate;
}

/** The signed certificate in DER. */
export function signedCertificate(
  request: SigningRequest,
  parts: CertificateParts,
  signer: Signer,
): Uint8Array {
  const content = sequence(
    element(0xa0, integer(2)),
    integer(parts.serial),
    signatureAlgorithm(signer.key),
    signer.certificate?.rawSubject ?? request.rawSubject,
    sequence(time(parts.notBeforeMs), time(parts.notAfterMs)),
    request.rawSubject,
    request.publicKey,
    element(0xa3, sequence(...extensionsOf(request, parts, signer))),
  );
  return signed(content, signer.key);
}

function extensionsOf(
  request: SigningRequest,
  parts: CertificateParts,
  { certificate }: Signer,
): readonly Uint8Array[] {
  const { isCA, crlDistributionPoints: points = [] } = parts;
  const { keyUsage, extended } = encodedUsages(parts.usages, isCA);
  const isCritical = true;
  // Usages that are all extended ones leave no bit, and Go leaves the extension out.
  const hasUsage = keyUsage.subarray(3).some(byte => byte !== 0);
  const { ocspServers: ocsp = [], issuingCertificateURLs: issuers = [] } = parts;
  const authority = certificate?.keyId;
  return [
    ...(hasUsage ? [extension(oids.keyUsage, keyUsage, { isCritical })] : []),
    ...(extended === undefined ? [] : [extension(oids.extendedUsage, extended)]),
    extension(oids.basicConstraints, basicConstraints(isCA), { isCritical }),
    ...(isCA ? [extension(oids.subjectKeyId, octets(keyIdOf(request.publicKey)))] : []),
    ...(authority === undefined
      ? []
      : [extension(oids.authorityKeyId, sequence(element(0x80, authority)))]),
    ...(ocsp.length + issuers.length === 0
      ? []
      : [extension(oids.authorityInfo, authorityInfo({ ocsp, issuers }))]),
    ...(points.length === 0 ? [] : [extension(oids.crlPoints, crlPoints(points))]),
    ...(request.rawNames === undefined
      ? []
      : [
          extension(oids.names, request.rawNames, {
            isCritical: isEmptySubject(request.rawSubject),
          }),
        ]),
  ];
}

/** The first half of a hash of the public key. @upstream RFC 7093, 2 */
function keyIdOf(publicKey: Uint8Array): Uint8Array {
  const key = childrenOf(readElement(publicKey))[1];
  return sha256(key?.content.subarray(1) ?? publicKey).subarray(0, 20);
}

/** The certificates of a PEM text; undefined when there are none, or one is malformed. */
export function parsedCertificates(text: string): readonly Certificate[] | undefined {
  const blocks = blocksOf(text).filter(({ type }) => type === 'CERTIFICATE');
  if (blocks.length === 0) return undefined;
  try {
    return blocks.map(({ bytes }) => readCertificate(readElement(bytes)));
  } catch (error) {
    if (error instanceof DerFault) return undefined;
    throw error;
  }
}

/** A certificate as PEM. */
export function certificatePem(raw: Uint8Array): string {
  return pem('CERTIFICATE', raw);
}

function readCertificate(certificate: Element): Certificate {
  const [content] = childrenOf(certificate);
  const parts = content === undefined ? [] : childrenOf(content);
  const isVersioned = parts[0]?.tag === 0xa0;
  const [, , issuer, validity, subject, publicKey] = isVersioned ? parts.slice(1) : parts;
  const extensions = parts.find(({ tag }) => tag === 0xa3);
  const [notBefore, notAfter] = validity === undefined ? [] : childrenOf(validity);
  if (!issuer || !subject || !publicKey || !notBefore || !notAfter) {
    throw new DerFault('not a certificate');
  }
  const value = (oid: string): Element | undefined =>
    extensions === undefined ? undefined : extensionValue(readElement(extensions.content), oid);
  const names = value(oids.names);
  const keyId = value(oids.subjectKeyId)?.content;
  return {
    subject: readSubject(subject),
    ...{ rawSubject: subject.whole, rawIssuer: issuer.whole, publicKey: publicKey.whole },
    ...{ notBeforeMs: readTime(notBefore), notAfterMs: readTime(notAfter) },
    isCA: isAuthority(value(oids.basicConstraints)),
    names: names === undefined ? noNames : readNames(names),
    ...(keyId !== undefined && { keyId }),
    raw: certificate.whole,
  };
}

/** Whether two pieces of DER are the same. */
export function areEqual(one: Uint8Array, other: Uint8Array): boolean {
  return one.length === other.length && hexOf(one) === hexOf(other);
}

/** A new certificate with those that vouch for it, and the highest of them; a root is not in the chain. */
export function bundleOf(
  leaf: Certificate,
  authorities: readonly Certificate[],
): { readonly chain: string; readonly ca: string } {
  const chain: Certificate[] = [leaf];
  const left = authorities.filter(({ raw }, index) => {
    return authorities.findIndex(other => areEqual(other.raw, raw)) === index;
  });
  for (let top = leaf; !isSelfSigned(top);) {
    const index = left.findIndex(({ rawSubject }) => areEqual(rawSubject, top.rawIssuer));
    const [issuer] = index < 0 ? [] : left.splice(index, 1);
    if (issuer === undefined) break;
    chain.push(issuer);
    top = issuer;
  }
  const highest = chain.at(-1) ?? leaf;
  const told = chain.length > 1 && isSelfSigned(highest) ? chain.slice(0, -1) : chain;
  return {
    chain: told.map(({ raw }) => certificatePem(raw)).join(''),
    ca: certificatePem(highest.raw),
  };
}

function isSelfSigned({ rawSubject, rawIssuer }: Certificate): boolean {
  return areEqual(rawSubject, rawIssuer);
}
