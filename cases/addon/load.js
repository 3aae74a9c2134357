// An addon of which nothing is known: it loads, and has something to offer.
const assert = require('assert');
const addon = require(process.argv[2]);

const names = Object.keys(addon);
assert.ok(names.length || typeof addon === 'function', 'it exports nothing');
console.log(`it exports ${names.slice(0, 20).join(', ')}${names.length > 20 ? '...' : ''}`);
