// What is packed comes back as it was; the packed form of a short text is known byte by byte.
const assert = require('assert');
const addon = require(process.argv[2]);

async function main() {
	const input = Buffer.alloc(1 << 20, 'the same words over and over, ');
	const packed = await addon.compress(input);
	assert.ok(packed.length < input.length / 10, `${packed.length} bytes`);
	assert.ok(input.equals(await addon.uncompress(packed, { asBuffer: true })));
	// A varint of the length, then one literal: format_description.txt of Snappy.
	assert.strictEqual(Buffer.from(addon.compressSync('abc')).toString('hex'), '0308616263');
	assert.strictEqual(addon.uncompressSync(Buffer.from('0308616263', 'hex'), { asBuffer: false }), 'abc');
	console.log(`1 MiB to ${packed.length} bytes and back, 3 bytes to 5`);
}

main().catch((error) => {
	console.error(error);
	process.exit(1);
});
