// registry.js FOLDER - an npm registry of what lies in a folder, on a port of 127.0.0.1, which it
// prints. It ends with its standard input.
//
//	NAME/VERSION.tgz        an archive that is published; NAME may have a scope
//	NAME/VERSION.integrity  what the registry says of it, if not the truth; empty: nothing
//	NAME/VERSION.held       its archive is sent when this file is gone
//	NAME/VERSION.cut        its archive ends in the middle
//	log                     what was asked for, a path a line
'use strict';
const crypto = require('crypto');
const fs = require('fs');
const http = require('http');
const path = require('path');

const folder = process.argv[2];
const beside = (archive, suffix) => archive.replace(/tgz$/, suffix);

function integrityOf(archive) {
	const said = beside(archive, 'integrity');
	if (fs.existsSync(said))
		return fs.readFileSync(said, 'utf8').trim() || undefined;
	const sum = crypto.createHash('sha512').update(fs.readFileSync(archive));
	return 'sha512-' + sum.digest('base64');
}

function packument(name, host) {
	const versions = {};
	for (const file of fs.readdirSync(path.join(folder, name))) {
		if (!file.endsWith('.tgz'))
			continue;
		const version = file.slice(0, -4);
		versions[version] = {
			name,
			version,
			scripts: { preinstall: 'touch ran', prepack: 'touch ran' },
			dist: {
				tarball: `http://${host}/${name}/-/${version}.tgz`,
				integrity: integrityOf(path.join(folder, name, file)),
			},
		};
	}
	const latest = Object.keys(versions).sort().pop();
	return { name, 'dist-tags': { latest }, versions };
}

function send(response, archive) {
	if (fs.existsSync(beside(archive, 'held')))
		return setTimeout(send, 20, response, archive);
	const bytes = fs.readFileSync(archive);
	response.writeHead(200, { 'content-length': bytes.length });
	if (!fs.existsSync(beside(archive, 'cut')))
		return response.end(bytes);
	response.write(bytes.subarray(0, bytes.length / 2), () => response.destroy());
}

const server = http.createServer((request, response) => {
	const [, name, archive] = /^\/((?:@[^/]*\/)?[^/]*)(?:\/-\/(.*))?$/.exec(
		decodeURIComponent(request.url)) || [];
	fs.appendFileSync(path.join(folder, 'log'), `${name} ${archive || ''}\n`);
	if (!name || !fs.existsSync(path.join(folder, name)))
		response.writeHead(404, { 'content-type': 'application/json' }).end('{}');
	else if (archive)
		send(response, path.join(folder, name, archive));
	else
		response.writeHead(200, { 'content-type': 'application/json' })
			.end(JSON.stringify(packument(name, request.headers.host)));
});
server.listen(0, '127.0.0.1', () => console.log(server.address().port));
process.stdin.on('end', () => process.exit()).resume();
