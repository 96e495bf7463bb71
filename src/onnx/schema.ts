import protobuf from "protobufjs/light.js";

/**
 * The messages of an ONNX file (onnx.proto of ONNX 1.18, IR version 11), as a protobufjs descriptor.
 * Every message that can stand in a model is here, since protobufjs drops the fields that it does not know.
 */

type Rule = "repeated" | undefined;
type FieldRow = [name: string, type: string, id: number, rule?: Rule];

function message(rows: FieldRow[]) {
  return { fields: Object.fromEntries(rows.map(([name, type, id, rule]) => [name, { type, id, rule }])) };
}

const root = protobuf.Root.fromJSON({
  nested: {
    StringStringEntryProto: message([
      ["key", "string", 1],
      ["value", "string", 2],
    ]),
    OperatorSetIdProto: message([
      ["domain", "string", 1],
      ["version", "int64", 2],
    ]),
    SegmentProto: message([
      ["begin", "int64", 1],
      ["end", "int64", 2],
    ]),
    TensorProto: message([
      ["dims", "int64", 1, "repeated"],
      ["dataType", "int32", 2],
      ["segment", "SegmentProto", 3],
      ["floatData", "float", 4, "repeated"],
      ["int32Data", "int32", 5, "repeated"],
      ["stringData", "bytes", 6, "repeated"],
      ["int64Data", "int64", 7, "repeated"],
      ["name", "string", 8],
      ["rawData", "bytes", 9],
      ["doubleData", "double", 10, "repeated"],
      ["uint64Data", "uint64", 11, "repeated"],
      ["docString", "string", 12],
      ["externalData", "StringStringEntryProto", 13, "repeated"],
      ["dataLocation", "int32", 14],
      ["metadataProps", "StringStringEntryProto", 16, "repeated"],
    ]),
    SparseTensorProto: message([
      ["values", "TensorProto", 1],
      ["indices", "TensorProto", 2],
      ["dims", "int64", 3, "repeated"],
    ]),
    Dimension: message([
      ["dimValue", "int64", 1],
      ["dimParam", "string", 2],
      ["denotation", "string", 3],
    ]),
    TensorShapeProto: message([["dim", "Dimension", 1, "repeated"]]),
    TensorTypeProto: message([
      ["elemType", "int32", 1],
      ["shape", "TensorShapeProto", 2],
    ]),
    NestedTypeProto: message([["elemType", "TypeProto", 1]]),
    MapTypeProto: message([
      ["keyType", "int32", 1],
      ["valueType", "TypeProto", 2],
    ]),
    TypeProto: message([
      ["tensorType", "TensorTypeProto", 1],
      ["sequenceType", "NestedTypeProto", 4],
      ["mapType", "MapTypeProto", 5],
      ["denotation", "string", 6],
      ["sparseTensorType", "TensorTypeProto", 8],
      ["optionalType", "NestedTypeProto", 9],
    ]),
    ValueInfoProto: message([
      ["name", "string", 1],
      ["type", "TypeProto", 2],
      ["docString", "string", 3],
      ["metadataProps", "StringStringEntryProto", 4, "repeated"],
    ]),
    AttributeProto: message([
      ["name", "string", 1],
      ["f", "float", 2],
      ["i", "int64", 3],
      ["s", "bytes", 4],
      ["t", "TensorProto", 5],
      ["g", "GraphProto", 6],
      ["floats", "float", 7, "repeated"],
      ["ints", "int64", 8, "repeated"],
      ["strings", "bytes", 9, "repeated"],
      ["tensors", "TensorProto", 10, "repeated"],
      ["graphs", "GraphProto", 11, "repeated"],
      ["docString", "string", 13],
      ["tp", "TypeProto", 14],
      ["typeProtos", "TypeProto", 15, "repeated"],
      ["type", "int32", 20],
      ["refAttrName", "string", 21],
      ["sparseTensor", "SparseTensorProto", 22],
      ["sparseTensors", "SparseTensorProto", 23, "repeated"],
    ]),
    NodeProto: message([
      ["input", "string", 1, "repeated"],
      ["output", "string", 2, "repeated"],
      ["name", "string", 3],
      ["opType", "string", 4],
      ["attribute", "AttributeProto", 5, "repeated"],
      ["docString", "string", 6],
      ["domain", "string", 7],
      ["overload", "string", 8],
      ["metadataProps", "StringStringEntryProto", 9, "repeated"],
    ]),
    TensorAnnotation: message([
      ["tensorName", "string", 1],
      ["quantParameterTensorNames", "StringStringEntryProto", 2, "repeated"],
    ]),
    GraphProto: message([
      ["node", "NodeProto", 1, "repeated"],
      ["name", "string", 2],
      ["initializer", "TensorProto", 5, "repeated"],
      ["docString", "string", 10],
      ["input", "ValueInfoProto", 11, "repeated"],
      ["output", "ValueInfoProto", 12, "repeated"],
      ["valueInfo", "ValueInfoProto", 13, "repeated"],
      ["quantizationAnnotation", "TensorAnnotation", 14, "repeated"],
      ["sparseInitializer", "SparseTensorProto", 15, "repeated"],
      ["metadataProps", "StringStringEntryProto", 16, "repeated"],
    ]),
    FunctionProto: message([
      ["name", "string", 1],
      ["input", "string", 4, "repeated"],
      ["output", "string", 5, "repeated"],
      ["attribute", "string", 6, "repeated"],
      ["node", "NodeProto", 7, "repeated"],
      ["docString", "string", 8],
      ["opsetImport", "OperatorSetIdProto", 9, "repeated"],
      ["domain", "string", 10],
      ["attributeProto", "AttributeProto", 11, "repeated"],
      ["valueInfo", "ValueInfoProto", 12, "repeated"],
      ["overload", "string", 13],
      ["metadataProps", "StringStringEntryProto", 14, "repeated"],
    ]),
    ModelProto: message([
      ["irVersion", "int64", 1],
      ["producerName", "string", 2],
      ["producerVersion", "string", 3],
      ["domain", "string", 4],
      ["modelVersion", "int64", 5],
      ["docString", "string", 6],
      ["graph", "GraphProto", 7],
      ["opsetImport", "OperatorSetIdProto", 8, "repeated"],
      ["metadataProps", "StringStringEntryProto", 14, "repeated"],
      ["functions", "FunctionProto", 25, "repeated"],
    ]),
  },
} as protobuf.INamespace);

