/** Lines as for kubectl: their words and flags, and what of an object they change. */
import type { KubeObject } from '../../../sim/api/object.js';

/** A line, without the word kubectl. */
export interface ParsedLine {
  readonly words: readonly string[];
  /** By their names without dashes; one without a value is empty. */
  readonly flags: ReadonlyMap<string, string>;
  readonly namespace?: string;
}

/** Flags that take their value as the next word where no `=` follows. */
const valued = new Set([
  ...['n', 'namespace', 'p', 'patch', 'type', 'c', 'containers', 'f', 'filename'],
  ...['replicas', 'requests', 'limits', 'like', 'count'],
]);

/** Splits a line as a shell does: quotes hold words together. */
export function parsedLine(text: string): ParsedLine {
  const tokens = [...text.matchAll(/(?:'[^']*'|"(?:\\.|[^"])*"|[^\s'"])+/g)].map(([token]) =>
    token.replaceAll(/'([^']*)'|"((?:\\.|[^"])*)"/g, (_, single?: string, double?: string) =>
      single === undefined ? (double ?? '').replaceAll(/\\(.)/g, '$1') : single,
    ),
  );
  if (tokens[0] === 'kubectl') tokens.shift();
  const words: string[] = [];
  const flags = new Map<string, string>();
  for (let index = 0; index < tokens.length; index++) {
    const token = tokens[index] ?? '';
    const flag = /^--?([a-zA-Z][\w-]*)(?:=(.*))?$/s.exec(token);
    if (flag === null) words.push(token);
    else {
      const [, name = '', value] = flag;
      const next = value === undefined && valued.has(name) ? tokens[++index] : undefined;
      flags.set(name, value ?? next ?? '');
    }
  }
  const namespace = flags.get('n') ?? flags.get('namespace');
  return { words, flags, ...(namespace !== undefined && { namespace }) };
}

/** What a line does to one object. */
export type ObjectFields = {
  readonly reference: { readonly kind: string; readonly name: string };
  readonly subresource?: string;
} & (
  | { readonly kind: 'delete' }
  | {
      readonly kind: 'patch';
      /** The patch, or why there can be none. */
      readonly body: (object: KubeObject, nowMs: number) => unknown;
      readonly type: string;
    }
);

/** Reads what a line does; undefined when it cannot be read. */
export function fieldsOf({ words, flags }: ParsedLine): ObjectFields | undefined {
  const [verb = '', ...all] = words;
  const rest = verb === 'set' || verb === 'rollout' ? all.slice(1) : all;
  const [first = '', second = ''] = rest;
  const isJoined = first.includes('/');
  const [kind = '', name = ''] = isJoined ? first.split('/') : [first, second];
  if (kind === '' || name === '') return undefined;
  const more = rest.slice(isJoined ? 1 : 2);
  const reference = { kind, name };
  const strategic = 'strategic-merge-patch';
  const merge = 'merge-patch';
  switch (`${verb} ${verb === 'set' || verb === 'rollout' ? (all[0] ?? '') : ''}`.trim()) {
    case 'delete':
      return { kind: 'delete', reference };
    case 'scale': {
      const replicas = Number(flags.get('replicas'));
      if (!Number.isInteger(replicas)) return undefined;
      const body = { spec: { replicas } };
      return { kind: 'patch', reference, body: () => body, type: merge, subresource: '/scale' };
    }
    case 'patch': {
      const patch = jsonOf(flags.get('p') ?? flags.get('patch'));
      if (patch === undefined) return undefined;
      const type = { merge, json: 'json-patch' }[flags.get('type') ?? ''] ?? strategic;
      return { kind: 'patch', reference, body: () => patch, type };
    }
    case 'label':
    case 'annotate': {
      const part = verb === 'label' ? 'labels' : 'annotations';
      const body = { metadata: { [part]: pairsOf(more) } };
      return { kind: 'patch', reference, body: () => body, type: merge };
    }
    case 'set image': {
      const images = Object.entries(pairsOf(more));
      const containers = images.map(([container, image]) => ({ name: container, image }));
      const body = { spec: { template: { spec: { containers } } } };
      return { kind: 'patch', reference, body: () => body, type: strategic };
    }
    case 'set resources':
      return { kind: 'patch', reference, body: resourcesOf(flags), type: strategic };
    case 'rollout restart':
      return { kind: 'patch', reference, body: restarted, type: strategic };
    default:
      return undefined;
  }
}

function jsonOf(text: string | undefined): unknown {
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    // The caller tells that the line cannot be read.
    return undefined;
  }
}

/** `key=value`, and `key-` for one that goes. */
function pairsOf(words: readonly string[]): Readonly<Record<string, string | null>> {
  return Object.fromEntries(
    words.map(word => {
      const at = word.indexOf('=');
      return at < 0 ? [word.replace(/-$/, ''), null] : [word.slice(0, at), word.slice(at + 1)];
    }),
  );
}

function resourcesOf(flags: ReadonlyMap<string, string>) {
  const listed = (text = ''): Readonly<Record<string, string | null>> =>
    pairsOf(text.split(',').filter(part => part !== ''));
  const requests = listed(flags.get('requests'));
  const limits = listed(flags.get('limits'));
  const wanted = flags.get('c') ?? flags.get('containers');
  return (object: KubeObject): unknown => {
    const { template } = (object['spec'] ?? {}) as {
      readonly template?: { readonly spec?: { readonly containers?: readonly { name: string }[] } };
    };
    const names = (template?.spec?.containers ?? []).map(({ name }) => name);
    const containers = names
      .filter(name => wanted === undefined || name === wanted)
      .map(name => ({ name, resources: { requests, limits } }));
    if (containers.length === 0) return `it has no container ${wanted ?? ''}`;
    return { spec: { template: { spec: { containers } } } };
  };
}

function restarted(_object: KubeObject, nowMs: number): unknown {
  const annotations = { 'kubectl.kubernetes.io/restartedAt': new Date(nowMs).toISOString() };
  return { spec: { template: { metadata: { annotations } } } };
}
