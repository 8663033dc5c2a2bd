/** The simple JSON paths of printer columns, scale and selectable fields. @upstream client-go/util/jsonpath */
import { deepEqual, isRecord } from '../../api/equality.js';

type StepOfPath =
  | { readonly kind: 'field'; readonly name: string }
  | { readonly kind: 'index'; readonly index: number }
  | { readonly kind: 'all' }
  /** `[from:to]`, each of which may be left out or count from the end. */
  | { readonly kind: 'slice'; readonly from: number; readonly to: number | undefined }
  | { readonly kind: 'filter'; readonly path: readonly StepOfPath[]; readonly value: unknown };

const parsed = new Map<string, readonly StepOfPath[]>();

/** The first value at the path, or undefined. */
export function valueAt(object: unknown, path: string): unknown {
  let steps = parsed.get(path);
  if (steps === undefined) parsed.set(path, (steps = parse(path)));
  return walk([object], steps)[0];
}

function walk(values: readonly unknown[], steps: readonly StepOfPath[]): readonly unknown[] {
  let current = values;
  for (const step of steps) current = current.flatMap(value => stepInto(value, step));
  return current;
}

function stepInto(value: unknown, step: StepOfPath): readonly unknown[] {
  switch (step.kind) {
    case 'field':
      return isRecord(value) && Object.hasOwn(value, step.name) ? [value[step.name]] : [];
    case 'index': {
      if (!Array.isArray(value)) return [];
      const item: unknown = value.at(step.index);
      return item === undefined ? [] : [item];
    }
    case 'slice':
      return Array.isArray(value) ? value.slice(step.from, step.to) : [];
    case 'all':
      if (Array.isArray(value)) return value;
      return isRecord(value) ? Object.values(value) : [];
    case 'filter': {
      if (!Array.isArray(value)) return [];
      const { path, value: wanted } = step;
      return value.filter(item => walk([item], path).some(one => deepEqual(one, wanted)));
    }
  }
}

function parse(path: string): readonly StepOfPath[] {
  const text = path.startsWith('.') || path.startsWith('[') ? path : `.${path}`;
  const steps: StepOfPath[] = [];
  let at = 0;
  while (at < text.length) {
    const match = nextToken(text, at);
    if (match === undefined) return [{ kind: 'field', name: '\u0000' }];
    steps.push(match.step);
    at = match.end;
  }
  return steps;
}

function nextToken(
  text: string,
  at: number,
): { readonly step: StepOfPath; readonly end: number } | undefined {
  if (text.startsWith('.*', at)) return { step: { kind: 'all' }, end: at + 2 };
  if (text[at] === '.') return fieldToken(text, at + 1);
  const rest = text.slice(at);
  const index = /^\[(-?\d+)\]/.exec(rest);
  if (index !== null) {
    return { step: { kind: 'index', index: Number(index[1]) }, end: at + index[0].length };
  }
  const slice = /^\[(-?\d*):(-?\d*)\]/.exec(rest);
  if (slice !== null) {
    const [whole, from = '', to = ''] = slice;
    const step: StepOfPath = {
      kind: 'slice',
      from: Number(from),
      to: to === '' ? undefined : Number(to),
    };
    return { step, end: at + whole.length };
  }
  const name = /^\[(?:'([^']*)'|"([^"]*)")\]/.exec(rest);
  if (name !== null) {
    // Dots may be escaped here as well: ['example\.com/a'].
    const key = (name[1] ?? name[2] ?? '').replace(/\\(.)/g, '$1');
    const step: StepOfPath = { kind: 'field', name: key };
    return { step, end: at + name[0].length };
  }
  if (rest.startsWith('[*]')) return { step: { kind: 'all' }, end: at + 3 };
  const filter = /^\[\?\(@(.*?)\s*==\s*(.*?)\)\]/.exec(rest);
  if (filter === null) return undefined;
  const [whole, path = '', value = ''] = filter;
  return {
    step: { kind: 'filter', path: parse(path), value: literal(value) },
    end: at + whole.length,
  };
}

/** A name may hold escaped dots: `.metadata.annotations.example\.com/a`. */
function fieldToken(text: string, start: number) {
  let name = '';
  let at = start;
  while (at < text.length && text[at] !== '.' && text[at] !== '[') {
    if (text[at] === '\\' && at + 1 < text.length) at++;
    name += text[at] ?? '';
    at++;
  }
  if (name === '') return undefined;
  return { step: { kind: 'field', name } as const, end: at };
}

function literal(text: string): unknown {
  const quoted = /^(?:"(.*)"|'(.*)')$/.exec(text);
  if (quoted !== null) return quoted[1] ?? quoted[2] ?? '';
  if (text === 'true' || text === 'false') return text === 'true';
  return text !== '' && !Number.isNaN(Number(text)) ? Number(text) : text;
}
