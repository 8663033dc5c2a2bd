/** What of an object matters to handlers, and what of it was handled last. @upstream kopf/_cogs/configs/diffbase.py */
import { isRecord } from '../../api/equality.js';
import type { HasMetadata } from '../../api/object.js';
import { prefix } from './contract.js';

/** The part of an object whose changes are handled. */
export type Essence = Readonly<Record<string, unknown>>;

const lastHandled = `${prefix}/last-handled-configuration`;
const lastApplied = 'kubectl.kubernetes.io/last-applied-configuration';

/** Without status and system's metadata, but with the fields that handlers look at. */
export function essenceOf(object: HasMetadata, fields: readonly string[]): Essence {
  const { apiVersion: _a, kind: _k, metadata, ...rest } = object;
  const { status: _s, ...essence } = rest as Readonly<Record<string, unknown>>;
  const { labels = {} } = metadata;
  const annotations = ownAnnotations(metadata.annotations ?? {});
  const kept = {
    ...(Object.keys(labels).length > 0 && { labels }),
    ...(Object.keys(annotations).length > 0 && { annotations }),
  };
  const status = statusOf(object, fields);
  return {
    ...essence,
    ...(Object.keys(kept).length > 0 && { metadata: kept }),
    ...(Object.keys(status).length > 0 && { status }),
  };
}

/** Annotations that are not kopf's, nor what kubectl keeps. */
function ownAnnotations(
  annotations: Readonly<Record<string, string>>,
): Readonly<Record<string, string>> {
  const others = Object.keys(annotations)
    .filter(key => key.endsWith('/kopf-managed'))
    .map(key => key.slice(0, key.lastIndexOf('/')));
  const isKopfs = (domain: string): boolean =>
    domain === prefix || domain.endsWith(`.${prefix}`) || others.includes(domain);
  return Object.fromEntries(
    Object.entries(annotations).filter(
      ([key]) =>
        key !== lastApplied && !(key.includes('/') && isKopfs(key.slice(0, key.indexOf('/')))),
    ),
  );
}

function statusOf(
  object: HasMetadata,
  fields: readonly string[],
): Readonly<Record<string, unknown>> {
  const { status } = object as { readonly status?: unknown };
  if (!isRecord(status)) return {};
  if (fields.includes('status')) return status;
  const names = fields.filter(field => field.startsWith('status.')).map(field => field.slice(7));
  return Object.fromEntries(Object.entries(status).filter(([name]) => names.includes(name)));
}

/** What was handled last; undefined: nothing was. */
export function handledEssence({ metadata }: HasMetadata): Essence | undefined {
  const text = metadata.annotations?.[lastHandled];
  if (text === undefined) return undefined;
  try {
    const value: unknown = JSON.parse(text);
    return isRecord(value) ? value : undefined;
  } catch {
    // Somebody wrote into the annotation: kopf would fail at each event; we take the object as new.
    return undefined;
  }
}

/** The annotation that keeps what was handled. */
export function keptEssence(essence: Essence): Readonly<Record<string, string>> {
  return { [lastHandled]: `${pythonJson(essence)}\n` };
}

/** JSON as Python's json.dumps writes it without spaces. */
export function pythonJson(value: unknown): string {
  return JSON.stringify(value).replace(
    /[\u007f-\uffff]/g,
    unit => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/** The value of a field that is named with dots; undefined: it is not there. */
export function fieldOf(value: unknown, path: string): unknown {
  let found: unknown = value;
  for (const name of path.split('.')) {
    if (!isRecord(found)) return undefined;
    found = found[name];
  }
  return found;
}
