/** The proxy before extension API servers, as kubeadm sets it up. Its key is nobody's: no extension runs outside. */
import type { KubeObject } from '../api/object.js';

const authority = [
  '-----BEGIN CERTIFICATE-----',
  'MIIDEzCCAfugAwIBAgIUDnZs8oQp8ftyHl1BL+CJ7F/Mn7YwDQYJKoZIhvcNAQEL',
  'BQAwGTEXMBUGA1UEAwwOZnJvbnQtcHJveHktY2EwHhcNMjYxMTI3MTMxMjM2WhcN',
  'MzYxMTI0MTMxMjM2WjAZMRcwFQYDVQQDDA5mcm9udC1wcm94eS1jYTCCASIwDQYJ',
  'KoZIhvcNAQEBBQADggEPADCCAQoCggEBAJwR+SzArzrfPhCOgr4iQxmLsZehoJE0',
  '1vfHe7fst+WOJtpJTjhUgIfvEVC8Hc0f3bG0UW2/6n9ocpThTOC72gcBPXdNMH3T',
  'wgl9rC0po3HcWnUhPrJGKI+jOKnceFscqC4Pbrr6ThJiTnjo9IjGUYl8UM8cPEr4',
  'NjWTWqcKm4Q2Kuw1TI3uy/+dY6v+d5hd0ciEbD5DomFbiufdR8Xb3tgmq0/XS0Ed',
  'yq8HkfS2z+CxJc5Fnu5z9zONBE4AlK5AyolnWEgFDix/M8hHshVhmPqN7MUS4KEv',
  'sFenjy+TrI5A0oUfN0qBHDLKyNepIPL3qAHaS2m0NlZ3ZdvaWPhsFMMCAwEAAaNT',
  'MFEwHQYDVR0OBBYEFGHCcdm2hX+G6ITOEhbhuV6e22VEMB8GA1UdIwQYMBaAFGHC',
  'cdm2hX+G6ITOEhbhuV6e22VEMA8GA1UdEwEB/wQFMAMBAf8wDQYJKoZIhvcNAQEL',
  'BQADggEBAAEkw0WWvEIfKEcG3WXsmJF7jpqGNyQjCYvbE/DwW5SgGvKgLpcEM+Qr',
  'c4dGkMCFub49rGN7BYTPPJhGN3/iZxsCYl0xOm79PxEw+Ze9cfsDWYz/g6bgJca8',
  '0etFDFulZfW/ukh1I/JPHkPlkcyZ0Zb2fToaF1X7dPSUIAq7A/QEKDXRekZm/i11',
  'Ukhy7riP8pNO4iMaL7XMkw+Nv1iDmvrCaCea0Fe8roYL/OOmrzxyxVL8IiPCKcIT',
  '5J9WF0RU5EprtbH+kCzKgnBmlrV1bLueCpXacMFUpzYnhQV4DFuT3F9bGHBxxqq2',
  'f+ekYtYHPzMNu8HfHaUUhy0UPszIn78=',
  '-----END CERTIFICATE-----',
  '',
].join('\n');

/** What the ConfigMap that extensions read tells of it. @upstream kube-apiserver/authentication/configmap.go */
const requestHeaders: Readonly<Record<string, string>> = {
  'requestheader-allowed-names': '["front-proxy-client"]',
  'requestheader-client-ca-file': authority,
  'requestheader-extra-headers-prefix': '["X-Remote-Extra-"]',
  'requestheader-group-headers': '["X-Remote-Group"]',
  'requestheader-username-headers': '["X-Remote-User"]',
};

/** The object, with what it tells of the proxy if it is that ConfigMap. */
export function withFrontProxy<T extends Pick<KubeObject, 'metadata'>>(object: T): T {
  if (object.metadata.name !== 'extension-apiserver-authentication') return object;
  const { data } = object as { readonly data?: Readonly<Record<string, string>> };
  return { ...object, data: { ...data, ...requestHeaders } };
}
