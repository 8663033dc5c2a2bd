/** The static pass: every rule over the manifests, before anything sails. */
import type { KubeObject } from '../../sim/api/object.js';
import { compareFindings, findingOf, type Finding } from './finding.js';
import type { CheckInput } from './input.js';
import { rules } from './rules/index.js';
import { surveyOf, type Survey } from './survey.js';

/** What the static pass found. */
export interface StaticResult {
  readonly findings: readonly Finding[];
  readonly survey: Survey;
}

/** Runs all rules; `cluster` holds the objects of the cluster for which the manifests are meant. */
export function staticPass(input: CheckInput, cluster: readonly KubeObject[] = []): StaticResult {
  const survey = surveyOf(input, cluster);
  const findings = rules.flatMap(rule => [...rule.find(survey)].map(hit => findingOf(rule, hit)));
  return { findings: withoutEchoes(findings).sort(compareFindings), survey };
}

/**
 * What the API server refuses at a field of which a rule says more is told once, by the rule; and one
 * rule says one thing of one place once.
 */
function withoutEchoes(findings: readonly Finding[]): Finding[] {
  const placeOf = ({ file, line, object, field }: Finding) => `${file}:${line} ${object} ${field}`;
  const explained = new Set(
    findings
      .filter(({ severity, rule }) => severity === 'error' && rule !== serverRefuses)
      .map(placeOf),
  );
  const seen = new Set<string>();
  return findings.filter(finding => {
    if (finding.rule === serverRefuses && explained.has(placeOf(finding))) return false;
    const key = `${finding.id} ${placeOf(finding)} ${finding.message}`;
    if (seen.has(key)) return false;
    seen.add(key);
    return true;
  });
}

const serverRefuses = 'server-refuses';
