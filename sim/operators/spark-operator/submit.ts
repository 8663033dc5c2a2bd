/**
 * Plays spark-submit, which the operator runs beside itself: it takes a while, and then makes the
 * driver's pod and what belongs to it with the operator's own account.
 * @upstream apache/spark resource-managers/kubernetes submit/KubernetesClientApplication.scala
 */
import { configMaps, pods, services, type Pod } from '../../api/kinds/core.js';
import type { HasMetadata, Kind } from '../../api/object.js';
import type { Answer, Reconciliation } from '../../client/contract.js';
import { call, create, pathOf, pause, remove } from '../../client/requests.js';
import type { Random } from '../../engine/random.js';
import { driverObjects, type DriverObjects } from '../../spark/driver-pod.js';
import { submissionOf } from './submission.js';
import type { SparkApplication } from './types.js';

const runMs = { from: 3_000, to: 6_000 };
const ran = 'failed to run spark-submit';

/** Submits. What the operator tells when that fails; undefined when it does not. */
export function* submit(
  app: SparkApplication,
  submissionId: string,
  means: { readonly random: Random; nowMs(): number },
): Reconciliation<string | undefined> {
  const submission = submissionOf(app, submissionId);
  if (typeof submission === 'string') {
    return `failed to build spark-submit arguments: ${submission}`;
  }
  if (app.spec.mode === 'client') {
    return `${ran}: ${ran}: seatrial plays drivers in pods only: mode client would run it in the operator`;
  }
  const { random } = means;
  yield* pause(random.between(runMs.from, runMs.to));
  const built = driverObjects(submission, { random, nowMs: means.nowMs() });
  if (!built.isOk) return `${ran}: ${ran}: ${built.error}`;
  return yield* make(built.objects);
}

function* make({
  pod,
  service,
  configMaps: maps,
}: DriverObjects): Reconciliation<string | undefined> {
  const answer = yield* call(create(pods, pod));
  if (!answer.isOk) return refusal(pods, pod, answer);
  const driver = answer.object;
  const failure =
    (yield* makeOne(services, withOwner(service, driver))) ??
    (yield* makeAll(maps.map(map => withOwner(map, driver))));
  if (failure === undefined) return undefined;
  const { name = '', namespace = '' } = driver.metadata;
  yield* call(remove(pods, namespace, name));
  return failure;
}

function* makeAll(maps: DriverObjects['configMaps']): Reconciliation<string | undefined> {
  for (const map of maps) {
    const failure = yield* makeOne(configMaps, map);
    if (failure !== undefined) return failure;
  }
  return undefined;
}

function* makeOne<T extends HasMetadata>(
  kind: Kind<T>,
  object: T,
): Reconciliation<string | undefined> {
  const answer = yield* call(create(kind, object));
  return answer.isOk ? undefined : refusal(kind, object, answer);
}

/** What belongs to the driver goes with it. */
function withOwner<T extends HasMetadata>(object: T, { metadata }: Pod): T {
  const { name = '', uid = '' } = metadata;
  const owner = { apiVersion: 'v1', kind: 'Pod', name, uid, controller: true };
  return { ...object, metadata: { ...object.metadata, ownerReferences: [owner] } };
}

/** As the exception of spark-submit's client has it. */
function refusal(
  kind: Parameters<typeof pathOf>[0],
  { metadata }: HasMetadata,
  { status, message }: Exclude<Answer<unknown>, { readonly isOk: true }>,
): string {
  if (status === 409) return `${ran}: driver pod already exist`;
  const url = `https://10.96.0.1:443${pathOf(kind, metadata.namespace ?? '')}`;
  return (
    `${ran}: ${ran}: Exception in thread "main" io.fabric8.kubernetes.client.KubernetesClientException: ` +
    `Failure executing: POST at: ${url}. Message: ${message}.`
  );
}
