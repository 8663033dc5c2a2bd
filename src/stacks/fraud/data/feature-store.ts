/** The feature store: answers with rows whose labels are known, and with labels as they become known. */
import { isScrape } from '../../../../sim/metrics/prometheus/scrape.js';
import { writeExposition, type ShownMetric } from '../../../../sim/metrics/promql/exposition.js';
import type { ContainerContext, Workload } from '../../../../sim/workloads/workload.js';
import type { KnownLabels, LabelledRows, StoreQuestion } from '../messages.js';
import type { PaymentRecord } from './payment-record.js';
import type { Payments } from './payments.js';

const port = 8080;
const metricsPort = 9090;

/** The workload; it reads the payments from where the platform records them, as from a stream. */
export function featureStore(payments: Payments): Workload {
  return {
    name: 'fraud-feature-store',
    start(context) {
      context.log(`serving features and labels on port ${port}`);
      context.use({ cpuMillis: 200, memoryBytes: 800 * 1024 ** 2 });
      context.network.listen(port, ({ payload, reply }) => {
        payments.catchUp(context.clock.now());
        // What programs of one platform send each other has the shape that their messages state.
        reply(answer(payments.record, context, payload as StoreQuestion));
      });
      context.network.listen(metricsPort, ({ payload, reply }) => {
        if (!isScrape(payload)) return reply({ error: 'not found' });
        payments.catchUp(context.clock.now());
        reply(storeMetrics(payments.record, context));
      });
      return { terminate: () => context.exit(0) };
    },
  };
}

function storeMetrics(record: PaymentRecord, { clock }: ContainerContext): string {
  const counter = (name: string, help: string, value: number): ShownMetric => ({
    name,
    type: 'counter',
    help,
    samples: [{ value }],
  });
  const known = record.knownBy(clock.now()).length;
  return writeExposition([
    counter('feature_store_payments_total', 'Payments that were recorded.', record.count),
    counter('feature_store_labels_total', 'Labels that are known.', known),
  ]);
}

function answer(
  record: PaymentRecord,
  { clock }: ContainerContext,
  question: StoreQuestion,
): LabelledRows | KnownLabels {
  const known = record.knownBy(clock.now());
  if (question.kind === 'labels') {
    const ids = known.slice(question.after);
    return { ids, labels: record.labels(ids), next: known.length };
  }
  const ids = record.labelled(question.fromMs, question.untilMs);
  return {
    rows: ids.length,
    customers: ids.map(id => record.customer[id] as number),
    timeMs: record.times(ids),
    values: record.rows(ids),
    labels: record.labels(ids),
  };
}
