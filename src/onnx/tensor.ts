import { OnnxGraphError } from "./errors.js";
import { DataType, type Int64, type TensorProto } from "./schema.js";

export function toNumber(value: Int64 | undefined): number {
  return typeof value === "object" ? value.toNumber() : (value ?? 0);
}

export function dimsOf(tensor: TensorProto): number[] {
  return tensor.dims.map(toNumber);
}

export function sizeOf(tensor: TensorProto): number {
  return dimsOf(tensor).reduce((product, dim) => product * dim, 1);
}

type RawArray = Float32Array | Float64Array | Int8Array | Uint8Array | Int32Array | BigInt64Array | Uint16Array;

const rawArrays: Record<number, new (buffer: ArrayBuffer) => RawArray> = {
  [DataType.FLOAT]: Float32Array,
  [DataType.DOUBLE]: Float64Array,
  [DataType.INT8]: Int8Array,
  [DataType.UINT8]: Uint8Array,
  [DataType.BOOL]: Uint8Array,
  [DataType.INT32]: Int32Array,
  [DataType.INT64]: BigInt64Array,
  [DataType.FLOAT16]: Uint16Array,
};

/**
 * The elements of a tensor in row-major order; float16 stays as its bit patterns. The array is a copy.
 * @throws OnnxGraphError for element types other than those of encoder weights (4-bit types, strings …).
 */
export function rawValues(tensor: TensorProto): RawArray {
  const ArrayType = rawArrays[tensor.dataType];
  if (!ArrayType) throw new OnnxGraphError(`Tensor ${tensor.name}: element type ${tensor.dataType} is not supported.`);
  if (tensor.rawData?.length) {
    const bytes = tensor.rawData;
    return new ArrayType(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength) as ArrayBuffer);
  }
  if (tensor.floatData?.length) return Float32Array.from(tensor.floatData);
  if (tensor.doubleData?.length) return Float64Array.from(tensor.doubleData);
  if (tensor.int64Data?.length) return BigInt64Array.from(tensor.int64Data, (v) => BigInt(toNumber(v)));
  const values = tensor.int32Data ?? [];
  const array = new ArrayType(new ArrayBuffer(values.length * bytesPerElement(tensor.dataType)));
  for (let i = 0; i < values.length; i++) (array as Int32Array)[i] = values[i];
  return array;
}

function bytesPerElement(dataType: number): number {
  return (rawArrays[dataType] as unknown as { BYTES_PER_ELEMENT: number }).BYTES_PER_ELEMENT;
}

/** The elements of a tensor as float32, whatever its element type. */
export function floatValues(tensor: TensorProto): Float32Array {
  const values = rawValues(tensor);
  if (values instanceof Float32Array) return values;
  if (tensor.dataType === DataType.FLOAT16) return halvesToFloats(values as Uint16Array);
  // Without a function: that goes element by element, 50 times slower.
  return values instanceof BigInt64Array ? Float32Array.from(values, Number) : new Float32Array(values);
}

/** The numbers of all float16 bit patterns, when they were first needed. */
let halfTable: Float32Array | undefined;

function halvesToFloats(halves: Uint16Array): Float32Array {
  halfTable ??= Float32Array.from({ length: 0x10000 }, (_, bits) => halfToFloat(bits));
  const table = halfTable;
  const floats = new Float32Array(halves.length);
  for (let i = 0; i < halves.length; i++) floats[i] = table[halves[i]];
  return floats;
}

/** IEEE 754 binary16 bits to a number. */
export function halfToFloat(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 0x1f) return fraction ? Number.NaN : sign * Number.POSITIVE_INFINITY;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

/** Makes an initializer of the given name and shape. The array's bytes are used, not copied. */
export function makeTensor(
  name: string,
  dims: readonly number[],
  values: Float32Array | Int8Array | Uint8Array | BigInt64Array,
): TensorProto {
  const rawData = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
  return { name, dims: [...dims], dataType: elementType(values), rawData };
}

function elementType(values: Float32Array | Int8Array | Uint8Array | BigInt64Array): number {
  if (values instanceof Float32Array) return DataType.FLOAT;
  if (values instanceof Int8Array) return DataType.INT8;
  return values instanceof Uint8Array ? DataType.UINT8 : DataType.INT64;
}
