/** The graph as the executor reads it from its environment. @upstream seldon-core v1.17.1 executor/cmd/executor/main.go */
import { bytesOfBase64 } from '../../api/base64.js';

/** A unit of a graph. */
export interface GraphUnit {
  readonly name: string;
  readonly type?: string;
  readonly implementation?: string;
  readonly methods?: readonly string[];
  readonly children?: readonly GraphUnit[];
  readonly endpoint?: {
    readonly service_host?: string;
    readonly service_port?: number;
    readonly httpPort?: number;
  };
  readonly parameters?: readonly { readonly name: string; readonly value: string }[];
}

/** A predictor. */
export interface GraphPredictor {
  readonly name: string;
  readonly graph: GraphUnit;
  readonly labels?: Readonly<Record<string, string>>;
}

/** The predictor of ENGINE_PREDICTOR; undefined: there is none that can be read. */
export function predictorIn(text: string | undefined): GraphPredictor | undefined {
  if (text === undefined || text === '') return undefined;
  try {
    return JSON.parse(new TextDecoder().decode(bytesOfBase64(text))) as GraphPredictor;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** All units, each before its children. */
export function allUnits(unit: GraphUnit): readonly GraphUnit[] {
  return [unit, ...(unit.children ?? []).flatMap(allUnits)];
}

/** Where the unit answers HTTP. */
export function placeOf({ endpoint = {} }: GraphUnit): {
  readonly host: string;
  readonly port: number;
} {
  const { service_host: host = 'localhost', httpPort, service_port: port = 9000 } = endpoint;
  const isBeside = host === 'localhost';
  return { host: isBeside ? '127.0.0.1' : host.replace(/\.$/, ''), port: httpPort ?? port };
}

const methodsOfTypes: Readonly<Record<string, string>> = {
  MODEL: 'TRANSFORM_INPUT',
  TRANSFORMER: 'TRANSFORM_INPUT',
  OUTPUT_TRANSFORMER: 'TRANSFORM_OUTPUT',
  ROUTER: 'ROUTE',
  COMBINER: 'AGGREGATE',
};

/** Whether the unit is asked for this. */
export function hasMethod({ type = '', methods }: GraphUnit, method: string): boolean {
  const own = methodsOfTypes[type];
  return own === undefined ? methods?.includes(method) === true : own === method;
}
