// Check values of CRC-32 and CRC-32C: "123456789", the catalogue's own.
const assert = require('assert');
const addon = require(process.argv[2]);

assert.strictEqual(addon.crc32('123456789'), 0xcbf43926);
assert.strictEqual(addon.crc32c('123456789'), 0xe3069283);
const long = Buffer.alloc(1 << 20, 'a64rig');
assert.strictEqual(addon.crc32(long), require('zlib').crc32(long));
console.log('crc32 and crc32c of 9 bytes, crc32 of 1 MiB as by zlib');
