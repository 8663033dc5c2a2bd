/**
 * What a certificate request asks for, read from its DER without a parser: attributes of the subject
 * stand there as their type's identifier, a string tag, a length below 128 and the text.
 */

/** The organizations and the common name of a PEM in base64; undefined when it is no PEM. */
export function subjectOf(
  request: unknown,
): { readonly organizations: readonly string[]; readonly commonName: string } | undefined {
  const der = derOf(request);
  if (der === undefined) return undefined;
  return { organizations: valuesOf(der, '\x0a'), commonName: valuesOf(der, '\x03')[0] ?? '' };
}

function derOf(request: unknown): string | undefined {
  if (typeof request !== 'string') return undefined;
  try {
    const body = /-----BEGIN[^-]*-----([^-]*)-----END/.exec(atob(request))?.[1];
    return body === undefined ? undefined : atob(body.replace(/\s/g, ''));
  } catch {
    return undefined;
  }
}

/** The values of attribute 2.5.4.x. */
function valuesOf(der: string, attribute: string): readonly string[] {
  const identifier = `\x06\x03\x55\x04${attribute}`;
  const values: string[] = [];
  for (let at = der.indexOf(identifier); at >= 0; at = der.indexOf(identifier, at + 1)) {
    const start = at + identifier.length + 2;
    values.push(der.slice(start, start + der.charCodeAt(start - 1)));
  }
  return values;
}
