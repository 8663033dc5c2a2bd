/** The flags of kube-state-metrics that change what it tells. @upstream pkg/options/options.go */
import { RE2JS } from 're2js';
import { flagsOf, numberFlag } from '../agnhost/flags.js';
import { askedForResources, stateResources, untoldResources } from './resources.js';
import type { StateResource } from './family.js';

/** What is to be told, and where. */
export interface StateOptions {
  readonly port: number;
  readonly telemetryPort: number;
  readonly resources: readonly StateResource[];
  /** Empty: all. */
  readonly namespaces: readonly string[];
  /** Which labels of a kind become labels of its `_labels` metric. */
  readonly labels: ReadonlyMap<string, readonly string[]>;
  readonly annotations: ReadonlyMap<string, readonly string[]>;
  isTold(metric: string): boolean;
  /** What is asked for and not simulated. */
  readonly problems: readonly string[];
}

const words = (text = ''): string[] =>
  text
    .split(',')
    .map(word => word.trim())
    .filter(word => word !== '');

/** Reads the command line; what it does not know is left alone. */
export function stateOptions(command: readonly string[]): StateOptions {
  const flags = flagsOf(command);
  const asked = words(flags['resources']);
  const allowed = words(flags['metric-allowlist']).map(text => RE2JS.compile(text));
  const denied = words(flags['metric-denylist']).map(text => RE2JS.compile(text));
  const isIn = (list: readonly RE2JS[], metric: string): boolean =>
    list.some(pattern => pattern.matcher(metric).find());
  return {
    port: numberFlag(flags, 'port', 8080),
    telemetryPort: numberFlag(flags, 'telemetry-port', 8081),
    resources: stateResources.filter(({ name }) =>
      asked.length === 0 ? !askedForResources.includes(name) : asked.includes(name),
    ),
    namespaces: words(flags['namespaces']),
    labels: allowList(flags['metric-labels-allowlist']),
    annotations: allowList(flags['metric-annotations-allowlist']),
    isTold: metric => (allowed.length === 0 || isIn(allowed, metric)) && !isIn(denied, metric),
    problems: problemsOf(asked),
  };
}

function problemsOf(asked: readonly string[]): readonly string[] {
  const known = new Set([...stateResources.map(({ name }) => name), ...untoldResources]);
  return asked.flatMap(name => {
    if (untoldResources.includes(name)) return [`metrics of ${name} are not simulated`];
    return known.has(name) ? [] : [`resource ${name} does not exist`];
  });
}

/** `pods=[*],nodes=[kubernetes.io/role,team]`; `*=[*]` is of all kinds. */
function allowList(text = ''): ReadonlyMap<string, readonly string[]> {
  const entries = [...text.matchAll(/([^,=\s]+)=\[([^\]]*)\]/g)].map(
    ([, kind = '', names]) => [kind, words(names)] as const,
  );
  return new Map(entries);
}
