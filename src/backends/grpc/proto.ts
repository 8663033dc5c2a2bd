/** Protocol buffers from a table: the few messages that a kubelet speaks over its unix sockets. */
import {
  create,
  createFileRegistry,
  type DescMessage,
  type DescService,
  type MessageInitShape,
} from '@bufbuild/protobuf';
import {
  FieldDescriptorProto_Label,
  FieldDescriptorProto_Type,
  FileDescriptorProtoSchema,
  type DescriptorProtoSchema,
  type FieldDescriptorProtoSchema,
} from '@bufbuild/protobuf/wkt';

/**
 * A field by its number and type: a scalar, another message of the file, `repeated` of either, or
 * `map` from text to either.
 */
export type FieldOf = readonly [number: number, type: string];

/** A file of messages and services. */
export interface ProtoFile {
  readonly package: string;
  readonly messages: Readonly<Record<string, Readonly<Record<string, FieldOf>>>>;
  /** Input, output, and whether the output is a stream, of each method of each service. */
  readonly services: Readonly<Record<string, Readonly<Record<string, MethodOf>>>>;
}

/** What a method takes and gives; `stream` before the output when it gives many. */
export type MethodOf = readonly [input: string, output: string];

const scalars: Readonly<Record<string, FieldDescriptorProto_Type>> = {
  string: FieldDescriptorProto_Type.STRING,
  bool: FieldDescriptorProto_Type.BOOL,
  int32: FieldDescriptorProto_Type.INT32,
  int64: FieldDescriptorProto_Type.INT64,
};

/** Makes a service of the file, as gRPC clients and servers take it. */
export function serviceOf(file: ProtoFile, name: string): DescService {
  const within = `.${file.package}`;
  const proto = create(FileDescriptorProtoSchema, {
    name: `${file.package}.proto`,
    package: file.package,
    syntax: 'proto3',
    messageType: Object.entries(file.messages).map(entry => message(within, ...entry)),
    service: Object.entries(file.services).map(([service, methods]) => ({
      name: service,
      method: Object.entries(methods).map(([method, [input, output]]) => ({
        name: method,
        inputType: `${within}.${input}`,
        outputType: `${within}.${output.replace('stream ', '')}`,
        serverStreaming: output.startsWith('stream '),
      })),
    })),
  });
  const service = createFileRegistry(proto, () => undefined).getService(`${file.package}.${name}`);
  if (service === undefined) throw new Error(`there is no service ${name} in ${file.package}`);
  return service;
}

type MessageInit = MessageInitShape<typeof DescriptorProtoSchema>;
type FieldInit = MessageInitShape<typeof FieldDescriptorProtoSchema>;

function message(
  within: string,
  name: string,
  fields: Readonly<Record<string, FieldOf>>,
): MessageInit {
  const entries: MessageInit[] = [];
  const field = Object.entries(fields).map(([fieldName, [number, type]]): FieldInit => {
    const [word, ofWhat = ''] = type.split(' ');
    const base = { name: fieldName, number };
    if (word === 'repeated') {
      return { ...base, ...typed(within, ofWhat), label: FieldDescriptorProto_Label.REPEATED };
    }
    if (word !== 'map') return { ...base, ...typed(within, type), ...single };
    const entry = `${fieldName.replace(/(^|_)(\w)/g, (_all, _dash, first: string) => first.toUpperCase())}Entry`;
    entries.push({
      name: entry,
      options: { mapEntry: true },
      field: [
        { name: 'key', number: 1, type: FieldDescriptorProto_Type.STRING, ...single },
        { name: 'value', number: 2, ...typed(within, ofWhat), ...single },
      ],
    });
    const typeName = `${within}.${name}.${entry}`;
    const isMessage = { type: FieldDescriptorProto_Type.MESSAGE, typeName };
    return { ...base, ...isMessage, label: FieldDescriptorProto_Label.REPEATED };
  });
  return { name, field, nestedType: entries };
}

const single = { label: FieldDescriptorProto_Label.OPTIONAL } as const;

function typed(within: string, type: string): Pick<FieldInit, 'type' | 'typeName'> {
  const scalar = scalars[type];
  if (scalar !== undefined) return { type: scalar };
  return { type: FieldDescriptorProto_Type.MESSAGE, typeName: `${within}.${type}` };
}

export type { DescMessage, DescService };
