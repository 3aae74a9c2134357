// Chinese text falls into the words of a small dictionary.
const assert = require('assert');
const { Jieba } = require(process.argv[2]);

const jieba = Jieba.withDict(Buffer.from('你好 1000 l\n世界 1000 n\n小熊猫 500 n\n熊猫 400 n\n'));
assert.deepStrictEqual(jieba.cut('你好世界', false), ['你好', '世界']);
assert.deepStrictEqual(jieba.cut('你好小熊猫', false), ['你好', '小熊猫']);
assert.deepStrictEqual(jieba.cutForSearch('小熊猫', false), ['熊猫', '小熊猫']);
assert.strictEqual(jieba.tag('世界', false)[0].tag, 'n');
console.log('three texts cut, one tagged');
