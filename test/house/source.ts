/** Reads the source files of the tree as the house's rules look at them. */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';

/** A source file: its path from the root, with forward slashes, and its text. */
export interface Source {
  readonly path: string;
  readonly text: string;
}

/** A breach of a rule. */
export interface Violation {
  readonly path: string;
  readonly line: number;
  readonly what: string;
}

/** All TypeScript files below these folders. */
export function readSources(folders: readonly string[]): Source[] {
  return folders
    .flatMap(folder => filesBelow(folder))
    .map(path => ({ path, text: readFileSync(path, 'utf8') }));
}

function filesBelow(folder: string): string[] {
  return readdirSync(folder)
    .sort()
    .flatMap(name => {
      const path = join(folder, name);
      if (statSync(path).isDirectory()) return filesBelow(path);
      return name.endsWith('.ts') ? [path.replaceAll('\\', '/')] : [];
    });
}

/** The syntax tree of a file. */
export function parse(source: Source): ts.SourceFile {
  return ts.createSourceFile(source.path, source.text, ts.ScriptTarget.ES2023, true);
}

/** The 1-based line on which a node begins. */
export function lineOf(file: ts.SourceFile, node: ts.Node): number {
  return file.getLineAndCharacterOfPosition(node.getStart(file)).line + 1;
}

/** Whether a file is a test or a benchmark, to which only some rules apply. */
export function isTest(path: string): boolean {
  return /\.(test|bench)\.ts$/.test(path) || path.startsWith('test/');
}
