/** A campaign as objects: an Indexed Job whose index is the shard. Kubernetes is the engine, we have no scheduler. */
import type { KubeObject } from '../../../sim/api/object.js';
import { exitCodes, UserError } from '../../input/errors.js';

/** What a campaign is about. */
export interface Campaign {
  /** Of the Job and of the ConfigMap. */
  readonly name: string;
  readonly namespace: string;
  /** With seatrial in it, of this version. */
  readonly image: string;
  readonly shards: number;
  /** At most so many at a time. Default: all. */
  readonly parallel?: number;
  readonly seed: number;
  /** Of all shards together. */
  readonly runs: number;
  /** Further words for `seatrial check`. */
  readonly words: readonly string[];
  /** The manifests that are checked, as YAML. */
  readonly manifests: string;
  /** How often a failed index is tried again. */
  readonly retries: number;
}

/** What a ConfigMap may hold, less what its own words take. */
const manifestBytesMax = 1_000_000;
const folder = '/campaign';

/** With these the check has done its work: another try would say the same. */
const finished = [
  exitCodes.broken,
  exitCodes.usage,
  exitCodes.inconclusive,
  exitCodes.nothingRan,
] as const;

/**
 * The ConfigMap and the Job.
 *
 * @throws UserError when the manifests are too large for a ConfigMap.
 */
export function campaignObjects(campaign: Campaign): readonly [KubeObject, KubeObject] {
  const { name, namespace, manifests } = campaign;
  if (Buffer.byteLength(manifests) > manifestBytesMax) {
    throw new UserError(`the manifests have more than ${manifestBytesMax} bytes`, {
      exitCode: exitCodes.usage,
      code: 'too-large',
      next: 'a ConfigMap holds no more: check them in parts',
    });
  }
  const labels = { 'app.kubernetes.io/managed-by': 'seatrial', 'seatrial.dev/campaign': name };
  return [
    {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name, namespace, labels },
      data: { 'manifests.yaml': manifests },
    },
    {
      apiVersion: 'batch/v1',
      kind: 'Job',
      metadata: { name, namespace, labels },
      spec: jobSpec(campaign, labels),
    },
  ];
}

function jobSpec(
  { name, image, shards, parallel = shards, seed, runs, words, retries }: Campaign,
  labels: Readonly<Record<string, string>>,
): object {
  const check = ['seatrial', 'check', '-f', `${folder}/manifests.yaml`, '--shard'];
  const how = [`index/${shards}`, '--seed', String(seed), '--runs', String(runs)];
  return {
    completionMode: 'Indexed',
    completions: shards,
    parallelism: Math.min(parallel, shards),
    backoffLimitPerIndex: retries,
    podFailurePolicy: {
      rules: [
        // The node went, not the check: it does not count as a try.
        { action: 'Ignore', onPodConditions: [{ type: 'DisruptionTarget', status: 'True' }] },
        { action: 'FailIndex', onExitCodes: { operator: 'In', values: finished } },
      ],
    },
    template: {
      metadata: { labels },
      spec: {
        restartPolicy: 'Never',
        automountServiceAccountToken: false,
        securityContext: { runAsNonRoot: true, runAsUser: 1000 },
        containers: [
          {
            name: 'check',
            image,
            command: [...check, ...how, '--reporter', 'json', '--quiet', ...words],
            env: [{ name: 'HOME', value: '/tmp' }],
            workingDir: '/tmp',
            volumeMounts: [{ name: 'manifests', mountPath: folder, readOnly: true }],
          },
        ],
        volumes: [{ name: 'manifests', configMap: { name } }],
      },
    },
  };
}
