/** Warnings about secrets that are to hold a certificate and its key. @upstream crypto/tls X509KeyPair */
import type { Secret } from '../../api/kinds/core.js';
import { fromBase64 } from './defaults/base64.js';

/** What does not look like a certificate and a key is told; what they say is not looked at. */
export function pairWarnings({ type, data }: Secret): readonly string[] {
  if (type !== 'kubernetes.io/tls') return [];
  const text =
    certificateText(blockTypes(data?.['tls.crt'])) || keyText(blockTypes(data?.['tls.key']));
  return text === '' ? [] : [text];
}

const block = /-----BEGIN ([^\n]*?)-----[\s\S]*?-----END \1-----/g;

function blockTypes(encoded: string | undefined): readonly string[] {
  return [...fromBase64(encoded ?? '').matchAll(block)].map(([, type = '']) => type);
}

function certificateText(types: readonly string[]): string {
  if (types.includes('CERTIFICATE')) return '';
  const [first = ''] = types;
  if (types.length === 0) return 'tls: failed to find any PEM data in certificate input';
  if (types.length === 1 && first.endsWith('PRIVATE KEY')) {
    return (
      'tls: failed to find certificate PEM data in certificate input, but did find a private ' +
      'key; PEM inputs may have been switched'
    );
  }
  return (
    'tls: failed to find "CERTIFICATE" PEM block in certificate input after skipping PEM blocks ' +
    `of the following types: [${types.join(' ')}]`
  );
}

function keyText(types: readonly string[]): string {
  if (types.some(type => type === 'PRIVATE KEY' || type.endsWith(' PRIVATE KEY'))) return '';
  const [first] = types;
  if (types.length === 0) return 'tls: failed to find any PEM data in key input';
  if (types.length === 1 && first === 'CERTIFICATE') {
    return 'tls: found a certificate rather than a key in the PEM for the private key';
  }
  return (
    'tls: failed to find PEM block with type ending in "PRIVATE KEY" in key input after skipping ' +
    `PEM blocks of the following types: [${types.join(' ')}]`
  );
}
