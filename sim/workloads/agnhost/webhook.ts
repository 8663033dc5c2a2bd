/** Serves agnhost's admission webhooks. @upstream test/images/agnhost/webhook/main.go */
import { base64OfBytes } from '../../api/base64.js';
import type { HttpResponse } from '../../api/http-message.js';
import { serveHttp, textPage } from './http.js';
import type { AgnhostCommand } from './index.js';
import { numberFlag } from './flags.js';
import { verdicts, type ReviewedRequest, type Verdict } from './webhook-verdicts.js';

interface Review {
  readonly apiVersion: string;
  readonly kind: string;
  readonly request: ReviewedRequest & { readonly uid: string };
}

/** `webhook --port N`. */
export const webhook: AgnhostCommand = (context, flags) => {
  const { clock, network } = context;
  serveHttp(network, numberFlag(flags, 'port', 443), ({ path, body }, respond) => {
    const { pathname } = new URL(path, 'https://webhook');
    if (pathname === '/readyz') return respond(textPage('ok'));
    const judge = verdicts[pathname];
    if (judge === undefined) return respond(textPage('404 page not found\n', 404));
    const review = JSON.parse(body) as Review;
    const verdict = judge(review.request);
    const { delayMs = 0 } = verdict;
    if (delayMs === Infinity) return;
    clock.after(delayMs, 'webhook answers', () => respond(answerTo(review, verdict)));
  });
  return { terminate: () => context.exit(143) };
};

function answerTo({ apiVersion, request }: Review, verdict: Verdict): HttpResponse {
  const { isAllowed, status, patch } = verdict;
  const response = {
    uid: request.uid,
    allowed: isAllowed,
    ...(status !== undefined && { status: { metadata: {}, ...status } }),
    ...(patch !== undefined && {
      patch: base64OfBytes(new TextEncoder().encode(JSON.stringify(patch))),
      patchType: 'JSONPatch',
    }),
  };
  const body = JSON.stringify({ kind: 'AdmissionReview', apiVersion, response });
  return { status: 200, contentType: 'application/json', body };
}
