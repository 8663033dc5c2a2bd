/** The texts of an imported folder: the scenario, its manifests, each with comments that name sources. */
import { stringify } from 'yaml';
import { incidentFiles } from '../contract.js';
import type { InitialObject } from '../rebuild/initial.js';

/** How long the pods of the initial state are given to come up before the start. */
export const warmUpMs = 5 * 60_000;
/** Where there was nothing yet, only the nodes have to get ready. */
const emptyWarmUpMs = 15_000;

/** What a scenario's text is made from. */
export interface ScenarioParts {
  readonly name: string;
  readonly startMs: number;
  readonly endMs: number;
  readonly hasNodes: boolean;
  readonly manifests: readonly string[];
  readonly hasReplay: boolean;
  /** Whether the dumps show the state at the start, so that it can be taken over as it was. */
  readonly hasState: boolean;
  /** Whether events were recorded by then. */
  readonly hasEvents: boolean;
  /** Whether recorded writes of autoscalers are replayed. */
  readonly hasAutoscaling: boolean;
  /** Whether it is recorded what chance gave. */
  readonly hasDrawn: boolean;
  /** How long the pods of Jobs run, by the Job's name; undefined: to the end. */
  readonly jobs: readonly { readonly job: string; readonly seconds: number | undefined }[];
  readonly namespaces: readonly string[];
  readonly sources: readonly string[];
  readonly findings: readonly string[];
}

/** scenario.yaml. */
export function scenarioText(parts: ScenarioParts): string {
  const { name, startMs, endMs, manifests, hasReplay, namespaces } = parts;
  const isQuick = parts.hasState || manifests.length === 0;
  const beforeMs = isQuick ? emptyWarmUpMs : warmUpMs;
  const start = new Date(startMs - beforeMs).toISOString();
  const end = new Date(Math.max(endMs, startMs + warmUpMs)).toISOString();
  const show = namespaces.length === 0 ? '[default]' : `[${namespaces.join(', ')}]`;
  const files = manifests.map(file => `            - ${file}`);
  return [
    '# Imported by `seatrial import`; IMPORT.md tells what was rebuilt, guessed and missing.',
    ...parts.sources.map(source => `# From ${source}`),
    'apiVersion: seatrial.dev/v1alpha1',
    'kind: Scenario',
    `metadata: { name: ${name} }`,
    'spec:',
    '  description: >-',
    `    An incident from ${new Date(startMs).toISOString()} to ${end}.`,
    ...parts.findings.map(finding => `    ${finding}.`),
    '  cluster:',
    isQuick
      ? '    # A little before the record begins: the nodes get ready.'
      : '    # Five minutes before the record begins, in which the pods that ran then come up.',
    `    start: '${start}'`,
    ...clusterLines(parts),
    '    operators: []',
    '    seed: 1',
    ...workloadLines(parts),
    `  show: { namespaces: ${show}, logs: false }`,
    '  steps:',
    ...(files.length > 0
      ? [
          '    - name: what there was',
          '      restore:',
          ...stateLines(parts),
          '          files:',
          ...files,
        ]
      : []),
    ...(isQuick ? [] : ['    - name: pods that ran come up', '      advance: 5m']),
    ...(hasReplay
      ? [
          '    - name: what people and controllers from outside did',
          `      replay: { file: replay.jsonl, until: '${end}' }`,
        ]
      : [
          '    - name: and on, with nobody doing anything',
          `      advance: ${Math.max(Math.round((Date.parse(end) - startMs) / 1000), 1)}s`,
        ]),
    '',
  ]
    .join('\n')
    .replaceAll('\n          files:', '\n        files:')
    .replaceAll('\n            - ', '\n          - ');
}

function clusterLines({ hasNodes, hasDrawn, hasAutoscaling }: ScenarioParts): string[] {
  return [
    ...(hasNodes
      ? [
          '    # The nodes as they were: names, sizes, labels, taints.',
          '    nodes: manifests/nodes.yaml',
        ]
      : []),
    ...(hasDrawn
      ? [
          '    # Names, uids and best nodes are drawn as they were.',
          `    past: ${incidentFiles.drawn}`,
        ]
      : []),
    ...(hasAutoscaling
      ? [
          '    # What autoscalers wrote is replayed: the load that they measured is not in the record.',
          '    withoutControllers: [horizontal-pod-autoscaler]',
        ]
      : []),
  ];
}

/** The simulation goes on with objects as they were; other clusters are given the manifests. */
function stateLines({ hasState, hasEvents, startMs }: ScenarioParts): string[] {
  if (!hasState) return [];
  return [
    `        at: '${new Date(startMs).toISOString()}'`,
    `        state: ${incidentFiles.objects}`,
    ...(hasEvents ? [`        events: ${incidentFiles.events}`] : []),
  ];
}

function workloadLines({ jobs }: ScenarioParts): string[] {
  if (jobs.length === 0) return [];
  const lines = jobs.map(({ job, seconds }) => {
    const labels = `{ batch.kubernetes.io/job-name: ${job} }`;
    const plays =
      seconds === undefined
        ? 'workload: run-forever'
        : `workload: complete-after, parameters: { seconds: ${seconds} }`;
    return `    - { labels: ${labels}, ${plays} }`;
  });
  return [
    '  # How long the pods of Jobs ran; of those that did not end, that they run on.',
    '  workloads:',
    ...lines,
  ];
}

/** Objects as YAML, each under its source. */
export function manifestText(objects: readonly InitialObject[]): string {
  return objects
    .map(({ object, comment }) => {
      const { apiVersion, kind, metadata, ...rest } = object;
      const text = stringify(
        { apiVersion, kind, metadata, ...rest },
        { lineWidth: 0, version: '1.1', aliasDuplicateObjects: false },
      );
      return `# ${comment.replaceAll('\n', ' ')}\n${text}`;
    })
    .join('---\n');
}

/** A value a line. */
export function jsonLines(values: Iterable<unknown>): string {
  let text = '';
  for (const value of values) text += `${JSON.stringify(value)}\n`;
  return text;
}
