/** URLs as Go's net/url reads them. @upstream net/url/url.go */
import { goQuote } from '../../go-text.js';

/** The parts of a URL. */
export interface GoUrl {
  readonly scheme: string;
  readonly host: string;
  readonly path: string;
  readonly query: string;
}

/** Why the text is no URL that a request can have; undefined when it is one. */
export function requestUriError(text: string): string | undefined {
  const error = parseUrl(text, true).error;
  return error === undefined ? undefined : `parse ${goQuote(text)}: ${error}`;
}

/** The parts of the text, or what is wrong with it. */
export function parseUrl(
  text: string,
  isRequest = false,
): { readonly url?: GoUrl; readonly error?: string } {
  // Control characters are what is looked for.
  // oxlint-disable-next-line no-control-regex
  if (/[\u0000-\u001f\u007f]/.test(text)) {
    return { error: 'net/url: invalid control character in URL' };
  }
  if (text === '' && isRequest) return { error: 'empty url' };
  const whole = isRequest ? text : (text.split('#')[0] ?? '');
  const colon = /^([a-zA-Z][a-zA-Z0-9+.-]*):/.exec(whole);
  if (colon === null && whole.startsWith(':')) return { error: 'missing protocol scheme' };
  const scheme = colon?.[1]?.toLowerCase() ?? '';
  let rest = whole.slice(colon?.[0].length ?? 0);
  const mark = rest.indexOf('?');
  const query = mark < 0 ? '' : rest.slice(mark + 1);
  if (mark >= 0) rest = rest.slice(0, mark);
  if (!rest.startsWith('/')) {
    if (scheme !== '') return { url: { scheme, host: '', path: '', query } };
    if (isRequest) return { error: 'invalid URI for request' };
    if ((rest.split('/')[0] ?? '').includes(':')) {
      return { error: 'first path segment in URL cannot contain colon' };
    }
  }
  const hasAuthority = rest.startsWith('//') && (scheme !== '' || !isRequest);
  const [, authority = '', path = ''] = hasAuthority
    ? (/^\/\/([^/]*)(.*)$/s.exec(rest) ?? [])
    : ['', '', rest];
  const host = authority.slice(authority.lastIndexOf('@') + 1);
  const error = hostError(host) ?? escapeError(path);
  return error === undefined ? { url: { scheme, host, path, query } } : { error };
}

function hostError(host: string): string | undefined {
  const port = /:([^\]]*)$/.exec(host)?.[1];
  if (host.startsWith('[') && !host.includes(']')) return "missing ']' in host";
  if (port !== undefined && !/^\d*$/.test(port)) {
    return `invalid port ${goQuote(`:${port}`)} after host`;
  }
  const bad = /[\s<>"\\^`{|}]/.exec(host)?.[0];
  return bad === undefined ? escapeError(host) : `invalid character ${goQuote(bad)} in host name`;
}

function escapeError(text: string): string | undefined {
  const bad = /%(?![0-9a-fA-F]{2}).{0,2}/s.exec(text)?.[0];
  return bad === undefined ? undefined : `invalid URL escape ${goQuote(bad)}`;
}

/** The host without its port and brackets. */
export function hostnameOf(host: string): string {
  const bracketed = /^\[([^\]]*)\]/.exec(host)?.[1];
  return bracketed ?? host.replace(/:\d*$/, '');
}

/** The port, '' when there is none. */
export function portOf(host: string): string {
  return /:(\d*)$/.exec(host.startsWith('[') ? host.slice(host.indexOf(']')) : host)?.[1] ?? '';
}

/** The values of a query by their names. */
export function queryOf(query: string): ReadonlyMap<string, readonly string[]> {
  const values = new Map<string, string[]>();
  for (const [key, value] of new URLSearchParams(query)) {
    const list = values.get(key);
    if (list === undefined) values.set(key, [value]);
    else list.push(value);
  }
  return values;
}

const kept = /[A-Za-z0-9\-_.~$&+,/:;=@!'()*[\]%]/;

/** The path with what must be escaped escaped. */
export function escapedPath(path: string): string {
  return [...path]
    .map(character => (kept.test(character) ? character : encodeURI(character)))
    .join('');
}
