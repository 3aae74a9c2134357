// The tree has the nodes that the text says, and a text that is no program has an error.
const assert = require('assert');
const { parseSync } = require(process.argv[2]);

function tree(text) {
	const parsed = JSON.parse(parseSync('a.ts', text).program);
	return parsed.node ?? parsed;
}

const [statement] = tree('const answer: number = 6 * 7').body;
assert.strictEqual(statement.type, 'VariableDeclaration');
assert.strictEqual(statement.kind, 'const');
const [{ id, init }] = statement.declarations;
assert.strictEqual(id.name, 'answer');
assert.strictEqual(init.type, 'BinaryExpression');
assert.strictEqual(init.left.value * init.right.value, 42);
assert.strictEqual(tree('f(1);\n'.repeat(10000)).body.length, 10000);
assert.strictEqual(parseSync('a.ts', 'const = 1').errors.length, 1);
console.log('a declaration, 10000 calls, an error');
