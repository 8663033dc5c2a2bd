/** Reads what the command line says of a server and of its objective. */
import { durationMs } from '../../input/duration.js';
import { exitCodes, meantOrKnown, UserError } from '../../input/errors.js';
import { defaultServer, type ServerModel } from './server-model.js';
import type { Objective } from './size.js';

/** The names of the settings on the command line. */
const settings = {
  gpus: 'gpus',
  prefill: 'prefillPerSecond',
  step: 'stepMs',
  'per-answer': 'perAnswerMs',
  batch: 'batchMax',
  cache: 'cacheTokens',
} as const;

/**
 * Reads `prefill=8000,step=20,per-answer=0.3,batch=64,cache=150000,gpus=1`; what is missing is the default.
 *
 * @throws UserError that names the flag.
 */
export function serverOf(text: string | undefined): ServerModel {
  const server: Record<string, number> = {};
  for (const part of text?.split(',') ?? []) {
    const [, name = '', value] = /^([a-z-]+)=(\d+(?:\.\d+)?)$/.exec(part.trim()) ?? [];
    const key = Object.entries(settings).find(([known]) => known === name)?.[1];
    if (key === undefined || !(Number(value) > 0)) {
      const next = meantOrKnown(name, Object.keys(settings)) ?? '';
      throw bad(`--server: "${part}" cannot be read`, next);
    }
    server[key] = Number(value);
  }
  return { ...defaultServer, ...server };
}

/**
 * Reads `ttft-p99=2s,tpot-p95=100ms`.
 *
 * @throws UserError that names the flag.
 */
export function objectiveOf(text: string): Objective {
  const objective: { firstTokenP99?: number; betweenTokensP95?: number } = {};
  for (const part of text.split(',')) {
    const [name = '', value = ''] = part.trim().split('=');
    if (name === 'ttft-p99') objective.firstTokenP99 = durationMs(value) / 1000;
    else if (name === 'tpot-p95') objective.betweenTokensP95 = durationMs(value) / 1000;
    else {
      const next = meantOrKnown(name, ['ttft-p99', 'tpot-p95']) ?? '';
      throw bad(`--objective: "${part}" cannot be read`, next);
    }
  }
  return objective;
}

function bad(message: string, next: string): UserError {
  return new UserError(message, { exitCode: exitCodes.usage, code: 'bad-flag', next });
}
