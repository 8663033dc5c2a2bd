/** The protobuf messages of ONNX that a scoring graph needs. @upstream onnx/onnx.proto (ONNX, Apache-2.0) */
import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire';

/** An attribute of a node: one number, many, a word or many. */
export type Attribute =
  | { readonly float: number }
  | { readonly int: number }
  | { readonly text: string }
  | { readonly floats: ArrayLike<number> }
  | { readonly ints: ArrayLike<number> }
  | { readonly texts: readonly string[] };

/** An operation of a graph. */
export interface GraphNode {
  readonly operator: string;
  /** '' for ONNX's own operators, `ai.onnx.ml` for those of classical machine learning. */
  readonly domain: string;
  readonly input: string;
  readonly output: string;
  readonly attributes: Readonly<Record<string, Attribute>>;
}

/** A graph of operations on rows of floats. */
export interface Graph {
  readonly name: string;
  readonly nodes: readonly GraphNode[];
  readonly input: { readonly name: string; readonly columns: number };
  readonly outputs: readonly { readonly name: string; readonly columns: number }[];
}

/** The machine-learning operators are those of version 3, the others of version 13. */
const operatorSets = [
  { domain: '', version: 13 },
  { domain: 'ai.onnx.ml', version: 3 },
] as const;

/** The version of the file format: the first that has these operators. */
const irVersion = 8;

const attributeTypes = { float: 1, int: 2, text: 3, floats: 6, ints: 7, texts: 8 } as const;

/** The code of a single-precision float. */
const floatType = 1;

/** The greatest number of single precision. */
const singleMax = 3.4028234663852886e38;

/** A number as single precision has it; beyond its range, the end of the range. */
const single = (value: number): number => Math.max(-singleMax, Math.min(singleMax, value));

/** The bytes of a model file. */
export function encodeModel(graph: Graph, producer: string): Uint8Array {
  const writer = new BinaryWriter();
  writer.tag(1, WireType.Varint).int64(irVersion);
  writeText(writer, 2, producer);
  writeMessage(writer, 7, () => writeGraph(writer, graph));
  for (const { domain, version } of operatorSets) {
    writeMessage(writer, 8, () => {
      writeText(writer, 1, domain);
      writer.tag(2, WireType.Varint).int64(version);
    });
  }
  return writer.finish();
}

function writeMessage(writer: BinaryWriter, field: number, write: () => void): void {
  writer.tag(field, WireType.LengthDelimited).fork();
  write();
  writer.join();
}

function writeText(writer: BinaryWriter, field: number, text: string): void {
  writer.tag(field, WireType.LengthDelimited).string(text);
}

function writeGraph(writer: BinaryWriter, graph: Graph): void {
  for (const node of graph.nodes) writeMessage(writer, 1, () => writeNode(writer, node));
  writeText(writer, 2, graph.name);
  writeMessage(writer, 11, () => writeRows(writer, graph.input));
  for (const output of graph.outputs) writeMessage(writer, 12, () => writeRows(writer, output));
}

function writeNode(writer: BinaryWriter, node: GraphNode): void {
  writeText(writer, 1, node.input);
  writeText(writer, 2, node.output);
  writeText(writer, 3, node.output);
  writeText(writer, 4, node.operator);
  for (const [name, attribute] of Object.entries(node.attributes)) {
    writeMessage(writer, 5, () => writeAttribute(writer, name, attribute));
  }
  writeText(writer, 7, node.domain);
}

function writeAttribute(writer: BinaryWriter, name: string, attribute: Attribute): void {
  writeText(writer, 1, name);
  const type = (of: keyof typeof attributeTypes): BinaryWriter =>
    writer.tag(20, WireType.Varint).int32(attributeTypes[of]);
  if ('float' in attribute) type('float').tag(2, WireType.Bit32).float(single(attribute.float));
  else if ('int' in attribute) type('int').tag(3, WireType.Varint).int64(attribute.int);
  else if ('text' in attribute) writeText(type('text'), 4, attribute.text);
  else if ('floats' in attribute) writeFloats(type('floats'), 7, attribute.floats);
  else if ('ints' in attribute) writeInts(type('ints'), 8, attribute.ints);
  else for (const text of (type('texts'), attribute.texts)) writeText(writer, 9, text);
}

function writeFloats(writer: BinaryWriter, field: number, values: ArrayLike<number>): void {
  writeMessage(writer, field, () => {
    for (let index = 0; index < values.length; index++) writer.float(single(values[index] ?? 0));
  });
}

function writeInts(writer: BinaryWriter, field: number, values: ArrayLike<number>): void {
  writeMessage(writer, field, () => {
    for (let index = 0; index < values.length; index++) writer.int64(values[index] ?? 0);
  });
}

/** A name for a tensor of any number of rows and so many columns. */
function writeRows(
  writer: BinaryWriter,
  { name, columns }: { readonly name: string; readonly columns: number },
): void {
  writeText(writer, 1, name);
  writeMessage(writer, 2, () => {
    writeMessage(writer, 1, () => {
      writer.tag(1, WireType.Varint).int32(floatType);
      writeMessage(writer, 2, () => {
        writeMessage(writer, 1, () => writeText(writer, 2, 'rows'));
        writeMessage(writer, 1, () => writer.tag(1, WireType.Varint).int64(columns));
      });
    });
  });
}
