/** Compares objects with what a scenario demands of them. */
import type { KubeObject } from '../../sim/api/object.js';
import type { Demands } from './scenario.js';

/** What is missing, as a sentence; undefined when the demands are met. */
export function unmet(objects: readonly KubeObject[], demands: Demands): string | undefined {
  const what = `${demands.kind} ${demands.name ?? demands.selector ?? ''}`.trim();
  if (demands.absent === true) {
    return objects.length === 0 ? undefined : `${what} is still there`;
  }
  const problems = objects.map(object => problem(object, demands));
  const good = problems.filter(found => found === undefined).length;
  if (demands.count !== undefined) {
    if (good === demands.count) return undefined;
    const first = problems.find(found => found !== undefined);
    const detail = first === undefined ? '' : `; one of the others: ${first}`;
    return `${good} of ${objects.length} ${what} are so, not ${demands.count}${detail}`;
  }
  if (objects.length === 0) return `there is no ${what}`;
  const first = problems.find(found => found !== undefined);
  return first === undefined ? undefined : `${what}: ${first}`;
}

function problem(object: KubeObject, demands: Demands): string | undefined {
  const name = object.metadata.name ?? '';
  if (demands.condition !== undefined) {
    const [type = '', wanted = 'True'] = demands.condition.split('=');
    const status = conditionsOf(object).find(condition => condition.type === type);
    if (status === undefined) return `${name} has no condition ${type}`;
    if (status.status !== wanted) {
      const why = status.message ?? status.reason ?? '';
      return `${name} has ${type}=${status.status ?? ''}, not ${wanted}${why === '' ? '' : ` (${why})`}`;
    }
  }
  if (demands.match === undefined) return undefined;
  const difference = firstDifference(demands.match, object, '');
  return difference === undefined ? undefined : `${name}${difference}`;
}

interface Condition {
  readonly type?: string;
  readonly status?: string;
  readonly reason?: string;
  readonly message?: string;
}

function conditionsOf(object: KubeObject): readonly Condition[] {
  const { conditions } = (object['status'] ?? {}) as { conditions?: readonly Condition[] };
  return conditions ?? [];
}

/** Where the value lacks something that is wanted: maps may hold more; lists have the same length. */
export function firstDifference(wanted: unknown, value: unknown, path: string): string | undefined {
  if (Array.isArray(wanted)) {
    if (!Array.isArray(value)) return `${path} is ${short(value)}, not a list`;
    if (value.length !== wanted.length) {
      return `${path} has ${value.length} items, not ${wanted.length}`;
    }
    for (const [index, item] of wanted.entries()) {
      const difference = firstDifference(item, value[index], `${path}[${index}]`);
      if (difference !== undefined) return difference;
    }
    return undefined;
  }
  if (typeof wanted === 'object' && wanted !== null) {
    const map = (typeof value === 'object' && value !== null ? value : {}) as Readonly<
      Record<string, unknown>
    >;
    for (const [key, item] of Object.entries(wanted)) {
      const difference = firstDifference(item, map[key], `${path}.${key}`);
      if (difference !== undefined) return difference;
    }
    return undefined;
  }
  return Object.is(wanted, value) ? undefined : `${path} is ${short(value)}, not ${short(wanted)}`;
}

function short(value: unknown): string {
  if (value === undefined) return 'absent';
  const text = JSON.stringify(value);
  return text.length > 80 ? `${text.slice(0, 77)}...` : text;
}
