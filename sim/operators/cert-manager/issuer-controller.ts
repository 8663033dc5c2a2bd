/** Tells whether issuers can issue. @upstream cert-manager v1.21.1 pkg/controller/{issuers,clusterissuers}/sync.go, pkg/issuer/{ca,selfsigned}/setup.go */
import { deepEqual } from '../../api/equality.js';
import { secrets } from '../../api/kinds/core.js';
import { withCondition } from '../../api/meta.js';
import { rfc3339 } from '../../api/time.js';
import type {
  ControllerContext,
  ControllerDefinition,
  Reconciliation,
  View,
} from '../../client/contract.js';
import { call, keyOf, splitKey, update, watch } from '../../client/requests.js';
import { materialOf } from './material.js';
import { clusterIssuers, issuers, typeOfIssuer, type CertCondition, type Issuer } from './types.js';

/** The namespace of the secrets that ClusterIssuers name. */
export const clusterNamespace = 'cert-manager';

/** Where an issuer's secrets are. */
export function secretsNamespace({ metadata }: Issuer): string {
  return metadata.namespace || clusterNamespace;
}

interface Judgement {
  readonly condition: Omit<CertCondition, 'lastTransitionTime'>;
  readonly isWarned?: boolean;
  /** An error: looked at again with back-off. */
  readonly failure?: string;
}

/** The controller of one of the two kinds. */
export function issuerController(kind: typeof issuers): ControllerDefinition {
  const name = kind.resource;
  return {
    name: `${name}-controller`,
    eventSource: `cert-manager-${name}`,
    create: context => ({
      retry: { baseMs: 5_000, maxMs: 300_000 },
      watches: watchesOf(kind, context),
      reconcile: (key, view) => sync(key, view, { kind, context }),
    }),
  };
}

function watchesOf(kind: typeof issuers, { queue, view }: ControllerContext) {
  return [
    watch(kind, { on: ({ object }) => queue.add(keyOf(object)) }),
    watch(secrets, {
      on: ({ object }) => {
        const { name, namespace = '' } = object.metadata;
        for (const issuer of view.list(kind)) {
          const isNamed = issuer.spec.ca?.secretName === name;
          if (isNamed && secretsNamespace(issuer) === namespace) queue.add(keyOf(issuer));
        }
      },
    }),
  ];
}

function* sync(
  key: string,
  view: View,
  { kind, context }: { readonly kind: typeof issuers; readonly context: ControllerContext },
): Reconciliation {
  const { namespace, name } = splitKey(key);
  const issuer = view.get(kind, namespace, name);
  if (issuer === undefined) return undefined;
  const { condition, failure, isWarned = false } = judge(issuer, view);
  const { reason = '', message = '' } = condition;
  const record = (type: 'Normal' | 'Warning', why: string, text: string): void =>
    context.events.record({ regarding: issuer, type, reason: why, message: text });
  if (message !== '') record(isWarned ? 'Warning' : 'Normal', reason, message);
  if (failure !== undefined) {
    record('Warning', 'ErrInitIssuer', `Error initializing issuer: ${failure}`);
  }
  const whole = {
    ...condition,
    lastTransitionTime: rfc3339(context.clock.now()),
    ...(issuer.metadata.generation !== undefined && {
      observedGeneration: issuer.metadata.generation,
    }),
  };
  const conditions = withCondition(issuer.status?.conditions, whole);
  if (!deepEqual(conditions, issuer.status?.conditions)) {
    const status = { ...issuer.status, conditions };
    const answer = yield* call(update(kind, { ...issuer, status }, 'status'));
    if (!answer.isOk) return { retry: answer.message };
  }
  return failure === undefined ? undefined : { retry: failure };
}

/** What is known of an issuer. */
export function judge(issuer: Issuer, view: View): Judgement {
  const type = typeOfIssuer(issuer);
  if (type === 'selfSigned') return { condition: readyAs('IsReady', '') };
  if (type === 'ca') return judgeAuthority(issuer, view);
  const what = type === undefined ? 'an issuer of no type' : `spec.${type}`;
  return {
    condition: notReady('NotSimulated', `${what} is not simulated: nobody issues in its name`),
    isWarned: true,
  };
}

function judgeAuthority(issuer: Issuer, view: View): Judgement {
  const { secretName = '' } = issuer.spec.ca ?? {};
  const namespace = secretsNamespace(issuer);
  const secret = view.get(secrets, namespace, secretName);
  if (secret === undefined) return unobtainable(`secret "${secretName}" not found`);
  const missing = ['tls.crt', 'tls.key'].find(name => secret.data?.[name] === undefined);
  if (missing !== undefined) {
    return unobtainable(`no data for "${missing}" in secret '${namespace}/${secretName}'`);
  }
  const { key, certificates: [certificate] = [] } = materialOf(secret);
  if (certificate === undefined) return unobtainable('error decoding certificate PEM block');
  if (key === undefined) return unobtainable('error decoding private key PEM block');
  if (certificate.isCA) return { condition: readyAs('KeyPairVerified', 'Signing CA verified') };
  const message = 'Error getting keypair for CA issuer: certificate is not a CA';
  return { condition: notReady('ErrInvalidKeyPair', message), isWarned: true };
}

function unobtainable(failure: string): Judgement {
  const message = `Error getting keypair for CA issuer: ${failure}`;
  return { condition: notReady('ErrGetKeyPair', message), isWarned: true, failure };
}

function readyAs(reason: string, message: string): Judgement['condition'] {
  return { type: 'Ready', status: 'True', reason, ...(message !== '' && { message }) };
}

function notReady(reason: string, message: string): Judgement['condition'] {
  return { type: 'Ready', status: 'False', reason, message };
}

/** Both. */
export const issuerControllers = [issuerController(issuers), issuerController(clusterIssuers)];
