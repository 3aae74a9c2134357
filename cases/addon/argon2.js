// A hash is what the reference program computes, and verifies its own password and no other.
const assert = require('assert');
const addon = require(process.argv[2]);

async function main() {
	const options = { memoryCost: 4096, timeCost: 2, salt: Buffer.from('0123456789abcdef') };
	const hash = addon.hashSync('password', options);
	assert.strictEqual(hash, '$argon2id$v=19$m=4096,t=2,p=1$MDEyMzQ1Njc4OWFiY2RlZg$QRTcuXpv+QFD/KOVFVWVPpaDXVFlPtLdqDyeJsrQ/30');
	assert.strictEqual(await addon.hash('password', options), hash);
	assert.strictEqual(addon.verifySync(hash, 'password'), true);
	assert.strictEqual(await addon.verify(hash, 'passwort'), false);
	console.log(hash);
}

main().catch((error) => {
	console.error(error);
	process.exit(1);
});
