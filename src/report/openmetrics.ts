/**
 * The OpenMetrics reporter: what came of runs as samples, for a push gateway, a node exporter's text files
 * or a CI system that reads metrics. @upstream OpenMetrics 1.0, text format
 */
import { labelsText } from '../../sim/api/exposition.js';
import type { Report, Reporter, RunOfScenario } from './reporter.js';
import { standingOf } from './standing.js';

/** A sample for each run, and for each verdict of a law. */
export const openMetricsReporter: Reporter = report =>
  [...families(report).flatMap(familyLines), '# EOF', ''].join('\n');

interface Family {
  readonly name: string;
  readonly unit?: string;
  readonly help: string;
  readonly samples: readonly {
    readonly labels: Readonly<Record<string, string>>;
    readonly value: number;
  }[];
}

const verdictKinds = ['held', 'broken', 'inconclusive', 'vacuous'] as const;

function families({ runs, seed, backend, version }: Report): readonly Family[] {
  const each = (valueOf: (run: RunOfScenario) => number): Family['samples'] =>
    runs.map(run => ({ labels: labelsOf(run), value: valueOf(run) }));
  const laws = runs.flatMap(run =>
    verdictKinds.map(kind => ({
      labels: { ...labelsOf(run), verdict: kind },
      value: run.verdicts.filter(verdict => verdict.kind === kind).length,
    })),
  );
  const about = { labels: { version, backend, seed: String(seed) }, value: 1 };
  return [
    { name: 'seatrial_build', help: 'What told this, and how.', samples: [about] },
    {
      name: 'seatrial_run_passed',
      help: 'Whether the run passed: 1, or 0.',
      samples: each(run => (standingOf(run) === 'passed' ? 1 : 0)),
    },
    {
      name: 'seatrial_run_cluster_seconds',
      unit: 'seconds',
      help: 'How long the run took in the time of its cluster.',
      samples: each(({ durationMs }) => durationMs / 1000),
    },
    {
      name: 'seatrial_run_wall_seconds',
      unit: 'seconds',
      help: 'How long the run took.',
      samples: each(({ wallMs }) => wallMs / 1000),
    },
    { name: 'seatrial_run_laws', help: 'Laws by what they say of the run.', samples: laws },
  ];
}

function labelsOf({ scenario, variant = '', file }: RunOfScenario): Record<string, string> {
  return { scenario, variant, file };
}

function familyLines({ name, unit, help, samples }: Family): readonly string[] {
  return [
    `# TYPE ${name} gauge`,
    ...(unit === undefined ? [] : [`# UNIT ${name} ${unit}`]),
    `# HELP ${name} ${help}`,
    ...samples.map(({ labels, value }) => `${name}${labelsText(labels)} ${value}`),
  ];
}
