/** The certificates of a simulated cluster: its authority, its server, its admin. */
import 'reflect-metadata';
import { webcrypto } from 'node:crypto';
import * as x509 from '@peculiar/x509';
import type { ClusterAuthority } from '../api/root-ca.js';

/** A certificate and its key, as PEM. */
export interface KeyPair {
  readonly certificate: string;
  readonly key: string;
}

/** A certificate authority that lives as long as its cluster. */
export interface Authority extends ClusterAuthority {
  /** A certificate for a client: the common name is the user, the organizations are the groups. */
  client(user: string, groups: readonly string[], options?: Validity): Promise<KeyPair>;
  /** A certificate for a server that is reached by these names and addresses. */
  server(names: readonly string[], options?: Validity): Promise<KeyPair>;
}

/** How long a certificate is good. */
export interface Validity {
  /** It expired so long ago: for tests of what clients say then. Default: it is good for ten years. */
  readonly expiredMs?: number;
}

const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
const validityMs = 10 * 365 * 24 * 3600 * 1000;
const backdateMs = 3600 * 1000;

/** Makes an authority with a fresh key (ECDSA P-256). */
export async function createAuthority(): Promise<Authority> {
  const keys = await generate();
  const own = await x509.X509CertificateGenerator.createSelfSigned({
    ...validity(),
    serialNumber: '01',
    name: 'CN=seatrial-ca',
    keys,
    signingAlgorithm: algorithm,
    extensions: [
      new x509.BasicConstraintsExtension(true, undefined, true),
      new x509.KeyUsagesExtension(
        x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign,
        true,
      ),
    ],
  });
  let serial = 1;
  const issue = async (
    name: x509.JsonName,
    extensions: x509.Extension[],
    options?: Validity,
  ): Promise<KeyPair> => {
    const pair = await generate();
    const certificate = await x509.X509CertificateGenerator.create({
      ...validity(options),
      serialNumber: (++serial).toString(16).padStart(2, '0'),
      subject: new x509.Name(name).toString(),
      issuer: own.subject,
      publicKey: pair.publicKey,
      signingKey: keys.privateKey,
      signingAlgorithm: algorithm,
      extensions: [
        new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
        ...extensions,
      ],
    });
    return { certificate: certificate.toString('pem'), key: await privatePem(pair.privateKey) };
  };
  return {
    certificate: own.toString('pem'),
    key: await privatePem(keys.privateKey),
    client: (user, groups, options) =>
      issue(
        [...groups.map(group => ({ O: [group] })), { CN: [user] }],
        [new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.clientAuth])],
        options,
      ),
    server: (names, options) =>
      issue(
        [{ CN: ['kube-apiserver'] }],
        [
          new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth]),
          new x509.SubjectAlternativeNameExtension(
            names.map(value => ({ type: isAddress(value) ? 'ip' : 'dns', value }) as const),
          ),
        ],
        options,
      ),
  };
}

async function generate(): Promise<CryptoKeyPair> {
  return (await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify'])) as CryptoKeyPair;
}

type CryptoKeyPair = webcrypto.CryptoKeyPair;

async function privatePem(key: webcrypto.CryptoKey): Promise<string> {
  const der = Buffer.from(await webcrypto.subtle.exportKey('pkcs8', key)).toString('base64');
  const lines = der.match(/.{1,64}/g) ?? [];
  return `-----BEGIN PRIVATE KEY-----\n${lines.join('\n')}\n-----END PRIVATE KEY-----\n`;
}

/** Certificates are for real clients, so their validity is about real time, whatever the virtual one. */
function validity({ expiredMs }: Validity = {}): {
  readonly notBefore: Date;
  readonly notAfter: Date;
} {
  const nowMs = Date.now();
  const untilMs = expiredMs === undefined ? nowMs + validityMs : nowMs - expiredMs;
  return {
    notBefore: new Date(Math.min(nowMs, untilMs) - backdateMs),
    notAfter: new Date(untilMs),
  };
}

function isAddress(name: string): boolean {
  return /^[\d.]+$|:/.test(name);
}
