import { Script } from 'node:vm';
import { expect, it } from 'vitest';
import { GpuLedger } from '../../gpu/ledger.js';
import type { LogEntry } from '../../scenario/logbook.js';
import type { Report, RunOfScenario } from '../reporter.js';
import { reportPage } from './page.js';
import { pageScript } from './script.js';

const evil = '</script><img src=x onerror=alert(1)>&"\'';

const log: LogEntry[] = [
  { of: 'start', epochMs: Date.UTC(2026, 0, 1) },
  { of: 'node', ms: 0, node: 'n1', state: 'Ready', product: 'T4', gpus: 2 },
  { of: 'object', id: 0, kind: 'Pod', namespace: 'default', name: evil },
  { of: 'state', ms: 5, id: 0, state: 'Pending' },
  { of: 'state', ms: 9, id: 0, state: 'Running', node: 'n1' },
  { of: 'hold', ms: 9, id: 0, node: 'n1', gpus: 1 },
  { of: 'told', ms: 0, topic: 'step', text: evil },
];

const run = (more: Partial<RunOfScenario> = {}): RunOfScenario => ({
  scenario: 'trial',
  file: 'scenario.yaml',
  steps: [{ title: evil, line: 3, result: 'failed', message: evil, durationMs: 10 }],
  startMs: Date.UTC(2026, 0, 1),
  durationMs: 60_000,
  isInterrupted: false,
  gpus: new GpuLedger().accounts(0),
  verdicts: [],
  wallMs: 5,
  hints: [evil],
  record: { log, series: { columns: ['time', evil], rows: [['2026-01-01T00:00:00Z', 4]] } },
  ...more,
});

const report = (runs: readonly RunOfScenario[]): Report => ({
  runs,
  seed: 7,
  backend: 'sim',
  version: '1.0.0',
});

it('keeps what others wrote as text: no name can end a script or open an element', () => {
  const page = reportPage(report([run()]));
  expect(page).not.toContain('<img');
  // Each that ends was begun by us: a name that says so is kept as text.
  expect(page.match(/<\/script>/g)).toHaveLength(page.match(/<script[ >]/g)?.length ?? 0);
  const [, data = ''] = /id="data-0">(.*?)<\/script>/s.exec(page) ?? [];
  expect((JSON.parse(data) as { readonly objects: unknown[][] }).objects[0]?.[2]).toBe(evil);
});

it('has a script that parses', () => {
  expect(() => new Script(pageScript)).not.toThrow();
});

it('shows variants in tabs, the comparison first', () => {
  const page = reportPage(report([run(), run({ variant: 'other' })]));
  const tabs = [...page.matchAll(/role="tab"[^>]*>([^<]*)/g)].map(([, label]) => label?.trim());
  expect(tabs).toEqual(['Comparison', 'trial', 'trial, variant other']);
});

it('says what is not there: no record, no GPUs, no traffic, no law', () => {
  const { record: _record, ...bare } = run({ steps: [] });
  expect(reportPage(report([bare]))).toContain('was not kept with this run');
  const empty = run({ record: { log: [], series: { columns: [], rows: [] } } });
  const page = reportPage(report([empty]));
  expect(page).toContain('The cluster has no GPUs.');
  expect(page).toContain('Nothing measured traffic in this run');
  expect(page).toContain('No law had anything to judge in this run.');
});
