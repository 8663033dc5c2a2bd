/**
 * Brings paths to one form before policies and the application see them.
 * @upstream envoy source/common/http/path_utility.cc; chromium url/url_canon_path.cc
 */
import type { PathNormalization } from './request.js';

/**
 * The path that policies and the application see; a fragment never reaches them. Undefined: nobody
 * ever sees it, since no text may hold a zero byte.
 */
export function normalizePath(mode: PathNormalization, text: string): string | undefined {
  const given = text.split('#', 1)[0] ?? '';
  if (mode === 'NONE') return given;
  const at = given.includes('?') ? given.indexOf('?') : given.length;
  const query = given.slice(at);
  const path = given.slice(0, at);
  if (path.includes('%00')) return undefined;
  if (mode === 'BASE') return canonical(path) + query;
  if (mode === 'MERGE_SLASHES') return mergeSlashes(canonical(path)) + query;
  return mergeSlashes(canonical(decodeSlashes(path))) + query;
}

/** The path without its query. */
export function pathOnly(path: string): string {
  return path.split('?', 1)[0] ?? '';
}

function decodeSlashes(path: string): string {
  return path.replaceAll(/%2f/giu, '/').replaceAll(/%5c/giu, '\\');
}

function mergeSlashes(path: string): string {
  if (!path.includes('//')) return path;
  const inner = path.split('/').filter(segment => segment !== '');
  return `${path.startsWith('/') ? '/' : ''}${inner.join('/')}${path.endsWith('/') ? '/' : ''}`;
}

/** Backslashes are slashes, dots of segments are walked, and what need not be escaped is not. */
function canonical(path: string): string {
  const segments: string[] = [];
  const given = path.replaceAll('\\', '/').replace(/^\//u, '').split('/');
  for (const [index, raw] of given.entries()) {
    const isLast = index === given.length - 1;
    const dots = raw.replaceAll(/%2e/giu, '.');
    if (dots === '..') segments.pop();
    else if (dots !== '.') segments.push(canonicalSegment(raw));
    // A path that ends in a dot segment is that of a folder.
    if (isLast && (dots === '.' || dots === '..')) segments.push('');
  }
  return `/${segments.join('/')}`;
}

const unreserved = /^[\w.~-]$/u;
const escaped = /[\u0000-\u0020"#<>?^`{|}\u007F-\u{10FFFF}]/gu;

function canonicalSegment(segment: string): string {
  return segment
    .replaceAll(/%[\da-f]{2}/giu, escape => {
      const character = String.fromCodePoint(Number.parseInt(escape.slice(1), 16));
      return unreserved.test(character) ? character : escape;
    })
    .replaceAll(escaped, character => encodeURIComponent(character));
}
