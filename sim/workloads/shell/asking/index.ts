/** The commands by which programs find out whether others are there; images hold them, systems do not. */
import type { TimedCommand } from '../timed.js';
import { databaseClients } from './database-clients.js';
import { kubectlCommands } from './kubectl.js';
import { waitScripts } from './wait-scripts.js';

/** The commands by name. */
export const askingCommands: Readonly<Record<string, TimedCommand>> = {
  ...databaseClients,
  ...kubectlCommands,
  ...waitScripts,
};
