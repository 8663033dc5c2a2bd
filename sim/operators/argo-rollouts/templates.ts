/** Makes one analysis of templates. @upstream argo-rollouts utils/analysis/helpers.go */
import type { View } from '../../client/contract.js';
import {
  analysisTemplates,
  clusterAnalysisTemplates,
  type AnalysisRunSpec,
  type AnalysisTemplate,
  type AnalysisTemplateSpec,
  type Argument,
  type DryRun,
  type MeasurementRetention,
  type TemplateRef,
} from './analysis-types.js';

/** What was made, or why it could not be. */
export type Made<T> = { readonly value: T } | { readonly problem: string };

/** Templates bound each other no deeper than this: upstream has no bound. */
const depthMax = 32;

/** The templates that are referred to, each once: those of the namespace before those of the cluster. */
export function templatesOf(
  refs: readonly TemplateRef[],
  view: View,
  namespace: string,
): Made<readonly AnalysisTemplate[]> {
  const found: AnalysisTemplate[] = [];
  const problem = collect(refs, { view, namespace, found, depth: 0 });
  if (problem !== undefined) return { problem };
  const isOfCluster = ({ metadata }: AnalysisTemplate): boolean => metadata.namespace === undefined;
  const unique = [...new Map(found.map(one => [idOf(one), one])).values()];
  return {
    value: [...unique.filter(one => !isOfCluster(one)), ...unique.filter(isOfCluster)],
  };
}

function idOf({ metadata }: AnalysisTemplate): string {
  return `${metadata.namespace ?? ''}/${metadata.name ?? ''}`;
}

function collect(
  refs: readonly TemplateRef[],
  to: {
    readonly view: View;
    readonly namespace: string;
    readonly found: AnalysisTemplate[];
    readonly depth: number;
  },
): string | undefined {
  const { view, namespace, found, depth } = to;
  if (depth > depthMax) return 'templates refer to each other in a circle';
  for (const { templateName, clusterScope = false } of refs) {
    const template = clusterScope
      ? view.get(clusterAnalysisTemplates, '', templateName)
      : view.get(analysisTemplates, namespace, templateName);
    const kind = clusterScope ? 'ClusterAnalysisTemplate' : 'AnalysisTemplate';
    if (template === undefined) return `${kind} '${templateName}' not found`;
    found.push(template);
    const inner = template.spec.templates;
    const problem = inner && collect(inner, { ...to, depth: depth + 1 });
    if (problem !== undefined) return problem;
  }
  return undefined;
}

/** The spec of the analysis: all metrics, with the arguments filled in. @upstream NewAnalysisRunFromTemplates */
export function runSpec(
  templates: readonly AnalysisTemplate[],
  args: readonly Argument[],
  more: {
    readonly dryRun?: readonly DryRun[];
    readonly measurementRetention?: readonly MeasurementRetention[];
  },
): Made<AnalysisRunSpec> {
  const specs = templates.map(({ spec }) => spec);
  const metrics = specs.flatMap(({ metrics: some = [] }) => some);
  const twice = repeated(metrics.map(({ name }) => name));
  if (twice !== undefined) return { problem: `two metrics have the same name '${twice}'` };
  const given = flattenedArgs(specs);
  if ('problem' in given) return given;
  const merged = mergedArgs(args, given.value);
  if ('problem' in merged) return merged;
  const dryRun = [...(more.dryRun ?? []), ...specs.flatMap(spec => spec.dryRun ?? [])];
  const dry = repeated(dryRun.map(({ metricName }) => metricName));
  if (dry !== undefined) {
    return { problem: `two Dry-Run metric rules have the same name '${dry}'` };
  }
  const measurementRetention = [
    ...(more.measurementRetention ?? []),
    ...specs.flatMap(spec => spec.measurementRetention ?? []),
  ];
  const kept = repeated(measurementRetention.map(({ metricName }) => metricName));
  if (kept !== undefined) {
    return { problem: `two Measurement Retention metric rules have the same name '${kept}'` };
  }
  return {
    value: {
      metrics,
      ...(merged.value.length > 0 && { args: merged.value }),
      ...(dryRun.length > 0 && { dryRun }),
      ...(measurementRetention.length > 0 && { measurementRetention }),
    },
  };
}

function repeated(names: readonly string[]): string | undefined {
  return names.find((name, index) => names.indexOf(name) !== index);
}

function flattenedArgs(specs: readonly AnalysisTemplateSpec[]): Made<readonly Argument[]> {
  const known = new Map<string, Argument>();
  for (const arg of specs.flatMap(({ args = [] }) => args)) {
    const { value: old } = known.get(arg.name) ?? {};
    if (old !== undefined && arg.value !== undefined && old !== arg.value) {
      const values = `'${old}', '${arg.value}'`;
      return {
        problem: `Argument \`${arg.name}\` specified multiple times with different values: ${values}`,
      };
    }
    if (old === undefined) known.set(arg.name, arg);
  }
  return { value: [...known.values()] };
}

/** Only what a template asks for is taken. @upstream MergeArgs */
export function mergedArgs(
  incoming: readonly Argument[],
  wanted: readonly Argument[],
): Made<readonly Argument[]> {
  const merged = wanted.map(arg => {
    const given = incoming.find(({ name }) => name === arg.name);
    if (given?.value !== undefined) return { ...arg, value: given.value };
    return given?.valueFrom === undefined ? arg : { ...arg, valueFrom: given.valueFrom };
  });
  const open = merged.find(
    ({ value, valueFrom }) => value === undefined && valueFrom === undefined,
  );
  return open === undefined ? { value: merged } : { problem: `args.${open.name} was not resolved` };
}
