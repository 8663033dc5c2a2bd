/** Asks the API server, as its other programs do, whether a caller may. @upstream apiserver/plugin/pkg/authorizer/webhook/webhook.go */
import { isRecord } from './api/equality.js';
import type { Serve } from './api/request.js';
import type { Identity } from './client/contract.js';

/** What is asked: of whom, and what he would do. */
export type ReviewedAccess = Readonly<Record<string, unknown>> & { readonly user: string };

/** Asks in the name of `asker`; `done` gets undefined where the API server does not answer that. */
export function reviewAccess(
  serve: Serve,
  asker: Identity,
  spec: ReviewedAccess,
  done: (isAllowed: boolean | undefined) => void,
): void {
  const path = '/apis/authorization.k8s.io/v1/subjectaccessreviews';
  const type = { apiVersion: 'authorization.k8s.io/v1', kind: 'SubjectAccessReview' };
  const body = { ...type, metadata: {}, spec };
  serve({ method: 'POST', path, body }, { certificate: asker }, answer => {
    if (answer.status !== 201) return done(undefined);
    const status = isRecord(answer.body) ? answer.body['status'] : undefined;
    done(isRecord(status) && status['allowed'] === true);
  });
}
