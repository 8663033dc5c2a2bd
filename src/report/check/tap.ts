/** The TAP reporter of `check`: a test point for each rule and each law. */
import { tapText, type Point } from '../tap.js';
import type { CheckReport, CheckReporter } from './report.js';

/** TAP 14; a rule fails by errors alone, and a law that had nothing to judge is skipped. */
export const tapCheckReporter: CheckReporter = report => {
  const seed = report.voyages?.explored.seed;
  const comment = seed === undefined ? report.inputs.join(' ') : `seed ${seed}`;
  return tapText([...rulePoints(report), ...lawPoints(report)], comment);
};

function rulePoints({ rules, findings }: CheckReport): Point[] {
  return rules.map(({ id, name, title }) => {
    const point = { isOk: true, title: `${id} ${name}: ${title}` };
    const [error] = findings.filter(one => one.id === id && one.severity === 'error');
    if (error === undefined) return point;
    const { file, line, object, message, fix } = error;
    return { ...point, isOk: false, facts: { message: `${object}: ${message}`, fix, file, line } };
  });
}

const tooShort = 'no history was long enough for it';

function lawPoints({ voyages }: CheckReport): Point[] {
  return (voyages?.explored.laws ?? []).map(
    ({ law, held, broken, inconclusive, why = tooShort }) => {
      const title = `law ${law}`;
      const told = voyages?.failures.find(({ example }) => example.law === law);
      if (broken > 0) {
        const facts = told && { message: told.story.join('\n'), file: told.file };
        return { isOk: false, title, ...(facts !== undefined && { facts }) };
      }
      if (held > 0) return { isOk: true, title };
      const skip = inconclusive > 0 ? why : 'it had nothing to judge';
      return { isOk: true, title, skip };
    },
  );
}
