/** What a program whose wall clock is wrong writes: the times of this moment, shifted. */
import type { ApiRequest } from './api/request.js';

const timePattern = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/;

/** A time this near to now was read off the clock just then; one further off was read from an object. */
const freshMs = 2_000;

/** The request with the fresh times of its body shifted. */
export function restamped(request: ApiRequest, nowMs: number, offsetMs: number): ApiRequest {
  if (request.body === undefined) return request;
  return { ...request, body: shifted(request.body, nowMs, offsetMs) };
}

function shifted(value: unknown, nowMs: number, offsetMs: number): unknown {
  if (typeof value === 'string')
    return timePattern.test(value) ? time(value, nowMs, offsetMs) : value;
  if (value === null || typeof value !== 'object' || value instanceof Uint8Array) return value;
  if (Array.isArray(value)) return value.map(item => shifted(item, nowMs, offsetMs));
  return Object.fromEntries(
    Object.entries(value).map(([name, item]) => [name, shifted(item, nowMs, offsetMs)]),
  );
}

/** With as many digits of the second as before. */
function time(text: string, nowMs: number, offsetMs: number): string {
  const givenMs = Date.parse(text);
  if (Math.abs(givenMs - nowMs) > freshMs) return text;
  const fraction = text.slice(19, -1);
  return `${new Date(givenMs + offsetMs).toISOString().slice(0, 19)}${fraction}Z`;
}
