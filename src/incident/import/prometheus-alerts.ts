/** Prometheus's `GET /api/v1/alerts`: the alerts that are on at a moment. */
import { timeMs } from '../../../sim/api/time.js';
import { readDocuments } from '../intake/documents.js';
import { wholeText } from '../intake/lines.js';
import type { Format } from './format.js';

interface Alert {
  readonly labels?: Readonly<Record<string, string>>;
  readonly state?: string;
  readonly activeAt?: string;
}

/** The format. */
export const prometheusAlerts: Format = {
  name: 'alerts',
  gives: 'which alerts were on, and since when',
  lacks: ['alerts that had ended', 'when a pending one began to fire'],
  recognises: ({ headText }) => /^\s*\{[^[]*"data"\s*:\s*\{\s*"alerts"\s*:\s*\[/.test(headText),
  async read(file, sink) {
    const text = await wholeText(file, sink);
    if (text === undefined) return;
    for (const { value, line } of readDocuments(text, file.path, sink)) {
      const { data } = value as { readonly data?: { readonly alerts?: readonly Alert[] } };
      for (const { labels = {}, state = '', activeAt } of data?.alerts ?? []) {
        const { alertname: alert, ...others } = labels;
        const source = { file: file.path, line };
        if (alert === undefined) {
          sink.problem(source, 'an alert without a name; left out');
          continue;
        }
        const activeAtMs = timeMs(activeAt);
        sink.alert({
          alert,
          labels: others,
          state,
          source,
          ...(activeAtMs !== undefined && { activeAtMs }),
        });
      }
    }
  },
};
