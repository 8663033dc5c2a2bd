import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import type { ContainerContext } from '../../../../sim/workloads/workload.js';
import { InputError } from '../../../input/errors.js';
import { prometheusConfiguration } from './prometheus-configuration.js';

function read(files: Readonly<Record<string, string>>, command: readonly string[] = []) {
  const volume = { read: (name: string) => files[name] };
  // Nothing of a container is asked for but its volume and its command.
  return prometheusConfiguration({ command, volume: () => volume } as unknown as ContainerContext);
}

function refusal(files: Readonly<Record<string, string>>): string {
  try {
    read(files);
  } catch (error) {
    if (error instanceof InputError) return `${error.message}; ${error.details.next ?? ''}`;
    throw error;
  }
  return 'taken';
}

it('reads what the platform states', () => {
  const text = readFileSync('scenarios/fraud/platform/prometheus.yaml', 'utf8');
  const { data } = (parseAllDocuments(text)[0]?.toJS() ?? {}) as {
    readonly data: Readonly<Record<string, string>>;
  };
  const { jobs, groups, evaluationMs } = read(data);
  expect(jobs.map(({ name, intervalMs }) => [name, intervalMs])).toEqual([
    ['feature-store', 30_000],
    ['drift-monitor', 30_000],
    ['fraud-gateway', 30_000],
  ]);
  expect(groups.flatMap(({ rules }) => rules.map(({ name }) => name))).toContain('FraudsMissed');
  expect(evaluationMs).toBe(60_000);
});

it('refuses a field that is not simulated, and a rule that is wrong', () => {
  expect(refusal({ 'prometheus.yml': 'remote_write: []\n' })).toMatch(
    /^\/etc\/prometheus\/prometheus\.yml:1: remote_write: unknown field/,
  );
  const rules = 'groups: [{ name: a, rules: [{ alert: B, expr: "up ==" }] }]';
  expect(refusal({ 'prometheus.yml': 'rule_files: [r.yml]\n', 'r.yml': rules })).toBe(
    '/etc/prometheus/r.yml: group "a", rule 1, "B": could not parse expression: parse error: 1:6: ' +
      'unexpected end of input; correct group "a", rule 1, "B", and apply the ConfigMap again',
  );
});

it('keeps samples for as long as its flag says', () => {
  const files = { 'prometheus.yml': 'scrape_configs: []\n' };
  const flag = '--storage.tsdb.retention.time';
  expect(read(files, ['--web.enable-lifecycle']).retentionMs).toBeUndefined();
  expect(read(files, [`${flag}=1d12h`]).retentionMs).toBe(36 * 3_600_000);
  expect(read(files, [flag, '2h']).retentionMs).toBe(2 * 3_600_000);
  expect(read(files, [`${flag}=0`]).retentionMs).toBeUndefined();
  expect(() => read(files, [`${flag}=soon`])).toThrow(
    `prometheus: ${flag}: "soon" is not a duration`,
  );
});
