// Known values of a hash and a cipher, a round trip, and a loop hot enough to be compiled.
const assert = require('assert');
const { createCipheriv, createHash } = require('crypto');
const { brotliCompressSync, brotliDecompressSync } = require('zlib');

// FIPS 180-2, B.1; FIPS 197, C.1.
assert.strictEqual(createHash('sha256').update('abc').digest('hex'),
	'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
const cipher = createCipheriv('aes-128-ecb', Buffer.from('000102030405060708090a0b0c0d0e0f', 'hex'), null);
assert.strictEqual(cipher.update('00112233445566778899aabbccddeeff', 'hex', 'hex'),
	'69c4e0d86a7b0430d8cdb78070b4c55a');
const text = Buffer.from('a64rig '.repeat(10000));
assert.ok(text.equals(brotliDecompressSync(brotliCompressSync(text))));

function primesBelow(limit) {
	const composite = new Uint8Array(limit);
	let count = 0;
	for (let i = 2; i < limit; i++) {
		if (composite[i])
			continue;
		count++;
		for (let j = i * i; j < limit; j += i)
			composite[j] = 1;
	}
	return count;
}
assert.strictEqual(primesBelow(1e6), 78498);
console.log('SHA-256, AES, Brotli, 78498 primes');
