/** The feature gates and API versions that a user wants, checked against what the simulation has. */
import {
  gatedParts,
  isServed,
  knownGates,
  type FeatureGates,
  type RuntimeConfig,
} from '../../sim/api/feature-gates.js';
import { InputError } from '../input/errors.js';

/** What a cluster is asked for. */
export interface WantedFeatures {
  /** The file that says so, for errors. */
  readonly file: string;
  readonly featureGates: FeatureGates;
  readonly runtimeConfig: RuntimeConfig;
}

/** Gates of 1.36 that build on the known ones and are not simulated. */
const absentGates = [
  'TopologyAwareWorkloadScheduling',
  'WorkloadAwarePreemption',
  'DRAWorkloadResourceClaims',
];

/**
 * The known gates that are on. Other gates of Kubernetes are left alone: they change nothing here.
 *
 * @throws InputError where a real cluster would not start, or would be another than the simulated one.
 */
export function checkedGates({ file, featureGates, runtimeConfig }: WantedFeatures): FeatureGates {
  const on = Object.keys(featureGates).filter(gate => featureGates[gate] === true);
  const place = (gate: string) => ({ file, field: `featureGates.${gate}` });
  for (const gate of on) {
    if (absentGates.includes(gate)) {
      const next = 'leave it out, or run on a real cluster: --backend kind';
      throw new InputError(place(gate), 'the simulation does not have this gate', next);
    }
    const missing = (knownGates[gate] ?? []).filter(other => featureGates[other] !== true);
    if (missing.length === 0) continue;
    const what = `depends on features that are disabled: [${missing.join(' ')}]`;
    throw new InputError(place(gate), what, `set ${missing.join(' and ')} to true as well`);
  }
  const gates = Object.fromEntries(on.filter(gate => gate in knownGates).map(gate => [gate, true]));
  for (const { gate, discovery } of gatedParts(gates, { 'api/all': 'true' })) {
    if (discovery === undefined) continue;
    const groupVersion = `${discovery.group}/${discovery.version.version}`;
    if (isServed(runtimeConfig, groupVersion)) continue;
    const what = `needs the API ${groupVersion}, which is not served: kube-scheduler would wait for it`;
    throw new InputError(place(gate), what, `add to runtimeConfig: "${groupVersion}": "true"`);
  }
  return gates;
}
