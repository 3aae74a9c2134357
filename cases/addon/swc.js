// TypeScript becomes JavaScript that computes what it should, and minified it still does.
const assert = require('assert');
const addon = require(process.argv[2]);

const source = `
	enum Colour { Red = 2, Green }
	const add = (a: number, b?: number): number => a + (b ?? Colour.Green);
	result = add(39) as number;
`;
const options = { jsc: { parser: { syntax: 'typescript' }, target: 'es5' } };
const { code } = addon.transformSync(source, false, Buffer.from(JSON.stringify(options)));
assert.doesNotMatch(code, /=>|enum|number/);
assert.strictEqual(new Function(`var result; ${code}; return result`)(), 42);

const long = 'var first = 6; var second = 7; result = first * second;';
const small = addon.minifySync(Buffer.from(JSON.stringify(long)), Buffer.from('{"compress":true}'), false, {});
assert.ok(small.code.length < long.length, small.code);
assert.strictEqual(new Function(`var result; ${small.code}; return result`)(), 42);
console.log(small.code);
