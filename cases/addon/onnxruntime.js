// A network of one node, written here as ONNX's protobuf says, adds two vectors.
const assert = require('assert');
const addon = require(process.argv[2]);

// Fields of onnx.proto: wire type 2 for strings and messages, 0 for numbers.
function number(field, value) {
	const bytes = [field << 3];
	for (; value > 127; value >>>= 7)
		bytes.push(value & 127 | 128);
	return Buffer.from([...bytes, value]);
}

function part(field, ...content) {
	const body = Buffer.concat(content.map((piece) => Buffer.from(piece)));
	return Buffer.concat([Buffer.from([field << 3 | 2]), number(0, body.length).subarray(1), body]);
}

// ValueInfoProto: a vector of four floats.
function vector(field, name) {
	const shape = part(2, part(1, number(1, 4)));
	return part(field, part(1, name), part(2, part(1, number(1, 1), shape)));
}

const node = part(1, part(1, 'a'), part(1, 'b'), part(2, 'sum'), part(4, 'Add'));
const graph = part(7, node, part(2, 'graph'), vector(11, 'a'), vector(11, 'b'), vector(12, 'sum'));
const model = Buffer.concat([number(1, 7), graph, part(8, number(2, 13))]);

class Tensor {
	constructor(type, data, dims) {
		Object.assign(this, { type, data, dims, location: 'cpu' });
	}
}

// Later versions want to be told of the class; earlier ones find it where their wrapper has it.
addon.initOrtOnce?.(2, Tensor);
const session = new addon.InferenceSession();
session.loadModel(new Uint8Array(model).buffer, 0, model.length, {});
const feeds = {
	a: new Tensor('float32', Float32Array.of(1, 2, 3, 4), [4]),
	b: new Tensor('float32', Float32Array.of(10, 20, 30, 40), [4]),
};
const { sum } = session.run(feeds, { sum: null }, {});
assert.deepStrictEqual([...sum.data], [11, 22, 33, 44]);
console.log(`sum ${[...sum.data]}`);
