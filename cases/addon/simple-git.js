// A repository written here object by object is read back, by the names that git's own hash gives.
const assert = require('assert');
const { createHash } = require('crypto');
const fs = require('fs');
const path = require('path');
const { deflateSync } = require('zlib');
const { Repository } = require(process.argv[2]);

const folder = fs.mkdtempSync(path.join(process.env.TMPDIR ?? '.', 'repository-'));
const repository = Repository.init(folder);

function write(type, body) {
	const object = Buffer.concat([Buffer.from(`${type} ${body.length}\0`), body]);
	const id = createHash('sha1').update(object).digest('hex');
	const file = path.join(folder, '.git/objects', id.slice(0, 2), id.slice(2));
	fs.mkdirSync(path.dirname(file), { recursive: true });
	fs.writeFileSync(file, deflateSync(object));
	return id;
}

const blob = write('blob', Buffer.from('hello\n'));
assert.strictEqual(blob, 'ce013625030ba8dba906f756967f9e9ca394464a');
const tree = write('tree', Buffer.concat([Buffer.from('100644 hello\0'), Buffer.from(blob, 'hex')]));
const who = 'A U Thor <author@example.com> 1700000000 +0000';
const commit = write('commit', Buffer.from(`tree ${tree}\nauthor ${who}\ncommitter ${who}\n\nfirst\n`));
const head = fs.readFileSync(path.join(folder, '.git/HEAD'), 'utf8').match(/^ref: (\S+)$/m)[1];
fs.mkdirSync(path.dirname(path.join(folder, '.git', head)), { recursive: true });
fs.writeFileSync(path.join(folder, '.git', head), `${commit}\n`);

assert.strictEqual(repository.head().target(), commit);
assert.strictEqual(repository.findCommit(commit).message(), 'first\n');
assert.strictEqual(repository.findTree(tree).len(), 1n);
assert.strictEqual(repository.isEmpty(), false);
console.log(`commit ${commit}`);
