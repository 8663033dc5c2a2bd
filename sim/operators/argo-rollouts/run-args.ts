/** The arguments of analyses, and where metrics name them. @upstream argo-rollouts utils/analysis/factory.go, utils/template/template.go */
import { goJson, goQuote, goValue } from '../../api/go-text.js';
import { isRecord } from '../../api/equality.js';
import type { Argument, Metric } from './analysis-types.js';
import { asWritten } from './resolved.js';
import type { Made } from './templates.js';
import type { Rollout, RunArgument } from './types.js';

/** The values of a Rollout's arguments. @upstream BuildArgumentsForRolloutAnalysisRun */
export function argsOf(
  args: readonly RunArgument[],
  rollout: Rollout,
  hashes: { readonly stable: string; readonly latest: string },
): Made<readonly Argument[]> {
  const made: Argument[] = [];
  let problem: string | undefined;
  for (const { name, value = '', valueFrom } of args) {
    const { podTemplateHashValue: which, fieldRef } = valueFrom ?? {};
    if (which !== undefined) {
      made.push({ name, value: which === 'Latest' ? hashes.latest : hashes.stable });
      continue;
    }
    const found = fieldRef === undefined ? { value } : fieldOf(rollout, fieldRef.fieldPath);
    if ('problem' in found) problem = found.problem;
    made.push({ name, value: 'problem' in found ? '' : found.value });
  }
  return problem === undefined ? { value: made } : { problem };
}

/** The value at a path: of metadata as the downward API has it, of the rest as it stands. */
export function fieldOf(rollout: Rollout, path: string): Made<string> {
  const map = /^metadata\.(labels|annotations)\['([^']+)'\]$/.exec(path);
  if (map !== null) {
    const [, which = '', key = ''] = map;
    const texts = rollout.metadata[which as 'labels' | 'annotations'];
    return { value: texts?.[key] ?? '' };
  }
  if (path.startsWith('metadata')) {
    const [, field = ''] = path.split('.');
    const simple = field === 'name' || field === 'namespace' || field === 'uid';
    if (simple) return { value: rollout.metadata[field] ?? '' };
    if (field !== 'labels' && field !== 'annotations') {
      return { problem: `unsupported fieldPath: ${path}` };
    }
    const lines = Object.entries(rollout.metadata[field] ?? {}).map(
      ([key, value]) => `${key}=${goQuote(value)}`,
    );
    return { value: lines.sort().join('\n') };
  }
  return valueAt(asWritten(rollout), path);
}

function valueAt(rollout: Rollout, path: string): Made<string> {
  let value: unknown = rollout;
  for (const section of path.split(/[.[\]]+/).filter(part => part !== '')) {
    if (Array.isArray(value)) {
      const index = Number(section);
      if (!/^-?\d+$/.test(section)) return { problem: `invalid index '${section}'` };
      if (index >= value.length) return { problem: `index ${index} out of range` };
      value = value[index];
    } else if (isRecord(value)) value = value[section];
    else return { problem: `invalid path ${path} in rollout` };
  }
  if (value === undefined || value === null) {
    return { problem: `invalid path ${path} in rollout` };
  }
  return typeof value === 'object'
    ? { problem: `path ${path} in rollout must terminate in a primitive value` }
    : { value: goValue(value) };
}

/** The metric with its arguments' values. @upstream ResolveMetricArgs */
export function resolvedMetric(metric: Metric, args: readonly Argument[]): Made<Metric> {
  const values = new Map<string, string>();
  for (const { name, value } of args) {
    if (value === undefined) return { problem: `argument "${name}" was not supplied` };
    values.set(`args.${name}`, goJson(value).slice(1, -1));
  }
  let problem: string | undefined;
  const text = JSON.stringify(metric).replaceAll(/\{\{(.*?)\}\}/g, (_, tag: string) => {
    const value = values.get(tag.trim());
    if (value === undefined) problem = `failed to resolve {{${tag}}}`;
    return value ?? '';
  });
  if (problem !== undefined) return { problem };
  // It was a metric, and values within texts leave it one.
  return { value: JSON.parse(text) as Metric };
}
