import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseManifests } from '../input/manifests.js';
import { exitCodes } from '../input/errors.js';
import { law } from '../laws/law.js';
import { readFailures } from '../voyages/failures.js';
import { checkReporters } from '../report/check/index.js';
import type { CheckReport } from '../report/check/report.js';
import { deployment } from '../../test/check/found.js';
import { outcomeOf } from './outcome.js';
import { sailable } from './sailable.js';
import { surveyOf } from './survey.js';
import { tryVoyages, type VoyageOptions, type VoyagesResult } from './voyages.js';

/** Broken by whoever drains a node: easy to find, and one event is enough. */
const nobodyDrains = law({
  name: 'nobody-drains',
  family: 'general',
  says: 'No node is ever cordoned.',
  begin: () => {
    const breaches: { timeMs: number; what: string; objects: string[]; evidence: [] }[] = [];
    return {
      on: {
        nodes: ({ object, timeMs }) => {
          if (object.spec?.unschedulable !== true) return;
          const name = object.metadata.name ?? '';
          breaches.push({ timeMs, what: `node ${name} is cordoned`, objects: [], evidence: [] });
        },
      },
      end: () => ({ looked: 1, breaches }),
    };
  },
});

const mute = law({
  name: 'mute',
  family: 'general',
  says: 'Nothing at all.',
  begin: () => ({ end: () => ({ looked: 0, breaches: [] }) }),
});

const text = deployment({ rest: 'replicas: 2,' });
const aboard = sailable(
  surveyOf({ manifests: parseManifests(text, 'm.yaml'), unread: [], notes: [] }),
);
const folder = (): string => mkdtempSync(join(tmpdir(), 'seatrial-failures-'));
const sail = (options: Partial<VoyageOptions>): Promise<VoyagesResult> =>
  tryVoyages(aboard, {
    laws: [nobodyDrains],
    seed: 1,
    runs: 60,
    faults: [],
    folder: folder(),
    ...options,
  });

describe('voyages around manifests', () => {
  it('find the smallest story, keep it, and try it first the next time', async () => {
    const kept = folder();
    const first = await sail({ folder: kept });
    const [failure] = first.failures;
    expect(failure?.example.after).toMatchObject({ events: 1 });
    expect(failure?.story.join('\n')).toMatch(/kubectl drain sea-worker/);
    expect(failure?.story.at(-2)).toMatch(/seatrial replay st1:/);
    expect(readFailures(kept)).toHaveLength(1);
    expect(outcomeOf([], first)).toBe(exitCodes.broken);

    const again = await sail({ folder: kept, seed: 99 });
    expect(again.known).toBe(1);
    expect(again.explored.runs).toBe(1);
  }, 60_000);

  it('say nothing is broken only when a law had something to judge', async () => {
    const silent = await sail({ laws: [mute], runs: 2 });
    expect(outcomeOf([], silent)).toBe(exitCodes.nothingRan);
  }, 60_000);

  it('tell what was tried when they are stopped', async () => {
    const stopped = await sail({ laws: [mute], runs: 50, signal: AbortSignal.abort() });
    expect(stopped.explored.end).toBe('interrupted');
    expect(outcomeOf([], stopped)).toBe(exitCodes.interrupted);
  }, 60_000);

  it('are told by every reporter', async () => {
    const voyages = await sail({});
    const report: CheckReport = {
      version: '0',
      inputs: ['m.yaml'],
      objects: 1,
      kinds: 1,
      notes: [],
      rules: [],
      findings: [],
      silenced: 0,
      hasCluster: false,
      wallMs: 1,
      voyages,
    };
    expect(checkReporters['default']?.(report)).toMatch(
      /nobody-drains broken[\s\S]*broken: nobody-drains: No node is ever cordoned\.[\s\S]*what was let happen/,
    );
    expect(checkReporters['junit']?.(report)).toMatch(
      /<testcase classname="seatrial voyages" name="nobody-drains: [^>]*><failure message="node sea-worker\d* is cordoned">/,
    );
    expect(checkReporters['github-actions']?.(report)).toMatch(
      /^::error file=.*nobody-drains-[0-9a-f]+\.yaml,line=1,title=broken%3A nobody-drains::/,
    );
    const json = JSON.parse(checkReporters['json']?.(report) ?? '') as {
      voyages: { explored: { runs: number }; failures: { example: { token: string } }[] };
    };
    expect(json.voyages.failures[0]?.example.token).toMatch(/^st1:/);
  }, 60_000);
});
