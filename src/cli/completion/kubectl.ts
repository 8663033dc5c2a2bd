#!/usr/bin/env node
/** The program `kubectl_complete-seatrial`, which kubectl asks what can stand next after `kubectl seatrial`. */
import { commandLine, writeOut } from '../../host.js';
import { completionLines } from './lines.js';

writeOut(await completionLines(commandLine(), { isDescribed: true }));