export const ModelMessage = root.lookupType("ModelProto");

/** protobufjs gives a 64-bit integer as a Long, and takes a plain number. */
export type Int64 = number | { toNumber(): number };

export interface TensorProto {
  name?: string;
  dims: Int64[];
  dataType: number;
  rawData?: Uint8Array;
  floatData?: number[];
  int32Data?: number[];
  int64Data?: Int64[];
  doubleData?: number[];
  externalData?: { key: string; value: string }[];
  dataLocation?: number;
}

export interface AttributeProto {
  name: string;
  type?: number;
  f?: number;
  i?: Int64;
  s?: Uint8Array;
  t?: TensorProto;
  g?: GraphProto;
  floats?: number[];
  ints?: Int64[];
}

export interface NodeProto {
  name?: string;
  opType: string;
  domain?: string;
  input: string[];
  output: string[];
  attribute: AttributeProto[];
}

export interface ValueInfoProto {
  name: string;
  type?: { tensorType?: { elemType: number; shape?: { dim: { dimValue?: Int64; dimParam?: string }[] } } };
}

export interface GraphProto {
  name?: string;
  node: NodeProto[];
  initializer: TensorProto[];
  input: ValueInfoProto[];
  output: ValueInfoProto[];
  valueInfo: ValueInfoProto[];
}

export interface ModelProto {
  irVersion: Int64;
  graph: GraphProto;
  opsetImport: { domain?: string; version: Int64 }[];
  functions?: unknown[];
  metadataProps?: { key: string; value: string }[];
}

/** TensorProto.DataType */
export const DataType = {
  FLOAT: 1,
  UINT8: 2,
  INT8: 3,
  INT32: 6,
  INT64: 7,
  BOOL: 9,
  FLOAT16: 10,
  DOUBLE: 11,
} as const;

/** AttributeProto.AttributeType */
export const AttributeType = { FLOAT: 1, INT: 2, STRING: 3, TENSOR: 4, GRAPH: 5, FLOATS: 6, INTS: 7 } as const;
