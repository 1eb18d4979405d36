/**
 * Makes inner tensors of an ONNX model readable as outputs.
 *
 * The merged Moonshine decoder is one `If` node with a branch for the first run and one for runs with a cache. Both
 * branches compute the cross-attention that tells which stretch of audio each token listened to, but keep it to
 * themselves. ONNX is protobuf, and protobuf allows a repeated field to be continued at the end of its message: the names
 * are appended where outputs are listed, and only the lengths of the enclosing messages are written anew.
 */

// Field numbers of onnx.proto3.
const MODEL_GRAPH = 7;
const GRAPH_NODE = 1;
const GRAPH_OUTPUT = 12;
const NODE_OUTPUT = 2;
const NODE_OP_TYPE = 4;
const NODE_ATTRIBUTE = 5;
const ATTRIBUTE_GRAPH = 6;
const VALUE_INFO_NAME = 1;
const VALUE_INFO_TYPE = 2;
const TYPE_TENSOR = 1;
const TENSOR_ELEMENT_TYPE = 1;
const FLOAT32 = 1;

const LENGTH_DELIMITED = 2;

type Field = { number: number; wire: number; start: number; bodyStart: number; end: number };

/**
 * Returns a copy of `model` in which every tensor in `names` is an output of the graph, after the outputs it already has.
 * Each name must exist, as a float tensor, in both branches of the model's single top-level `If` node.
 * Throws a `TypeError` when the model has no such node.
 */
export function exposeBranchTensors(model: Uint8Array, names: readonly string[]): Uint8Array {
  let found = false;
  const outputs = names.map((name) => message(GRAPH_OUTPUT, valueInfo(name)));

  const rewriteAttribute = (attribute: Uint8Array) =>
    rewrite(attribute, ATTRIBUTE_GRAPH, (branch) => concat([branch, ...outputs]));

  const rewriteNode = (node: Uint8Array) => {
    if (textField(node, NODE_OP_TYPE) !== "If") return node;
    found = true;
    const branches = rewrite(node, NODE_ATTRIBUTE, rewriteAttribute);
    return concat([branches, ...names.map((name) => message(NODE_OUTPUT, utf8(name)))]);
  };

  const rewriteGraph = (graph: Uint8Array) => concat([rewrite(graph, GRAPH_NODE, rewriteNode), ...outputs]);

  const edited = rewrite(model, MODEL_GRAPH, rewriteGraph);
  if (!found) throw new TypeError("the ONNX model has no If node at its top level");
  return edited;
}

function valueInfo(name: string): Uint8Array {
  const elementType = concat([varint(TENSOR_ELEMENT_TYPE << 3), varint(FLOAT32)]);
  const type = message(VALUE_INFO_TYPE, message(TYPE_TENSOR, elementType));
  return concat([message(VALUE_INFO_NAME, utf8(name)), type]);
}

function rewrite(body: Uint8Array, fieldNumber: number, edit: (inner: Uint8Array) => Uint8Array): Uint8Array {
  const parts: Uint8Array[] = [];
  for (const field of fields(body)) {
    if (field.number === fieldNumber && field.wire === LENGTH_DELIMITED) {
      parts.push(message(fieldNumber, edit(body.subarray(field.bodyStart, field.end))));
    } else {
      parts.push(body.subarray(field.start, field.end));
    }
  }
  return concat(parts);
}

function textField(body: Uint8Array, fieldNumber: number): string | undefined {
  for (const field of fields(body)) {
    if (field.number === fieldNumber)
      return new TextDecoder().decode(body.subarray(field.bodyStart, field.end));
  }
  return undefined;
}

function* fields(body: Uint8Array): Generator<Field> {
  let at = 0;
  while (at < body.length) {
    const start = at;
    const [key, afterKey] = readVarint(body, at);
    const wire = key & 7;
    let bodyStart = afterKey;
    let end: number;
    if (wire === 0) end = readVarint(body, afterKey)[1];
    else if (wire === 1) end = afterKey + 8;
    else if (wire === 5) end = afterKey + 4;
    else if (wire === LENGTH_DELIMITED) {
      const [length, afterLength] = readVarint(body, afterKey);
      bodyStart = afterLength;
      end = afterLength + length;
    } else throw new TypeError(`not an ONNX model: wire type ${wire}`);
    if (end > body.length) throw new TypeError("not an ONNX model: a field runs past its message");
    yield { number: key >>> 3, wire, start, bodyStart, end };
    at = end;
  }
}

function readVarint(body: Uint8Array, from: number): [value: number, next: number] {
  let value = 0;
  let scale = 1;
  for (let at = from; at < body.length; at++) {
    const byte = body[at] ?? 0;
    value += (byte & 0x7f) * scale;
    if (byte < 0x80) return [value, at + 1];
    scale *= 128;
  }
  throw new TypeError("not an ONNX model: a number has no end");
}

function varint(value: number): Uint8Array {
  const bytes: number[] = [];
  let rest = value;
  while (rest >= 128) {
    bytes.push((rest % 128) | 128);
    rest = Math.floor(rest / 128);
  }
  bytes.push(rest);
  return Uint8Array.from(bytes);
}

function message(fieldNumber: number, body: Uint8Array): Uint8Array {
  return concat([varint((fieldNumber << 3) | LENGTH_DELIMITED), varint(body.length), body]);
}

function utf8(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

function concat(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
