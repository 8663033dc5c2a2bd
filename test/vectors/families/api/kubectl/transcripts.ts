/** The family of kubectl's transcripts: two at a time, for kubectl mostly waits. */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import type { CaseResult } from '../../../family.js';
import { replayTranscript } from './replay.js';
import type { Transcript } from './transcript.js';

const atATime = 2;
const wantedVersion = /"gitVersion": "v1\.36\./;

/** kubectl 1.36, where CI puts it or on the PATH. */
function findKubectl(): string | undefined {
  const own = resolve('.cache/bin/kubectl');
  const candidates = existsSync(own) ? [own, 'kubectl'] : ['kubectl'];
  return candidates.find(path => {
    const { stdout } = spawnSync(path, ['version', '--client', '-o', 'json'], { encoding: 'utf8' });
    return wantedVersion.test(stdout ?? '');
  });
}

/** Replays the transcripts, in their order. */
export async function* replayTranscripts(
  transcripts: readonly Transcript[],
): AsyncIterable<CaseResult> {
  const kubectl = transcripts.length === 0 ? undefined : findKubectl();
  if (kubectl === undefined) {
    const reason = 'there is no kubectl 1.36 in .cache/bin or on the PATH';
    for (const { id } of transcripts) yield { id, result: 'skipped', reason };
    return;
  }
  const started: Promise<CaseResult>[] = [];
  for (let next = 0; next < transcripts.length; next++) {
    for (const transcript of transcripts.slice(started.length, next + atATime)) {
      started.push(replayed(transcript, kubectl));
    }
    yield started[next] as Promise<CaseResult>;
  }
}

/**
 * kubectl runs in real time: with a time-out of a second, a machine that stands still for so long makes
 * it say something else, here as before the real server. So what fails is tried again, on a fresh cluster.
 */
const attemptsMax = 3;

async function replayed(transcript: Transcript, kubectl: string): Promise<CaseResult> {
  const { id } = transcript;
  let reason = '';
  for (let attempt = 0; attempt < attemptsMax; attempt++) {
    try {
      const failure = await replayTranscript(transcript, kubectl);
      if (failure === undefined) return { id, result: 'passed' };
      reason = failure;
    } catch (error) {
      reason = String(error instanceof Error ? error.stack : error);
    }
  }
  return { id, result: 'failed', reason };
}
