/** Signals by name and number, and the durations of sleep. */

/** The signals that programs know. */
export const signalNumbers: Readonly<Record<string, number>> = {
  HUP: 1,
  INT: 2,
  QUIT: 3,
  KILL: 9,
  USR1: 10,
  USR2: 12,
  TERM: 15,
};

/** The plain name of a signal: of `SIGTERM`, `TERM`, `15`; `0` is the end of a shell. */
export function plainSignal(signal: string): string {
  const name = signal.replace(/^SIG/, '');
  if (name === '0') return 'EXIT';
  const named = Object.entries(signalNumbers).find(([, number]) => String(number) === name);
  return named?.[0] ?? name;
}

/** What sleep makes of `5`, `1.5`, `2m`, `infinity`: milliseconds. */
export function durationMs(text: string): number {
  const units: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3_600, d: 86_400 };
  const seconds = text === 'infinity' || text === 'inf' ? 1e9 : parseFloat(text);
  return Math.max(0, seconds * 1_000 * (units[text.at(-1) ?? ''] ?? 1)) || 0;
}
