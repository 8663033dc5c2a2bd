/**
 * Counts admission as kube-apiserver does: its two steps, and the calls of webhooks. Durations are those of
 * virtual time: a step takes as long as its webhooks. Left out: the plug-ins one by one, which are asked here
 * only about what concerns them.
 * @upstream apiserver/pkg/admission/metrics/metrics.go, plugin/webhook/{mutating,validating}/dispatcher.go
 */
import type { Family } from '../../api/exposition.js';
import { Counters, Histograms } from '../../api/metric-vector.js';

const bounds = [0.005, 0.025, 0.1, 0.5, 1, 2.5];
const codeMax = 600;

/** One call of a webhook. */
export interface WebhookObservation {
  readonly name: string;
  readonly isMutating: boolean;
  readonly operation: string;
  readonly seconds: number;
  /** `no_error`: it refused; undefined: nothing was wrong. */
  readonly error?: 'calling_webhook_error' | 'apiserver_internal_error' | 'no_error';
  /** It failed, and whoever configured it does not mind. */
  readonly isIgnored?: boolean;
  readonly code: number;
}

/** The counts of one server. */
export class AdmissionMetrics {
  private readonly steps = new Histograms(
    {
      name: 'apiserver_admission_step_admission_duration_seconds',
      help: '[STABLE] Admission sub-step latency histogram in seconds, broken out for each operation and API resource and step type (validate or admit).',
      labels: ['type', 'operation', 'rejected'],
    },
    bounds,
  );
  private readonly webhooks = new Histograms(
    {
      name: 'apiserver_admission_webhook_admission_duration_seconds',
      help: '[STABLE] Admission webhook latency histogram in seconds, identified by name and broken out for each operation and API resource and type (validate or admit).',
      labels: ['name', 'type', 'operation', 'rejected'],
    },
    [...bounds, 10, 25],
  );
  private readonly calls = new Counters({
    name: 'apiserver_admission_webhook_request_total',
    help: '[ALPHA] Admission webhook request total, identified by name and broken out for each admission type (validating or admit) and operation. Additional labels specify whether the request was rejected or not and an HTTP status code. Codes greater than 600 are truncated to 600, to keep the metrics cardinality bounded.',
    labels: ['name', 'type', 'operation', 'code', 'rejected'],
  });
  private readonly rejections = new Counters({
    name: 'apiserver_admission_webhook_rejection_count',
    help: '[ALPHA] Admission webhook rejection count, identified by name and broken out for each admission type (validating or admit) and operation. Additional labels specify an error type (calling_webhook_error or apiserver_internal_error if an error occurred; no_error otherwise) and optionally a non-zero rejection code if the webhook rejects the request with an HTTP status code (honored by the apiserver when the code is greater or equal to 400). Codes greater than 600 are truncated to 600, to keep the metrics cardinality bounded.',
    labels: ['name', 'type', 'operation', 'error_type', 'rejection_code'],
  });
  private readonly failedOpen = new Counters({
    name: 'apiserver_admission_webhook_fail_open_count',
    help: '[ALPHA] Admission webhook fail open count, identified by name and broken out for each admission type (validating or admit).',
    labels: ['name', 'type'],
  });

  step(
    type: 'admit' | 'validate',
    operation: string,
    told: { seconds: number; isRejected: boolean },
  ) {
    this.steps.observe([type, operation, String(told.isRejected)], told.seconds);
  }

  webhook(seen: WebhookObservation): void {
    const { name, operation, error, isIgnored = false } = seen;
    const type = seen.isMutating ? 'admit' : 'validating';
    const isRejected = error !== undefined && !isIgnored;
    const code = String(Math.min(seen.code, codeMax));
    if (isIgnored) this.failedOpen.add([name, type]);
    if (isRejected) this.rejections.add([name, type, operation, error, code]);
    this.calls.add([name, type, operation, code, String(isRejected)]);
    this.webhooks.observe([name, type, operation, String(isRejected)], seen.seconds);
  }

  families(): readonly Family[] {
    const { steps, webhooks, calls, rejections, failedOpen } = this;
    return [steps, webhooks, calls, rejections, failedOpen].map(each => each.family());
  }
}
