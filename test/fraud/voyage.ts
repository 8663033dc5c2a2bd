/** A short voyage of the fraud platform on a small cluster: the same manifests and programs, in hours. */
import type { KubeObject } from '../../sim/api/object.js';
import { Random } from '../../sim/engine/random.js';
import { bootSimulatedCluster, type SimulatedCluster } from '../../src/backends/sim.js';
import { simulationOptions } from '../../src/backends/sim-options.js';
import { parseLocated } from '../../src/input/located.js';
import { readManifests } from '../../src/input/manifest-files.js';
import { loadScenario } from '../../src/scenario/scenario.js';
import { fraudStack } from '../../src/stacks/fraud/index.js';
import type { FraudStack } from '../../src/stacks/fraud/fraud-stack.js';
import { fileURLToPath } from 'node:url';

const folder = 'scenarios/fraud';
const config = fileURLToPath(new URL('kind-config.yaml', import.meta.url));
const startMs = Date.parse('2026-11-26T21:40:00Z');

/** How a voyage differs. */
export interface VoyageOptions {
  readonly seed?: number;
  /** Lines of YAML below `drift:`. */
  readonly drift?: string;
  /** Manifests that are changed on their way, or left out. */
  readonly change?: (object: KubeObject) => KubeObject | undefined;
  /** Manifests besides those without the other teams' trainings. */
  readonly more?: readonly string[];
}

/** A voyage under way: the first model is in service and traffic flows. */
export interface Voyage extends AsyncDisposable {
  readonly cluster: SimulatedCluster;
  readonly stack: FraudStack;
  /** Lets so many hours go by, or less when the condition comes true. */
  sail(hours: number, until?: () => boolean): Promise<void>;
  /** The log of the only pod with this `app.kubernetes.io/name`, or of the one of this name. */
  log(namespace: string, app: string): Promise<string>;
  get(path: string): Promise<unknown>;
}

/** Casts off. */
export async function castOff(options: VoyageOptions = {}): Promise<Voyage> {
  const { seed = 1, change = object => object, more = [] } = options;
  const [document] = parseLocated(specification(options.drift), 'voyage.yaml');
  if (document === undefined) throw new Error('the specification is empty');
  const random = new Random(seed).fork('stack/fraud');
  const stack = fraudStack.create({ document, path: ['spec', 'stack'], random, folder });
  const { workloads } = loadScenario(`${folder}/scenario.yaml`);
  const cluster = await bootSimulatedCluster(
    simulationOptions({
      seed,
      config,
      startMs,
      operators: ['training-operator', 'kserve', 'gateway-api'],
      makers: stack.makers,
      workloads: workloads.map(choice =>
        choice.workload === 'fraud-trainer'
          ? { ...choice, parameters: { epochs: 4, epochSeconds: 60 } }
          : choice,
      ),
    }),
  );
  stack.attach(cluster.simulation);
  const apply = async (file: string): Promise<void> => {
    const objects = readManifests(`${folder}/${file}`).map(({ object }) => object);
    const changed = objects.flatMap(object => change(shortened(object)) ?? []);
    for (const { message } of await cluster.apply(changed)) {
      if (message !== undefined) throw new Error(message);
    }
  };
  const get = async (path: string): Promise<unknown> =>
    (await cluster.request({ method: 'GET', path })).body;
  for (const file of [...platform, ...more]) await apply(`platform/${file}.yaml`);
  await cluster.advance('1m');
  await apply('initial-training.yaml');
  const isTrained = async (): Promise<boolean> => (await namesOf(get, models)).length > 0;
  if (!(await cluster.until(isTrained, { within: '1h' }))) throw new Error('no model was trained');
  for (const file of ['inference-service', 'route']) await apply(`${file}.yaml`);
  await cluster.advance('1m');
  stack.startTraffic();
  return {
    cluster,
    // What fraudStack creates is one.
    stack: stack as FraudStack,
    get,
    async sail(hours, until = () => false) {
      for (let minute = 0; minute < hours * 60 && !until(); minute++) await cluster.advance('1m');
    },
    async log(namespace, app) {
      const path = `/api/v1/namespaces/${namespace}/pods`;
      const selector = encodeURIComponent(`app.kubernetes.io/name=${app}`);
      const [name = app] = await namesOf(get, `${path}?labelSelector=${selector}`);
      return String(await get(`${path}/${name}/log`));
    },
    [Symbol.asyncDispose]: () => cluster[Symbol.asyncDispose](),
  };
}

const models = '/api/v1/namespaces/training/configmaps?labelSelector=seatrial.dev/model';

const platform = [
  'namespaces',
  'priorities',
  'limits',
  'accounts',
  'network-policies',
  'feature-store',
  'serving',
  'drift-monitor',
  'promoter',
];

async function namesOf(get: (path: string) => Promise<unknown>, path: string): Promise<string[]> {
  const { items } = (await get(path)) as { readonly items: readonly KubeObject[] };
  return items.map(({ metadata }) => metadata.name ?? '');
}

/** The short voyage has labels sooner, and less patience. */
function shortened(object: KubeObject): KubeObject {
  const text = JSON.stringify(object)
    .replaceAll('windowRows: 2000', 'windowRows: 1000')
    .replaceAll('everyRows: 500', 'everyRows: 100')
    .replaceAll('reference: 48h', 'reference: 8h')
    .replaceAll('checkEvery: 5m', 'checkEvery: 2m')
    .replaceAll('offlineWindow: 3h', 'offlineWindow: 1h30m')
    .replaceAll('hold: 30m', 'hold: 10m')
    .replaceAll('"value":"10h"', '"value":"6h"')
    .replaceAll('value: 10h', 'value: 6h')
    .replaceAll('trees\\":40', 'trees\\":25')
    .replaceAll('trees\\\\\\":40', 'trees\\\\\\":25');
  return JSON.parse(text) as KubeObject;
}

const specification = (drift = '[]'): string => `
spec:
  cluster: { start: 2026-11-26T21:40:00Z }
  stack:
    kind: fraud
    gateway: { host: fraud-gateway.serving.svc.cluster.local }
    sampleEvery: 20
    history: 8h
    traffic:
      start: 2026-11-26T21:40:00Z
      duration: 12h
      rate: { constant: 40 }
      transactions:
        { customers: 3000, terminals: 4000, fraudRate: 0.02, terminalStay: 12h, customerStay: 6h }
      features: { windows: [1h, 2h, 6h], labelDelay: 30m }
      labelDelay: { kind: lognormal, median: 15m, sigma: 0.4 }
      drift: ${drift}
`;
