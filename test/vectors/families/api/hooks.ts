/** The webhook server of a scenario, which answers calls in virtual time. */
import type { Loop } from '../../../../sim/engine/loop.js';
import type { WebhookAnswer, WebhookCall } from '../../../../sim/server/contract.js';
import type { Hook } from './scenario.js';

/** A call that came. */
export interface HookCall {
  readonly path: string;
  readonly query: string;
  readonly body: unknown;
}

/** Where the server is said to be, and the CA of its certificate. */
export const hookURL = 'https://127.0.0.1:39443';
/** Base64 of a PEM that nobody checks in process. */
export const hookCA = Buffer.from(
  '-----BEGIN CERTIFICATE-----\nMA==\n-----END CERTIFICATE-----\n',
).toString('base64');

/** A webhook server. */
export class Hooks {
  private calls: HookCall[] = [];

  constructor(private readonly hooks: Readonly<Record<string, Hook>>) {}

  /** The calls since the last time. */
  take(): readonly HookCall[] {
    const { calls } = this;
    this.calls = [];
    return calls;
  }

  call(loop: Loop, { url, body, timeoutMs }: WebhookCall, done: (answer: WebhookAnswer) => void) {
    if (!url.startsWith(hookURL)) {
      done({ isOk: false, error: refusedText(url) });
      return;
    }
    const { pathname, search } = new URL(url);
    const text = typeof body === 'string' ? body : JSON.stringify(body);
    const value = JSON.parse(text) as HookBody;
    this.calls.push({ path: pathname, query: search, body: value });
    const hook = this.hooks[pathname] ?? { code: 404 };
    const delayMs = (hook.delaySeconds ?? 0) * 1000;
    const answer = () => done(answerOf(hook, value));
    if (delayMs === 0) answer();
    else if (delayMs < timeoutMs) loop.after(delayMs, 'hook', answer);
    else {
      loop.after(timeoutMs, 'hook', () =>
        done({ isOk: false, error: 'context deadline exceeded' }),
      );
    }
  }
}

interface HookBody {
  readonly request?: { readonly uid?: string };
}

function refusedText(url: string): string {
  const { host } = new URL(url);
  return `dial tcp ${host}: connect: connection refused`;
}

function answerOf(hook: Hook, body: HookBody): WebhookAnswer {
  const { response = {}, raw, code = 200, contentType = 'application/json' } = hook;
  const patch = response.patch !== undefined && {
    patch: Buffer.from(JSON.stringify(response.patch)).toString('base64'),
    patchType: 'JSONPatch',
  };
  const review = {
    apiVersion: 'admission.k8s.io/v1',
    kind: 'AdmissionReview',
    response: { uid: body.request?.uid, ...response, ...patch },
  };
  return {
    isOk: true,
    code,
    contentType,
    body: typeof raw === 'string' ? raw : JSON.stringify(raw ?? review),
  };
}
