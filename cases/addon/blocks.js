// Every block of every thread kept its content; their bytes are counted twice.
const assert = require('assert');
const addon = require(process.argv[2]);

assert.strictEqual(addon.blocks(4, 10000), 4 * 10000);
assert.strictEqual(addon.blocks(1, 1), 1);
assert.throws(() => addon.blocks('four'), /two numbers/);
console.log('40000 blocks on 4 threads');
