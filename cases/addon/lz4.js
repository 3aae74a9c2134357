// What is packed comes back as it was, and is smaller in between; what is no LZ4 is refused.
const assert = require('assert');
const addon = require(process.argv[2]);

async function main() {
	const input = Buffer.alloc(1 << 20, 'the same words over and over, ');
	const packed = await addon.compress(input);
	assert.ok(packed.length < input.length / 10, `${packed.length} bytes`);
	assert.ok(input.equals(await addon.uncompress(packed)));
	const once = addon.compressSync(input);
	assert.ok(input.equals(addon.uncompressSync(once)));
	// Sixteen bytes are promised, and then copied from before the start.
	await assert.rejects(async () => addon.uncompress(Buffer.from('100000000f0000', 'hex')));
	console.log(`1 MiB to ${packed.length} bytes and back, in a thread and without`);
}

main().catch((error) => {
	console.error(error);
	process.exit(1);
});
