/** A first scenario for manifests: the texts of its files, derived from what the manifests hold. */
import { join, relative } from 'node:path';
import { stringify } from 'yaml';
import { services } from '../../../sim/api/kinds/core.js';
import { clusterConfig, kindCluster, writtenOut } from '../../voyages/cluster-config.js';
import { neverPulled } from '../../voyages/never-pulled.js';
import type { NodePool } from '../../voyages/plan.js';
import type { Survey } from '../survey.js';
import { filesToApply } from './files.js';
import { poolsFor } from './pools.js';
import { firstStandIns } from './stand-ins.js';
import { waitsFor, type FirstWait } from './waits.js';

/** The files of its folder by name, and what to tell of them. */
export interface FirstScenario {
  readonly files: Readonly<Record<string, string>>;
  readonly told: readonly string[];
}

/** Where it goes, and what it is made from. */
export interface FirstOptions {
  readonly name: string;
  /** From the current folder. */
  readonly folder: string;
  /** As the user named them. */
  readonly inputs: readonly string[];
}

/** Writes it; equal manifests give equal texts. */
export function firstScenario(survey: Survey, options: FirstOptions): FirstScenario {
  const { pools, countedDevices } = poolsFor(survey);
  const standIns = firstStandIns(survey);
  const loadedImages = neverPulled(survey.entries.map(({ object }) => object));
  const waits = waitsFor(survey);
  const requested = survey
    .of(services)
    .filter(({ object }) => Object.keys(object.spec?.selector ?? {}).length > 0).length;
  const manifests = survey.entries.map(({ manifest }) => manifest);
  const { ahead, rest } = filesToApply(options.inputs, manifests);
  const from = (paths: readonly string[]) => paths.map(path => relative(options.folder, path));
  const node = nodeToLose(options.name, pools);
  const hasStandIns = standIns.length > 0;
  const early = [...(hasStandIns ? ['stand-ins.yaml'] : []), ...from(ahead)];
  const facts: Facts = {
    ...options,
    early,
    applied: from(rest),
    waits,
    requested,
    node,
    loadedImages,
  };
  return {
    files: {
      'scenario.yaml': scenarioText(facts),
      'kind-config.yaml': clusterText(options.name, pools),
      ...(hasStandIns && { 'stand-ins.yaml': standInText(standIns) }),
    },
    told: [
      `scenario.yaml: applies ${survey.entries.length} objects, waits for ${counted(waits.length, 'workload')}, sends requests to ${counted(requested, 'Service')}, lets ${node} fail`,
      `kind-config.yaml: ${pools.map(poolText).join(', ')}`,
      ...(standIns.length === 0
        ? []
        : [
            `stand-ins.yaml: ${standIns.map(titled).join(', ')}: named, and not among the manifests`,
          ]),
      ...(loadedImages.length === 0
        ? []
        : [
            `images that are never pulled are taken to be on every node: ${loadedImages.join(', ')}`,
          ]),
      ...(countedDevices.length === 0
        ? []
        : [
            `approximated: nodes have a number of ${countedDevices.join(', ')}, and no device behind it`,
          ]),
      ...survey.trial.refusals.map(
        ({ entry, message }) => `the API server refuses ${entry.title}: ${message}`,
      ),
    ],
  };
}

interface Facts extends FirstOptions {
  /** What must have been there for a moment before the rest is taken. */
  readonly early: readonly string[];
  readonly applied: readonly string[];
  readonly waits: readonly FirstWait[];
  readonly requested: number;
  readonly loadedImages: readonly string[];
  /** The node that fails. */
  readonly node: string;
}

function scenarioText(facts: Facts): string {
  const { name, inputs, waits, requested, early, applied, node, loadedImages } = facts;
  const cluster = {
    config: 'kind-config.yaml',
    ...(requested > 0 && { serviceTraffic: true }),
    ...(loadedImages.length > 0 && { loadedImages }),
  };
  const ready = waits.map(wait => `wait: ${inFlow({ ...wait, within: '10m' })}`);
  const steps = [
    ...(early.length > 0 ? [applyText(early), 'advance: 10s'] : []),
    ...(applied.length > 0 ? [applyText(applied)] : []),
    ...ready,
    'advance: 10m',
    `fault: { nodeDown: ${node} }`,
    'advance: 10m',
    `fault: { nodeUp: ${node} }`,
    ...ready,
  ];
  return `# A first trial of ${inputs.join(', ')}, written by seatrial init: change it as you like.
apiVersion: seatrial.dev/v1alpha1
kind: Scenario
metadata: { name: ${inFlow(name)} }
spec:
  cluster: ${inFlow(cluster)}
  steps:
${steps.map(step => `    - ${step}\n`).join('')}`;
}

function applyText(paths: readonly string[]): string {
  if (paths.length === 1) return `apply: { files: [${inFlow(paths[0])}] }`;
  return ['apply:', '        files:', ...paths.map(path => `          - ${inFlow(path)}`)].join(
    '\n',
  );
}

/** On one line. */
function inFlow(value: unknown): string {
  return stringify(value, { collectionStyle: 'flow', lineWidth: 0, singleQuote: true }).trimEnd();
}

/** A node with GPUs, where there is one: most is lost with it. */
function nodeToLose(name: string, pools: readonly NodePool[]): string {
  const counts = pools.map(({ count }) => count);
  const pool = Math.max(
    0,
    pools.findIndex(({ gpus }) => gpus !== undefined),
  );
  const index = counts.slice(0, pool).reduce((sum, count) => sum + count, 0);
  return index === 0 ? `${name}-worker` : `${name}-worker${index + 1}`;
}

function clusterText(name: string, pools: readonly NodePool[]): string {
  const config = clusterConfig({ cluster: { pools }, objects: [] });
  const comment =
    '# Workers on which the pods fit, by their requests: put your own in their place. Labels give a worker\n# its GPUs (nvidia.com/gpu.product, nvidia.com/gpu.count), CPUs and memory.\n';
  return `${comment}${writtenOut(kindCluster({ ...config, name }))}`;
}

function standInText(objects: ReturnType<typeof firstStandIns>): string {
  const comment =
    '# What the manifests name and do not hold: other teams or the platform make it. Empty Secrets and\n# ConfigMaps have the keys that pods want.\n';
  return `${comment}${objects.map(writtenOut).join('---\n')}`;
}

function poolText({ count, gpus, cpu = '', memory = '' }: NodePool): string {
  const what = gpus === undefined ? '' : `${gpus.count} ${gpus.product}, `;
  return `${counted(count, 'worker')} with ${what}${cpu} CPUs and ${memory}`;
}

const counted = (count: number, what: string): string =>
  `${count} ${what}${count === 1 ? '' : 's'}`;

const titled = ({ kind = '', metadata }: ReturnType<typeof firstStandIns>[number]): string =>
  `${kind} ${join(metadata.namespace ?? '', metadata.name ?? '')}`;
