/** Parses the queries of dashboards, with values in place of their variables. */
import { parseQuery } from '../../../../sim/metrics/promql/parse.js';
import type { CaseResult } from '../../family.js';
import { readLines } from '../../files.js';

interface PanelLine {
  readonly expr: string;
  readonly kind: string;
  readonly dashboard: string;
  readonly parses?: boolean;
}

const named: Readonly<Record<string, string>> = {
  __rate_interval: '5m',
  __interval: '1m',
  __range: '1h',
  __range_s: '3600',
  interval: '5m',
};

/** The results of a file; an id is of the dashboard and the line. */
export function* replayDashboards(path: string): Iterable<CaseResult> {
  for (const [index, line] of readLines<PanelLine>(path).entries()) {
    const id = `dashboards/${line.dashboard}:${index + 1}`;
    if (line.expr.includes('influxdata/')) {
      yield { id, result: 'skipped', reason: 'it is asked of another database' };
      continue;
    }
    const reason = problemOf(substituted(queryIn(line.expr)));
    const parses = line.parses ?? true;
    if (parses === (reason === undefined)) yield { id, result: 'passed' };
    else yield { id, result: 'failed', reason: `${line.expr}: ${reason ?? 'it should not parse'}` };
  }
}

/** A variable asks by a function around a query, which only Grafana knows. */
function queryIn(expr: string): string {
  const values = /^\s*label_values\((?:([\s\S]*),)?\s*[\w.]+\s*\)\s*$/.exec(expr);
  if (values !== null) return values[1] ?? 'up';
  return /^\s*query_result\(([\s\S]*)\)\s*$/.exec(expr)?.[1] ?? expr;
}

function substituted(query: string): string {
  return query.replaceAll(
    /\$\{(\w+)(?::\w+)?\}|\[\[(\w+)(?::\w+)?\]\]|\$(\w+)/g,
    (_, braced?: string, bracketed?: string, plain?: string) =>
      named[braced ?? bracketed ?? plain ?? ''] ?? 'x',
  );
}

function problemOf(query: string): string | undefined {
  try {
    parseQuery(query);
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
