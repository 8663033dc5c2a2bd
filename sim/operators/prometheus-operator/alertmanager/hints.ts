/** What the author of an Alertmanager or an AlertmanagerConfig should know before it runs. */
import { isRecord } from '../../../api/equality.js';
import { isGlobalKnown } from './global.js';
import { minorOf, replicasOf } from './names.js';
import { receiverKinds, waysOf } from './receivers.js';
import type { Alertmanager, AlertmanagerConfig } from './types.js';
import { configError } from './validation.js';

const left = [
  ['web', 'the server speaks plain HTTP'],
  ['clusterTLS', 'there is no cluster'],
  ['limits', 'silences are not limited'],
  ['updateStrategy', 'pods are replaced one after the other'],
] as const;

/** The hints about an Alertmanager. */
export function alertmanagerHints({ spec }: Alertmanager): readonly string[] {
  const { alertmanagerConfiguration: base, routePrefix = '/', listenLocal } = spec;
  const globals = Object.keys(base?.global ?? {}).filter(name => !isGlobalKnown(name));
  return [
    ...left.flatMap(([field, why]) =>
      spec[field] === undefined ? [] : [`${field} is not simulated: ${why}`],
    ),
    ...(replicasOf(spec) > 1
      ? [
          'its replicas are not simulated as a cluster: each tells receivers by itself, and silences are not shared',
        ]
      : []),
    ...(routePrefix === '/' || listenLocal === true
      ? []
      : ['routePrefix is not simulated: its pods never get ready']),
    ...(minorOf(spec) < 24
      ? ['version is not simulated: arguments and fields are those of 0.24 and later']
      : []),
    ...globals.map(
      name => `alertmanagerConfiguration.global.${name} is not simulated: it is not written`,
    ),
  ];
}

const credentials = ['basicAuth', 'oauth2', 'authorization', 'bearerTokenSecret', 'tlsConfig'];

/** The hints about an AlertmanagerConfig. */
export function configHints(config: AlertmanagerConfig): readonly string[] {
  const error = configError(config);
  const { receivers = [], route } = config.spec;
  const outside = new Set<string>();
  const used = new Set<string>();
  for (const receiver of receivers) {
    // The keys are those of the table.
    for (const kind of Object.keys(receiverKinds) as (keyof typeof receiverKinds)[]) {
      for (const { httpConfig, payload } of waysOf(receiver, kind)) {
        if (kind !== 'webhookConfigs') {
          outside.add(kind);
          continue;
        }
        if (payload !== undefined) used.add('payload');
        const own = isRecord(httpConfig) ? httpConfig : {};
        for (const name of credentials) if (own[name] !== undefined) used.add(name);
      }
    }
  }
  return [
    ...(error === undefined ? [] : [`${error}: no Alertmanager takes it`]),
    ...(route === undefined ? ['route is not set: its receivers are told of nothing'] : []),
    ...[...outside].map(
      kind => `${kind} is outside of the cluster: what it would be sent stands in the log`,
    ),
    ...[...used].map(name =>
      name === 'payload'
        ? 'payload is not simulated: webhooks get the usual one'
        : `${name} is not simulated: who is reached answers without`,
    ),
  ];
}
