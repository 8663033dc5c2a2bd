/** SEA508: a CronJob's schedule has no date. */
import { parseSchedule } from '../../../sim/api/cron.js';
import { cronJobs } from '../../../sim/api/kinds/batch.js';
import type { Rule } from '../rule.js';

/** Any instant will do: a schedule looks five years ahead. */
const fromMs = Date.UTC(2026, 0, 1);

/** The rule. */
export const neverFires: Rule = {
  id: 'SEA508',
  name: 'never-fires',
  severity: 'error',
  title: "A CronJob's schedule never comes.",
  why: 'Dates such as the 31st of February are well formed: the CronJob is created, and never makes a Job.',
  fix: 'mend the schedule: minute, hour, day of the month, month, day of the week',
  source: 'https://kubernetes.io/docs/concepts/workloads/controllers/cron-jobs/#schedule-syntax',
  *find(survey) {
    for (const entry of survey.of(cronJobs)) {
      const { schedule = '' } = entry.object.spec ?? {};
      const parsed = parseSchedule(schedule);
      if (!parsed.isOk || parsed.value.next(fromMs) !== undefined) continue;
      yield {
        entry,
        path: ['spec', 'schedule'],
        message: `"${schedule}" has no date within five years`,
      };
    }
  },
};
