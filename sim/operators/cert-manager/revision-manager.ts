/** Removes the requests of former issuances. @upstream cert-manager v1.21.1 pkg/controller/certificates/revisionmanager/revisionmanager_controller.go */
import { isConditionTrue } from '../../api/meta.js';
import { call, remove } from '../../client/requests.js';
import { certificateController } from './certificate-controller.js';
import { ownRequests, revisionOf } from './gatherer.js';
import { certificateRequests } from './types.js';

/** The controller. */
export const revisionManagerController = certificateController(
  'revision-manager',
  function* (certificate, { view }) {
    if (!isConditionTrue(certificate.status?.conditions, 'Ready')) return undefined;
    const limit = certificate.spec.revisionHistoryLimit ?? 1;
    const known = ownRequests(view, certificate)
      .flatMap(({ metadata }, index, all) => {
        const request = all[index];
        const revision = request === undefined ? undefined : revisionOf(request);
        return revision === undefined ? [] : [{ revision, metadata }];
      })
      .toSorted((a, b) => a.revision - b.revision);
    for (const { metadata } of known.slice(0, Math.max(0, known.length - limit))) {
      const { namespace = '', name = '' } = metadata;
      const answer = yield* call(remove(certificateRequests, namespace, name));
      if (!answer.isOk && answer.status !== 404) return { retry: answer.message };
    }
    return undefined;
  },
);
