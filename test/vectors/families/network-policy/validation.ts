/** Creates a policy on a fresh API server and compares the answer, and what was stored. */
import { deepEqual } from '../../../../sim/api/equality.js';
import type { ApiAnswer } from '../../../../sim/api/request.js';
import { bootCluster } from '../api/cluster.js';

/** A policy, and what a Kubernetes 1.36 API server answers to its creation with strict reading. */
export interface ValidationCase {
  readonly id: string;
  readonly policy: { readonly metadata: { readonly namespace?: string } };
  readonly http: number;
  readonly reason?: string;
  readonly message?: string;
  readonly causes?: readonly unknown[];
  /** The spec after defaulting, when the policy is taken. */
  readonly stored?: unknown;
}

const admin = { certificate: { user: 'kubernetes-admin', groups: ['system:masters'] } };

/** The first part of the answer that differs, or undefined. */
export function replayValidation(one: ValidationCase): string | undefined {
  const { namespace = 'default' } = one.policy.metadata;
  const path = `/apis/networking.k8s.io/v1/namespaces/${namespace}/networkpolicies`;
  const cluster = bootCluster({});
  const answer = cluster.send(
    { method: 'POST', path: `${path}?fieldValidation=Strict`, body: one.policy },
    admin,
  );
  const got = told(answer);
  const { http, reason, message, causes, stored } = one;
  const wanted = { http, reason, message, causes, stored };
  const part = Object.keys(wanted).find(
    key => !deepEqual(got[key as keyof typeof got], wanted[key as keyof typeof wanted]),
  );
  if (part === undefined) return undefined;
  return `${part}: ${JSON.stringify(got[part as keyof typeof got])}, expected ${JSON.stringify(wanted[part as keyof typeof wanted])}`;
}

function told({ status, body }: ApiAnswer) {
  // What the server answers is a policy or a Status.
  const { reason, message, details, spec } = body as {
    readonly reason?: string;
    readonly message?: string;
    readonly details?: { readonly causes?: readonly unknown[] };
    readonly spec?: unknown;
  };
  return { http: status, reason, message, causes: details?.causes, stored: spec };
}
