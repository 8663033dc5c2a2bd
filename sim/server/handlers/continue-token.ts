/** Where the next page of a list begins. @upstream apiserver/pkg/storage/continue.go */
import { badRequest, type Failure } from '../../api/status.js';

/** A position in a list. `start` is the first key that may come, below the list's prefix. */
export interface Position {
  /** -1: of no revision; what there is now. */
  readonly revision: number;
  readonly start: string;
}

const tokenVersion = 'meta.k8s.io/v1';

/** Writes a token that names the key after the last one. */
export function continueToken(revision: number, lastKey: string): string {
  const token = { v: tokenVersion, rv: revision, start: `${lastKey}\u0000` };
  return Buffer.from(JSON.stringify(token)).toString('base64url');
}

/** Reads a token. */
export function positionOf(token: string): Position | Failure {
  if (!/^[A-Za-z0-9_-]*$/.test(token)) return problem('illegal base64 data at input byte 0');
  const text = Buffer.from(token, 'base64url').toString('utf8');
  const value = parsed(text);
  if (value === undefined) return problem(syntaxProblem(token));
  const { v = '', rv = 0, start = '' } = value;
  if (v !== tokenVersion) return problem(`server does not recognize this encoded version ${v}`);
  if (rv === 0) return problem(`incorrect encoded start resourceVersion (version ${v})`);
  if (start === '') return problem(`encoded start key empty (version ${v})`);
  if (isOutside(start)) return problem(start);
  return { revision: rv, start };
}

function problem(text: string): Failure {
  return badRequest(`invalid continue token: continue key is not valid: ${text}`);
}

function parsed(
  text: string,
): { readonly v?: string; readonly rv?: number; readonly start?: string } | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}

/** Go tells the first byte as a character. */
function syntaxProblem(token: string): string {
  const [first] = Buffer.from(token, 'base64url');
  if (first === undefined) return 'unexpected end of JSON input';
  const isShown = first < 0x7f || (first > 0xa0 && first !== 0xad);
  const code = first.toString(16).padStart(4, '0');
  const shown = isShown ? String.fromCodePoint(first) : `\\u${code}`;
  return `invalid character '${shown}' looking for beginning of value`;
}

/** A key that would leave the collection. */
function isOutside(start: string): boolean {
  const parts = start.split('/');
  return parts.some(part => part === '..' || part === '.');
}

/** The last key before the position: the `after` of a scan. */
export function keyBefore({ start }: Position): string {
  return start.endsWith('\u0000') ? start.slice(0, -1) : start;
}
